// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstdint>
#include <numeric>
#include <stdexcept>
#include <vector>

#include <rapidcheck/catch.h>

#include "plexus/cost_models/kernels/gram_profile.hpp"
#include "plexus/cost_models/kernels/kernel.hpp"
#include "plexus/cost_models/kernels/kernel_mix.hpp"

#include "catch.hpp"
#include "kernel_matrices.hpp"

namespace test_kernels {

using namespace plexus::cost_models;
using plexus::cost_models::test::all_under;
using plexus::cost_models::test::any_matrix;
using plexus::cost_models::test::approximation;
using plexus::cost_models::test::bank_of;
using plexus::cost_models::test::elements;
using plexus::cost_models::test::every_kernel;
using plexus::cost_models::test::sparse;
using plexus::workloads::make_matrix;
using plexus::workloads::Pattern;
using plexus::workloads::SparseMatrix;
using plexus::workloads::Values;

namespace {

/// Least energy that keeping at most n of the elements [begin, end) of a row drops, by trying every
/// subset.
double least_dropped(const std::vector<double>& row, std::size_t begin, std::size_t end, int n) {
    double best = INFINITY;
    for (unsigned subset = 0; subset < 1U << (end - begin); ++subset) {
        if (__builtin_popcount(subset) > n)
            continue;
        double lost = 0;
        for (std::size_t j = begin; j < end; ++j) {
            if ((subset >> (j - begin) & 1U) == 0)
                lost += row[j] * row[j];
        }
        best = std::min(best, lost);
    }
    return best;
}

/// 2 × 6: 1 −3 2 0 | 0 4 / 0 0 0 5 | 6 0
SparseMatrix small() {
    return sparse({{1, -3, 2, 0, 0, 4}, {0, 0, 0, 5, 6, 0}});
}

KernelCost cost_of(const std::string& name, const BlockShape& shape, std::int64_t bits) {
    return bank_of({name}).members[0].kernel->cost(shape, bits);
}

/// ε² of one kernel, as the profile predicts it.
double predicted(const BlockProfile& p, const NamedKernel& member) {
    if (member.kernel->exact())
        return 0;
    const std::vector<double>& lost = p.loss(member.name).lost_energy;
    const double sum = std::accumulate(lost.begin(), lost.end(), 0.0);
    return sum == 0 ? 0.0 : sum / p.total_energy;
}

}  // namespace

TEST_CASE("block profile: a small matrix by hand") {
    const KernelBank bank = bank_of({"n_m(1:4)", "n_m(2:4)", "zero", "csr"});
    const BlockProfile p = profile_blocks(small(), 4, bank.members);
    CHECK(p.block_rows == 1);
    CHECK(p.block_columns == 2);
    CHECK(p.shape_of(0) == BlockShape{4, 4, 3, 1});
    CHECK(p.shape_of(1) == BlockShape{4, 2, 1, 1});
    CHECK(p.energy == std::vector<double>{1 + 9 + 4 + 25, 16 + 36});
    CHECK(p.total_nonzeros == 6);
    CHECK(p.total_energy == 91);
    CHECK(p.losses.size() == 3);                                             // csr loses nothing
    CHECK(p.loss("n_m(1:4)").lost_energy == std::vector<double>{1 + 4, 0});  // keeps −3
    CHECK(p.loss("n_m(1:4)").held == std::vector<std::int32_t>{2, 2});
    CHECK(p.loss("n_m(2:4)").lost_energy == std::vector<double>{1, 0});  // keeps −3 and 2
    CHECK(p.loss("zero").lost_energy == p.energy);
    CHECK_THROWS_AS(p.loss("csr"), std::logic_error);
}

TEST_CASE("block profile: errors weigh what their inputs weigh") {
    // σ² = 4 makes the 1 of column 0 as large as 2.
    const std::vector<double> weights{4, 0.25, 1, 1, 1, 9};
    const KernelBank bank = bank_of({"n_m(1:4)", "zero"});
    const BlockProfile p = profile_blocks(small(), 4, bank.members, 1, weights);
    CHECK(p.energy == std::vector<double>{4 + 9 * 0.25 + 4 + 25, 16 * 9 + 36});
    CHECK(p.loss("n_m(1:4)").lost_energy == std::vector<double>{9 * 0.25 + 4, 0});
}

TEST_CASE("block profile: degenerate matrices") {
    const KernelBank bank = every_kernel();
    const SparseMatrix zero = make_matrix({.pattern = Pattern::unstructured, .density = 0}, 5, 7);
    const BlockProfile empty = profile_blocks(zero, 8, bank.members);
    CHECK(empty.blocks() == 1);
    CHECK(empty.total_nonzeros == 0);
    CHECK(empty.total_energy == 0);
    for (const LossProfile& loss : empty.losses)
        CHECK(loss.lost_energy[0] == 0);
    const SparseMatrix one = make_matrix({.values = Values::ones}, 1, 1);
    const BlockProfile unit = profile_blocks(one, 8, bank.members);
    CHECK(unit.blocks() == 1);
    CHECK(unit.energy[0] == 1);
    for (const LossProfile& loss : unit.losses)
        CHECK(loss.lost_energy[0] == Approx(loss.kernel == "zero" ? 1 : 0).margin(1e-12));
    CHECK_THROWS_AS(profile_blocks(one, 0, {}), std::logic_error);
    CHECK_THROWS_AS(profile_blocks(one, 6, bank_of({"n_m(2:4)"}).members), std::logic_error);
    const std::vector<double> too_many{1, 2};
    CHECK_THROWS_AS(profile_blocks(one, 8, {}, 1, too_many), std::logic_error);
}

TEST_CASE("block profile: conserves non-zeros and energy, and n_m drops the least possible") {
    rc::prop("against every subset", [] {
        const SparseMatrix matrix = any_matrix(24);
        const std::int64_t block = *rc::gen::element<std::int64_t>(4, 8, 12);
        const int n = *rc::gen::inRange(1, 5);
        const KernelBank bank = bank_of({"n_m(" + std::to_string(n) + ":4)"});
        const BlockProfile p = profile_blocks(matrix, block, bank.members);
        RC_ASSERT(p.blocks() == static_cast<std::int64_t>(p.shape.size()));
        std::int64_t nonzeros = 0;
        for (std::size_t b = 0; b < p.shape.size(); ++b)
            nonzeros += p.shape_of(b).nonzeros;
        RC_ASSERT(nonzeros == matrix.nonzeros());
        const std::vector<double> all = elements(matrix);
        const double energy = std::inner_product(all.begin(), all.end(), all.begin(), 0.0);
        RC_ASSERT(std::fabs(p.total_energy - energy) <= 1e-12 * energy);
        std::vector<double> expected(p.shape.size());
        for (std::int64_t r = 0; r < matrix.rows; ++r) {
            const auto row = std::vector<double>(all.begin() + r * matrix.columns,
                                                 all.begin() + (r + 1) * matrix.columns);
            for (std::int64_t j = 0; j < matrix.columns; j += 4) {
                const auto end = std::min(matrix.columns, j + 4);
                const auto index =
                    static_cast<std::size_t>(r / block * p.block_columns + j / block);
                expected[index] += least_dropped(
                    row, static_cast<std::size_t>(j), static_cast<std::size_t>(end), n);
            }
        }
        for (std::size_t i = 0; i < expected.size(); ++i)
            RC_ASSERT(std::fabs(p.losses[0].lost_energy[i] - expected[i]) <=
                      1e-12 * (1 + expected[i]));
    });
}

TEST_CASE("block profile: does not depend on the number of threads") {
    const SparseMatrix matrix =
        make_matrix({.pattern = Pattern::unstructured, .density = 0.3, .seed = 8}, 133, 117);
    const KernelBank bank = every_kernel();
    CHECK(profile_blocks(matrix, 16, bank.members, 1) ==
          profile_blocks(matrix, 16, bank.members, 3));
}

TEST_CASE("index_bits is the rounded-up binary logarithm") {
    CHECK(index_bits(1) == 0);
    CHECK(index_bits(2) == 1);
    CHECK(index_bits(3) == 2);
    CHECK(index_bits(32) == 5);
    CHECK(index_bits(33) == 6);
    CHECK(index_bits(1025) == 11);
    CHECK_THROWS_AS(index_bits(0), std::logic_error);
}

TEST_CASE("kernels: storage and work by hand") {
    // b = 32, z = 100, longest row 9, longest column 7, q = 8.
    const BlockShape s{32, 100, 9, 7};
    const auto check = [&](const char* name, double bits, double work) {
        CAPTURE(name);
        const KernelCost cost = cost_of(name, s, 8);
        CHECK(cost.storage_bits == bits);
        CHECK(cost.work == work);
        CHECK(cost.lane_work >= cost.work);
    };
    check("dense", 1024 * 8, 1024);
    check("masked", 1024 * 8, 1024);
    check("csr", 100 * (8 + 5) + 33 * 11, 100);  // offsets up to 1024: 11 bits
    check("csc", 100 * (8 + 5) + 33 * 11, 100);
    check("bitmap", 1024 + 800, 100);
    check("coo", 100 * (8 + 10), 100);
    check("coo_top(50)", 52 * 18, 52);  // ⌈51.2⌉ elements
    check("n_m(2:4)", 512 * 10, 512);
    check("n_m(1:8)", 128 * 11, 128);
    check("banded(0)", 32 * 8, 32);
    check("banded(2)", (5 * 32 - 6) * 8, 154);
    check("banded(1000)", 1024 * 8, 1024);
    check("low_rank(2)", 128 * 8, 128);
    check("toeplitz", 63 * 8, 1024);
    check("stencil(1)", 3 * 8, 94);
    check("poly_weights(3:horner)", 4 * 8, 4096);
    check("poly_weights(3:estrin)", 4 * 8, 5120);    // one squaring more per weight
    check("poly_weights(3:clenshaw)", 4 * 8, 7168);  // two operations per step
    check("poly_plane(2)", 6 * 8, 6144);
    check("poly_matrix(3:horner)", 4 * 8, 3 * 62 + 3 * 32);
    check("ternary(16)", 2048 + 64 * 8, 1024);
    check("ternary_lut(16:4)", 2048 + 64 * 8, 256 + 8 * 40);
    check("zero", 0, 0);
    check("low_rank(2)+coo_top(50)", 128 * 8 + 52 * 18, 180);
    CHECK(cost_of("csr", s, 8).lane_work == 9 * 32);
    CHECK(cost_of("csc", s, 8).lane_work == 7 * 32);
    CHECK(cost_of("csr", s, 8).set_up == 33);
    CHECK(cost_of("bitmap", s, 8).set_up == 16);
    CHECK(cost_of("poly_weights(8:horner)", s, 8).set_up == 8);
    CHECK(cost_of("poly_weights(8:estrin)", s, 8).set_up == 4);
    CHECK(cost_of("ternary(16)", s, 8).additions == 1024);
    CHECK(cost_of("masked", s, 8).gated == 1024 - 100);
    // 62 elements of 8 + 5 bits and 33 offsets of 11 bits, once.
    CHECK(cost_of("poly_matrix(3:horner)", s, 8).shared_bits == 62 * 13 + 33 * 11);
    CHECK(cost_of("csr", {1, 1, 1, 1}, 8).storage_bits == 8 + 2);
}

TEST_CASE("n_m keeps the largest magnitudes, and of equal ones the first") {
    const KernelBank one = bank_of({"n_m(1:4)"});
    CHECK(approximation(small(), 4, one) ==
          std::vector<double>{0, -3, 0, 0, 0, 4, 0, 0, 0, 5, 6, 0});
    SparseMatrix ties = small();
    ties.values = {1, -2, 2, 4, 5, 6};
    CHECK(approximation(ties, 4, one) == std::vector<double>{0, -2, 0, 0, 0, 4, 0, 0, 0, 5, 6, 0});
    ties.values.clear();  // all ones
    CHECK(approximation(ties, 4, bank_of({"n_m(2:4)"})) ==
          std::vector<double>{1, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0});
}

TEST_CASE("the error a kernel predicts is that of what it executes") {
    rc::prop("every kernel, with and without weights of the inputs", [] {
        const SparseMatrix matrix = any_matrix(20);
        std::vector<double> weights;
        if (*rc::gen::arbitrary<bool>())
            for (std::int64_t j = 0; j < matrix.columns; ++j)
                weights.push_back(*rc::gen::inRange(0, 20) / 4.0);
        const KernelBank bank = every_kernel();
        const BlockProfile p = profile_blocks(matrix, 8, bank.members, 1, weights);
        for (std::size_t k = 0; k < bank.members.size(); ++k) {
            const double expected = executed_error(
                matrix, 8, bank, all_under(static_cast<std::int32_t>(k), p.blocks()), weights);
            const double error = std::sqrt(predicted(p, bank.members[k]));
            RC_TAG(bank.members[k].name);
            if (bank.members[k].kernel->exact())
                RC_ASSERT(expected == 0.0);
            // Below 10⁻⁵ of the matrix an error is made of the rounding of its values.
            RC_ASSERT(std::fabs(error - expected) <= 1e-9 * expected + 1e-7 * (expected < 1e-5));
        }
    });
}

TEST_CASE("the error of a mixture is that of what it executes") {
    rc::prop("random weights", [] {
        const SparseMatrix matrix = any_matrix(20);
        const KernelBank bank = every_kernel();
        const auto n = static_cast<int>(bank.members.size());
        const BlockProfile p = profile_blocks(matrix, 8, bank.members);
        const GramProfile grams = profile_grams(matrix, 8, bank);
        KernelChoice choice;
        double lost = 0;
        for (std::size_t b = 0; b < p.shape.size(); ++b) {
            std::vector<FusionTerm> terms;
            for (int t = 0; t < 3; ++t)
                terms.push_back(
                    {.member = *rc::gen::inRange(0, n), .weight = *rc::gen::inRange(0, 11) / 15.0});
            choice.add(terms);
            lost += p.energy[b];
            for (const FusionTerm& a : terms) {
                const auto i = static_cast<std::size_t>(a.member);
                lost -= 2 * a.weight * grams.right_of(b)[i];
                for (const FusionTerm& c : terms)
                    lost +=
                        a.weight * c.weight *
                        grams.gram_of(b)[i * grams.kernels + static_cast<std::size_t>(c.member)];
            }
        }
        const double executed = executed_error(matrix, 8, bank, choice);
        if (p.total_energy > 0) {
            const double share = executed * executed;
            RC_ASSERT(std::fabs(lost / p.total_energy - share) <= 2e-9 * share + 1e-13);
        }
    });
}

TEST_CASE("execution multiplies: Y = K·X, for exact kernels and any number of vectors") {
    rc::prop("against the dense product", [] {
        const SparseMatrix matrix = any_matrix(20);
        const std::int64_t vectors = *rc::gen::inRange(1, 4);
        std::vector<double> x(static_cast<std::size_t>(matrix.columns * vectors));
        for (double& v : x)
            v = *rc::gen::inRange(-8, 9);
        const std::vector<double> k = elements(matrix);
        const char* name = *rc::gen::element("dense", "masked", "csr", "csc", "bitmap", "coo");
        const BlockProfile p = profile_blocks(matrix, 8, {});
        const std::vector<double> y =
            execute(matrix, 8, bank_of({name}), all_under(0, p.blocks()), x, vectors);
        for (std::int64_t i = 0; i < matrix.rows; ++i) {
            for (std::int64_t v = 0; v < vectors; ++v) {
                double sum = 0;
                double size = 0;
                for (std::int64_t j = 0; j < matrix.columns; ++j) {
                    const double term = k[static_cast<std::size_t>(i * matrix.columns + j)] *
                                        x[static_cast<std::size_t>(j * vectors + v)];
                    sum += term;
                    size += std::fabs(term);
                }
                RC_ASSERT(std::fabs(y[static_cast<std::size_t>(i * vectors + v)] - sum) <=
                          1e-13 * size);
            }
        }
    });
}

TEST_CASE("no approximation loses more than the whole block, and a richer kernel loses less") {
    rc::prop("nested representable sets", [] {
        const SparseMatrix matrix = any_matrix(24);
        const KernelBank bank = every_kernel();
        const BlockProfile p = profile_blocks(matrix, 8, bank.members);
        const auto lost = [&](const char* name, std::size_t b) {
            return p.loss(name).lost_energy[b];
        };
        for (std::size_t b = 0; b < p.shape.size(); ++b) {
            const double rounding = 1e-12 * p.energy[b];
            for (const LossProfile& loss : p.losses)
                RC_ASSERT(loss.lost_energy[b] <= p.energy[b] + rounding);
            RC_ASSERT(lost("low_rank(3)", b) <= lost("low_rank(1)", b) + rounding);
            RC_ASSERT(lost("banded(3)", b) <= lost("banded(0)", b) + rounding);
            RC_ASSERT(lost("poly_weights(8:estrin)", b) <=
                      lost("poly_weights(3:horner)", b) + rounding);
            RC_ASSERT(lost("toeplitz", b) <= lost("poly_weights(12:clenshaw)", b) + rounding);
            RC_ASSERT(lost("poly_plane(3)", b) <= lost("poly_weights(3:horner)", b) + rounding);
            RC_ASSERT(lost("ternary(1)", b) <= rounding);  // a scale for every element
            RC_ASSERT(lost("low_rank(1)+coo_top(50)", b) <= lost("low_rank(1)", b) + rounding);
            RC_ASSERT(lost("n_m(1:8)+coo", b) == 0.0);
            RC_ASSERT(lost("ternary_lut(8:4)", b) == lost("ternary(8)", b));
        }
    });
}

TEST_CASE("scaling a matrix scales what is lost by the square and leaves the error") {
    rc::prop("by a power of two", [] {
        const SparseMatrix matrix = any_matrix(20);
        SparseMatrix scaled = matrix;
        if (scaled.values.empty())
            scaled.values.assign(scaled.column_indices.size(), 1.0F);
        for (float& v : scaled.values)
            v *= 4;
        const KernelBank bank = every_kernel();
        const BlockProfile a = profile_blocks(matrix, 8, bank.members);
        const BlockProfile b = profile_blocks(scaled, 8, bank.members);
        for (const NamedKernel& member : bank.members) {
            const double before = predicted(a, member);
            RC_ASSERT(std::fabs(predicted(b, member) - before) <= 1e-12);
        }
    });
}

TEST_CASE("kernels hold what they are made for") {
    // A Toeplitz matrix of a cubic in i − j, of rank one when it is constant.
    std::vector<std::vector<float>> cubic(16, std::vector<float>(16));
    std::vector<std::vector<float>> product(16, std::vector<float>(16));
    std::vector<std::vector<float>> average(16, std::vector<float>(16, 0));
    for (int i = 0; i < 16; ++i) {
        for (int j = 0; j < 16; ++j) {
            const auto r = static_cast<std::size_t>(i);
            const auto c = static_cast<std::size_t>(j);
            const int d = i - j;
            cubic[r][c] = static_cast<float>(d * d * d - 30 * d + 1);
            product[r][c] = static_cast<float>((i + 1) * (2 * j - 15));
            average[r][c] = d == 0 ? 3.0F : std::abs(d) == 1 ? -0.5F : 0.0F;  // 3 − A
        }
    }
    const auto error = [](const std::vector<std::vector<float>>& rows, const char* name) {
        const KernelBank bank = bank_of({name});
        return std::sqrt(
            predicted(profile_blocks(sparse(rows), 16, bank.members), bank.members[0]));
    };
    CHECK(error(cubic, "toeplitz") == Approx(0).margin(1e-12));
    CHECK(error(cubic, "poly_weights(3:horner)") == Approx(0).margin(1e-9));
    CHECK(error(cubic, "poly_weights(2:horner)") > 0.01);
    CHECK(error(product, "low_rank(1)") == Approx(0).margin(1e-7));
    CHECK(error(product, "poly_plane(2)") == Approx(0).margin(1e-9));
    CHECK(error(average, "stencil(1)") == Approx(0).margin(1e-12));
    CHECK(error(average, "banded(1)") == 0);
    CHECK(error(average, "poly_matrix(1:horner)") == Approx(0).margin(1e-9));
    CHECK(error(average, "poly_matrix(0:horner)") == Approx(std::sqrt(7.5 / 151.5)));
}

TEST_CASE("low rank: singular values by hand") {
    // Singular values 5 and 2 along the diagonal, 1 beside them.
    const SparseMatrix m = sparse({{5, 0, 0, 0}, {0, 2, 0, 0}, {0, 0, 0, -1}, {0, 0, 0, 0}});
    const KernelBank bank = bank_of({"low_rank(1)", "low_rank(2)", "low_rank(3)"});
    const BlockProfile p = profile_blocks(m, 4, bank.members);
    CHECK(p.losses[0].lost_energy[0] == Approx(5));
    CHECK(p.losses[1].lost_energy[0] == Approx(1));
    CHECK(p.losses[2].lost_energy[0] == Approx(0).margin(1e-12));
}

TEST_CASE("ternary: the best scale by hand") {
    // Of 4, −3, 1, 0: keeping two captures 49/2, three 64/3, one 16; the scale is 3.5.
    const SparseMatrix m = sparse({{4, -3, 1, 0}});
    const KernelBank bank = bank_of({"ternary(4)"});
    CHECK(profile_blocks(m, 4, bank.members).losses[0].lost_energy[0] == Approx(26 - 24.5));
    CHECK(approximation(m, 4, bank) == std::vector<double>{3.5, -3.5, 0, 0});
}

TEST_CASE("the error of a mix is relative, and exactly 0 if nothing was lost") {
    KernelMix mix;
    CHECK(mix.error() == 0);
    mix.total_energy = 16;
    CHECK(mix.error() == 0);
    mix.lost_energy = 4;
    CHECK(mix.error() == 0.5);
}

TEST_CASE("a matrix of zeros has no error unless something is made of it") {
    const SparseMatrix zero = make_matrix({.pattern = Pattern::unstructured, .density = 0}, 9, 9);
    const KernelBank bank = bank_of({"toeplitz"});
    CHECK(executed_error(zero, 16, bank, all_under(0, 1)) == 0);
}

TEST_CASE("a bank is read from names with parameters in brackets") {
    const KernelBank bank = bank_of(
        {"csr", "n_m", "n_m(1:8)", "zero", "poly_weights(2:estrin)", "low_rank(2)+coo_top(50)"});
    std::vector<std::string> names;
    for (const auto& member : bank.members)
        names.push_back(member.name);
    CHECK(names == std::vector<std::string>{"csr",
                                            "n_m(2:4)",
                                            "n_m(1:8)",
                                            "zero",
                                            "poly_weights(2:estrin)",
                                            "low_rank(2)+coo_top(50)"});
    CHECK(bank.granularity() == 8);
    CHECK(bank_of({"ternary(6)", "n_m(2:4)+coo"}).granularity() == 12);
}

TEST_CASE("what is wrong with a bank is said with its place") {
    using Catch::Matchers::Contains;
    using Catch::Matchers::Equals;
    const auto bank_problem = [](const std::string& name) -> std::string {
        plexus::core::Problems problems;
        (void)make_bank({"csr", name}, {"e.yaml", 7, 3}, "kernels.bank", problems);
        return problems.empty() ? "" : to_string(problems.errors()[0]);
    };
    CHECK_THAT(bank_problem("crs"),
               Catch::Matchers::StartsWith(
                   "e.yaml:7:3: kernels.bank[1]: no kernel is named \"crs\" (did you mean"));
    CHECK_THAT(
        bank_problem("n_m(5:4)"),
        Equals("e.yaml:7:3: kernels.bank[1]: kernel n_m: n must be in 1..m, got n = 5, m = 4"));
    CHECK_THAT(bank_problem("n_m(2)"),
               Equals("e.yaml:7:3: kernels.bank[1]: expected n_m(n:m), got 1 parameters"));
    CHECK_THAT(bank_problem("n_m(a:4)"),
               Equals("e.yaml:7:3: kernels.bank[1]: n of kernel n_m must be an integer in 1..1024, "
                      "got \"a\""));
    CHECK_THAT(bank_problem("n_m(2:99999999999999999999)"),
               Contains("m of kernel n_m must be an integer"));
    CHECK_THAT(bank_problem("dense(3)"), Contains("kernel dense has no parameters"));
    CHECK_THAT(bank_problem("csr"), Contains("kernel csr is in the bank twice"));
    CHECK_THAT(bank_problem("poly_weights(3:hornet)"),
               Contains("form of kernel poly_weights must be one of horner, estrin, clenshaw"));
    CHECK_THAT(bank_problem("poly_weights(9:horner)"), Contains("needs clenshaw"));
    CHECK_THAT(bank_problem("ternary_lut(6:4)"), Contains("width must divide group"));
    CHECK_THAT(bank_problem("csr+coo"), Contains("kernel csr cannot begin a sum: it is exact"));
    CHECK_THAT(bank_problem("coo_top(5)+n_m"), Contains("it can only come last"));
    CHECK_THAT(bank_problem("low_rank(1)+nothing"), Contains("no kernel is named \"nothing\""));
    for (const char* text : {"n_m(2:4", "n_m2:4)", "n_m(2:4)x", "n_m((2:4)", "", "+csr", "n_m+"}) {
        CAPTURE(text);
        CHECK_FALSE(bank_problem(text).empty());
    }
}

TEST_CASE("the worked examples of docs/models/kernel_fusion.md") {
    const SparseMatrix matrix = sparse({{1, 0, 0, -2}, {0, 0, 0, 0}, {3, 1, 0, 2}, {0, 0, 4, 0}});
    const KernelBank bank = bank_of({"dense",
                                     "csr",
                                     "bitmap",
                                     "coo",
                                     "n_m(2:4)",
                                     "banded(1)",
                                     "toeplitz",
                                     "low_rank(1)",
                                     "ternary(4)"});
    const BlockProfile profile = profile_blocks(matrix, 4, bank.members);
    REQUIRE(profile.blocks() == 1);
    CHECK(profile.energy[0] == 35);
    CHECK(profile.shape_of(0) == BlockShape{4, 6, 3, 2});
    const auto check = [&](const char* name, double bits, double work, double lost, double error) {
        CAPTURE(name);
        const NamedKernel member = bank_of({name}).members[0];
        const KernelCost cost = member.kernel->cost(profile.shape_of(0), 8);
        CHECK(cost.storage_bits == bits);
        CHECK(cost.work == work);
        CHECK(predicted(profile, member) * 35 == Approx(lost).margin(0.0005));
        CHECK(std::sqrt(predicted(profile, member)) == Approx(error).margin(0.0005));
    };
    check("dense", 128, 16, 0, 0);
    check("csr", 85, 6, 0, 0);
    check("bitmap", 64, 6, 0, 0);
    check("coo", 72, 6, 0, 0);
    check("n_m(2:4)", 80, 8, 1, 0.169);
    check("banded(1)", 80, 10, 13, 0.609);
    check("toeplitz", 56, 16, 16.583, 0.688);
    check("low_rank(1)", 64, 8, 19, 0.737);
    check("ternary(4)", 64, 16, 2, 0.239);
    CHECK(cost_of("csr", profile.shape_of(0), 8).lane_work == 12);
    const GramProfile grams = profile_grams(matrix, 4, bank_of({"banded(1)", "toeplitz"}));
    CHECK(grams.gram_of(0)[0] == Approx(22));
    CHECK(grams.gram_of(0)[1] == Approx(9.917).epsilon(1e-4));
    CHECK(grams.gram_of(0)[3] == Approx(18.417).epsilon(1e-4));
    CHECK(grams.right_of(0)[0] == Approx(22));
    CHECK(grams.right_of(0)[1] == Approx(18.417).epsilon(1e-4));
}

}  // namespace test_kernels
