// SPDX-License-Identifier: Apache-2.0
// What storage formats, gating and skipping make of the traffic of a dataflow core.
#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <vector>

#include <rapidcheck/catch.h>

#include "plexus/cost_models/sparsity/sparse_cost.hpp"
#include "plexus/workloads/sparse_matrix.hpp"

#include "catch.hpp"
#include "sparse_products.hpp"

namespace test_sparse_dataflow {

using namespace plexus;
using namespace plexus::cost_models::sparsity;
using namespace plexus::cost_models::sparsity::tests;
using plexus::workloads::SparseMatrix;

namespace {

const Actions& counts(const SparseCost& cost, std::size_t at, std::size_t tensor) {
    return cost.levels[at].tensors[tensor].data;
}

double all(const Actions& actions, Access access) {
    const auto& row = actions.values[static_cast<std::size_t>(access)];
    return std::accumulate(row.begin(), row.end(), 0.0);
}

}  // namespace

TEST_CASE("dense traffic of a tiled product", "[sparsity]") {
    // Buffer: k = 0..3 of 4, n = 0..1 of 2, m one of 6; store: k 2 (inner), m 6, n 3 (outer).
    const SparseProblem problem = product(6, 6, 8);
    const Tiling tiling = tiled({{k, 4}, {n, 2}, {k, 2}, {m, 6}, {n, 3}}, 2, {true, true, true});
    const LoopNest nest(problem.einsum, tiling);
    const DenseTraffic dense = dense_traffic(problem.einsum, nest);
    CHECK(dense.computes == 288);
    // A: tiles of 4; every step of k, m and n brings another one: 2 · 6 · 3 tiles.
    CHECK(dense.levels[0][a].tile == 4);
    CHECK(dense.levels[0][a].fills == 4 * 36);
    CHECK(dense.levels[0][a].reads == 288);
    CHECK(dense.levels[1][a].reads == 4 * 36);
    // B: tiles of 8; k and m (through k) and n bring another one.
    CHECK(dense.levels[0][b].fills == 8 * 36);
    // Z: tiles of 2 stay while k runs; 18 of them, each once: nothing comes back.
    CHECK(dense.levels[0][z].updates == 288);
    CHECK(dense.levels[0][z].reads == 288 - 36);
    CHECK(dense.levels[0][z].fills == 0);
    CHECK(dense.levels[1][z].updates == 36);
    CHECK(dense.levels[1][z].reads == 0);
}

TEST_CASE("a window that slides brings only what is new", "[sparsity]") {
    // Inputs[q + s] with s = 0..2 inside and q = 0..8 outside: 3, then 1 of 3 for each step.
    Einsum einsum{
        "window", {"S", "Q"}, {3, 9}, {{"W", {{{0}}}}, {"I", {{{0}, {1}}}}, {"O", {{{1}}}, true}}};
    const Tiling tiling = tiled({{0, 3}, {1, 9}}, 1, {true, true, true});
    CHECK(tiling_violations(einsum, tiling).empty());
    const DenseTraffic dense = dense_traffic(einsum, LoopNest(einsum, tiling));
    CHECK(dense.levels[0][1].fills == 3 + 8);
    CHECK(dense.levels[0][0].fills == 3);
    // With q twice, in two outer loops, the window jumps back in between: 3 + 1 + 3 + 1 …
    einsum.sizes = {3, 4};
    const Tiling two = tiled({{0, 3}, {1, 2}, {1, 2}}, 1, {true, true, true});
    CHECK(dense_traffic(einsum, LoopNest(einsum, two)).levels[0][1].fills == 3 + 3);
    einsum.tensors[1].axes = {{{0}, {1, 2}}};  // Stride 2: two of three are new.
    CHECK(dense_traffic(einsum, LoopNest(einsum, two)).levels[0][1].fills == 3 + 3 * 2);
}

TEST_CASE("children side by side share what they have in common", "[sparsity]") {
    const SparseProblem problem = product(8, 4, 4);
    Tiling tiling;
    tiling.levels = {{{{k, 4}}, {true, true, true}},
                     {{{m, 8, LoopKind::spatial_x}, {n, 4}}, {true, true, true}}};
    const DenseTraffic dense = dense_traffic(problem.einsum, LoopNest(problem.einsum, tiling));
    CHECK(dense.units == 8);
    CHECK(dense.levels[0][b].instances == 8);
    CHECK(dense.levels[0][b].fills == 16);
    CHECK(dense.levels[1][b].reads == 16);  // One read serves all eight.
    CHECK(dense.levels[0][a].fills == 4);
    CHECK(dense.levels[1][a].reads == 32);  // Each has its own.
}

TEST_CASE("gating saves energy and keeps the cycles, skipping saves both", "[sparsity]") {
    SparseProblem problem = product(4, 4, 16);
    problem.densities[a] = TensorDensity::structured(0.25);
    SparseCore core = two_levels();
    const Tiling tiling = one_tile(problem);
    const SparseCost dense = sparse_cost(problem, core, tiling);
    CHECK(dense.cycles.value == 256);
    CHECK(dense.compute.actual == 256);

    core.levels[0].units = {unit(Saving::gating, b, {a})};
    const SparseCost gated = sparse_cost(problem, core, tiling);
    CHECK(gated.cycles.value == 256);
    CHECK(gated.compute.actual == 64);
    CHECK(gated.compute.gated == 192);
    CHECK(counts(gated, 0, b).at(Access::read, Outcome::actual) == 64);
    CHECK(counts(gated, 0, b).at(Access::read, Outcome::gated) == 192);
    // 192 reads of B at 1 pJ and 192 computes at 1 − 0.1 pJ less.
    CHECK(dense.energy.value - gated.energy.value == Approx(192 + 192 * 0.9));
    CHECK(sparse_cost(problem, core, tiling, Rules::timeloop).cycles.value == 64);

    core.levels[0].units = {unit(Saving::skipping, b, {a})};
    const SparseCost skipped = sparse_cost(problem, core, tiling);
    CHECK(skipped.cycles.value == 64);
    CHECK(skipped.compute.saved == 192);
    CHECK(counts(skipped, 0, b).at(Access::read, Outcome::skipped) == 192);
    CHECK(skipped.energy.value < gated.energy.value);
}

TEST_CASE("the tile that stays decides how much of a leader must be empty", "[sparsity]") {
    SparseProblem problem = product(8, 8, 32);
    problem.densities[a] = TensorDensity::uniform(0.25, 8 * 32);
    SparseCore core = two_levels();
    core.levels[1].units = {unit(Saving::skipping, b, {a})};
    // B's tile of 4 elements of k changes with the next loop, k: its leader is 4 elements of A.
    const Tiling by_k = tiled({{k, 4}, {k, 8}, {n, 8}, {m, 8}}, 1, {true, true, true});
    const double empty_4 = workloads::empty_tile_probability(256, 64, 4);
    CHECK(sparse_cost(problem, core, by_k).levels[1].tensors[b].saved == Approx(empty_4));
    // With m next, the tile stays for all of m, but the loop that changes it is still k.
    const Tiling by_m = tiled({{k, 4}, {m, 8}, {k, 8}, {n, 8}}, 1, {true, true, true});
    CHECK(sparse_cost(problem, core, by_m).levels[1].tensors[b].saved ==
          Approx(workloads::empty_tile_probability(256, 64, 4 * 8)));
    // Accesses of 8 words: a block goes only if both tiles of A that meet it are empty.
    core.levels[1].block = 8;
    CHECK(sparse_cost(problem, core, by_k).levels[1].tensors[b].saved ==
          Approx(workloads::empty_tile_probability(256, 64, 8)));
}

TEST_CASE("both operands of an intersection lead the other one", "[sparsity]") {
    SparseProblem problem = product(8, 8, 32);
    problem.densities[a] = TensorDensity::structured(0.25);
    problem.densities[b] = TensorDensity::structured(0.5);
    SparseCore core = two_levels();
    core.levels[0].units = {unit(Saving::skipping, a, {b}),
                            unit(Saving::skipping, b, {a}),
                            unit(Saving::skipping, z, {a, b})};
    const SparseCost cost = sparse_cost(problem, core, one_tile(problem));
    CHECK(cost.compute.actual == 2048 / 8);
    CHECK(cost.cycles.value == 256);
    CHECK(counts(cost, 0, z).at(Access::update, Outcome::actual) == 256);
    CHECK(counts(cost, 0, a).at(Access::read, Outcome::actual) == 1024);

    problem.effectual = 0.25;  // Where A is not zero, B is not either.
    const SparseCost paired = sparse_cost(problem, core, one_tile(problem));
    CHECK(paired.compute.actual == 512);
    CHECK(counts(paired, 0, z).at(Access::update, Outcome::actual) == 512);
}

TEST_CASE("alignment skips what has no partner", "[sparsity]") {
    SparseProblem problem = product(4, 4, 64);
    problem.densities[a] = TensorDensity::structured(0.5);
    problem.densities[b] = TensorDensity::structured(0.25);
    SparseCore core = two_levels();
    core.levels[0].formats[a].ranks = {{Format::offsets}, {Format::coordinate}};
    core.levels[0].formats[b].ranks = {{Format::offsets}, {Format::coordinate}};
    core.levels[1].formats = core.levels[0].formats;
    // Neither gates nor skips: whatever arrives takes a cycle, but for pairs of absent operands.
    const SparseCost bubbles = sparse_cost(problem, core, one_tile(problem));
    CHECK(bubbles.compute.actual == 1024 - 1024 * 3 / 8);
    CHECK(bubbles.compute.nonexistent == 1024 * 3 / 8);
    core.compute_skips = true;
    const SparseCost aligned = sparse_cost(problem, core, one_tile(problem));
    CHECK(aligned.compute.actual == 128);
    CHECK(aligned.compute.skipped == 512);
    CHECK(aligned.compute.nonexistent == 384);
    CHECK(aligned.cycles.value == 128);
}

TEST_CASE("what ranks take follows the tree of fibers", "[sparsity]") {
    SparseProblem problem = product(8, 1, 32);
    problem.densities[a] = TensorDensity::structured(0.125);  // 4 in each row of 32.
    SparseCore core = two_levels();
    core.levels[0].units = {};
    const auto bits = [&](std::vector<RankFormat> ranks) {
        core.levels[1].formats[a].ranks = std::move(ranks);
        core.levels[0].decompresses = true;
        Tiling tiling = one_tile(problem);
        tiling.levels[0].keeps = {false, true, true};
        const SparseCost cost = sparse_cost(problem, core, tiling);
        CHECK(cost.feasible());
        return cost.levels[1].tensors[a].metadata_bits_read;
    };
    CHECK(bits({{Format::offsets}, {Format::coordinate}}) == 8 * (9 + 32));
    CHECK(bits({{Format::offsets, {}, 4}, {Format::coordinate, 2}}) == 4 * 9 + 2 * 32);
    CHECK(bits({{Format::uncompressed}, {Format::bitmap}}) == 256);
    CHECK(bits({{Format::coordinate}, {Format::run_length, 4}}) == 8 * (8 + 8) + 4 * 32);
    CHECK(bits({{Format::offsets, {}, 3}, {Format::coordinate, 5}}) == 4 * 9 + 8 * 32);
    RankFormat flat{Format::coordinate, 8};
    flat.flattened = {m, k};
    CHECK(bits({flat}) == 8 * 32);
}

TEST_CASE("units side by side get what is effectual, if the fullest group fits", "[sparsity]") {
    SparseProblem problem = product(4, 16, 64);
    problem.densities[a] = TensorDensity::structured(0.5);
    SparseCore core = two_levels();
    core.levels[1].formats[a].ranks = {{Format::uncompressed_bitmap},
                                       {Format::uncompressed_bitmap},
                                       {Format::uncompressed_bitmap}};
    core.levels[1].units = {unit(Saving::spatial_skipping, b, {a}),
                            unit(Saving::spatial_skipping, z, {a})};
    core.levels[1].fanout_x = 4;
    Tiling tiling;
    tiling.levels = {{{{n, 16}}, {true, false, false}},
                     {{{k, 8, LoopKind::spatial_x}, {k, 8}, {m, 4}}, {true, true, true}}};
    const SparseCost cost = sparse_cost(problem, core, tiling);
    CHECK(cost.feasible());
    CHECK(cost.compute.units == 4);
    CHECK(cost.compute.busy_units == 4);
    CHECK(cost.compute.actual == 2048);
    CHECK(cost.cycles.value == 512);  // 1024 with 4 units and all of A.
    core.levels[1].fanout_x = 3;
    const SparseCost crowded = sparse_cost(problem, core, tiling);
    REQUIRE(crowded.violations.size() == 1);
    CHECK(crowded.violations[0].needed == "4");
    // Nobody knows where uniform zeros lie: any group may be full.
    problem.densities[a] = TensorDensity::uniform(0.5, 256);
    core.levels[1].fanout_x = 4;
    CHECK(!sparse_cost(problem, core, tiling).feasible());
}

TEST_CASE("units that skip wait for the one with most to do", "[sparsity]") {
    SparseProblem problem = product(4, 4, 16);
    SparseCore core = two_levels();
    core.levels[0].units = {unit(Saving::skipping, b, {a})};
    Tiling tiling;
    tiling.levels = {{{{k, 16}}, {true, true, true}},
                     {{{m, 4, LoopKind::spatial_x}, {n, 4}}, {true, true, true}}};
    problem.densities[a] = TensorDensity::structured(0.25);  // 4 in every row.
    CHECK(sparse_cost(problem, core, tiling).compute.imbalance == 1);
    CHECK(sparse_cost(problem, core, tiling).cycles.value == 16);
    problem.densities[a] = TensorDensity::uniform(0.25, 64);
    const SparseCost uneven = sparse_cost(problem, core, tiling);
    const auto row = workloads::tile_occupancy(64, 16, 16);
    double most = 0;  // E[max of 4] = Σ (1 − F(k)^4).
    double below = 0;
    for (std::int64_t i = 0; i < 16; ++i) {
        below += row.at(i);
        most += 1 - std::pow(below, 4);
    }
    CHECK(uneven.compute.imbalance == Approx(most / 4));
    CHECK(uneven.cycles.value == std::ceil(16 * most / 4));
    CHECK(sparse_cost(problem, core, tiling, Rules::timeloop).cycles.value == 16);
    const TensorDensity large = TensorDensity::uniform(0.5, std::int64_t{1} << 40);
    const std::vector<std::int64_t> tile{std::int64_t{1} << 30};
    // 16 normal numbers: E[max] = 1.7660 (Harter 1961) standard deviations of 2^14.
    CHECK(large.fullest(tile, 16) - std::ldexp(1, 29) ==
          Approx(1.7660 * std::ldexp(1, 14)).epsilon(2e-3));
}

TEST_CASE("the fullest tile has to fit, with its metadata", "[sparsity]") {
    SparseProblem problem = product(8, 8, 8);
    problem.densities[a] = TensorDensity::uniform(0.25, 64);
    SparseCore core = two_levels();
    core.levels[1].formats[a].ranks = {{Format::offsets}, {Format::coordinate}};
    core.levels[0].formats = core.levels[1].formats;
    core.levels[0].words = 16 + 64 + 64;
    core.levels[0].metadata_bits = 8 * (9 + 16);
    CHECK(sparse_cost(problem, core, one_tile(problem)).feasible());
    --core.levels[0].words;
    CHECK(!sparse_cost(problem, core, one_tile(problem)).feasible());
    ++core.levels[0].words;
    --core.levels[0].metadata_bits;
    CHECK(!sparse_cost(problem, core, one_tile(problem)).feasible());
    ++core.levels[0].metadata_bits;
    core.levels[0].buffers = 2;
    CHECK(sparse_cost(problem, core, one_tile(problem)).violations.size() == 2);
}

TEST_CASE("what does not fit together is told", "[sparsity]") {
    SparseProblem problem = product(8, 8, 8);
    problem.densities[a] = TensorDensity::structured(0.25);
    SparseCore core = two_levels();
    SECTION("loops that do not multiply to the sizes") {
        const SparseCost cost =
            sparse_cost(problem, core, tiled({{k, 4}, {n, 8}, {m, 8}}, 1, {true, true, true}));
        REQUIRE(cost.violations.size() == 1);
        CHECK(cost.violations[0].needed == "8");
    }
    SECTION("a tensor without a home") {
        Tiling tiling = one_tile(problem);
        tiling.levels[1].keeps[b] = false;
        CHECK(!sparse_cost(problem, core, tiling).feasible());
    }
    SECTION("more loops than ranks") {
        core.levels[0].formats[a].ranks = {{Format::coordinate}};
        CHECK(!sparse_cost(problem, core, one_tile(problem)).feasible());
    }
    SECTION("no decoder") {
        core.levels[1].formats[a].ranks = {{Format::coordinate}, {Format::coordinate}};
        const SparseCost cost = sparse_cost(problem, core, one_tile(problem));
        REQUIRE(cost.violations.size() == 1);
        CHECK(cost.violations[0].needed == "a decoder");
    }
    SECTION("a leader that leads itself, and one that is not there") {
        core.levels[0].units = {unit(Saving::skipping, b, {b}), unit(Saving::skipping, 7, {a})};
        CHECK_THROWS_AS(sparse_cost(problem, core, one_tile(problem)), core::ConfigErrors);
    }
    SECTION("three operands") {
        problem.einsum.tensors.push_back({"C", {{{k}}}});
        problem.densities.emplace_back();
        core.levels[0].formats.resize(4);
        core.levels[1].formats.resize(4);
        Tiling tiling = one_tile(problem);
        tiling.levels[0].keeps.push_back(true);
        tiling.levels[1].keeps.push_back(true);
        CHECK_THROWS_AS(sparse_cost(problem, core, tiling), core::ConfigErrors);
    }
}

namespace {

/// What the nest of by_tile() does with two matrices that are there.
struct Counted {
    double tiles_sent = 0;     ///< Words of B that the store sends inwards.
    double nonzeros_sent = 0;  ///< Of A.
    double reads = 0;          ///< Of B from the buffer.
    double computes = 0;
};

/// 1 where a matrix has a non-zero, row by row.
std::vector<char> pattern(const SparseMatrix& matrix) {
    std::vector<char> out(static_cast<std::size_t>(matrix.rows * matrix.columns));
    for (std::int64_t row = 0; row < matrix.rows; ++row) {
        for (const std::int32_t column : matrix.row(row)) {
            out[static_cast<std::size_t>(row * matrix.columns + column)] = 1;
        }
    }
    return out;
}

/// for m, n, tile of k: B's tile comes if A's tile has a non-zero; then B is read where A has one.
Counted count(const SparseMatrix& left, const SparseMatrix& right, std::int64_t tile) {
    const std::vector<char> of_a = pattern(left);
    const std::vector<char> of_b = pattern(right);
    Counted out;
    for (std::int64_t row = 0; row < left.rows; ++row) {
        for (std::int64_t column = 0; column < right.rows; ++column) {
            for (std::int64_t start = 0; start < left.columns; start += tile) {
                const char* in_a = &of_a[static_cast<std::size_t>(row * left.columns + start)];
                const char* in_b = &of_b[static_cast<std::size_t>(column * left.columns + start)];
                int here = 0;
                int both = 0;
                for (std::int64_t i = 0; i < tile; ++i) {
                    here += in_a[i];
                    both += in_a[i] * in_b[i];
                }
                out.nonzeros_sent += here;
                out.reads += here;
                out.computes += both;
                out.tiles_sent += here > 0 ? static_cast<double>(tile) : 0;
            }
        }
    }
    return out;
}

}  // namespace

TEST_CASE("expected traffic is what drawn matrices cause, within 1 %", "[sparsity]") {
    const std::int64_t tile = 16;
    for (const double density : {0.02, 0.1, 0.3}) {
        SparseProblem problem = product(32, 32, 512);
        problem.densities[a] = TensorDensity::uniform(density, std::int64_t{32} * 512);
        problem.densities[b] = TensorDensity::uniform(0.4, std::int64_t{32} * 512);
        SparseCore core = two_levels();
        core.levels[0].formats[a].ranks = {{Format::coordinate}};
        core.levels[1].formats[a].ranks = {
            {Format::offsets}, {Format::offsets}, {Format::coordinate}};
        core.levels[0].units = {unit(Saving::skipping, b, {a})};
        core.levels[1].units = {unit(Saving::skipping, b, {a})};
        core.compute_gates = true;
        const Tiling tiling =
            tiled({{k, tile}, {k, 512 / tile}, {n, 32}, {m, 32}}, 1, {true, true, true});
        const SparseCost cost = sparse_cost(problem, core, tiling);
        REQUIRE(cost.feasible());
        Counted mean;
        constexpr int draws = 8;
        for (std::uint64_t seed = 1; seed <= draws; ++seed) {
            const auto left = workloads::make_matrix(
                {.pattern = workloads::Pattern::unstructured, .density = density, .seed = seed},
                32,
                512);
            const auto right = workloads::make_matrix(
                {.pattern = workloads::Pattern::unstructured, .density = 0.4, .seed = 1000 + seed},
                32,
                512);
            const Counted one = count(left, right, tile);
            mean.tiles_sent += one.tiles_sent / draws;
            mean.nonzeros_sent += one.nonzeros_sent / draws;
            mean.reads += one.reads / draws;
            mean.computes += one.computes / draws;
        }
        INFO("density " << density);
        CHECK(counts(cost, 1, b).at(Access::read, Outcome::actual) ==
              Approx(mean.tiles_sent).epsilon(0.01));
        CHECK(counts(cost, 1, a).at(Access::read, Outcome::actual) ==
              Approx(mean.nonzeros_sent).epsilon(0.01));
        CHECK(counts(cost, 0, b).at(Access::read, Outcome::actual) ==
              Approx(mean.reads).epsilon(0.01));
        CHECK(cost.compute.actual == Approx(mean.computes).epsilon(0.01));
        CHECK(cost.compute.gated == Approx(mean.reads - mean.computes).epsilon(0.01));
    }
}

TEST_CASE("accesses of several words fetch the last one half empty", "[sparsity]") {
    const TensorDensity density = TensorDensity::uniform(0.1, 4096);
    const std::vector<std::int64_t> tile{64};
    double mean = 0;
    for (const auto& [nonzeros, probability] : workloads::tile_occupancy(4096, 410, 64).points) {
        mean += probability * std::ceil(static_cast<double>(nonzeros) / 8);
    }
    CHECK(density.blocks(tile, 8) == Approx(mean));
    // The closed form for large tiles meets the sum where both can be had.
    const TensorDensity large = TensorDensity::uniform(0.1, std::int64_t{1} << 24);
    const std::vector<std::int64_t> wide{std::int64_t{1} << 16};
    double sum = 0;
    for (const auto& [nonzeros, probability] :
         workloads::tile_occupancy(std::int64_t{1} << 24, 1677722, std::int64_t{1} << 16).points) {
        sum += probability * std::ceil(static_cast<double>(nonzeros) / 32);
    }
    CHECK(large.blocks(wide, 32) == Approx(sum).epsilon(1e-9));
}

namespace {

/// A small product with any loops and any units.
struct AnyCase {
    SparseProblem problem;
    SparseCore core;
    Tiling tiling;
};

AnyCase any_case(Saving saving, bool formats) {
    const auto part = rc::gen::element<std::int64_t>(1, 2, 4);
    const std::int64_t inside[] = {*part, *part, *part};
    const std::int64_t outside[] = {*part, *part, *part};
    AnyCase out{product(inside[m] * outside[m], inside[n] * outside[n], inside[k] * outside[k]),
                two_levels(),
                {}};
    std::vector<std::size_t> order{m, n, k};
    const auto shuffled = [&] {
        return *rc::gen::element(std::vector<std::size_t>{m, n, k},
                                 std::vector<std::size_t>{k, n, m},
                                 std::vector<std::size_t>{n, k, m},
                                 std::vector<std::size_t>{k, m, n});
    };
    std::vector<Loop> loops;
    for (const std::size_t d : shuffled()) {
        loops.push_back({d, inside[d]});
    }
    for (const std::size_t d : shuffled()) {
        loops.push_back({d, outside[d]});
    }
    out.tiling = tiled(std::move(loops), 3, {true, true, true});
    const std::size_t at = *rc::gen::element<std::size_t>(0, 1);
    out.core.levels[at].units = {unit(saving, b, {a})};
    if (*rc::gen::arbitrary<bool>()) {
        out.core.levels[at].units.push_back(unit(saving, a, {b}));
        out.core.levels[at].units.push_back(unit(saving, z, {a, b}));
    }
    out.core.levels[0].read_words = *rc::gen::element(unlimited, 1.0, 3.0);
    if (formats) {
        out.core.levels[0].formats[a].ranks = {{Format::offsets}, {Format::run_length, 4}};
        out.core.levels[1].formats[a].ranks = {
            {Format::offsets}, {Format::offsets}, {Format::offsets}, {Format::run_length, 4}};
        out.core.levels[0].formats[a].ranks[0].payload_bits = 0;
    }
    return out;
}

}  // namespace

TEST_CASE("without zeros and formats the dense counts remain", "[sparsity][property]") {
    rc::prop("any nest", [] {
        const Saving saving = *rc::gen::element(Saving::gating, Saving::skipping);
        const AnyCase c = any_case(saving, false);
        const LoopNest nest(c.problem.einsum, c.tiling);
        const DenseTraffic dense = dense_traffic(c.problem.einsum, nest);
        const SparseCost cost = sparse_cost(c.problem, c.core, c.tiling);
        RC_ASSERT(cost.feasible());
        RC_ASSERT(cost.compute.actual == dense.computes);
        for (std::size_t l = 0; l < 2; ++l) {
            for (std::size_t t = 0; t < 3; ++t) {
                const Actions& found = counts(cost, l, t);
                const DenseCounts& expected = dense.levels[l][t];
                RC_ASSERT(found.at(Access::read, Outcome::actual) == expected.reads);
                RC_ASSERT(found.at(Access::fill, Outcome::actual) == expected.fills);
                RC_ASSERT(found.at(Access::update, Outcome::actual) == expected.updates);
            }
        }
    });
}

TEST_CASE("what is saved and what is not add up, and gating keeps the cycles",
          "[sparsity][property]") {
    rc::prop("any nest and density", [] {
        const Saving saving = *rc::gen::element(Saving::gating, Saving::skipping);
        AnyCase c = any_case(saving, false);
        const double dense_cycles = sparse_cost(c.problem, c.core, c.tiling).cycles.value;
        c.problem.densities[a] = TensorDensity::structured(*rc::gen::inRange(0, 9) / 8.0);
        c.problem.densities[b] = TensorDensity::structured(*rc::gen::inRange(0, 9) / 8.0);
        const SparseCost cost = sparse_cost(c.problem, c.core, c.tiling);
        const ComputeCost& compute = cost.compute;
        RC_ASSERT(compute.actual + compute.gated + compute.skipped + compute.nonexistent +
                      compute.saved ==
                  compute.dense);
        const DenseTraffic dense =
            dense_traffic(c.problem.einsum, LoopNest(c.problem.einsum, c.tiling));
        const bool above = !c.core.levels[1].units.empty();
        for (std::size_t l = above ? 1 : 0; l < 2; ++l) {
            for (std::size_t t = 0; t < 3; ++t) {
                RC_ASSERT(all(counts(cost, l, t), Access::read) == dense.levels[l][t].reads);
                RC_ASSERT(all(counts(cost, l, t), Access::update) == dense.levels[l][t].updates);
            }
        }
        if (saving == Saving::gating && !above) {
            RC_ASSERT(cost.cycles.value == dense_cycles);
        }
        RC_ASSERT(cost.cycles.value <= dense_cycles);
    });
}

TEST_CASE("more zeros never cost more cycles with skipping", "[sparsity][property]") {
    rc::prop("any nest, formats or not", [] {
        AnyCase c = any_case(Saving::skipping, *rc::gen::arbitrary<bool>());
        const bool uniform = *rc::gen::arbitrary<bool>();
        const auto elements =
            static_cast<std::int64_t>(points(c.problem.einsum.tensors[a], c.problem.einsum.sizes));
        c.problem.densities[b] = TensorDensity::structured(*rc::gen::inRange(1, 9) / 8.0);
        double last = 0;
        for (int eighths = 0; eighths <= 16; ++eighths) {
            const double density = eighths / 16.0;
            c.problem.densities[a] = uniform ? TensorDensity::uniform(density, elements)
                                             : TensorDensity::structured(density);
            const SparseCost cost = sparse_cost(c.problem, c.core, c.tiling);
            if (!cost.feasible()) {
                RC_DISCARD("more loops than ranks");
            }
            // Counts are whole: each of the three tensors may round by one, data and metadata.
            RC_ASSERT(cost.cycles.value >= last - 6);
            last = cost.cycles.value;
        }
    });
}

TEST_CASE("worked example of the documentation", "[sparsity]") {
    SparseProblem problem = product(4, 4, 16);
    problem.densities[a] = TensorDensity::structured(0.25);
    SparseCore core = two_levels();
    const Tiling tiling = one_tile(problem);
    const auto of_b = [&](const SparseCost& cost) {
        double energy = cost.compute.energy.value;
        for (const Outcome outcome : {Outcome::actual, Outcome::gated, Outcome::skipped}) {
            energy += counts(cost, 0, b).at(Access::read, outcome) *
                      core.levels[0].data_energy.at(Access::read, outcome);
        }
        return energy;
    };
    const SparseCost dense = sparse_cost(problem, core, tiling);
    CHECK(counts(dense, 0, z).at(Access::read, Outcome::actual) == 240);
    CHECK(counts(dense, 0, z).at(Access::update, Outcome::actual) == 256);
    CHECK(of_b(dense) == Approx(512));
    core.levels[0].units = {unit(Saving::gating, b, {a})};
    CHECK(of_b(sparse_cost(problem, core, tiling)) == Approx(147.2));
    core.levels[0].units = {unit(Saving::skipping, b, {a})};
    CHECK(of_b(sparse_cost(problem, core, tiling)) == Approx(128));

    core.levels[0].formats[a].ranks = {{Format::offsets}, {Format::coordinate}};
    core.levels[1].formats[a].ranks = core.levels[0].formats[a].ranks;
    const SparseCost stored = sparse_cost(problem, core, tiling);
    const TensorCost& of_a = stored.levels[0].tensors[a];
    CHECK(of_a.most_words == 16);
    CHECK(of_a.data.at(Access::read, Outcome::actual) == 64);
    CHECK(of_a.ranks[1].payload.at(Access::fill, Outcome::actual) == 5);
    CHECK(of_a.ranks[1].payload.at(Access::read, Outcome::actual) == 20);
    CHECK(of_a.ranks[0].metadata.at(Access::read, Outcome::actual) == 64);
    CHECK(workloads::empty_tile_probability(256, 64, 4) == Approx(0.3139).epsilon(1e-4));
    CHECK(workloads::empty_tile_probability(256, 64, 8) == Approx(0.0964).epsilon(1e-3));
}

}  // namespace test_sparse_dataflow
