// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include <rapidcheck/catch.h>

#include "plexus/workloads/sparse_matrix.hpp"

#include "catch.hpp"

namespace test_patterns {

using plexus::workloads::check_structure;
using plexus::workloads::make_matrix;
using plexus::workloads::Pattern;
using plexus::workloads::SparseMatrix;
using plexus::workloads::Sparsity;
using plexus::workloads::Values;

namespace {

constexpr std::uint64_t golden_step = 0x9e3779b97f4a7c15ULL;

/// SplitMix64 as published, on its own.
std::uint64_t mix(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

std::uint64_t priority(std::uint64_t seed, std::uint64_t element) {
    return mix(mix(seed) + (element + 1) * golden_step);
}

/// Whether every non-zero of `part` is one of `whole`, with the same value if `values` is set.
bool subset(const SparseMatrix& part, const SparseMatrix& whole, bool values) {
    for (std::int64_t r = 0; r < part.rows; ++r) {
        const auto a = part.row(r);
        const auto b = whole.row(r);
        if (!std::includes(b.begin(), b.end(), a.begin(), a.end()))
            return false;
        for (std::size_t i = 0; values && i < a.size(); ++i) {
            const auto at = std::lower_bound(b.begin(), b.end(), a[i]) - b.begin();
            if (part.row_values(r)[i] != whole.row_values(r)[static_cast<std::size_t>(at)]) {
                return false;
            }
        }
    }
    return true;
}

std::int64_t nearest_integer(double x) {
    return static_cast<std::int64_t>(std::floor(x + 0.5));
}

const std::vector<Pattern> generated = {Pattern::dense,
                                        Pattern::unstructured,
                                        Pattern::row_balanced,
                                        Pattern::n_m,
                                        Pattern::block,
                                        Pattern::banded,
                                        Pattern::power_law};

/// Any valid description of a generated pattern.
Sparsity any_sparsity() {
    Sparsity s;
    s.pattern = *rc::gen::elementOf(generated);
    s.density = *rc::gen::inRange(0, 1001) / 1000.0;
    s.m = *rc::gen::inRange(1, 9);
    s.n = *rc::gen::inRange<std::int64_t>(0, s.m + 1);
    s.block = *rc::gen::inRange(1, 12);
    s.exponent = *rc::gen::inRange(0, 30) / 10.0;
    s.values = *rc::gen::element(Values::ones, Values::normal, Values::pruned_normal);
    s.seed = *rc::gen::arbitrary<std::uint64_t>();
    return s;
}

}  // namespace

TEST_CASE("the random priorities are those of SplitMix64") {
    // First outputs of the published generator for the state 1234567.
    CHECK(mix(1234567 + golden_step) == 6457827717110365317ULL);
    CHECK(mix(1234567 + 2 * golden_step) == 3203168211198807973ULL);
}

TEST_CASE(
    "unstructured: exactly the lowest priorities are kept, and the priority is the magnitude") {
    const Sparsity s{.pattern = Pattern::unstructured, .density = 0.3, .seed = 42};
    const SparseMatrix matrix = make_matrix(s, 40, 50);
    REQUIRE(matrix.nonzeros() == 600);
    std::vector<std::uint64_t> all;
    for (std::uint64_t i = 0; i < 2000; ++i)
        all.push_back(priority(42, i));
    std::sort(all.begin(), all.end());
    for (std::int64_t r = 0; r < matrix.rows; ++r) {
        for (std::size_t i = 0; i < matrix.row(r).size(); ++i) {
            const std::uint64_t p =
                priority(42, static_cast<std::uint64_t>(r * 50 + matrix.row(r)[i]));
            REQUIRE(p <= all[599]);
            // The value is the point of N(0, 1) beyond which, on both sides, the share p lies.
            const double value = static_cast<double>(matrix.row_values(r)[i]);
            REQUIRE(std::erfc(std::fabs(value) / std::sqrt(2.0)) ==
                    Approx(std::ldexp(static_cast<double>(p), -64)).epsilon(2e-6));
            REQUIRE((value < 0) == ((p & 1) != 0));
        }
    }
}

TEST_CASE("normal values are normal in all parts of the distribution") {
    // Central region, middle and far tail of the approximation: share beyond a few magnitudes.
    const Sparsity s{.pattern = Pattern::dense, .values = Values::normal, .seed = 5};
    const SparseMatrix matrix = make_matrix(s, 1000, 2000);
    const double n = 2e6;
    for (const double x : {0.1, 0.5, 1.0, 1.44, 2.0, 3.0, 4.0}) {
        const auto beyond = std::count_if(matrix.values.begin(), matrix.values.end(), [&](float v) {
            return static_cast<double>(v) > x;
        });
        const double p = 0.5 * std::erfc(x / std::sqrt(2.0));
        CAPTURE(x);
        CHECK(std::fabs(static_cast<double>(beyond) - n * p) < 5 * std::sqrt(n * p * (1 - p)));
    }
    const double sum = std::accumulate(matrix.values.begin(), matrix.values.end(), 0.0);
    CHECK(std::fabs(sum) < 5 * std::sqrt(n));
}

TEST_CASE("pruned values lie beyond the pruning threshold of the density") {
    // P(|N(0, 1)| > 1.6448536) = 0.1
    for (const Pattern pattern : {Pattern::unstructured, Pattern::block, Pattern::banded}) {
        Sparsity s{.pattern = pattern, .density = 0.1, .block = 8, .seed = 3};
        const SparseMatrix pruned = make_matrix(s, 512, 512);
        double least = 1e9;
        for (const float v : pruned.values)
            least = std::min(least, std::fabs(static_cast<double>(v)));
        CAPTURE(to_string(pattern));
        CHECK(least == Approx(1.6448536).epsilon(0.02));
        s.values = Values::normal;
        const SparseMatrix free = make_matrix(s, 512, 512);
        CHECK(free.column_indices == pruned.column_indices);
        CHECK(std::any_of(
            free.values.begin(), free.values.end(), [](float v) { return std::fabs(v) < 0.1F; }));
        s.values = Values::ones;
        CHECK(make_matrix(s, 512, 512).values.empty());
    }
}

TEST_CASE("counts of each pattern are what was asked for") {
    rc::prop("generated counts", [] {
        Sparsity s = any_sparsity();
        const std::int64_t rows = *rc::gen::inRange(1, 60);
        const std::int64_t columns = *rc::gen::inRange(1, 60);
        const SparseMatrix matrix = make_matrix(s, rows, columns);
        check_structure(matrix);
        RC_ASSERT(matrix.rows == rows);
        RC_ASSERT(matrix.columns == columns);
        RC_ASSERT(matrix.values.size() ==
                  (s.values == Values::ones ? 0U : matrix.column_indices.size()));
        const double elements = static_cast<double>(rows * columns);
        if (s.pattern == Pattern::dense)
            RC_ASSERT(matrix.nonzeros() == rows * columns);
        if (s.pattern == Pattern::unstructured || s.pattern == Pattern::power_law) {
            RC_ASSERT(matrix.nonzeros() == nearest_integer(s.density * elements));
        }
        for (std::int64_t r = 0; r < rows; ++r) {
            const auto row = matrix.row(r);
            if (s.pattern == Pattern::row_balanced) {
                RC_ASSERT(static_cast<std::int64_t>(row.size()) ==
                          nearest_integer(s.density * static_cast<double>(columns)));
            }
            if (s.pattern != Pattern::n_m)
                continue;
            std::vector<std::int64_t> groups(static_cast<std::size_t>((columns + s.m - 1) / s.m));
            for (const auto j : row)
                ++groups[static_cast<std::size_t>(j / s.m)];
            for (std::size_t g = 0; g < groups.size(); ++g) {
                const std::int64_t size =
                    std::min(s.m, columns - static_cast<std::int64_t>(g) * s.m);
                RC_ASSERT(groups[g] == std::min(s.n, size));
            }
        }
    });
}

TEST_CASE("a pattern of lower density is part of the one of higher density") {
    rc::prop("nested patterns", [] {
        Sparsity s = any_sparsity();
        const std::int64_t rows = *rc::gen::inRange(1, 50);
        const std::int64_t columns = *rc::gen::inRange(1, 50);
        Sparsity denser = s;
        denser.density = *rc::gen::inRange(static_cast<int>(s.density * 1000), 1001) / 1000.0;
        denser.density = std::max(s.density, denser.density);
        denser.n = *rc::gen::inRange<std::int64_t>(s.n, s.m + 1);
        // What magnitude pruning keeps has one value whatever the density.
        const bool values = s.values != Values::ones &&
                            (s.values == Values::normal ||
                             (s.pattern != Pattern::block && s.pattern != Pattern::banded));
        RC_ASSERT(
            subset(make_matrix(s, rows, columns), make_matrix(denser, rows, columns), values));
    });
}

TEST_CASE("patterns do not depend on the number of threads, but on the seed") {
    for (const Pattern pattern : generated) {
        Sparsity s{.pattern = pattern, .density = 0.25, .seed = 11};
        CAPTURE(to_string(pattern));
        const SparseMatrix one = make_matrix(s, 1111, 777, 1);
        CHECK(one == make_matrix(s, 1111, 777, 2));
        CHECK(one == make_matrix(s, 1111, 777, 5));
        s.seed = 12;
        CHECK_FALSE(one == make_matrix(s, 1111, 777, 2));
    }
}

TEST_CASE("large unstructured patterns have the exact count and a binomial spread over rows") {
    const Sparsity s{.pattern = Pattern::unstructured, .density = 0.1, .values = Values::ones};
    const SparseMatrix matrix = make_matrix(s, 2000, 3000);
    CHECK(matrix.nonzeros() == 600000);
    double chi_square = 0;
    for (std::int64_t r = 0; r < 2000; ++r) {
        const double d = static_cast<double>(matrix.row(r).size()) - 300;
        chi_square += d * d / 270;  // variance 3000·0.1·0.9
    }
    CHECK(std::fabs(chi_square - 2000) < 5 * std::sqrt(2 * 2000.0));
}

TEST_CASE("block: whole tiles, edge tiles cut off") {
    const Sparsity s{.pattern = Pattern::block, .density = 0.5, .block = 4, .seed = 9};
    const SparseMatrix matrix = make_matrix(s, 10, 14);  // 3 × 4 tiles
    std::vector<int> tiles(12);
    for (std::int64_t r = 0; r < 10; ++r) {
        for (const auto j : matrix.row(r))
            ++tiles[static_cast<std::size_t>(r / 4 * 4 + j / 4)];
    }
    int kept = 0;
    for (int t = 0; t < 12; ++t) {
        const int whole = (t / 4 == 2 ? 2 : 4) * (t % 4 == 3 ? 2 : 4);
        CHECK((tiles[static_cast<std::size_t>(t)] == 0 ||
               tiles[static_cast<std::size_t>(t)] == whole));
        kept += tiles[static_cast<std::size_t>(t)] > 0 ? 1 : 0;
    }
    CHECK(kept == 6);
}

TEST_CASE("banded: a band around the diagonal of the shape, as near to the density as can be") {
    // 4 × 4: half width 0 holds 4 of 16, half width 1 holds 10.
    Sparsity s{.pattern = Pattern::banded, .density = 0.25, .values = Values::ones};
    SparseMatrix matrix = make_matrix(s, 4, 4);
    CHECK(matrix.column_indices == std::vector<std::int32_t>{0, 1, 2, 3});
    s.density = 0.6;  // 9.6 → 10 elements
    matrix = make_matrix(s, 4, 4);
    CHECK(matrix.column_indices == std::vector<std::int32_t>{0, 1, 0, 1, 2, 1, 2, 3, 2, 3});
    rc::prop("band against its definition", [] {
        Sparsity b{.pattern = Pattern::banded, .values = Values::ones};
        b.density = *rc::gen::inRange(0, 1001) / 1000.0;
        const std::int64_t rows = *rc::gen::inRange(1, 20);
        const std::int64_t columns = *rc::gen::inRange(1, 20);
        const auto wanted = nearest_integer(b.density * static_cast<double>(rows * columns));
        std::int64_t best = -1;
        std::int64_t best_count = 0;  // the empty band
        for (std::int64_t width = 0; width <= rows * columns; ++width) {
            std::int64_t count = 0;
            for (std::int64_t i = 0; i < rows; ++i) {
                for (std::int64_t j = 0; j < columns; ++j) {
                    count += std::abs(i * columns - j * rows) <= width ? 1 : 0;
                }
            }
            if (std::abs(count - wanted) < std::abs(best_count - wanted)) {
                best = width;
                best_count = count;
            }
        }
        const SparseMatrix made = make_matrix(b, rows, columns);
        RC_ASSERT(made.nonzeros() == best_count);
        for (std::int64_t i = 0; i < rows; ++i) {
            for (const auto j : made.row(i)) {
                RC_ASSERT(std::abs(i * columns - j * rows) <= best);
            }
        }
    });
}

TEST_CASE("power law: rows by rank follow the exponent") {
    Sparsity s{.pattern = Pattern::power_law, .density = 0.02, .exponent = 1, .seed = 4};
    const SparseMatrix matrix = make_matrix(s, 256, 4096);
    std::vector<double> counts;
    for (std::int64_t r = 0; r < 256; ++r) {
        counts.push_back(static_cast<double>(matrix.row(r).size()));
    }
    const std::vector<double> in_row_order = counts;
    std::sort(counts.rbegin(), counts.rend());
    CHECK(in_row_order != counts);  // ranks are shuffled
    // nnz = 20972 = c·H(256), H(256) = 6.1244 (harmonic number) → c = 3424.4
    CHECK(matrix.nonzeros() == 20972);
    for (const int rank : {1, 2, 4, 16, 100, 256}) {
        CHECK(std::fabs(counts[static_cast<std::size_t>(rank - 1)] - 3424.4 / rank) <= 1.0);
    }
    s.exponent = 0;  // all rows alike: 81.92 → 81 or 82
    const SparseMatrix even = make_matrix(s, 256, 4096);
    for (std::int64_t r = 0; r < 256; ++r) {
        CHECK((even.row(r).size() == 81 || even.row(r).size() == 82));
    }
    s.exponent = 300;  // weights underflow: the first row takes all it can, the rest shares alike
    CHECK(make_matrix(s, 256, 4096).nonzeros() == 20972);
}

}  // namespace test_patterns
