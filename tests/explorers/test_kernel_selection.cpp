// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <rapidcheck/catch.h>

#include "plexus/explorers/kernel_selection/select.hpp"

#include "catch.hpp"

using namespace plexus;
using cost_models::BlockProfile;
using cost_models::KernelMix;
using explorers::group_limits;
using explorers::KernelBank;
using explorers::make_bank;
using explorers::select_kernels;
using explorers::Weighting;
using workloads::make_matrix;
using workloads::Pattern;
using workloads::SparseMatrix;

namespace {

KernelBank bank_of(const std::vector<std::string>& names) {
    core::Problems problems;
    KernelBank bank = make_bank(names, {}, "bank", problems);
    problems.throw_if_any();
    return bank;
}

std::string bank_problem(const std::string& name) {
    core::Problems problems;
    (void)make_bank({"csr", name}, {"e.yaml", 7, 3}, "kernels.bank", problems);
    return problems.empty() ? "" : to_string(problems.errors()[0]);
}

BlockProfile profile(const SparseMatrix& matrix, const KernelBank& bank, std::int64_t block) {
    return cost_models::profile_blocks(matrix, block, group_limits(bank));
}

/// J of one block under one kernel, straight from the formula.
double score(const BlockProfile& p,
             const cost_models::KernelCost& cost,
             const Weighting& w,
             double value_bits) {
    const double area = static_cast<double>(p.block * p.block);
    const double error = p.total_energy == 0
                             ? 0
                             : static_cast<double>(p.blocks()) * cost.lost_energy / p.total_energy;
    const double resources = w.work_share * cost.work / area +
                             (1 - w.work_share) * cost.storage_bits / (area * value_bits);
    return w.alpha * error / (w.error_reference * w.error_reference) + (1 - w.alpha) * resources;
}

cost_models::KernelCost block_cost(const BlockProfile& p,
                                   const cost_models::Kernel& kernel,
                                   std::size_t block,
                                   std::int64_t value_bits) {
    double dropped = 0;
    if (const auto limit = kernel.group_limit()) {
        for (std::size_t l = 0; l < p.limits.size(); ++l) {
            if (p.limits[l] == *limit)
                dropped = p.dropped[l][block];
        }
    }
    return kernel.cost({p.block, p.nonzeros[block], p.energy[block], dropped}, value_bits);
}

/// ‖M·H‖² for the orthogonal-column matrix H of ±1 (Sylvester's Hadamard matrix): size·‖M‖².
/// Computed row by row as a sparse matrix times a dense one, for the difference of two matrices.
double product_difference(const SparseMatrix& a, const SparseMatrix& b, bool subtract) {
    double sum = 0;
    std::vector<double> y(static_cast<std::size_t>(a.columns));
    for (std::int64_t r = 0; r < a.rows; ++r) {
        std::fill(y.begin(), y.end(), 0.0);
        const auto add = [&](const SparseMatrix& m, double sign) {
            for (std::size_t i = 0; i < m.row(r).size(); ++i) {
                const auto k = static_cast<std::uint64_t>(m.row(r)[i]);
                const double v = m.values.empty() ? 1.0 : static_cast<double>(m.row_values(r)[i]);
                for (std::uint64_t j = 0; j < y.size(); ++j) {
                    y[j] += sign * v * (__builtin_parityll(k & j) != 0 ? -1 : 1);
                }
            }
        };
        add(a, 1);
        if (subtract)
            add(b, -1);
        for (const double v : y)
            sum += v * v;
    }
    return sum;
}

}  // namespace

TEST_CASE("a bank is read from names with parameters in brackets") {
    const KernelBank bank = bank_of({"csr", "n_m", "n_m(1:8)", "zero", "n_m(1:2)"});
    std::vector<std::string> names;
    for (const auto& member : bank.members)
        names.push_back(member.name);
    CHECK(names == std::vector<std::string>{"csr", "n_m(2:4)", "n_m(1:8)", "zero", "n_m(1:2)"});
    CHECK(group_limits(bank) == std::vector<cost_models::GroupLimit>{{1, 2}, {1, 8}, {2, 4}});
    CHECK(group_limits(bank_of({"dense"})).empty());
}

