// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <map>
#include <numbers>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <rapidcheck/catch.h>

#include "plexus/core/error.hpp"
#include "plexus/core/random.hpp"
#include "plexus/workloads/pattern_analysis.hpp"

#include "catch.hpp"

namespace test_pattern_analysis {

using namespace plexus::workloads;
using plexus::core::ConfigErrors;

namespace {

/// A matrix from rows of numbers.
SparseMatrix matrix_of(const std::vector<std::vector<float>>& rows) {
    SparseMatrix m{.rows = static_cast<std::int64_t>(rows.size()),
                   .columns = static_cast<std::int64_t>(rows[0].size()),
                   .row_offsets = {0}};
    for (const auto& row : rows) {
        for (std::size_t j = 0; j < row.size(); ++j) {
            if (row[j] != 0) {
                m.column_indices.push_back(static_cast<std::int32_t>(j));
                m.values.push_back(row[j]);
            }
        }
        m.row_offsets.push_back(m.nonzeros());
    }
    return m;
}

/// `copies` × `copies` copies of a tile side by side.
SparseMatrix periodic(const SparseMatrix& tile, std::int64_t copies) {
    SparseMatrix m{
        .rows = tile.rows * copies, .columns = tile.columns * copies, .row_offsets = {0}};
    for (std::int64_t r = 0; r < m.rows; ++r) {
        for (std::int64_t c = 0; c < copies; ++c) {
            for (const std::int32_t j : tile.row(r % tile.rows))
                m.column_indices.push_back(static_cast<std::int32_t>(c * tile.columns) + j);
        }
        m.row_offsets.push_back(m.nonzeros());
    }
    return m;
}

/// A set of elements as one block of a hash.
struct Block {
    std::vector<std::uint64_t> bitmap;
    BlockFeatures features;
    [[nodiscard]] BlockView view() const { return {bitmap, &features}; }
};

Block block_of(const std::set<std::uint32_t>& elements, std::int64_t edge) {
    Block out;
    out.bitmap.resize(static_cast<std::size_t>((edge * edge + 63) / 64));
    for (const std::uint32_t e : elements)
        out.bitmap[e / 64] |= std::uint64_t{1} << (e % 64);
    out.features.nonzeros = static_cast<std::int32_t>(elements.size());
    return out;
}

/// Two sets that share `both` elements and have `own` each of their own.
std::pair<Block, Block> overlapping(std::int64_t edge, std::size_t both, std::size_t own) {
    plexus::core::Rng random(99);
    std::set<std::uint32_t> drawn;
    std::vector<std::uint32_t> order;
    while (order.size() < both + 2 * own) {
        const auto e = static_cast<std::uint32_t>(
            random.below(static_cast<std::uint64_t>(edge) * static_cast<std::uint64_t>(edge)));
        if (drawn.insert(e).second)
            order.push_back(e);
    }
    const auto at = [&](std::size_t i) { return order.begin() + static_cast<std::ptrdiff_t>(i); };
    std::set<std::uint32_t> a(order.begin(), at(both + own));
    std::set<std::uint32_t> b(order.begin(), at(both));
    b.insert(at(both + own), order.end());
    return {block_of(a, edge), block_of(b, edge)};
}

/// Checks that a share of equal values is within three standard deviations of what it should be.
void check_share(double equal, double count, double expected) {
    CAPTURE(equal / count, expected);
    CHECK(std::fabs(equal / count - expected) <=
          3 * std::sqrt(expected * (1 - expected) / count) + 1e-12);
}

/// Counts over many seeds how often one function of a family gives two blocks the same value.
void check_collisions(
    LocalityHashKind kind, std::int64_t edge, const Block& a, const Block& b, double expected) {
    LocalityHashOptions options{.kind = kind};
    std::vector<std::uint16_t> x(64);
    std::vector<std::uint16_t> y(64);
    constexpr int seeds = 2000;
    double equal = 0;
    for (int seed = 0; seed < seeds; ++seed) {
        options.seed = static_cast<std::uint64_t>(seed);
        const LocalityHash hash(options, edge);
        hash.values(a.view(), x);
        hash.values(b.view(), y);
        const auto f = static_cast<std::size_t>(seed % 64);  // one per seed: independent
        equal += x[f] == y[f] ? 1 : 0;
    }
    CAPTURE(to_string(kind), edge);
    check_share(equal, seeds, expected);
}

double jaccard(const SparseMatrix& matrix, std::int64_t edge, std::size_t p, std::size_t q) {
    const auto across = static_cast<std::size_t>((matrix.columns + edge - 1) / edge);
    const auto elements = [&](std::size_t block) {
        std::set<std::int64_t> out;
        const auto top = static_cast<std::int64_t>(block / across) * edge;
        const auto left = static_cast<std::int64_t>(block % across) * edge;
        for (std::int64_t r = top; r < std::min(matrix.rows, top + edge); ++r) {
            for (const std::int32_t j : matrix.row(r)) {
                if (j >= left && j < left + edge)
                    out.insert((r - top) * edge + j - left);
            }
        }
        return out;
    };
    const auto a = elements(p);
    const auto b = elements(q);
    std::vector<std::int64_t> both;
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
    return static_cast<double>(both.size()) /
           static_cast<double>(a.size() + b.size() - both.size());
}

}  // namespace

TEST_CASE("block features by hand") {
    // One 4 × 4 block and the left part of another, which is padded.
    const SparseMatrix m =
        matrix_of({{1, 0, 0, -2, 5}, {0, 0, 0, 0, 0}, {3, 1, 0, 2, 0}, {0, 0, 4, 0, 0}});
    const PatternAnalysis a =
        analyse_patterns(m, {.block = 4, .groups = {{2, 4}, {1, 2}, {4, 4}}}, 1);
    REQUIRE(a.blocks() == 2);
    const BlockFeatures& f = a.features[0];
    CHECK(f.nonzeros == 6);
    CHECK(f.rows_used == 3);
    CHECK(f.columns_used == 4);
    CHECK(f.diagonals_used == 5);  // j − i = 0, 3, −2, −1, 1 (row 2: −2, −1, 1; row 3: −1)
    CHECK(f.fullest_row == 3);
    CHECK(f.fullest_column == 2);
    CHECK(f.bandwidth == 3);
    CHECK(f.runs == 5);  // 1 | −2 | 3 1 | 2 | 4
    CHECK(f.longest_run == 2);
    CHECK(f.distance == 0 + 3 + 2 + 1 + 1 + 1);
    CHECK(f.magnitude == 13);
    CHECK(f.energy == 1 + 4 + 9 + 1 + 4 + 16);
    CHECK(a.conformity[0][0] == 0.75F);         // row 2 has 3 of 4
    CHECK(a.conformity[1][0] == 1 - 1.0F / 8);  // {3 1} is the only full pair
    CHECK(a.conformity[2][0] == 1);
    CHECK(a.features[1].nonzeros == 1);
    CHECK(a.features[1].bandwidth == 0);
    CHECK(a.classes.size() == 2);
    const auto v = feature_vector(f, 4);
    CHECK(v[0] == Approx(6.0 / 16));
    CHECK(v[7] == Approx(8.0 / (6 * 3)));

    const BlockDetail d = block_detail(m, 4, 0, 0);
    CHECK(d.row_nonzeros == std::vector<std::int32_t>{2, 0, 3, 1});
    CHECK(d.column_nonzeros == std::vector<std::int32_t>{2, 1, 1, 2});
    CHECK(d.diagonal_nonzeros == std::vector<std::int32_t>{0, 1, 2, 1, 1, 0, 1});
    CHECK(d.runs == std::vector<std::int32_t>{4, 1, 0, 0});
    CHECK(d.rank == 3);
    CHECK(block_detail(m, 4, 0, 1).rank == 1);
    CHECK(block_detail(matrix_of({{1, 2}, {2, 4}}), 2, 0, 0).rank == 1);
    CHECK(block_detail(matrix_of({{0, 2}, {0, 0}}), 2, 0, 0).rank == 1);
    CHECK(block_detail({.rows = 1, .columns = 1, .row_offsets = {0, 0}}, 8, 0, 0).rank == 0);
}

TEST_CASE("block features agree with one block counted element by element") {
    rc::prop("features", [] {
        const auto edge = *rc::gen::element<std::int64_t>(1, 4, 8, 12, 16, 32, 48, 64);
        const auto rows = *rc::gen::inRange<std::int64_t>(1, 100);
        const auto columns = *rc::gen::inRange<std::int64_t>(1, 100);
        const SparseMatrix m = make_matrix({.pattern = Pattern::unstructured,
                                            .density = *rc::gen::inRange(0, 11) / 10.0,
                                            .seed = *rc::gen::inRange<std::uint64_t>(0, 99)},
                                           rows,
                                           columns,
                                           1);
        std::vector<GroupShape> groups{{1, 1}};
        for (const std::int64_t size : {2, 3, 4, 8, 16, 32}) {
            if (edge % size == 0)
                groups.push_back({size / 2, size});
        }
        const PatternAnalysis a = analyse_patterns(m, {.block = edge, .groups = groups}, 1);
        std::int64_t nonzeros = 0;
        for (std::int64_t p = 0; p < a.blocks(); ++p) {
            const BlockFeatures& f = a.features[static_cast<std::size_t>(p)];
            const BlockDetail d = block_detail(m, edge, p / a.block_columns, p % a.block_columns);
            const auto used = [](const std::vector<std::int32_t>& counts) {
                return std::count_if(counts.begin(), counts.end(), [](int c) { return c > 0; });
            };
            const auto most = [](const std::vector<std::int32_t>& counts) {
                return *std::max_element(counts.begin(), counts.end());
            };
            RC_ASSERT(used(d.row_nonzeros) == f.rows_used);
            RC_ASSERT(used(d.column_nonzeros) == f.columns_used);
            RC_ASSERT(used(d.diagonal_nonzeros) == f.diagonals_used);
            RC_ASSERT(most(d.row_nonzeros) == f.fullest_row);
            RC_ASSERT(most(d.column_nonzeros) == f.fullest_column);
            std::int64_t runs = 0;
            std::int64_t longest = 0;
            for (std::size_t i = 0; i < d.runs.size(); ++i) {
                runs += d.runs[i];
                longest = d.runs[i] > 0 ? static_cast<std::int64_t>(i) + 1 : longest;
            }
            RC_ASSERT(runs == f.runs);
            RC_ASSERT(longest == f.longest_run);
            std::int64_t distance = 0;
            std::int64_t bandwidth = 0;
            for (std::size_t k = 0; k < d.diagonal_nonzeros.size(); ++k) {
                const std::int64_t offset = std::abs(static_cast<std::int64_t>(k) - edge + 1);
                distance += offset * d.diagonal_nonzeros[k];
                bandwidth = d.diagonal_nonzeros[k] > 0 ? std::max(bandwidth, offset) : bandwidth;
            }
            RC_ASSERT(distance == f.distance);
            RC_ASSERT(bandwidth == f.bandwidth);
            RC_ASSERT((a.class_of[static_cast<std::size_t>(p)] < 0) == (f.nonzeros == 0));
            for (std::size_t g = 0; g < groups.size(); ++g) {
                std::int64_t fuller = 0;
                for (std::int64_t i = 0; i < edge; ++i) {
                    const std::int64_t r = p / a.block_columns * edge + i;
                    std::map<std::int64_t, std::int64_t> counts;
                    for (const std::int32_t j : r < rows ? m.row(r) : m.row(0).first(0)) {
                        if (j / edge == p % a.block_columns)
                            ++counts[j / groups[g].m];
                    }
                    for (const auto& [group, count] : counts)
                        fuller += count > groups[g].n ? 1 : 0;
                }
                const auto all = static_cast<float>(edge * (edge / groups[g].m));
                RC_ASSERT(a.conformity[g][static_cast<std::size_t>(p)] ==
                          1 - static_cast<float>(fuller) / all);
            }
            nonzeros += f.nonzeros;
        }
        RC_ASSERT(nonzeros == m.nonzeros());
        RC_ASSERT(a.histogram.total() == static_cast<double>(m.nonzeros()));
    });
}

TEST_CASE("the histogram bins by powers of two with a bin for exactly 0") {
    CHECK(PatternHistogram::bin(0) == 0);
    CHECK(PatternHistogram::bin(1e-9) == 1);
    CHECK(PatternHistogram::bin(1.0 / 64) == 1);
    CHECK(PatternHistogram::bin(1.01 / 64) == 2);
    CHECK(PatternHistogram::bin(0.25) == 5);
    CHECK(PatternHistogram::bin(0.5) == 6);
    CHECK(PatternHistogram::bin(0.51) == 7);
    CHECK(PatternHistogram::bin(1) == 7);
    CHECK_THROWS_AS(PatternHistogram::bin(-0.1), std::logic_error);

    PatternHistogram h;
    h.add({.nonzeros = 8, .distance = 0}, 8);     // a diagonal: density 1/8, distance 0
    h.add({.nonzeros = 64, .distance = 168}, 8);  // full: Σ|i − j| = 168, mean 2.625 of 7
    h.add({}, 8);
    CHECK(h.weights[4][0] == 8);
    CHECK(h.weights[7][6] == 64);
    CHECK(h.total() == 72);
    PatternHistogram other = h;
    other.decay(0.5);
    h.merge(other);
    CHECK(h.weights[4][0] == 12);
    CHECK(h.total() == 108);
    CHECK_THROWS_AS(h.decay(1.5), std::logic_error);
}

TEST_CASE("locality hashes agree as often as their formulas say") {
    // Few non-zeros leave most bins of the permutation empty; then values are borrowed.
    for (const auto& [edge, both, own] : {std::tuple{32, 60, 20},
                                          std::tuple{32, 400, 100},
                                          std::tuple{32, 6, 2},
                                          std::tuple{32, 1, 1},
                                          std::tuple{8, 10, 10},
                                          std::tuple{64, 300, 300},
                                          std::tuple{4, 3, 2}}) {
        const auto [a, b] =
            overlapping(edge, static_cast<std::size_t>(both), static_cast<std::size_t>(own));
        const double similarity = static_cast<double>(both) / (both + 2 * own);
        const LocalityHash hash({}, edge);
        CHECK(hash.similarity(a.view(), b.view()) == Approx(similarity));
        check_collisions(LocalityHashKind::minhash, edge, a, b, similarity);
        if (edge > 32)
            continue;
        const double same = 1 - 2.0 * own / (edge * edge);
        check_collisions(LocalityHashKind::bit_sampling, edge, a, b, same);
    }
    Block a;
    Block b;
    a.features = {.nonzeros = 30,
                  .rows_used = 10,
                  .columns_used = 9,
                  .diagonals_used = 20,
                  .fullest_row = 6,
                  .fullest_column = 5,
                  .bandwidth = 13,
                  .runs = 20,
                  .longest_run = 4,
                  .distance = 100};
    b.features = {.nonzeros = 90,
                  .rows_used = 16,
                  .columns_used = 3,
                  .diagonals_used = 31,
                  .fullest_row = 16,
                  .fullest_column = 9,
                  .bandwidth = 15,
                  .runs = 22,
                  .longest_run = 16,
                  .distance = 800};
    const auto x = feature_vector(a.features, 16);
    const auto y = feature_vector(b.features, 16);
    double xy = 0;
    double xx = 0;
    double yy = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        xy += static_cast<double>(x[i]) * static_cast<double>(y[i]);
        xx += static_cast<double>(x[i]) * static_cast<double>(x[i]);
        yy += static_cast<double>(y[i]) * static_cast<double>(y[i]);
    }
    const double angle = std::acos(xy / std::sqrt(xx * yy));
    check_collisions(LocalityHashKind::simhash, 16, a, b, 1 - angle / std::numbers::pi);
}

