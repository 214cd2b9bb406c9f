// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <rapidcheck/catch.h>

#include "plexus/explorers/annealing/cooling.hpp"
#include "plexus/explorers/scheduling/block_size.hpp"
#include "plexus/explorers/scheduling/placement_search.hpp"

#include "../cost_models/event_chips.hpp"
#include "catch.hpp"

namespace test_placement {

using namespace plexus;
namespace test = plexus::cost_models::test;
using namespace plexus::cost_models::event_driven;
using explorers::PlacementBound;
using explorers::PlacementOptions;
using explorers::PlacementProblem;
using explorers::PlacementResult;
using explorers::Places;

namespace {

const std::vector<std::string> strategies{"contiguous", "round_robin", "greedy", "annealed"};

NeuronBlock block(std::int64_t neurons, double neuron_s = 0, double message_s = 0) {
    NeuronBlock b;
    b.neurons = neurons;
    b.neuron_s = neuron_s;
    b.message_s = message_s;
    return b;
}

/// Blocks without work of their own, and flows between them.
BlockNetwork only_flows(std::size_t blocks, std::vector<BlockFlow> flows) {
    return {.blocks = std::vector<NeuronBlock>(blocks, block(1)), .flows = std::move(flows)};
}

std::unique_ptr<const explorers::CoolingSchedule> schedule(const std::string& name = "geometric") {
    return explorers::builtin_cooling_schedules().create(name);
}

PlacementResult search(const BlockModel& model,
                       const std::string& strategy,
                       const PlacementOptions& options = {},
                       std::uint64_t seed = 1,
                       const std::string& cooling = "geometric") {
    const auto cools = schedule(cooling);
    const PlacementProblem problem(model, options, *cools);
    return explorers::search_placement(
        problem, *explorers::builtin_placement_strategies().create(strategy), core::Rng(seed));
}

/// A chip and blocks that fit on it in many ways, drawn from `rng`.
struct Instance {
    hardware::EventChip chip;
    BlockNetwork network;
};

Instance any_instance(core::Rng rng) {
    const auto in = [&](int low, int high) {
        return low + static_cast<int>(rng.below(static_cast<std::uint64_t>(high - low + 1)));
    };
    Instance out;
    out.chip = test::small_chip(in(1, 3), in(1, 2), in(1, 2));
    out.chip.kinds[0].neurons = 10;
    out.chip.static_core = core::Power(1e-3);
    out.chip.sync.time_by_tiles = {{1, core::Seconds(1e-7)}, {3, core::Seconds(3e-7)}};
    const int blocks = std::min(in(2, 5), out.chip.core_count() + 1);
    for (int b = 0; b < blocks; ++b) {
        out.network.blocks.push_back(block(in(1, 6), in(1, 900) * 1e-9, in(1, 900) * 1e-9));
        for (int to = 0; to < blocks; ++to) {
            if (to != b && in(0, 2) > 0) {
                out.network.flows.push_back({b, to, in(1, 40) / 8.0});
            }
        }
    }
    out.network.events_pj = in(0, 500);
    return out;
}

/// The least J of all placements with room for every block; nothing if there is none.
std::optional<double> best_of_all(const PlacementProblem& problem) {
    const BlockModel& model = problem.model();
    BlockPlacement placement(model);
    std::optional<double> best;
    const auto rest = [&](const auto& self, std::int32_t at) -> void {
        if (at == model.blocks()) {
            const double judged = problem.judge(placement.cost());
            best = best ? std::min(*best, judged) : judged;
            return;
        }
        for (std::int32_t core = 0; core < model.chip().core_count(); ++core) {
            if (placement.fits(at, core)) {
                placement.put(at, core);
                self(self, at + 1);
                placement.put(at, BlockPlacement::nowhere);
            }
        }
    };
    rest(rest, 0);
    return best;
}

/// Every block has a place, in a core with room for all that lie there.
bool valid(const BlockModel& model, const Places& places) {
    BlockPlacement placement(model);
    bool fits = places.size() == static_cast<std::size_t>(model.blocks());
    for (std::int32_t b = 0; fits && b < model.blocks(); ++b) {
        const std::int32_t core = places[static_cast<std::size_t>(b)];
        fits = core >= 0 && core < model.chip().core_count() && placement.fits(b, core);
        placement.put(b, core);
    }
    return fits;
}

}  // namespace

TEST_CASE("strategies are found by name") {
    const auto registry = explorers::builtin_placement_strategies();
    std::vector<std::string> names = registry.names();
    std::vector<std::string> expected = strategies;
    std::sort(names.begin(), names.end());
    std::sort(expected.begin(), expected.end());
    CHECK(names == expected);
    CHECK_THROWS(registry.create("clockwise"));
}

TEST_CASE("contiguous fills core after core, round robin goes from tile to tile") {
    auto chip = test::small_chip(2, 1, 2);  // cores 0 and 1 on tile 0, 2 and 3 on tile 1
    chip.kinds[0].neurons = 2;
    const BlockNetwork network = only_flows(5, {});
    const BlockModel shared(network, chip);
    CHECK(search(shared, "contiguous").places == Places{0, 0, 1, 1, 2});
    CHECK(search(shared, "round_robin").places == Places{0, 2, 1, 3, 0});
    // A block that needs a whole core, behind two small ones.
    BlockNetwork uneven = network;
    uneven.blocks[1].neurons = 2;
    CHECK(search(BlockModel(uneven, chip), "contiguous").places == Places{0, 1, 2, 2, 3});
    const BlockModel alone(network, chip, 1);
    const PlacementResult full = search(alone, "contiguous");
    CHECK_FALSE(full.feasible());
    REQUIRE(full.violation);
    CHECK(full.violation->needed == "5 blocks on at least 5 cores");
    CHECK(full.violation->available == "4 cores");
    CHECK(full.places.empty());
}

TEST_CASE("greedy keeps a chain together") {
    const auto chip = test::small_chip(3, 3);
    // A chain whose blocks are numbered out of order.
    const BlockNetwork network = only_flows(5, {{0, 3, 8}, {3, 1, 8}, {1, 4, 8}, {4, 2, 8}});
    const BlockModel model(network, chip, 1);
    CHECK(search(model, "contiguous").cost.hops == Approx((1 + 2 + 1 + 2) * 8));
    CHECK(search(model, "greedy").cost.hops < (1 + 2 + 1 + 2) * 8);
    CHECK(search(model, "annealed").cost.hops == Approx(4 * 8));
}

TEST_CASE("bounds on hops and engines, by hand") {
    const auto chip = test::small_chip(2, 2);
    // One tile is at distance 0, two more at 1, the last at 2. Block 0 needs 4·1 + 3·1 + 2·2 for
    // its partners, each of them has its one flow at distance 1: (11 + 4 + 3 + 2)/2.
    const BlockNetwork star = only_flows(4, {{0, 1, 4}, {2, 0, 3}, {0, 3, 2}});
    const BlockModel alone(star, chip, 1);
    const PlacementBound bound = explorers::placement_bound(alone);
    CHECK(bound.hops == Approx(10));
    CHECK(bound.cores == 4);
    CHECK(search(alone, "annealed").cost.hops == Approx(11));
    // Eight directed links of 200 ns; the mean way over nine packets, along x; the barrier.
    CHECK(bound.seconds == Approx((10 * 200 / 8.0 + 10 * 64 / 9.0 + 1000) * 1e-9));
    CHECK(bound.energy_pj == Approx(10 * 1));
    // With two blocks per core only the third partner of block 0 has to be on another tile.
    CHECK(explorers::placement_bound(BlockModel(star, chip, 2)).hops ==
          Approx((3 * 1 + 2 * 1) / 2.0));
    // Five equal blocks on four cores: one core gets two. One long block: it is not divided.
    BlockNetwork work{.blocks = std::vector<NeuronBlock>(5, block(1, 3e-6, 1e-6)), .flows = {}};
    CHECK(explorers::placement_bound(BlockModel(work, chip)).seconds == Approx(6e-6 + 1e-6));
    work.blocks[2].message_s = 8e-6;
    CHECK(explorers::placement_bound(BlockModel(work, chip)).seconds == Approx(8e-6 + 1e-6));
    CHECK(explorers::placement_bound(BlockModel(only_flows(0, {}), chip)).seconds == 0);
}

TEST_CASE("no placement is better than the best of all, and annealing finds it nearly always") {
    int instances = 0;
    int found = 0;
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        const Instance instance = any_instance(core::Rng(seed));
        const BlockModel model(instance.network, instance.chip);
        const auto cools = schedule();
        const PlacementOptions options{.latency_share = static_cast<double>(seed % 5) / 4,
                                       .annealing = {.steps = 3000}};
        const PlacementProblem problem(model, options, *cools);
        const std::optional<double> best = best_of_all(problem);
        for (const std::string& strategy : strategies) {
            const PlacementResult result = search(model, strategy, options, seed);
            INFO("seed " << seed << ", " << strategy);
            CHECK((best || !result.feasible()));
            if (!result.feasible()) {
                continue;
            }
            CHECK(problem.judge(result.cost) >= *best * (1 - 1e-12));
            if (strategy == "annealed") {
                ++instances;
                found += problem.judge(result.cost) <= *best * (1 + 1e-9) ? 1 : 0;
            }
        }
    }
    CHECK(instances >= 40);
    CHECK(found >= instances * 95 / 100);
}

