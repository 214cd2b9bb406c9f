// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <vector>

#include "plexus/cost_models/timeline/tile_machine.hpp"
#include "plexus/cost_models/timeline/timeline.hpp"
#include "plexus/cost_models/timeline/timeline_check.hpp"

#include "catch.hpp"
#include "tile_networks.hpp"

namespace test_tile_machine {

using namespace plexus;
using namespace plexus::cost_models;
using namespace plexus::cost_models::timeline;
using plexus::cost_models::test::even_costs;
using plexus::cost_models::test::on_one_core;
using plexus::cost_models::test::TileNetwork;

namespace {

constexpr std::int64_t ample = 100'000;

/// Cores that read in one memory and write in another.
hardware::Architecture two_sided(int cores) {
    auto a = test::tile_architecture(cores, ample, ample);
    test::write_elsewhere(a);
    return a;
}

Timeline checked(const NodeGraph& graph,
                 const TileMachine& machine,
                 const NodeCosts& costs,
                 const TileSchedule& schedule) {
    Timeline line = TimelineModel(graph, machine, costs).run(schedule);
    REQUIRE(line.feasible());
    const auto wrong = check_timeline(graph, machine, costs, schedule, line);
    for (const core::Violation& violation : wrong) {
        UNSCOPED_INFO(core::to_string(violation));
    }
    CHECK(wrong.empty());
    return line;
}

std::int64_t on_chip(const Timeline& line) {
    return line.moved_bits[static_cast<std::size_t>(MoveCause::core_to_core)];
}

std::vector<std::string> violations(const hardware::Architecture& architecture) {
    std::vector<std::string> out;
    for (const core::Violation& violation : tile_machine(architecture).violations) {
        out.push_back(core::to_string(violation));
    }
    return out;
}

}  // namespace

TEST_CASE("a core has memories for weights, for what it reads and for what it makes",
          "[tile_machine]") {
    const TileMachine one = tile_machine(test::tile_architecture(1, ample, ample));
    CHECK(one.cores[0].outputs == one.cores[0].tensors);
    CHECK(one.memories.size() == 3);

    const TileMachine apart = tile_machine(two_sided(2));
    REQUIRE(apart.memories.size() == 7);
    CHECK(apart.memories[0].name == "core 0 outputs");
    CHECK(apart.memories[1].name == "core 0 inputs");
    CHECK(apart.memories[2].name == "core 0 weights");
    CHECK(apart.cores[1].outputs == 3);
    CHECK(apart.cores[1].tensors == 4);
    CHECK(apart.cores[1].weights == 5);
    REQUIRE(apart.route(0, 1));
    CHECK(apart.route(0, 1)->empty());  // within a core
    CHECK_FALSE(apart.route(0, 4));     // no link
    CHECK(apart.route(apart.off_chip(), 4)->size() == 1);

    // Weights beside inputs, or beside results.
    auto with_inputs = two_sided(1);
    auto& memories = test::array_core(with_inputs).memories;
    memories[0].operands.clear();
    memories[1].operands = {"I1", "I2"};
    const TileMachine left = tile_machine(with_inputs);
    CHECK(left.cores[0].weights == left.cores[0].tensors);
    CHECK(left.cores[0].weights != left.cores[0].outputs);
    memories[1].operands = {"I1"};
    memories[2].operands = {"O", "I2"};
    const TileMachine right = tile_machine(with_inputs);
    CHECK(right.cores[0].weights == right.cores[0].outputs);
    CHECK(right.memories.size() == 3);
}

TEST_CASE("what a core makes moves before the same core reads it", "[tile_machine]") {
    TileNetwork net;
    net.conv(net.conv(net.input(1, 4), 2, 1), 1, 1);
    const NodeGraph graph = build_node_graph(net.workload, {});
    const auto architecture = two_sided(1);
    const TileMachine machine = tile_machine(architecture);
    const NodeCosts costs = even_costs(graph, 10);
    const Timeline line = checked(graph, machine, costs, on_one_core(graph));
    // As with one memory: 32 bits in and 16 of weights at 16 per cycle, 10 cycles, 10 cycles, 32
    // bits out at 8 per cycle; the 64 bits in between need no channel.
    CHECK(line.runs[0] == NodeRun{0, 3, 13});
    CHECK(line.runs[1] == NodeRun{0, 13, 23});
    CHECK(line.latency == 27);
    CHECK(on_chip(line) == 64);
    // 64 bits of results give way to 32; inputs: 32, then 64; weights: 16 + 16.
    CHECK(line.peak_bits == std::vector<std::int64_t>{64, 64, 32});
    // Besides what it costs with one memory: 64 bits read at 3/64 and written at 4/64.
    TileMachine together = tile_machine(test::tile_architecture(1, ample, ample));
    const Timeline before = checked(graph, together, costs, on_one_core(graph));
    CHECK(line.energy_pj() - before.energy_pj() == Approx(64 * 7.0 / 64));
}

TEST_CASE("prefetching counts what a node lacks, or all that it reads", "[tile_machine]") {
    TileNetwork net;
    net.conv(net.conv(net.input(1, 4), 2, 1), 1, 1);
    const NodeGraph graph = build_node_graph(net.workload, {});
    const TileMachine machine = tile_machine(test::tile_architecture(1, ample, ample));
    const NodeCosts costs = even_costs(graph, 10);
    TileSchedule schedule = on_one_core(graph);
    const auto second_weights = [&](const Timeline& line) {
        REQUIRE(line.moves.size() == 4);
        CHECK(line.moves[2].cause == MoveCause::weights);
        return line.moves[2].start;
    };
    // The core is free at 13. 16 bits of weights at 16 per cycle; with the map of 64 bits that is
    // on the core already it would be 5 cycles.
    CHECK(second_weights(checked(graph, machine, costs, schedule)) == 12);
    schedule.prefetch = Prefetch::inputs;
    CHECK(second_weights(checked(graph, machine, costs, schedule)) == 8);
    schedule.overlap = false;
    CHECK(second_weights(checked(graph, machine, costs, schedule)) == 13);
}

TEST_CASE("sums and states stay where they were written", "[tile_machine]") {
    TileNetwork net;
    net.conv(net.input(4, 4), 2, 1);
    const NodeGraph sums = build_node_graph(net.workload, {{{}, {{"C", 4}}, ""}});
    const TileMachine machine = tile_machine(two_sided(1));
    const Timeline line = checked(sums, machine, even_costs(sums, 10), on_one_core(sums));
    CHECK(on_chip(line) == 0);
    CHECK(line.moves.size() == 4 + 4 + 1);  // inputs, weights, output

    const NodeGraph scan = build_node_graph(net.workload, {{{}, {{"OY", 4}}, "OY"}});
    const Timeline states = checked(scan, machine, even_costs(scan, 10), on_one_core(scan));
    CHECK(on_chip(states) == 0);

    // Another core gets them over the link, into the memory in which it goes on: two sums of 8
    // elements of 32 bits, at 4 per cycle.
    auto linked = two_sided(2);
    test::link_in_a_row(linked);
    const TileMachine two = tile_machine(linked);
    const NodeGraph split = build_node_graph(net.workload, {{{{"C", 2}}, {}, ""}});
    TileSchedule schedule = on_one_core(split);
    schedule.core_of_group = {0, 1};
    const Timeline over = checked(split, two, even_costs(split, 10), schedule);
    const auto sum = std::ranges::find(over.moves, MoveCause::core_to_core, &BlockMove::cause);
    REQUIRE(sum != over.moves.end());
    CHECK(sum->from == two.cores[0].outputs);
    CHECK(sum->to == two.cores[1].outputs);
    CHECK(sum->end - sum->start == split.blocks[static_cast<std::size_t>(sum->block)].bits / 4);
}

TEST_CASE("what a core writes into the memory of its neighbour is there", "[tile_machine]") {
    TileNetwork net;
    net.conv(net.conv(net.input(1, 4), 2, 1), 1, 1);
    const OperatorTiling halves{{}, {{"OY", 2}}, ""};
    const NodeGraph graph = build_node_graph(net.workload, {halves, halves});
    auto architecture = two_sided(2);
    architecture.memory_sharing = {{{0, "results"}, {1, "inputs"}}};
    const TileMachine machine = tile_machine(architecture);
    CHECK(machine.memories.size() == 6);
    CHECK(machine.cores[0].outputs == machine.cores[1].tensors);
    CHECK(machine.cores[0].tensors != machine.cores[1].outputs);
    const NodeCosts costs = even_costs(graph, 10);
    TileSchedule schedule = on_one_core(graph);
    schedule.core_of_group = {0, 1};
    const Timeline line = checked(graph, machine, costs, schedule);
    // No link, no move: node 2 starts when node 0 has ended, on the other core.
    CHECK(on_chip(line) == 0);
    CHECK(line.runs[0] == NodeRun{0, 2, 12});
    CHECK(line.runs[1] == NodeRun{0, 12, 22});
    CHECK(line.runs[2] == NodeRun{1, 12, 22});
    CHECK(line.runs[3] == NodeRun{1, 22, 32});
    CHECK(line.latency == 34);

    // The other way round there is none.
    schedule.core_of_group = {1, 0};
    const Timeline none = TimelineModel(graph, machine, costs).run(schedule);
    REQUIRE_FALSE(none.feasible());
    CHECK(core::to_string(none.violations[0]) ==
          "way of a block of tensor 2: needed to core 0 inputs, available none");
}

TEST_CASE("a result needs room where it is written", "[tile_machine]") {
    TileNetwork net;
    net.conv(net.input(1, 4), 2, 1);
    const NodeGraph graph = build_node_graph(net.workload, {});
    auto architecture = two_sided(1);
    test::array_core(architecture).memories[2].size = core::Bits(63);
    const TileMachine machine = tile_machine(architecture);
    const Timeline line =
        TimelineModel(graph, machine, even_costs(graph, 10)).run(on_one_core(graph));
    REQUIRE_FALSE(line.feasible());
    CHECK(core::to_string(line.violations[0]) ==
          "core 0 outputs for operator 0, tile 0: needed 1 bits more, available 63 bits, all of "
          "which the tile needs");
}

TEST_CASE("memories that cannot be one are refused", "[tile_machine]") {
    auto architecture = two_sided(2);
    architecture.memory_sharing = {{{0}, {1}}};
    CHECK(violations(architecture) ==
          std::vector<std::string>{
              "memory that core 0 shares: needed one that is the outermost on the chip of an "
              "operand, available one for inputs and one for outputs",
              "memory that core 1 shares: needed one that is the outermost on the chip of an "
              "operand, available one for inputs and one for outputs"});
    architecture.memory_sharing = {{{0, "results"}, {1, "sram"}}};
    CHECK(violations(architecture) ==
          std::vector<std::string>{"memory that core 1 shares: needed one that is the outermost "
                                   "on the chip of an operand, available sram"});
    architecture.core_types.push_back(architecture.core_types[0]);
    architecture.cores = {0, 1};
    std::get<hardware::DataflowCore>(architecture.core_types[1].kind).memories[1].size =
        core::Bits(7);
    architecture.memory_sharing = {{{0, "results"}, {1, "inputs"}}};
    CHECK(violations(architecture) ==
          std::vector<std::string>{
              "memory that core 1 shares with core 0: needed 7 bits, available 100000 bits"});
}

TEST_CASE("weights can be shared by name", "[tile_machine]") {
    auto architecture = test::tile_architecture(2, ample, ample);
    architecture.memory_sharing = {{{0, "weights"}, {1, "weights"}}};
    const TileMachine machine = tile_machine(architecture);
    REQUIRE(machine.violations.empty());
    CHECK(machine.cores[0].weights == machine.cores[1].weights);
    CHECK(machine.cores[0].tensors != machine.cores[1].tensors);
    CHECK(machine.memories.size() == 4);
}

}  // namespace test_tile_machine