TEST_CASE("keys of a band agree as often as all of its values") {
    // P(candidate) = 1 − (1 − J^r)^L with J = 0.6: 1 − (1 − 0.1296)^16 = 0.8916.
    const auto [a, b] = overlapping(32, 60, 20);
    constexpr int seeds = 1000;
    std::vector<std::uint64_t> x(16);
    std::vector<std::uint64_t> y(16);
    std::vector<std::uint16_t> scratch(64);
    double candidates = 0;
    double first_band = 0;
    for (int seed = 0; seed < seeds; ++seed) {
        const LocalityHash hash({.seed = static_cast<std::uint64_t>(seed)}, 32);
        hash.keys(a.view(), x, scratch);
        hash.keys(b.view(), y, scratch);
        bool candidate = false;
        for (std::size_t band = 0; band < x.size(); ++band)
            candidate = candidate || x[band] == y[band];
        candidates += candidate ? 1 : 0;
        first_band += x[0] == y[0] ? 1 : 0;
    }
    check_share(first_band, seeds, std::pow(0.6, 4));
    check_share(candidates, seeds, 1 - std::pow(1 - std::pow(0.6, 4), 16));
}

TEST_CASE("a periodic matrix has one class of patterns") {
    for (const double density : {0.02, 0.1, 0.5, 1.0}) {
        const SparseMatrix tile =
            make_matrix({.pattern = Pattern::unstructured, .density = density}, 32, 32, 1);
        const SparseMatrix m = periodic(tile, 20);
        for (const LocalityHashKind kind : {LocalityHashKind::minhash,
                                            LocalityHashKind::simhash,
                                            LocalityHashKind::bit_sampling}) {
            PatternOptions options{.block = 32, .hash = {.kind = kind}};
            const PatternAnalysis a = analyse_patterns(m, options, 2);
            REQUIRE(a.classes.size() == 1);
            CHECK(a.classes[0].blocks == 400);
            CHECK(a.classes[0].representative == 0);
            CHECK(a.classes[0].nonzeros == m.nonzeros());
            CHECK(a.classes[0].histogram == a.histogram);
            options.block = 16;  // four patterns, or fewer if some are alike
            CHECK(analyse_patterns(m, options, 2).classes.size() <= 4);
        }
    }
    // Without noise, tiles of a band differ by where the band passes; shifted, diagonals are alike.
    const SparseMatrix band =
        periodic(matrix_of({{0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 0}, {0, 0, 0, 0}}), 2);
    const SparseMatrix moved =
        periodic(matrix_of({{0, 0, 0, 0}, {1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 0, 0}}), 2);
    SparseMatrix stacked = band;
    stacked.rows += moved.rows;
    for (std::int64_t r = 0; r < moved.rows; ++r) {
        stacked.column_indices.insert(
            stacked.column_indices.end(), moved.row(r).begin(), moved.row(r).end());
        stacked.row_offsets.push_back(stacked.nonzeros());
    }
    PatternOptions options{.block = 4};
    CHECK(analyse_patterns(stacked, options, 1).classes.size() == 2);
    options.hash.shifted = true;
    CHECK(analyse_patterns(stacked, options, 1).classes.size() == 1);
}