TEST_CASE("places of any blocks") {
    rc::prop("each block has one, no core has too much, and no cost is below its bound", [] {
        const Instance instance = any_instance(core::Rng(*rc::gen::arbitrary<std::uint64_t>()));
        const BlockModel model(
            instance.network, instance.chip, *rc::gen::inRange<std::int32_t>(0, 4));
        const PlacementOptions options{.annealing = {.steps = 200}};
        for (const std::string& strategy : strategies) {
            const PlacementResult result = search(model, strategy, options);
            if (!result.feasible()) {
                continue;
            }
            RC_ASSERT(valid(model, result.places));
            RC_ASSERT(result.cost == placement_cost(model, result.places));
            RC_ASSERT(result.bound.seconds <= result.cost.seconds * (1 + 1e-9));
            RC_ASSERT(result.bound.hops <= result.cost.hops * (1 + 1e-9) + 1e-12);
            RC_ASSERT(result.bound.energy_pj <= result.cost.energy_pj * (1 + 1e-9));
        }
    });
    rc::prop("annealed ones are no worse than those in order and greedy ones", [] {
        const Instance instance = any_instance(core::Rng(*rc::gen::arbitrary<std::uint64_t>()));
        const BlockModel model(instance.network, instance.chip);
        const auto cools = schedule();
        const PlacementProblem problem(model, {}, *cools);
        const PlacementResult annealed = search(model, "annealed", {.annealing = {.steps = 100}});
        for (const char* strategy : {"contiguous", "greedy"}) {
            const PlacementResult other = search(model, strategy);
            RC_ASSERT(!other.feasible() ||
                      (annealed.feasible() &&
                       problem.judge(annealed.cost) <= problem.judge(other.cost) * (1 + 1e-12)));
        }
    });
}

