// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>

#include "plexus/core/node.hpp"
#include "plexus/cost_models/timeline/timeline_check.hpp"
#include "plexus/explorers/scheduling/tile_network.hpp"
#include "plexus/hardware/load.hpp"
#include "plexus/workloads/load.hpp"

#include "catch.hpp"

namespace test_tile_schedules {

using namespace plexus;
using namespace plexus::explorers;
namespace timeline = plexus::cost_models::timeline;

namespace {

const std::filesystem::path source = PLEXUS_SOURCE_DIR;

/// Two convolutions and their sum, in the dialect of layer files.
constexpr const char* small_network = R"(
version: 1
name: small
layers:
  - {id: 0, name: a, operator_type: Conv, equation: "O[b][k][oy][ox] += W[k][c] * I[b][c][oy][ox]",
     dimension_relations: [], loop_dims: [B, K, C, OY, OX], loop_sizes: [1, 8, 4, 8, 8],
     operand_precision: {W: 8, I: 8, O: 16, O_final: 8}, operand_source: {I: 0, W: 0}}
  - {id: 1, name: b, operator_type: Conv, equation: "O[b][k][oy][ox] += W[k][c] * I[b][c][oy][ox]",
     dimension_relations: [], loop_dims: [B, K, C, OY, OX], loop_sizes: [1, 8, 8, 8, 8],
     operand_precision: {W: 8, I: 8, O: 16, O_final: 8}, operand_source: {I: 0, W: 1}}
  - {id: 2, name: sum, operator_type: Add, equation: "O[b][g][oy][ox] = I[b][g][oy][ox] + W[b][g][oy][ox]",
     dimension_relations: [], loop_dims: [B, G, OY, OX], loop_sizes: [1, 8, 8, 8],
     operand_precision: {W: 8, I: 8, O: 16, O_final: 8}, operand_source: {I: 1, W: 0}}
)";

workloads::Workload network() {
    core::Problems problems;
    const core::Node root = core::parse_yaml(small_network, "small.yaml", problems);
    workloads::Workload out = workloads::read_workload(root, problems);
    problems.throw_if_any();
    return out;
}

hardware::Architecture quad() {
    return hardware::load_architecture(source / "hardware/presets/tpu_quad_like.yaml");
}

TileDecision decide(const std::string& text) {
    core::Problems problems;
    const core::Node root = core::parse_yaml(text, "schedule.yaml", problems);
    const TileDecision out =
        read_tile_decision(core::Reader(root, "", problems), network(), quad());
    problems.throw_if_any();
    return out;
}

std::vector<core::Problem> problems_of(const std::string& text) {
    try {
        static_cast<void>(decide(text));
    } catch (const core::ConfigErrors& errors) {
        return errors.problems();
    }
    return {};
}

constexpr const char* tiles = R"(
tiles:
  - {name: Conv, core_allocation: [0, 1, 2, 3], inter_core_tiling: ["K, *"], intra_core_tiling: ["OY, 4", "FY, 2"]}
  - {name: b, core_allocation: [1, 0], inter_core_tiling: ["K, 2"], intra_core_tiling: ["OY, all"]}
  - {name: default, core_allocation: [4], intra_core_tiling: ["OY, 100"]}
)";

void check_good(const TiledNetwork& tiled) {
    for (const core::Violation& violation : tiled.violations) {
        UNSCOPED_INFO(core::to_string(violation));
    }
    REQUIRE(tiled.violations.empty());
    const auto wrong = timeline::check_timeline(
        tiled.graph, tiled.machine, tiled.costs, tiled.found.schedule, tiled.found.timeline);
    for (const core::Violation& violation : wrong) {
        UNSCOPED_INFO(core::to_string(violation));
    }
    CHECK(wrong.empty());
    CHECK(tiled.found.timeline.latency >= tiled.found.bounds.latency());
}

}  // namespace

