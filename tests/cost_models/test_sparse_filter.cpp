// SPDX-License-Identifier: Apache-2.0
// What the filter of the sparse model does at one place each, by hand or by counting matrices.
#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

#include "plexus/workloads/density_model.hpp"

#include "catch.hpp"
#include "sparse_products.hpp"

namespace test_sparse_filter {

using namespace plexus;
using namespace plexus::cost_models::sparsity;
using namespace plexus::cost_models::sparsity::tests;
using workloads::empty_tile_probability;

namespace {

/// Elements of A and B that are zero anywhere: half of all, a quarter of all.
void scatter(SparseProblem& problem, double of_a, double of_b) {
    const Extents& s = problem.einsum.sizes;
    problem.densities[a] = TensorDensity::uniform(of_a, s[m] * s[k]);
    problem.densities[b] = TensorDensity::uniform(of_b, s[n] * s[k]);
}

double read(const RankWords& rank, Outcome outcome) {
    return rank.metadata.at(Access::read, outcome) + rank.payload.at(Access::read, outcome);
}

}  // namespace

TEST_CASE("a tile that is there is fuller than one of all", "[sparsity]") {
    // All 560 ways to place 3 non-zeros in 4 tiles of 4: words per tile that is not empty.
    double words = 0;
    double tiles = 0;
    double all = 0;
    for (std::uint32_t bits = 0; bits < 1U << 16; ++bits) {
        if (std::popcount(bits) == 3) {
            all += 4;
            words += 3;
            for (int tile = 0; tile < 4; ++tile)
                tiles += (bits >> (4 * tile) & 15U) != 0 ? 1 : 0;
        }
    }
    REQUIRE(all == 4 * 560);
    SparseProblem problem = product(1, 1, 16);
    problem.densities[a] = TensorDensity::uniform(3.0 / 16, 16);
    SparseCore core = two_levels();
    core.levels[0].formats[a].ranks = {{Format::coordinate}};
    core.levels[1].formats[a].ranks = {{Format::coordinate}, {Format::coordinate}};
    const SparseCost cost =
        sparse_cost(problem, core, tiled({{k, 4}, {k, 4}}, 1, {true, true, true}));
    REQUIRE(cost.feasible());
    const TensorCost& inside = cost.levels[0].tensors[a];
    CHECK(inside.expected_words == Approx(words / tiles));
    CHECK(inside.busy_instances == Approx(tiles / all));
    CHECK(inside.ranks[0].metadata.at(Access::read, Outcome::actual) ==
          std::ceil(4 * words / tiles));
    // Coordinates of the outer rank: tiles that are there; of the inner one: non-zeros.
    const TensorCost& outside = cost.levels[1].tensors[a];
    CHECK(outside.ranks[1].metadata.at(Access::read, Outcome::actual) ==
          std::ceil(4 * tiles / all));
    CHECK(outside.ranks[0].metadata.at(Access::read, Outcome::actual) == 3);
}

TEST_CASE("a level is as slow as what passes it, of the instances that have work", "[sparsity]") {
    SparseProblem problem = product(1, 1, 16);
    problem.densities[a] = TensorDensity::uniform(3.0 / 16, 16);
    SparseCore core = two_levels();
    core.levels[0].formats[a].ranks = {{Format::coordinate}};
    core.levels[1].formats[a].ranks = {{Format::coordinate}, {Format::coordinate}};
    core.levels[0].read_words = 0.001;
    const SparseCost cost =
        sparse_cost(problem, core, tiled({{k, 4}, {k, 4}}, 1, {true, false, false}));
    REQUIRE(cost.feasible());
    const TensorCost& inside = cost.levels[0].tensors[a];
    // Of four tiles those that are there, each with its words and a coordinate for each.
    const double there = 1 - empty_tile_probability(16, 3, 4);
    const double words = std::ceil(16 * (3.0 / 16) / there);
    CHECK(inside.data.at(Access::read, Outcome::actual) == words);
    CHECK(cost.levels[0].cycles.value == std::ceil(2 * words * there / 0.001));
    CHECK(cost.cycles == cost.levels[0].cycles);
    // Words are filled once and read once, at 1 pJ each and 0.5 pJ for the coordinate.
    CHECK(inside.energy.value == Approx(there * words * 2 * (1 + 0.5)));
}

TEST_CASE("what arrives has the zeros that the leader could not see", "[sparsity]") {
    SparseProblem problem = product(4, 4, 16);
    problem.densities[a] = TensorDensity::structured(0.5);
    problem.densities[b] = TensorDensity::structured(0.25);
    SparseCore core = two_levels();
    core.levels[0].formats[b].ranks = {{Format::offsets}, {Format::coordinate}};
    core.levels[1].formats = core.levels[0].formats;
    core.levels[0].units = {unit(Saving::skipping, b, {a})};
    core.compute_gates = true;
    core.compute_skips = true;
    const ComputeCost compute = sparse_cost(problem, core, one_tile(problem)).compute;
    CHECK(compute.saved == 128);   // A is zero.
    CHECK(compute.actual == 32);   // Neither is.
    CHECK(compute.skipped == 96);  // A is not, and B was left out: nothing to gate.
    CHECK(compute.gated == 0);
}

TEST_CASE("offsets below a rank without its empty coordinates count the fibers that are there",
          "[sparsity]") {
    SparseProblem problem = product(4, 1, 16);
    problem.densities[a] = TensorDensity::uniform(3.0 / 64, 64);
    SparseCore core = two_levels();
    core.levels[0].formats[a].ranks = {{Format::coordinate}};
    core.levels[1].formats[a].ranks = {
        {Format::coordinate}, {Format::offsets}, {Format::coordinate}};
    const SparseCost cost =
        sparse_cost(problem, core, tiled({{k, 4}, {k, 4}, {m, 4}}, 1, {true, true, true}));
    REQUIRE(cost.feasible());
    const double rows = 4 * (1 - empty_tile_probability(64, 3, 16));
    const TensorCost& store = cost.levels[1].tensors[a];
    CHECK(rows < 3);
    CHECK(store.ranks[2].metadata.at(Access::read, Outcome::actual) == std::ceil(rows));
    CHECK(store.ranks[1].payload.at(Access::read, Outcome::actual) == std::ceil(rows * 5));
}

TEST_CASE("a level that leaves nothing out runs over tiles and what is in them at once",
          "[sparsity]") {
    SparseProblem problem = product(4, 1, 16);
    problem.densities[a] = TensorDensity::structured(0.25);
    SparseCore core = two_levels();
    core.levels[1].formats[a].ranks.assign(2, {Format::uncompressed_bitmap});
    const SparseCost cost =
        sparse_cost(problem, core, tiled({{k, 4}, {k, 4}, {m, 4}}, 1, {true, true, true}));
    REQUIRE(cost.feasible());
    const TensorCost& store = cost.levels[1].tensors[a];
    CHECK(store.ranks[0].metadata.at(Access::read, Outcome::actual) ==
          64);                                                              // One for each element.
    CHECK(store.ranks[1].metadata.at(Access::read, Outcome::actual) == 4);  // One for each row.
}

TEST_CASE("units in two rows and two columns wait for the fullest of four", "[sparsity]") {
    SparseProblem problem = product(8, 4, 16);
    scatter(problem, 0.25, 1);
    SparseCore core = two_levels();
    core.levels[0].units = {unit(Saving::skipping, b, {a})};
    Tiling tiling;
    tiling.levels = {
        {{{k, 8}, {m, 4}}, {true, true, true}},
        {{{m, 2, LoopKind::spatial_x}, {k, 2, LoopKind::spatial_y}, {n, 4}}, {true, true, true}}};
    const auto part = workloads::tile_occupancy(128, 32, 32);
    double most = 0;  // E[max of 4] = Σ (1 − F(k)^4).
    double below = 0;
    for (std::int64_t i = 0; i < 32; ++i) {
        below += part.at(i);
        most += 1 - std::pow(below, 4);
    }
    CHECK(sparse_cost(problem, core, tiling).compute.imbalance == Approx(most / 8));
}

TEST_CASE("units that one memory serves wait only if they take parts of their own", "[sparsity]") {
    SparseProblem problem = product(4, 4, 16);
    scatter(problem, 0.25, 1);
    SparseCore core = two_levels();
    core.levels[1].units = {unit(Saving::skipping, b, {a})};
    Tiling tiling;
    tiling.levels = {{{{k, 4}}, {true, true, true}},
                     {{{m, 4, LoopKind::spatial_x}, {k, 4}, {n, 4}}, {true, true, true}}};
    // Rows of A side by side: B's tile goes to all of them or to none.
    CHECK(sparse_cost(problem, core, tiling).compute.imbalance == 1);
    // Parts of K side by side, of A and B alike: each goes on for itself.
    tiling.levels[1].loops = {{k, 4, LoopKind::spatial_x}, {n, 4}, {m, 4}};
    CHECK(sparse_cost(problem, core, tiling).compute.imbalance > 1);
    core.levels[1].block = 16;  // Unless one access brings all that they need, 4 words each.
    CHECK(sparse_cost(problem, core, tiling).compute.imbalance == 1);
    core.levels[1].block = 8;  // An access brings what two of them need: two parts of 8 elements.
    const auto part = workloads::tile_occupancy(64, 16, 8);
    double most = 0;  // E[max of 2] = Σ (1 − F(k)²).
    double below = 0;
    for (std::int64_t i = 0; i < 8; ++i) {
        below += part.at(i);
        most += 1 - below * below;
    }
    CHECK(sparse_cost(problem, core, tiling).compute.imbalance == Approx(most / 2));
}

TEST_CASE("only the ranks that go inwards are gated with the data", "[sparsity]") {
    SparseProblem problem = product(4, 4, 16);
    scatter(problem, 0.5, 0.25);
    SparseCore core = two_levels();
    core.levels[0].formats[a].ranks = {{Format::coordinate}};
    core.levels[1].formats[a].ranks = {{Format::offsets}, {Format::offsets}, {Format::coordinate}};
    core.levels[1].units = {unit(Saving::gating, a, {b})};
    const Tiling tiling = tiled({{k, 4}, {k, 4}, {n, 4}, {m, 4}}, 1, {true, true, true});
    const SparseCost cost = sparse_cost(problem, core, tiling);
    REQUIRE(cost.feasible());
    const TensorCost& store = cost.levels[1].tensors[a];
    CHECK(store.saved == Approx(empty_tile_probability(64, 16, 4)));
    const double sent =
        read(store.ranks[0], Outcome::actual) + read(store.ranks[0], Outcome::gated);
    CHECK(read(store.ranks[0], Outcome::gated) == std::floor(sent * store.saved));
    CHECK(read(store.ranks[0], Outcome::gated) > 0);
    CHECK(read(store.ranks[1], Outcome::actual) > 0);
    CHECK(read(store.ranks[1], Outcome::gated) == 0);
    CHECK(read(store.ranks[2], Outcome::gated) == 0);
}

TEST_CASE("an element that goes to several units is saved if none of them needs it", "[sparsity]") {
    // Units hold a row of A each; an element of B goes to all four.
    SparseProblem problem = product(4, 4, 16);
    scatter(problem, 0.25, 1);
    SparseCore core = two_levels();
    core.levels[1].units = {unit(Saving::skipping, b, {a})};
    Tiling tiling;
    tiling.levels = {{{{k, 4}}, {true, false, true}},
                     {{{m, 4, LoopKind::spatial_x}, {k, 4}, {n, 4}}, {true, true, true}}};
    CHECK(sparse_cost(problem, core, tiling).levels[1].tensors[b].saved ==
          Approx(empty_tile_probability(64, 16, 4)));
    tiling.levels[1].loops[0].kind = LoopKind::temporal;  // One after another: each on its own.
    CHECK(sparse_cost(problem, core, tiling).levels[1].tensors[b].saved == Approx(0.75));
}

TEST_CASE("a tile that stays in its unit is decided by all that passes it", "[sparsity]") {
    // Columns of B side by side; each stays while the four rows of A pass.
    SparseProblem problem = product(4, 4, 16);
    scatter(problem, 0.25, 1);
    SparseCore core = two_levels();
    core.levels[1].units = {unit(Saving::skipping, b, {a})};
    Tiling tiling;
    tiling.levels = {{{{k, 4}}, {true, true, true}},
                     {{{n, 4, LoopKind::spatial_x}, {m, 4}, {k, 4}}, {true, true, true}}};
    CHECK(sparse_cost(problem, core, tiling).levels[1].tensors[b].saved ==
          Approx(empty_tile_probability(64, 16, 4 * 4)));
    tiling.levels[1].loops = {{n, 4, LoopKind::spatial_x}, {k, 4}, {m, 4}};  // k brings the next.
    CHECK(sparse_cost(problem, core, tiling).levels[1].tensors[b].saved ==
          Approx(empty_tile_probability(64, 16, 4)));
}

TEST_CASE("of several conditions the one that saves most is used", "[sparsity]") {
    SparseProblem problem = product(4, 4, 16);
    problem.densities[a] = TensorDensity::structured(0.5);
    problem.densities[b] = TensorDensity::structured(0.25);
    SparseCore core = two_levels();
    // Reads of B led by A: half of a quarter of 64 words; of A led by B: 3/4 of half of them.
    core.levels[0].units = {{Saving::skipping, {{b, {a}}, {a, {b}}}}};
    const SparseCost cost = sparse_cost(problem, core, one_tile(problem));
    CHECK(cost.levels[0].tensors[a].saved == 0.75);
    CHECK(cost.levels[0].tensors[b].saved == 0);
    CHECK(cost.compute.saved == 192);
}

TEST_CASE("units side by side are busy as far as their parts are not empty", "[sparsity]") {
    SparseProblem problem = product(4, 16, 8);
    scatter(problem, 0.25, 0.5);
    SparseCore core = two_levels();
    core.levels[1].formats[a].ranks.assign(3, {Format::uncompressed_bitmap});
    core.levels[1].formats[b].ranks.assign(3, {Format::uncompressed_bitmap});
    Tiling tiling;
    tiling.levels = {{{{n, 16}}, {true, true, false}},
                     {{{k, 8, LoopKind::spatial_x}, {m, 4}}, {true, true, true}}};
    SECTION("a column of B stays in its unit while all four rows of A pass") {
        core.levels[1].units = {unit(Saving::spatial_skipping, b, {a})};
        const SparseCost cost = sparse_cost(problem, core, tiling);
        REQUIRE(cost.feasible());
        const double busy = 1 - empty_tile_probability(32, 8, 4);
        CHECK(cost.levels[0].tensors[b].busy_instances == Approx(8 * busy));
        CHECK(cost.levels[1].tensors[b].saved == Approx(1 - busy));
    }
    SECTION("what two operands lead is left by both") {
        core.levels[1].units = {unit(Saving::spatial_skipping, z, {a, b})};
        const SparseCost cost = sparse_cost(problem, core, tiling);
        REQUIRE(cost.feasible());
        // A unit takes one element of A and 16 of B, of 128 with 64 non-zeros.
        const double busy = 0.25 * (1 - empty_tile_probability(128, 64, 16));
        CHECK(cost.levels[1].tensors[z].saved == Approx(1 - busy));
    }
}

}  // namespace test_sparse_filter
