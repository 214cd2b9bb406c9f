// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstdint>
#include <numeric>
#include <stdexcept>
#include <vector>

#include <rapidcheck/catch.h>

#include "plexus/cost_models/kernels/kernel.hpp"
#include "plexus/cost_models/kernels/kernel_mix.hpp"

#include "catch.hpp"

using namespace plexus::cost_models;
using plexus::workloads::make_matrix;
using plexus::workloads::Pattern;
using plexus::workloads::SparseMatrix;
using plexus::workloads::Sparsity;
using plexus::workloads::Values;

namespace {

/// Row-major elements.
std::vector<double> elements(const SparseMatrix& m) {
    std::vector<double> out(static_cast<std::size_t>(m.rows * m.columns));
    for (std::int64_t r = 0; r < m.rows; ++r) {
        for (std::size_t i = 0; i < m.row(r).size(); ++i) {
            out[static_cast<std::size_t>(r * m.columns + m.row(r)[i])] =
                m.values.empty() ? 1.0 : static_cast<double>(m.row_values(r)[i]);
        }
    }
    return out;
}

SparseMatrix any_matrix(std::int64_t largest_edge) {
    Sparsity s;
    s.pattern = *rc::gen::element(Pattern::unstructured,
                                  Pattern::row_balanced,
                                  Pattern::block,
                                  Pattern::banded,
                                  Pattern::power_law);
    s.block = 4;
    s.density = *rc::gen::inRange(0, 11) / 10.0;
    s.values = *rc::gen::element(Values::ones, Values::normal, Values::pruned_normal);
    s.seed = *rc::gen::arbitrary<std::uint64_t>();
    const auto rows = *rc::gen::inRange<std::int64_t>(1, largest_edge + 1);
    const auto columns = *rc::gen::inRange<std::int64_t>(1, largest_edge + 1);
    return make_matrix(s, rows, columns);
}

/// ‖A − B‖² over one block.
double distance(const std::vector<double>& a,
                const std::vector<double>& b,
                const BlockProfile& p,
                std::int64_t index) {
    double sum = 0;
    const std::int64_t row = index / p.block_columns * p.block;
    const std::int64_t column = index % p.block_columns * p.block;
    for (std::int64_t i = row; i < std::min(p.rows, row + p.block); ++i) {
        for (std::int64_t j = column; j < std::min(p.columns, column + p.block); ++j) {
            const auto at = static_cast<std::size_t>(i * p.columns + j);
            sum += (a[at] - b[at]) * (a[at] - b[at]);
        }
    }
    return sum;
}

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

std::unique_ptr<const Kernel> n_of_m(std::int64_t n, std::int64_t m) {
    plexus::core::Params params;
    params.set("n", n);
    params.set("m", m);
    return builtin_kernels().create("n_m", params);
}

/// 2 × 6, blocks of 4: 1 −3 2 0 | 0 4 / 0 0 0 5 | 6 0
SparseMatrix small() {
    SparseMatrix m;
    m.rows = 2;
    m.columns = 6;
    m.row_offsets = {0, 4, 6};
    m.column_indices = {0, 1, 2, 5, 3, 4};
    m.values = {1, -3, 2, 4, 5, 6};
    return m;
}

}  // namespace

TEST_CASE("block profile: a small matrix by hand") {
    const std::vector<GroupLimit> limits = {{1, 4}, {2, 4}, {0, 2}};
    const BlockProfile p = profile_blocks(small(), 4, limits);
    CHECK(p.block_rows == 1);
    CHECK(p.block_columns == 2);
    CHECK(p.nonzeros == std::vector<std::int32_t>{4, 2});
    CHECK(p.energy == std::vector<double>{1 + 9 + 4 + 25, 16 + 36});
    CHECK(p.total_nonzeros == 6);
    CHECK(p.total_energy == 91);
    CHECK(p.dropped[0] == std::vector<double>{1 + 4, 0});  // 1 of 4 keeps −3
    CHECK(p.dropped[1] == std::vector<double>{1, 0});      // 2 of 4 keeps −3 and 2
    CHECK(p.dropped[2] == p.energy);                       // 0 of 2 keeps nothing
}

TEST_CASE("block profile: degenerate matrices") {
    const std::vector<GroupLimit> limits = {{1, 1}};
    const SparseMatrix zero = make_matrix({.pattern = Pattern::unstructured, .density = 0}, 5, 7);
    const BlockProfile empty = profile_blocks(zero, 4, limits);
    CHECK(empty.blocks() == 4);
    CHECK(empty.total_nonzeros == 0);
    CHECK(empty.total_energy == 0);
    const SparseMatrix one = make_matrix({.values = Values::ones}, 1, 1);
    const BlockProfile unit = profile_blocks(one, 1, limits);
    CHECK(unit.blocks() == 1);
    CHECK(unit.energy[0] == 1);
    CHECK(unit.dropped[0][0] == 0);
    CHECK(profile_blocks(one, 64, limits).nonzeros == std::vector<std::int32_t>{1});
    CHECK_THROWS_AS(profile_blocks(one, 0, limits), std::logic_error);
    CHECK_THROWS_AS(profile_blocks(one, 6, std::vector<GroupLimit>{{2, 4}}), std::logic_error);
    CHECK_THROWS_AS(profile_blocks(one, 4, std::vector<GroupLimit>{{5, 4}}), std::logic_error);
}