TEST_CASE("blocks with much in common share a class") {
    // 12 prototypes, each block one of them with some elements moved: recall of pairs J ≥ 0.8.
    constexpr std::int64_t edge = 32;
    constexpr std::int64_t blocks = 240;
    plexus::core::Rng random(5);
    std::vector<SparseMatrix> prototypes;
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        prototypes.push_back(make_matrix(
            {.pattern = Pattern::unstructured, .density = 0.1, .seed = seed}, edge, edge, 1));
    }
    SparseMatrix m{.rows = edge * blocks, .columns = edge, .row_offsets = {0}};
    for (std::int64_t p = 0; p < blocks; ++p) {
        const SparseMatrix& prototype = prototypes[random.below(prototypes.size())];
        const double noise = 0.1 * random.uniform();
        for (std::int64_t i = 0; i < edge; ++i) {
            for (const std::int32_t j : prototype.row(i)) {
                if (random.uniform() >= noise)
                    m.column_indices.push_back(j);
            }
            m.row_offsets.push_back(m.nonzeros());
        }
    }
    const PatternAnalysis a = analyse_patterns(m, {.block = edge}, 2);
    int near = 0;
    int found = 0;
    for (std::size_t p = 0; p < blocks; ++p) {
        for (std::size_t q = p + 1; q < blocks; ++q) {
            const double similarity = jaccard(m, edge, p, q);
            if (similarity >= 0.8) {
                ++near;
                found += a.class_of[p] == a.class_of[q] ? 1 : 0;
            }
            if (similarity < 0.3)
                CHECK(a.class_of[p] != a.class_of[q]);
        }
    }
    REQUIRE(near > 1000);
    CHECK(found >= 0.95 * near);
    CHECK(a.classes.size() == 12);
}