TEST_CASE("tiles are read in the form of Stream's mapping files", "[tiles]") {
    const TileDecision decision = decide(tiles);
    const auto& cut = decision.mapping.tiling;
    REQUIRE(cut.size() == 3);
    CHECK(cut[0] == timeline::OperatorTiling{{{"K", 4}}, {{"OY", 4}}, ""});  // no FY there
    CHECK(cut[1] == timeline::OperatorTiling{{{"K", 2}}, {{"OY", 8}}, ""});  // its name wins
    CHECK(cut[2] == timeline::OperatorTiling{{}, {{"OY", 8}}, ""});          // at most all rows
    CHECK(decision.mapping.cores[1] == std::vector<std::int32_t>{1, 0});
    CHECK(decision.mapping.cores[2] == std::vector<std::int32_t>{4});
    CHECK(decision.stack_rule == StackRule::one);
    CHECK(decide(std::string(tiles) + "stacks: [[b, sum]]\n").listed_stacks ==
          std::vector<std::int32_t>{0, 1, 1});
}

TEST_CASE("what is wrong in a schedule is said with its place", "[tiles]") {
    const auto problems = problems_of(R"(
tiles:
  - {name: a, core_allocation: [7], intra_core_tiling: ["OY, 9", "Z, 2", "OY"]}
stacks: [[a, nobody], [a]]
cooling: freezing
steps: 0
)");
    std::string all;
    for (const core::Problem& problem : problems) {
        all += core::to_string(problem) + "\n";
    }
    INFO(all);
    for (const char* const part : {"schedule.yaml:3:",
                                   "tiles[0].core_allocation[0]",
                                   "at most 8 parts of OY, got 9",
                                   "a has no dimension Z that can be cut",
                                   "expected a dimension and its parts",
                                   "there is no operator nobody",
                                   "a is in a stack already",
                                   "expected a cooling schedule",
                                   "steps"}) {
        CHECK(all.find(part) != std::string::npos);
    }
}

TEST_CASE("tiles are mapped, placed and good under every rule", "[tiles]") {
    const std::string common = std::string(tiles) + "mapping: {engine: optimal}\nsteps: 60\n";
    const TiledNetwork listed = run_tiles(network(), quad(), decide(common));
    check_good(listed);
    CHECK(listed.found.evaluated == 2);
    CHECK(listed.found.schedule.core_of_group == std::vector<std::int32_t>{0, 1, 2, 3, 1, 0, 4});
    // 4 K parts of 2 channels by 4 row parts: C 4 and K 2 on the array, 2 · 8 pixels in time.
    const timeline::NodeCost& cost = listed.costs.at(0, 0);
    REQUIRE(cost.feasible);
    CHECK(cost.cycles >= 16);
    CHECK_FALSE(cost.streams());
    double best = static_cast<double>(listed.found.timeline.latency);
    for (const char* const rule : {"greedy", "annealing", "nsga2"}) {
        INFO(rule);
        const std::string text = common + "allocation: " + rule + "\n";
        const TiledNetwork found = run_tiles(network(), quad(), decide(text));
        check_good(found);
        if (std::string(rule) != "greedy") {
            CHECK(static_cast<double>(found.found.timeline.latency) <= best);
        }
        const TiledNetwork again = run_tiles(network(), quad(), decide(text), 2);
        CHECK(again.found.schedule == found.found.schedule);
        CHECK(again.found.timeline.runs == found.found.timeline.runs);
    }
    const TiledNetwork evolved =
        run_tiles(network(), quad(), decide(common + "allocation: nsga2\n"));
    REQUIRE_FALSE(evolved.found.front.empty());
    CHECK(std::ranges::is_sorted(evolved.found.front, {}, &TilePoint::latency));
}