TEST_CASE("what is wrong with a bank is said with its place") {
    using Catch::Matchers::Equals;
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
    CHECK_THAT(bank_problem("n_m(0:4)"),
               Catch::Matchers::Contains("must be an integer in 1..1024"));
    CHECK_THAT(bank_problem("n_m(2:99999999999999999999)"),
               Catch::Matchers::Contains("m of kernel n_m must be an integer"));
    CHECK_THAT(bank_problem("dense(3)"),
               Catch::Matchers::Contains("kernel dense has no parameters"));
    CHECK_THAT(bank_problem("csr"), Catch::Matchers::Contains("kernel csr is in the bank twice"));
    for (const char* text : {"n_m(2:4", "n_m2:4)", "n_m(2:4)x", "n_m((2:4)"}) {
        CAPTURE(text);
        CHECK_FALSE(bank_problem(text).empty());
    }
    CHECK_FALSE(bank_problem("").empty());
}

TEST_CASE("selection: two blocks by hand") {
    // 2 × 4 in blocks of 2: a full block of ones, and a block with one element.
    SparseMatrix m;
    m.rows = 2;
    m.columns = 4;
    m.row_offsets = {0, 3, 5};
    m.column_indices = {0, 1, 3, 0, 1};
    const KernelBank bank = bank_of({"dense", "csr", "zero"});
    const BlockProfile p = profile(m, bank, 2);
    // dense: 32 bits, 4 MACs, so R = 1. csr: z·9 + 3·3 bits; block 0: 45 bits, 4 MACs; block 1:
    // 18 bits, 1 MAC, so R = ½·¼ + ½·18/32. Errors of zero: 2·4/5 and 2·1/5, over 0.1² = 160
    // and 40.
    const KernelMix exact =
        select_kernels(p, bank, {.alpha = 0.5, .error_reference = 0.1, .work_share = 0.5}, 8);
    CHECK(exact.shares[0].blocks == 1);
    CHECK(exact.shares[1].blocks == 1);
    CHECK(exact.shares[2].blocks == 0);
    CHECK(exact.storage_bits == 32 + 18);
    CHECK(exact.work == 5);
    CHECK(exact.error() == 0);
    // With ε_ref = 1 zero costs ½·0.4 = 0.2 on block 1, csr ½·0.40625: zero wins there.
    const KernelMix lossy =
        select_kernels(p, bank, {.alpha = 0.5, .error_reference = 1, .work_share = 0.5}, 8);
    CHECK(lossy.shares[2].blocks == 1);
    CHECK(lossy.error() == Approx(std::sqrt(1.0 / 5)));
    CHECK(lossy.storage_bits == 32);
}

TEST_CASE("selection: extremes of alpha, and ties") {
    const KernelBank bank = bank_of({"bitmap", "csr", "n_m(2:4)", "zero"});
    const SparseMatrix matrix =
        make_matrix({.pattern = Pattern::unstructured, .density = 0.4, .seed = 6}, 100, 70);
    const BlockProfile p = profile(matrix, bank, 8);
    const KernelMix only_error = select_kernels(p, bank, {.alpha = 1}, 8);
    CHECK(only_error.error() == 0);
    CHECK(only_error.shares[0].blocks == p.blocks());  // all exact kernels tie: the first is taken
    const KernelMix only_hardware = select_kernels(p, bank, {.alpha = 0}, 8);
    CHECK(only_hardware.error() == 1);  // zero costs nothing
    CHECK(only_hardware.storage_bits == 0);
    CHECK(only_hardware.shares[3].blocks == p.blocks());
}

TEST_CASE("selection: all-zero and one-element matrices, and misuse") {
    const KernelBank bank = bank_of({"csr", "n_m(1:2)"});
    const SparseMatrix zero = make_matrix({.pattern = Pattern::block, .density = 0}, 9, 9);
    const KernelMix none = select_kernels(profile(zero, bank, 4), bank, {}, 8);
    CHECK(none.error() == 0);
    CHECK(none.total_energy == 0);
    const KernelMix one = select_kernels(profile(make_matrix({}, 1, 1), bank, 2), bank, {}, 8);
    CHECK(one.error() == 0);
    const BlockProfile without = cost_models::profile_blocks(zero, 4, {});
    CHECK_THROWS_AS(select_kernels(without, bank, {}, 8), std::logic_error);
    CHECK_THROWS_AS(select_kernels(without, {}, {}, 8), std::logic_error);
    const KernelBank csr = bank_of({"csr"});
    CHECK_THROWS_AS(select_kernels(without, csr, {.alpha = 1.5}, 8), std::logic_error);
    CHECK_THROWS_AS(select_kernels(without, csr, {.error_reference = 0}, 8), std::logic_error);
    const double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK_THROWS_AS(select_kernels(without, csr, {.work_share = nan}, 8), std::logic_error);
}