TEST_CASE("an analysis does not depend on the number of threads or the order of its rows") {
    const SparseMatrix m = make_matrix(
        {.pattern = Pattern::power_law, .density = 0.1, .values = Values::normal}, 700, 900, 1);
    for (const LocalityHashKind kind :
         {LocalityHashKind::minhash, LocalityHashKind::simhash, LocalityHashKind::bit_sampling}) {
        const PatternOptions options{.block = 16, .hash = {.kind = kind, .similarity = 0.3}};
        const PatternAnalysis one = analyse_patterns(m, options, 1);
        CHECK(one == analyse_patterns(m, options, 2));
        CHECK(one == analyse_patterns(m, options, 5));
        PatternAnalyser streamed(m.rows, m.columns, options);
        for (std::int64_t b = streamed.block_rows(); b-- > 0;) {
            const std::int64_t first = b * 16;
            SparseMatrix part{.rows = std::min<std::int64_t>(16, m.rows - first),
                              .columns = m.columns,
                              .row_offsets = {0}};
            for (std::int64_t r = first; r < first + part.rows; ++r) {
                part.column_indices.insert(
                    part.column_indices.end(), m.row(r).begin(), m.row(r).end());
                part.values.insert(
                    part.values.end(), m.row_values(r).begin(), m.row_values(r).end());
                part.row_offsets.push_back(part.nonzeros());
            }
            streamed.add_block_row(b, part, 0);
        }
        CHECK(one == std::move(streamed).finish(3));
    }
}