TEST_CASE("a tile that finds no room streams, and stacks follow weights", "[tiles]") {
    hardware::Architecture small = quad();
    auto& core = std::get<hardware::DataflowCore>(small.core_types[0].kind);
    core.memories.back().size = core::Bits(1500);
    const TileDecision decision = decide(std::string(tiles) + "mapping: {engine: optimal}\n");
    const TiledNetwork tiled = run_tiles(network(), small, decision);
    // b: 8 channels of 8 pixels (512 bits) and 4 outputs of them (256 bits) besides 256 of weights.
    if (tiled.violations.empty()) {
        check_good(tiled);
    }
    const auto graph = timeline::build_node_graph(network(), decision.mapping.tiling);
    const auto machine = timeline::tile_machine(small);
    // Weights of a and b: 256 and 512 bits; four cores hold 1500 each, the others 1 Mbit and 128.
    CHECK(stacks_by_weights(graph, machine) == std::vector<std::int32_t>{0, 0, 0});
    auto tiny = machine;
    for (timeline::TileMemory& memory : tiny.memories) {
        memory.capacity_bits = 50;
    }
    // 6 weight memories of 50 bits hold the 256 bits of a, not the 512 of b; the sum has none.
    CHECK(stacks_by_weights(graph, tiny) == std::vector<std::int32_t>{0, 1, 2});
}

namespace {

/// What a node of an operator costs on the cores of a type; the first shape of it.
const timeline::NodeCost& cost_of(const TiledNetwork& tiled, std::int32_t op, std::int32_t type) {
    const auto shape = std::ranges::find(tiled.graph.shapes, op, &timeline::NodeShape::op);
    REQUIRE(shape != tiled.graph.shapes.end());
    return tiled.costs.at(static_cast<std::int32_t>(shape - tiled.graph.shapes.begin()), type);
}

constexpr const char* whole = R"(
tiles:
  - {name: default, core_allocation: [0]}
  - {name: sum, core_allocation: [4]}
mapping: {engine: optimal}
)";

}  // namespace

TEST_CASE("both maps of an addition stream where there is no room for them", "[tiles]") {
    hardware::Architecture small = quad();
    const std::int32_t simd = small.cores[4];
    auto& unit =
        std::get<hardware::DataflowCore>(small.core_types[static_cast<std::size_t>(simd)].kind);
    unit.memories.back().size = core::Bits(10000);  // one of three maps of 4096 bits, or two
    const TiledNetwork tiled = run_tiles(network(), small, decide(whole));
    check_good(tiled);
    const timeline::NodeCost& sum = cost_of(tiled, 2, simd);
    REQUIRE(sum.feasible);
    CHECK(sum.streams_tensors);
    CHECK_FALSE(sum.streams_weights);
    CHECK_FALSE(sum.streams_output);
    CHECK(sum.read_bits == 2 * 4096);
    CHECK(sum.written_bits == 0);
}

TEST_CASE("what finds no room streams, memory by memory", "[tiles]") {
    hardware::Architecture apart = quad();
    auto& memories = std::get<hardware::DataflowCore>(apart.core_types[0].kind).memories;
    memories.push_back(memories.back());
    hardware::Memory& left = memories[memories.size() - 2];
    hardware::Memory& right = memories.back();
    left.name = "left";
    left.operands = {"I1", "I2"};
    right.name = "right";
    right.operands = {"O"};
    const auto costs = [&](std::int64_t left_bits, std::int64_t right_bits) {
        left.size = core::Bits(left_bits);
        right.size = core::Bits(right_bits);
        return run_tiles(network(), apart, decide(whole));
    };
    // Convolution a reads 4 channels of 64 pixels and 256 bits of weights, and writes 8 channels.
    const TiledNetwork fits = costs(2048 + 256, 4096);
    CHECK_FALSE(cost_of(fits, 0, 0).streams());
    const TiledNetwork no_output = costs(1'000'000, 4095);
    CHECK(cost_of(no_output, 0, 0).streams_output);
    CHECK_FALSE(cost_of(no_output, 0, 0).streams_tensors);
    CHECK(cost_of(no_output, 0, 0).written_bits == 4096);
    const TiledNetwork no_input = costs(2048 + 255, 1'000'000);  // weights go first
    CHECK(cost_of(no_input, 0, 0).streams_tensors);
    CHECK_FALSE(cost_of(no_input, 0, 0).streams_weights);
    CHECK_FALSE(cost_of(no_input, 0, 0).streams_output);
}

