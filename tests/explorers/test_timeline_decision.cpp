// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "plexus/core/reader.hpp"
#include "plexus/explorers/annealing/cooling.hpp"
#include "plexus/explorers/decisions.hpp"
#include "plexus/explorers/evaluator.hpp"
#include "plexus/explorers/experiment.hpp"
#include "plexus/explorers/scheduling/tile_network.hpp"

#include "catch.hpp"

namespace test_timeline_decision {

namespace {

using namespace plexus;
using namespace plexus::explorers;

const std::filesystem::path file =
    std::filesystem::path(PLEXUS_SOURCE_DIR) / "tests/explorers/data/sensitivity_timeline.yaml";

Experiment small(const std::vector<Override>& overrides = {}) {
    return load_experiment(file, overrides);
}

Outcome outcome(const std::vector<Override>& overrides) {
    const Experiment e = small(overrides);
    const Evaluator evaluator(e, 0, 1);
    return evaluator.evaluate(e.space.first());
}

/// Latency, energy and peak memory. \pre The design is feasible.
std::vector<double> objectives(const std::vector<Override>& overrides) {
    const Outcome found = outcome(overrides);
    REQUIRE(found.feasible());
    return found.objectives;
}

std::string problems_of(const std::vector<Override>& overrides) {
    std::string all;
    try {
        static_cast<void>(small(overrides));
    } catch (const core::ConfigErrors& errors) {
        for (const core::Problem& problem : errors.problems())
            all += core::to_string(problem) + "\n";
    }
    return all;
}

}  // namespace

TEST_CASE("decisions about a timeline are read with the search settings of all others", "[tiles]") {
    const Experiment e = small({{"decisions.timeline.stacks", "weights"},
                                {"decisions.timeline.allocation", "annealing"},
                                {"decisions.timeline.priority", "memory"},
                                {"decisions.timeline.overlap", "false"},
                                {"decisions.annealing.cooling", "linear"},
                                {"decisions.annealing.steps", "77"},
                                {"decisions.annealing.probes", "5"},
                                {"decisions.annealing.initial_acceptance", "0.3"},
                                {"decisions.placement.latency_share", "0.25"}});
    core::Problems problems;
    const Decisions d =
        read_decisions(core::Reader(*e.tree.find("decisions"), "decisions", problems),
                       builtin_cooling_schedules(),
                       builtin_mappers());
    CHECK(problems.empty());
    CHECK(d.execution == ExecutionKind::tiles);
    CHECK(d.timeline.stack_rule == StackRule::weights);
    CHECK(d.timeline.allocation == AllocationRule::annealing);
    CHECK(d.timeline.priority == cost_models::timeline::Priority::memory);
    CHECK_FALSE(d.timeline.overlap);
    CHECK(d.timeline.keep_between_stacks);
    CHECK(d.timeline.cooling == "linear");
    CHECK(d.timeline.steps == 77);
    CHECK(d.timeline.probes == 5);
    CHECK(d.timeline.initial_acceptance == 0.3);
    CHECK(d.timeline.latency_share == 0.25);
}

TEST_CASE("a design with a timeline costs what its timeline says, and leakage", "[tiles]") {
    const std::vector<Override> leaking{{"hardware.technology.static_core_mw", "2"},
                                        {"hardware.technology.static_chip_mw", "1"}};
    const Experiment e = small(leaking);
    const Evaluator evaluator(e, 0, 1);
    const Outcome found = evaluator.evaluate(e.space.first());
    REQUIRE(found.feasible());
    const TileExperiment alone = load_tile_experiment(file);
    const TiledNetwork tiled = run_tiles(alone.workload, alone.architecture, alone.decision);
    const auto latency = static_cast<double>(tiled.found.timeline.latency);
    CHECK(found.objectives[0] == latency);
    // 6 cores of 2 mW and a chip of 1 mW at 1 GHz: 13 pJ per cycle.
    CHECK(found.objectives[1] == Approx(tiled.found.timeline.energy_pj() + 13 * latency));
    const auto& peaks = tiled.found.timeline.peak_bits;
    CHECK(found.objectives[2] <=
          static_cast<double>(std::accumulate(peaks.begin(), peaks.end(), std::int64_t{0})));
    CHECK(found.objectives[2] >= static_cast<double>(*std::ranges::max_element(peaks)));
    const Evaluator::Explanation why = evaluator.explain(e.space.first());
    double energy = 0;
    for (const core::CostItem& item : why.items)
        energy += item.energy.value;
    CHECK(energy == Approx(found.objectives[1]));
    REQUIRE(why.tiles != nullptr);
    CHECK(why.plan.name == "tiles");
    REQUIRE(why.plan.rows.size() == 3);
    CHECK(std::get<std::int64_t>(why.plan.rows[0][3]) == 16);
    CHECK(std::get<std::string>(why.plan.rows[0][4]) == "0 1 2 3");
    CHECK(std::get<std::string>(why.plan.rows[2][4]) == "4");
}

TEST_CASE("cuts are aligned within a stack", "[tiles]") {
    TileExperiment e = load_tile_experiment(file);
    const auto shapes = [&](StackRule stacks, cost_models::timeline::CutRule cuts) {
        for (auto& tiling : e.decision.mapping.tiling)
            tiling = {{}, {{"OY", 4}}, ""};
        e.decision.stack_rule = stacks;
        e.decision.cuts = cuts;
        return run_tiles(e.workload, e.architecture, e.decision).graph.shapes;
    };
    using cost_models::timeline::CutRule;
    const auto even = shapes(StackRule::one, CutRule::even);
    CHECK(shapes(StackRule::layers, CutRule::aligned) == even);
    CHECK(shapes(StackRule::one, CutRule::aligned) != even);
}

TEST_CASE("nothing is early on a core that waits for its moves", "[tiles]") {
    for (const char* value : {"inputs", "early"}) {
        const std::vector<Override> early{{"decisions.timeline.prefetch", value}};
        CHECK(problems_of(early).empty());
        std::vector<Override> waiting = early;
        waiting.push_back({"decisions.timeline.overlap", "false"});
        const std::string problems = problems_of(waiting);
        CHECK(problems.find("timeline.prefetch") != std::string::npos);
        CHECK(problems.find("expected overlap") != std::string::npos);
    }
}

TEST_CASE("what no reader can hold goes off chip while it is made", "[tiles]") {
    TileExperiment e = load_tile_experiment(file);
    const auto run = [&](int simd_bits, bool through) {
        const Experiment small_unit =
            small({{"hardware.cores.4.memories.sram_128KB.size.value", std::to_string(simd_bits)}});
        core::Problems problems;
        e.architecture = hardware::read_architecture(*small_unit.tree.find("hardware"), problems);
        e.decision.write_through = through;
        return run_tiles(e.workload, e.architecture, e.decision);
    };
    using cost_models::timeline::MoveCause;
    const auto spilled = [](const TiledNetwork& tiled) {
        return tiled.found.timeline.moved_bits[static_cast<std::size_t>(MoveCause::spill)];
    };
    const auto streams = [](const TiledNetwork& tiled, std::int32_t op) {
        bool all = true;
        for (std::size_t s = 0; s < tiled.graph.shapes.size(); ++s)
            all = all && (tiled.graph.shapes[s].op != op ||
                          tiled.costs.at(static_cast<std::int32_t>(s), 0).streams_output);
        return all;
    };
    // The SIMD unit has no room for 32 channels of 8 rows of 30 elements: 61 440 bits.
    const TiledNetwork after = run(20000, false);
    REQUIRE(after.violations.empty());
    CHECK(spilled(after) == 32 * 32 * 30 * 8);
    CHECK_FALSE(streams(after, 1));
    const TiledNetwork through = run(20000, true);
    REQUIRE(through.violations.empty());
    CHECK(spilled(through) == 0);
    CHECK(streams(through, 1));
    CHECK_FALSE(streams(through, 0));  // the second convolution holds it
    CHECK(through.found.timeline.off_chip_written_bits ==
          Approx(after.found.timeline.off_chip_written_bits));
    CHECK(through.found.timeline.latency < after.found.timeline.latency);
    // With room for it, nothing changes.
    const TiledNetwork held = run(1 << 20, true);
    CHECK_FALSE(streams(held, 1));
    CHECK(held.found.timeline.latency == run(1 << 20, false).found.timeline.latency);
}

TEST_CASE("every decision about a timeline changes a design", "[tiles][sensitivity]") {
    const std::vector<double> base = objectives({});
    const auto differs = [&](const char* key, const char* value, std::vector<Override> with = {}) {
        CAPTURE(key, value);
        const std::vector<double> before = with.empty() ? base : objectives(with);
        with.push_back({std::string("decisions.timeline.") + key, value});
        CHECK(objectives(with) != before);
    };
    differs("tiles.Conv.intra_core_tiling", "[\"OY, 8\"]");
    differs("tiles.Conv.inter_core_tiling", "[\"OX, 2\"]");
    differs("tiles.Conv.core_allocation", "[1]");
    differs("stacks", "layers");
    differs("stacks", "[[first, second]]");
    differs("overlap", "false");
    differs("prefetch", "inputs");
    differs("preload_weights", "true");
    differs("prefetch", "early");
    differs("priority", "memory");
    differs("priority", "tiles");
    differs("keep_between_stacks", "false", {{"decisions.timeline.stacks", "layers"}});
    differs("stream_alone", "true", {{"decisions.timeline.stacks", "layers"}});
    differs(
        "write_through", "true", {{"hardware.cores.4.memories.sram_128KB.size.value", "20000"}});
    differs(
        "blocks", "parts", {{"decisions.timeline.tiles.Conv.intra_core_tiling", "[\"OY, 4\"]"}});
    differs(
        "cuts", "aligned", {{"decisions.timeline.tiles.Conv.intra_core_tiling", "[\"OY, 4\"]"}});
    // Where the first of four tiles wait for one core, others are better.
    const std::vector<Override> crowded{{"decisions.timeline.tiles.Conv.inter_core_tiling", "[]"}};
    for (const char* rule : {"greedy", "annealing", "nsga2"})
        differs("allocation", rule, crowded);
    std::vector<Override> annealed = crowded;
    annealed.push_back({"decisions.timeline.allocation", "annealing"});
    CHECK(objectives(annealed)[0] <= objectives(crowded)[0]);
}

TEST_CASE("wrong decisions about a timeline are refused with their place", "[tiles]") {
    const std::string tiles = problems_of(
        {{"decisions.timeline.tiles",
          "[{name: first, core_allocation: [9], intra_core_tiling: [\"OY, 99\", \"Z, 2\"]}]"}});
    INFO(tiles);
    for (const char* part : {"decisions.timeline.tiles[0].core_allocation[0]",
                             "expected at most 34 parts of OY, got 99",
                             "first has no dimension Z"})
        CHECK(tiles.find(part) != std::string::npos);
    const auto refused = [](const char* key, const char* value, const char* expected) {
        const std::string found = problems_of({{std::string("decisions.timeline.") + key, value}});
        INFO(found);
        CHECK(found.find(expected) != std::string::npos);
    };
    refused("allocation", "anealing", "annealing");
    refused("stacks", "weight", "weights");
    refused("stacks", "[[nobody]]", "there is no operator nobody");
    refused("priority", "fast", "latency");
    refused("overlap", "maybe", "decisions.timeline.overlap");
    CHECK(problems_of({{"decisions.fusion.stacks", "tile"}}).find("tiles") != std::string::npos);
}

TEST_CASE("timelines that cannot be are infeasible designs with a reason", "[tiles]") {
    const auto reason = [](const std::vector<Override>& overrides) {
        const Outcome found = outcome(overrides);
        return found.feasible() ? "feasible" : core::to_string(found.violations.front());
    };
    // The sum waits for `second`, which is in the stack after its own.
    const std::string stacks = reason({{"decisions.timeline.stacks", "[[first, sum]]"}});
    INFO(stacks);
    CHECK(stacks.find("stack") != std::string::npos);
    // A pass of the sum over 64 lanes has no room in a memory of 64 bits.
    const std::string room = reason({{"hardware.cores.4.memories.sram_128KB.size", "64"},
                                     {"decisions.mapping.engine", "optimal"}});
    INFO(room);
    CHECK(room.find("layer sum") != std::string::npos);
}

TEST_CASE("one file is an experiment and a timeline", "[tiles]") {
    const TileExperiment e = load_tile_experiment(file);
    CHECK(e.name == "sensitivity_timeline");
    CHECK(e.decision.mapping.cores[0] == std::vector<std::int32_t>{0, 1, 2, 3});
    CHECK(e.decision.node_mapping.roofline());
    CHECK(e.decision.steps == 40);
}

}  // namespace test_timeline_decision