TEST_CASE("block profile: conserves non-zeros and energy, and drops the least energy possible") {
    rc::prop("against every subset", [] {
        const SparseMatrix matrix = any_matrix(24);
        const std::int64_t block = *rc::gen::element<std::int64_t>(4, 8, 12);
        const GroupLimit limit{.n = *rc::gen::inRange(0, 5), .m = 4};
        const BlockProfile p = profile_blocks(matrix, block, std::vector<GroupLimit>{limit});
        RC_ASSERT(p.blocks() == static_cast<std::int64_t>(p.nonzeros.size()));
        RC_ASSERT(std::accumulate(p.nonzeros.begin(), p.nonzeros.end(), std::int64_t{0}) ==
                  matrix.nonzeros());
        const std::vector<double> all = elements(matrix);
        const double energy = std::inner_product(all.begin(), all.end(), all.begin(), 0.0);
        RC_ASSERT(std::fabs(p.total_energy - energy) <= 1e-12 * energy);
        std::vector<double> expected(p.nonzeros.size());
        for (std::int64_t r = 0; r < matrix.rows; ++r) {
            const auto row = std::vector<double>(all.begin() + r * matrix.columns,
                                                 all.begin() + (r + 1) * matrix.columns);
            for (std::int64_t j = 0; j < matrix.columns; j += 4) {
                const auto end = std::min(matrix.columns, j + 4);
                const auto index =
                    static_cast<std::size_t>(r / block * p.block_columns + j / block);
                expected[index] += least_dropped(row,
                                                 static_cast<std::size_t>(j),
                                                 static_cast<std::size_t>(end),
                                                 static_cast<int>(limit.n));
            }
        }
        for (std::size_t i = 0; i < expected.size(); ++i) {
            RC_ASSERT(std::fabs(p.dropped[0][i] - expected[i]) <= 1e-12 * (1 + expected[i]));
        }
    });
}