TEST_CASE("operators that are alone stream all there is", "[tiles]") {
    const TiledNetwork kept = run_tiles(network(), quad(), decide(whole));
    const TiledNetwork streamed = run_tiles(
        network(), quad(), decide(std::string(whole) + "stacks: layers\nstream_alone: true\n"));
    check_good(streamed);
    CHECK(std::ranges::all_of(streamed.found.timeline.peak_bits,
                              [](std::int64_t bits) { return bits == 0; }));
    // Maps of 4, 8 and 8 channels and the weights of two convolutions are read, and both maps
    // again.
    const double weights = 8 * (8 * 4 + 8 * 8);
    CHECK(kept.found.timeline.off_chip_read_bits == 4 * 512 + weights);
    CHECK(streamed.found.timeline.off_chip_read_bits == (4 + 8 + 8 + 8) * 512 + weights);
    // With another operator in its stack none is alone.
    const TiledNetwork two = run_tiles(
        network(), quad(), decide(std::string(whole) + "stacks: [[a, b]]\nstream_alone: true\n"));
    CHECK_FALSE(cost_of(two, 0, 0).streams());
    CHECK_FALSE(cost_of(two, 1, 0).streams());
    CHECK(cost_of(two, 2, quad().cores[4]).streams_output);
}

TEST_CASE("wide operands take passes on narrow units", "[tiles]") {
    hardware::Architecture narrow = quad();
    std::get<hardware::DataflowCore>(narrow.core_types[0].kind).array.input_precision_bits = {4, 4};
    const TiledNetwork once = run_tiles(network(), quad(), decide(whole));
    const TiledNetwork often = run_tiles(network(), narrow, decide(whole));
    const timeline::NodeCost& one = cost_of(once, 1, 0);
    const timeline::NodeCost& four = cost_of(often, 1, 0);
    const double macs = 8 * 8 * 64;
    CHECK(four.energy_pj == Approx(one.energy_pj + 3 * macs * 0.04));
    CHECK(four.cycles >= one.cycles + 3 * 64);  // 64 channel pairs side by side, 64 pixels in turn
}

TEST_CASE("operations of a type can take several cycles of a tile", "[tiles]") {
    workloads::Workload exponential = network();
    exponential.operators[2].type = "Exp";  // of two maps
    const std::int32_t simd = quad().cores[4];
    hardware::Architecture slow = quad();
    auto& array =
        std::get<hardware::DataflowCore>(slow.core_types[static_cast<std::size_t>(simd)].kind)
            .array;
    array.operation_cycles = {{"Exp", 5}};
    const TiledNetwork once = run_tiles(exponential, quad(), decide(whole));
    const TiledNetwork often = run_tiles(exponential, slow, decide(whole));
    const std::int64_t turns = 512 / array.units();  // 8 channels of 8 x 8
    CHECK(cost_of(often, 2, simd).cycles >= cost_of(once, 2, simd).cycles + 4 * turns);
    CHECK(cost_of(often, 2, simd).energy_pj == Approx(cost_of(once, 2, simd).energy_pj));
    const TiledNetwork sum = run_tiles(network(), slow, decide(whole));
    CHECK(cost_of(sum, 2, simd).cycles == cost_of(once, 2, simd).cycles);
}

TEST_CASE("the shipped multi-core experiment loads", "[tiles]") {
    const TileExperiment experiment =
        load_tile_experiment(source / "experiments/resnet18_multicore.yaml");
    CHECK(experiment.name == "resnet18_multicore");
    CHECK(experiment.decision.allocation == AllocationRule::annealing);
    CHECK(experiment.decision.mapping.tiling.size() == experiment.workload.operators.size());
}

}  // namespace test_tile_schedules