TEST_CASE("empty and single-element matrices are analysed") {
    const PatternAnalysis none =
        analyse_patterns({.rows = 5, .columns = 70, .row_offsets = {0, 0, 0, 0, 0, 0}}, {}, 1);
    CHECK(none.blocks() == 3);
    CHECK(none.classes.empty());
    CHECK(none.class_of == std::vector<std::int32_t>{-1, -1, -1});
    CHECK(none.histogram.total() == 0);
    const PatternAnalysis one = analyse_patterns(
        {.rows = 1, .columns = 1, .row_offsets = {0, 1}, .column_indices = {0}}, {.block = 8}, 1);
    CHECK(one.classes.size() == 1);
    CHECK(one.features[0].energy == 1);
}

TEST_CASE("options of a pattern analysis out of range are refused") {
    using Catch::Matchers::Contains;
    const SparseMatrix m = matrix_of({{1}});
    const auto answer = [&](const PatternOptions& options) -> std::string {
        try {
            (void)analyse_patterns(m, options, 1);
        } catch (const ConfigErrors& e) {
            return e.what();
        }
        return "";
    };
    CHECK(answer({}).empty());
    CHECK_THAT(answer({.block = 65, .groups = {}}), Contains("block: must be in 1..64, got 65"));
    CHECK_THAT(answer({.block = 0, .groups = {}}), Contains("block: must be in 1..64, got 0"));
    CHECK_THAT(answer({.block = 32, .groups = {{2, 5}}}),
               Contains("groups[0]: must have 0 ≤ n ≤ m"));
    CHECK_THAT(answer({.hash = {.rows = 0}}), Contains("hash.rows: must be in 1..64"));
    CHECK_THAT(answer({.hash = {.bands = 0}}), Contains("hash.bands: must be in 1..256"));
    CHECK_THAT(answer({.hash = {.similarity = 0}}), Contains("hash.similarity: must be in (0, 1]"));
    CHECK_THAT(answer({.block = 64, .hash = {.kind = LocalityHashKind::bit_sampling}}),
               Contains("bit_sampling is for blocks of at most 32"));
    PatternAnalyser analyser(8, 8, {.block = 4});
    CHECK_THROWS_AS(analyser.add_block_row(2, m, 0), std::logic_error);
    CHECK_THROWS_AS(analyser.add_block_row(0, m, 0), std::logic_error);
}

}  // namespace test_pattern_analysis