TEST_CASE("annealed places follow from seed and cooling schedule") {
    // More blocks than short runs can sort out.
    core::Rng rng(5);
    BlockNetwork network = only_flows(24, {});
    for (int f = 0; f < 24; ++f) {
        for (int t = 0; t < 24; ++t) {
            if (f != t && rng.below(6) == 0) {
                network.flows.push_back({f, t, 1 + rng.uniform()});
            }
        }
    }
    const auto chip = test::small_chip(5, 5);
    const BlockModel model(network, chip, 1);
    const PlacementOptions options{.annealing = {.steps = 2000, .initial_acceptance = 0.1}};
    const Places places = search(model, "annealed", options, 3).places;
    CHECK(search(model, "annealed", options, 3).places == places);
    CHECK(search(model, "annealed", options, 4).places != places);
    CHECK(search(model, "annealed", options, 3, "linear").places != places);
}

TEST_CASE("neurons per core are searched with their places") {
    // Two layers, fully connected: large blocks save packets, small ones share the work.
    workloads::SpikingNetwork network = test::groups_of({32, 32});
    std::vector<workloads::Synapse> synapses;
    for (std::int32_t s = 0; s < 32; ++s) {
        for (std::int32_t t = 32; t < 64; ++t) {
            synapses.push_back({s, t, 1, -1});
        }
    }
    workloads::set_edges(network, synapses);
    auto chip = test::small_chip(4, 4, 1);
    chip.kinds[0].neurons = 32;
    chip.link_time = core::Seconds(1e-9);
    const std::vector<double> activity{0.5, 0};
    const auto cut = [&](std::int64_t size, std::vector<core::Violation>& violations) {
        return cut_network(network, chip, activity, size, {}, violations);
    };
    const auto strategy = explorers::builtin_placement_strategies().create("annealed");
    const auto cools = schedule();
    const auto sized = [&](double latency_share, int jobs) {
        const std::vector<std::int64_t> sizes{1, 4, 8, 16, 32};
        return explorers::search_block_size(
            sizes,
            cut,
            chip,
            *strategy,
            {.latency_share = latency_share, .annealing = {.steps = 500}},
            *cools,
            core::Rng(1),
            jobs);
    };
    const explorers::BlockSizeResult fast = sized(1, 1);
    REQUIRE(fast.tried.size() == 5);
    CHECK(fast.tried[4].placement.feasible());
    const explorers::BlockSizeResult frugal = sized(0, 1);
    REQUIRE(fast.best < fast.tried.size());
    REQUIRE(frugal.best < frugal.tried.size());
    CHECK(fast.tried[fast.best].neurons_per_core < frugal.tried[frugal.best].neurons_per_core);
    for (const explorers::SizedPlacement& one : fast.tried) {
        if (one.placement.feasible()) {
            CHECK(fast.tried[fast.best].placement.cost.seconds <= one.placement.cost.seconds);
        }
    }
    const explorers::BlockSizeResult again = sized(1, 3);
    CHECK(again.best == fast.best);
    for (std::size_t i = 0; i < fast.tried.size(); ++i) {
        CHECK(again.tried[i].placement.places == fast.tried[i].placement.places);
    }
    chip.kinds[0].fan_in = 31;
    const explorers::BlockSizeResult none = sized(1, 1);
    CHECK(none.best == none.tried.size());
    REQUIRE(none.tried[0].placement.violation);
    CHECK(none.tried[0].placement.violation->rule == "fan_in");
}

}  // namespace test_placement