TEST_CASE("block profile: does not depend on the number of threads") {
    const SparseMatrix matrix =
        make_matrix({.pattern = Pattern::unstructured, .density = 0.3, .seed = 8}, 333, 517);
    const std::vector<GroupLimit> limits = {{2, 4}, {1, 8}};
    CHECK(profile_blocks(matrix, 16, limits, 1) == profile_blocks(matrix, 16, limits, 3));
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

TEST_CASE("kernels: storage, work and error by hand") {
    // b = 32, z = 100, q = 8.
    const BlockFeatures block{.block = 32, .nonzeros = 100, .energy = 50, .dropped = 3};
    const auto registry = builtin_kernels();
    CHECK(registry.names() == std::vector<std::string>{"dense", "csr", "bitmap", "n_m", "zero"});
    CHECK(registry.create("dense")->cost(block, 8) == KernelCost{1024 * 8, 1024, 0});
    // 100·(8 + 5) + 33·⌈log₂ 1025⌉ = 1300 + 363
    CHECK(registry.create("csr")->cost(block, 8) == KernelCost{1663, 100, 0});
    CHECK(registry.create("bitmap")->cost(block, 8) == KernelCost{1024 + 800, 100, 0});
    // 1024/2 slots of 8 + 2 bits
    CHECK(registry.create("n_m")->cost(block, 8) == KernelCost{5120, 512, 3});
    CHECK(n_of_m(1, 8)->cost(block, 4) == KernelCost{128 * 7, 128, 3});
    CHECK(registry.create("zero")->cost(block, 8) == KernelCost{0, 0, 50});
    CHECK(registry.create("csr")->cost({.block = 1, .nonzeros = 1}, 8) == KernelCost{8 + 2, 1, 0});
    CHECK(n_of_m(3, 4)->group_limit() == GroupLimit{3, 4});
    CHECK_FALSE(registry.create("csr")->group_limit().has_value());
    CHECK_THROWS_AS(n_of_m(5, 4), std::invalid_argument);
    CHECK_THROWS_AS(n_of_m(0, 4), std::invalid_argument);
}

TEST_CASE("n_m keeps the largest magnitudes, and of equal ones the first") {
    const SparseMatrix kept = n_of_m(1, 4)->project(small());
    CHECK(kept.row_offsets == std::vector<std::int64_t>{0, 2, 4});
    CHECK(kept.column_indices == std::vector<std::int32_t>{1, 5, 3, 4});
    CHECK(kept.values == std::vector<float>{-3, 4, 5, 6});
    SparseMatrix ties = small();
    ties.values = {1, -2, 2, 4, 5, 6};
    CHECK(n_of_m(1, 4)->project(ties).column_indices == std::vector<std::int32_t>{1, 5, 3, 4});
    ties.values.clear();  // all ones
    const SparseMatrix ones = n_of_m(2, 4)->project(ties);
    CHECK(ones.column_indices == std::vector<std::int32_t>{0, 1, 5, 3, 4});
    CHECK(ones.values.empty());
}

TEST_CASE("the error a kernel reports is that of the matrix it computes with") {
    rc::prop("cost against projection, block by block", [] {
        const SparseMatrix matrix = any_matrix(20);
        std::vector<std::unique_ptr<const Kernel>> kernels;
        for (const char* name : {"dense", "csr", "bitmap", "zero"}) {
            kernels.push_back(builtin_kernels().create(name));
        }
        kernels.push_back(n_of_m(*rc::gen::inRange(1, 5), 4));
        const std::vector<double> before = elements(matrix);
        for (const auto& kernel : kernels) {
            std::vector<GroupLimit> limits;
            if (kernel->group_limit())
                limits.push_back(*kernel->group_limit());
            const BlockProfile p = profile_blocks(matrix, 8, limits);
            const SparseMatrix projected = kernel->project(matrix);
            plexus::workloads::check_structure(projected);
            RC_ASSERT(!kernel->exact() || projected == matrix);
            RC_ASSERT(kernel->project(projected) == projected);  // a projection
            const std::vector<double> after = elements(projected);
            for (std::int64_t i = 0; i < p.blocks(); ++i) {
                const auto at = static_cast<std::size_t>(i);
                const BlockFeatures features{.block = 8,
                                             .nonzeros = p.nonzeros[at],
                                             .energy = p.energy[at],
                                             .dropped = limits.empty() ? 0 : p.dropped[0][at]};
                const double lost = kernel->cost(features, 8).lost_energy;
                if (kernel->exact())
                    RC_ASSERT(lost == 0.0);
                const double expected = distance(before, after, p, i);
                RC_ASSERT(std::fabs(lost - expected) <= 1e-12 * (1 + expected));
            }
        }
    });
}

TEST_CASE("n_m loses less the more it keeps, and nothing of a matrix that conforms") {
    const SparseMatrix matrix =
        make_matrix({.pattern = Pattern::unstructured, .density = 0.6, .seed = 2}, 64, 64);
    const std::vector<GroupLimit> limits = {{1, 4}, {2, 4}, {3, 4}, {4, 4}};
    const BlockProfile p = profile_blocks(matrix, 16, limits);
    for (std::size_t i = 0; i < p.nonzeros.size(); ++i) {
        CHECK(p.dropped[0][i] > p.dropped[1][i]);
        CHECK(p.dropped[1][i] > p.dropped[2][i]);
        CHECK(p.dropped[3][i] == 0);
    }
    const SparseMatrix conforms = make_matrix({.pattern = Pattern::n_m, .n = 2, .m = 4}, 64, 64);
    const BlockProfile exact = profile_blocks(conforms, 16, limits);
    for (const double lost : exact.dropped[1])
        CHECK(lost == 0);
}

TEST_CASE("the error of a mix is relative, and exactly 0 if nothing was lost") {
    KernelMix mix;
    CHECK(mix.error() == 0);
    mix.total_energy = 16;
    CHECK(mix.error() == 0);
    mix.lost_energy = 4;
    CHECK(mix.error() == 0.5);
}

TEST_CASE("the worked example of docs/models/kernels.md") {
    plexus::workloads::SparseMatrix matrix;
    matrix.rows = 4;
    matrix.columns = 4;
    matrix.row_offsets = {0, 2, 2, 5, 6};
    matrix.column_indices = {0, 3, 0, 1, 3, 2};
    matrix.values = {1, -2, 3, 1, 2, 4};
    const std::vector<GroupLimit> limits{{.n = 2, .m = 4}};
    const BlockProfile profile = profile_blocks(matrix, 4, limits);
    REQUIRE(profile.blocks() == 1);
    CHECK(profile.nonzeros[0] == 6);
    CHECK(profile.energy[0] == 35);
    const BlockFeatures block{
        .block = 4, .nonzeros = 6, .energy = 35, .dropped = profile.dropped[0][0]};
    const auto registry = builtin_kernels();
    const auto cost = [&](const char* name) { return registry.create(name)->cost(block, 8); };
    CHECK(cost("dense") == KernelCost{.storage_bits = 128, .work = 16});
    CHECK(cost("csr") == KernelCost{.storage_bits = 85, .work = 6});
    CHECK(cost("bitmap") == KernelCost{.storage_bits = 64, .work = 6});
    CHECK(cost("n_m") == KernelCost{.storage_bits = 80, .work = 8, .lost_energy = 1});
    CHECK(cost("zero") == KernelCost{.lost_energy = 35});
    CHECK(std::sqrt(cost("n_m").lost_energy / 35) == Approx(0.169).margin(0.0005));
}