TEST_CASE("selection: the best of every combination, and sums that add up") {
    rc::prop("against the formula on every block", [] {
        const KernelBank bank = bank_of(*rc::gen::elementOf(std::vector<std::vector<std::string>>{
            {"dense", "csr", "bitmap"},
            {"zero", "n_m(1:4)", "csr"},
            {"n_m(2:4)", "n_m(1:2)", "bitmap", "dense", "zero"},
            {"n_m(1:8)"}}));
        const SparseMatrix matrix = make_matrix({.pattern = Pattern::unstructured,
                                                 .density = *rc::gen::inRange(0, 11) / 10.0,
                                                 .seed = *rc::gen::arbitrary<std::uint64_t>()},
                                                *rc::gen::inRange(1, 40),
                                                *rc::gen::inRange(1, 40));
        const Weighting w{.alpha = *rc::gen::inRange(0, 101) / 100.0,
                          .error_reference = *rc::gen::inRange(1, 100) / 100.0,
                          .work_share = *rc::gen::inRange(0, 101) / 100.0};
        const std::int64_t bits = *rc::gen::inRange(1, 17);
        const BlockProfile p = profile(matrix, bank, 8);
        const KernelMix mix = select_kernels(p, bank, w, bits);
        double best_sum = 0;
        for (std::size_t b = 0; b < p.nonzeros.size(); ++b) {
            double best = INFINITY;
            for (const auto& member : bank.members) {
                const auto cost = block_cost(p, *member.kernel, b, bits);
                best = std::min(best, score(p, cost, w, static_cast<double>(bits)));
            }
            best_sum += best;
        }
        const double got =
            score(p, {mix.storage_bits, mix.work, mix.lost_energy}, w, static_cast<double>(bits));
        RC_ASSERT(std::fabs(got - best_sum) <= 1e-9 * (1 + best_sum));  // J is additive
        std::int64_t blocks = 0;
        double nonzeros = 0;
        for (const auto& share : mix.shares) {
            blocks += share.blocks;
            nonzeros += share.nonzeros;
        }
        RC_ASSERT(blocks == p.blocks());
        RC_ASSERT(nonzeros == static_cast<double>(matrix.nonzeros()));
        RC_ASSERT(mix.error() >= 0.0);
        RC_ASSERT(mix.error() <= 1.0 + 1e-12);
    });
}

TEST_CASE("selection: the error of one kernel is that of its matrix product, executed") {
    for (const char* name : {"csr", "bitmap", "dense", "n_m(2:4)", "n_m(1:8)", "zero"}) {
        const KernelBank bank = bank_of({name});
        const SparseMatrix k =
            make_matrix({.pattern = Pattern::unstructured, .density = 0.3, .seed = 77}, 50, 64);
        const KernelMix mix = select_kernels(profile(k, bank, 16), bank, {}, 8);
        const SparseMatrix approximation = bank.members[0].kernel->project(k);
        const double lost = product_difference(k, approximation, true);
        const double whole = product_difference(k, k, false);
        CAPTURE(name);
        CHECK(mix.error() == Approx(std::sqrt(lost / whole)).epsilon(1e-9));
        if (bank.members[0].kernel->exact())
            CHECK(mix.error() == 0);
    }
}

TEST_CASE("selection: under exact kernels a denser matrix never takes less work or storage") {
    rc::prop("nested patterns", [] {
        const KernelBank bank = bank_of({"dense", "csr", "bitmap"});
        const std::uint64_t seed = *rc::gen::arbitrary<std::uint64_t>();
        const double low = *rc::gen::inRange(0, 1001) / 1000.0;
        const double high = std::max(low, *rc::gen::inRange(0, 1001) / 1000.0);
        const auto mix = [&](double density, const Weighting& w) {
            const SparseMatrix m = make_matrix(
                {.pattern = Pattern::unstructured, .density = density, .seed = seed}, 60, 60);
            return select_kernels(profile(m, bank, 16), bank, w, 8);
        };
        // Hardware only, and one resource at a time: what is minimised cannot fall.
        const Weighting work{.alpha = 0, .work_share = 1};
        const Weighting bits{.alpha = 0, .work_share = 0};
        RC_ASSERT(mix(low, work).work <= mix(high, work).work);
        RC_ASSERT(mix(low, bits).storage_bits <= mix(high, bits).storage_bits);
    });
}
