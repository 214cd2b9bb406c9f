// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include "plexus/cost_models/timeline/timeline.hpp"
#include "plexus/cost_models/timeline/timeline_check.hpp"

#include "catch.hpp"
#include "tile_networks.hpp"

namespace test_timeline {

using namespace plexus;
using namespace plexus::cost_models;
using namespace plexus::cost_models::timeline;
using plexus::cost_models::test::even_costs;
using plexus::cost_models::test::on_one_core;
using plexus::cost_models::test::tile_architecture;
using plexus::cost_models::test::TileNetwork;

namespace {

constexpr std::int64_t ample = 100'000;

OperatorTiling rows(std::int64_t parts) {
    return {{}, {{"OY", parts}}, ""};
}

/// The timeline, which must be good.
Timeline checked(const NodeGraph& graph,
                 const TileMachine& machine,
                 const NodeCosts& costs,
                 const TileSchedule& schedule) {
    const Timeline line = TimelineModel(graph, machine, costs).run(schedule);
    if (line.feasible()) {
        const auto wrong = check_timeline(graph, machine, costs, schedule, line);
        for (const core::Violation& violation : wrong) {
            UNSCOPED_INFO(core::to_string(violation));
        }
        CHECK(wrong.empty());
    }
    return line;
}

std::int64_t moved(const Timeline& line, MoveCause cause) {
    return line.moved_bits[static_cast<std::size_t>(cause)];
}

}  // namespace

TEST_CASE("one core: fetch, run, write", "[timeline]") {
    TileNetwork net;
    net.conv(net.conv(net.input(1, 4), 2, 1), 1, 1);
    const NodeGraph graph = build_node_graph(net.workload, {});
    const TileMachine machine = tile_machine(tile_architecture(1, ample, ample));
    const NodeCosts costs = even_costs(graph, 10);
    TileSchedule schedule = on_one_core(graph);

    // 32 bits in and 16 of weights at 16 per cycle, 10 cycles, 10 cycles (the weights of the second
    // come meanwhile), 32 bits out at 8 per cycle.
    const Timeline line = checked(graph, machine, costs, schedule);
    CHECK(line.runs[0] == NodeRun{0, 3, 13});
    CHECK(line.runs[1] == NodeRun{0, 13, 23});
    CHECK(line.latency == 27);
    CHECK(line.peak_bits == std::vector<std::int64_t>{32 + 64, 16 + 16});
    CHECK(line.off_chip_read_bits == 64);
    CHECK(line.off_chip_written_bits == 32);
    // 2 pJ per node; DRAM 0.5 / 0.25 pJ per bit; SRAM 3/64 and 4/64; weight memory 0.2/8.
    CHECK(line.compute_pj == 4);
    CHECK(line.energy_pj() ==
          Approx(4 + 32 * (0.5 + 0.0625) + 32 * (0.5 + 0.025) + 32 * (3.0 / 64 + 0.25)));
    double items = 0;
    for (const core::CostItem& item : line.explain()) {
        items += item.energy.value;
    }
    CHECK(items == Approx(line.energy_pj()));

    schedule.overlap = false;  // the weights of the second come after the first
    CHECK(checked(graph, machine, costs, schedule).latency == 28);
    schedule.overlap = true;
    schedule.preload_weights = true;  // 2 · 16 bits, then the input
    const Timeline preloaded = checked(graph, machine, costs, schedule);
    CHECK(preloaded.runs[0].start == 4);
    CHECK(preloaded.moves[1].start == 1);

    const TimelineBounds bounds = timeline_bounds(graph, machine, costs);
    CHECK(bounds.critical_path == 20);
    CHECK(bounds.busiest_core == 20);
    CHECK(bounds.compulsory_read_bits == 64);
    CHECK(bounds.compulsory_written_bits == 32);
    CHECK(bounds.off_chip == 4);
    CHECK(bounds.latency() == 20);
}

TEST_CASE("what is early waits for its way and for room, not for its core", "[timeline]") {
    TileNetwork net;
    net.conv(net.conv(net.input(1, 4), 2, 1), 1, 1);
    const NodeGraph graph = build_node_graph(net.workload, {});
    const NodeCosts costs = even_costs(graph, 10);
    TileSchedule schedule = on_one_core(graph);
    const auto second_weights = [&](std::int64_t room) {
        const TileMachine machine = tile_machine(tile_architecture(1, room, ample));
        const Timeline line = checked(graph, machine, costs, schedule);
        REQUIRE(line.moves.size() == 4);
        CHECK(line.runs[0] == NodeRun{0, 3, 13});
        CHECK(line.runs[1].start == std::max<Time>(13, line.moves[2].end));
        return line.moves[2].start;
    };
    CHECK(second_weights(ample) == 12);
    schedule.prefetch = Prefetch::early;  // behind the input, 0 to 2, and the first weights, 2 to 3
    CHECK(second_weights(ample) == 3);
    CHECK(second_weights(31) == 13);  // both have 16 bits: the first must have gone
    CHECK(second_weights(32) == 3);
}

// The example of docs/models/fusion.md.
TEST_CASE("two cores pass rows on over a link", "[timeline]") {
    TileNetwork net;
    net.conv(net.conv(net.input(1, 4), 2, 1), 1, 1);
    const NodeGraph graph = build_node_graph(net.workload, {rows(2), rows(2)});
    auto architecture = tile_architecture(2, ample, ample);
    test::link_in_a_row(architecture);
    const TileMachine machine = tile_machine(architecture);
    const NodeCosts costs = even_costs(graph, 10);
    TileSchedule schedule = on_one_core(graph);
    schedule.core_of_group = {0, 1};
    const Timeline line = checked(graph, machine, costs, schedule);
    // Core 0 from 2 to 22; each half map (32 bits) takes 8 cycles on the link of 4 bits per cycle.
    CHECK(line.runs[1] == NodeRun{0, 12, 22});
    CHECK(line.runs[2] == NodeRun{1, 20, 30});
    CHECK(line.runs[3] == NodeRun{1, 30, 40});
    CHECK(line.latency == 42);
    CHECK(moved(line, MoveCause::core_to_core) == 64);
    CHECK(line.channel_pj[static_cast<std::size_t>(MoveCause::core_to_core)] == 64);
    CHECK(line.busy_cycles == std::vector<Time>{20, 20});
    const TimelineBounds bounds = timeline_bounds(graph, machine, costs, schedule.core_of_group);
    CHECK(bounds.critical_path == 30);
    CHECK(bounds.assigned_core == 20);
    CHECK(bounds.off_chip == 4);

    // Without a way between the cores there is no timeline.
    const TileMachine apart = tile_machine(tile_architecture(2, ample, ample));
    const Timeline none = checked(graph, apart, costs, schedule);
    REQUIRE_FALSE(none.feasible());
    CHECK(core::to_string(none.violations[0]) ==
          "way of a block of tensor 2: needed to core 1 tensors, available none");
}

TEST_CASE("cores that share their memory move nothing", "[timeline]") {
    TileNetwork net;
    net.conv(net.conv(net.input(1, 4), 2, 1), 1, 1);
    const NodeGraph graph = build_node_graph(net.workload, {rows(2), rows(2)});
    auto architecture = tile_architecture(2, ample, ample);
    architecture.memory_sharing = {{{0}, {1}}};
    const TileMachine machine = tile_machine(architecture);
    CHECK(machine.memories.size() == 4);  // tensors, weights of each core, off chip
    TileSchedule schedule = on_one_core(graph);
    schedule.core_of_group = {0, 1};
    const Timeline line = checked(graph, machine, even_costs(graph, 10), schedule);
    CHECK(line.runs[2].start == 12);
    CHECK(moved(line, MoveCause::core_to_core) == 0);
}

TEST_CASE("a broadcast takes the bus once", "[timeline]") {
    TileNetwork net;
    net.conv(net.conv(net.input(1, 4), 2, 1), 4, 1);
    const NodeGraph graph = build_node_graph(net.workload, {{}, {{{"K", 2}}, {}, ""}});
    auto architecture = tile_architecture(3, ample, ample);
    test::join_by_bus(architecture);
    const TileMachine machine = tile_machine(architecture);
    const NodeCosts costs = even_costs(graph, 10);
    TileSchedule schedule = on_one_core(graph);
    schedule.core_of_group = {0, 1, 2};
    const Timeline line = checked(graph, machine, costs, schedule);
    // 64 bits at 4 per cycle reach both cores from 13 to 29.
    CHECK(line.runs[0] == NodeRun{0, 3, 13});
    CHECK(line.runs[1] == NodeRun{1, 29, 39});
    CHECK(line.runs[2] == NodeRun{2, 29, 39});
    CHECK(line.latency == 55);
    CHECK(line.channel_pj[static_cast<std::size_t>(MoveCause::core_to_core)] == 64);
}

TEST_CASE("what finds no room goes off chip and comes back", "[timeline]") {
    TileNetwork net;
    const auto a = net.conv(net.input(1, 4), 1, 1);
    const auto b = net.conv(a, 2, 1);
    net.add(a, net.conv(b, 1, 1));
    const NodeGraph graph = build_node_graph(net.workload, {});
    const NodeCosts costs = even_costs(graph, 10);
    const TileSchedule schedule = on_one_core(graph);

    // With room for a, b and c: nothing moves but input, weights and output.
    const TileMachine wide = tile_machine(tile_architecture(1, ample, 128));
    const Timeline all = checked(graph, wide, costs, schedule);
    CHECK(moved(all, MoveCause::eviction) == 0);
    CHECK(all.latency == 3 + 40 + 4);
    CHECK(all.peak_bits[0] == 128);

    // 96 bits: a (32) goes while b (64) becomes c (32), which waits for it: 23 to 27. It comes back
    // once b has gone, at 37.
    const TileMachine narrow = tile_machine(tile_architecture(1, ample, 96));
    const Timeline line = checked(graph, narrow, costs, schedule);
    CHECK(moved(line, MoveCause::eviction) == 32);
    CHECK(moved(line, MoveCause::refetch) == 32);
    CHECK(line.runs[2] == NodeRun{0, 27, 37});
    CHECK(line.runs[3] == NodeRun{0, 39, 49});
    CHECK(line.latency == 53);
    CHECK(line.peak_bits[0] == 96);

    // 95 bits: too few for a tile, whatever goes.
    const TileMachine small = tile_machine(tile_architecture(1, ample, 95));
    const Timeline none = checked(graph, small, costs, schedule);
    REQUIRE_FALSE(none.feasible());
    CHECK(core::to_string(none.violations[0]) ==
          "core 0 tensors for operator 1, tile 0: needed 1 bits more, available 95 bits, all of "
          "which the tile needs");
}

TEST_CASE("operands that stream take their share of the way off chip", "[timeline]") {
    TileNetwork net;
    net.conv(net.input(1, 4), 3, 1);
    const NodeGraph graph = build_node_graph(net.workload, {{{{"K", 3}}, {}, ""}});
    const TileMachine machine = tile_machine(tile_architecture(3, ample, ample));
    NodeCosts costs = even_costs(graph, 10);
    for (NodeCost& cost : costs.entries) {
        cost.streams_tensors = true;
        cost.streams_weights = true;
        cost.read_bits = 80;  // 8 of 16 bits per cycle
    }
    TileSchedule schedule = on_one_core(graph);
    schedule.core_of_group = {0, 1, 2};
    const Timeline line = checked(graph, machine, costs, schedule);
    CHECK(line.runs[0].start == 0);
    CHECK(line.runs[1].start == 0);
    CHECK(line.runs[2].start == 10);  // two take the whole of it
    CHECK(line.stream_pj == 3 * 80 * 0.5);
    CHECK(line.off_chip_read_bits == 240);
    CHECK(line.peak_bits[1] == 0);  // no weights are kept

    for (NodeCost& cost : costs.entries) {
        cost.read_bits = 320;  // more than the port moves in 10 cycles
    }
    const Timeline slow = checked(graph, machine, costs, schedule);
    CHECK(slow.runs[0] == NodeRun{0, 0, 20});
    CHECK(slow.runs[2] == NodeRun{2, 40, 60});
}

TEST_CASE("a tensor that streams in was written off chip before", "[timeline]") {
    TileNetwork net;
    net.conv(net.conv(net.input(1, 4), 1, 1), 1, 1);
    const NodeGraph graph = build_node_graph(net.workload, {});
    const TileMachine machine = tile_machine(tile_architecture(1, ample, ample));
    NodeCosts costs = even_costs(graph, 10);
    costs.entries[1].streams_tensors = true;
    costs.entries[1].read_bits = 32;
    const Timeline line = checked(graph, machine, costs, on_one_core(graph));
    CHECK(moved(line, MoveCause::spill) == 32);
    CHECK(line.runs[1].start == 13 + 4);

    costs.entries[0].streams_output = true;
    costs.entries[0].written_bits = 32;
    const Timeline both = checked(graph, machine, costs, on_one_core(graph));
    CHECK(moved(both, MoveCause::spill) == 0);
    CHECK(both.runs[1].start == 13);
}

TEST_CASE("stacks follow one another, and may meet off chip only", "[timeline]") {
    TileNetwork net;
    net.conv(net.conv(net.input(1, 4), 1, 1), 1, 1);
    const NodeGraph graph = build_node_graph(net.workload, {rows(4), rows(4)});
    const TileMachine machine = tile_machine(tile_architecture(1, ample, ample));
    const NodeCosts costs = even_costs(graph, 10);
    TileSchedule schedule = on_one_core(graph);
    schedule.priority = Priority::memory;
    const Timeline fused = checked(graph, machine, costs, schedule);
    CHECK(fused.runs[4].start < fused.runs[1].start);  // row by row through both
    CHECK(fused.peak_bits[0] < 4 * 8 + 8);

    schedule.stack_of_operator = {0, 1};
    const Timeline layered = checked(graph, machine, costs, schedule);
    CHECK(layered.runs[4].start >= layered.runs[3].end);
    CHECK(moved(layered, MoveCause::spill) == 0);

    schedule.keep_between_stacks = false;
    const Timeline apart = checked(graph, machine, costs, schedule);
    CHECK(moved(apart, MoveCause::spill) == 32);
    CHECK(moved(apart, MoveCause::refetch) == 32);

    schedule.stack_of_operator = {1, 0};
    const Timeline cyclic = checked(graph, machine, costs, schedule);
    REQUIRE_FALSE(cyclic.feasible());
    CHECK(core::to_string(cyclic.violations[0]) ==
          "stack of operator 1, which reads of operator 0: needed 1 or later, available 0");
}

TEST_CASE("tile by tile, branches go on together", "[timeline]") {
    TileNetwork net;
    const std::size_t image = net.input(1, 4);
    net.conv(image, 1, 1);
    net.conv(image, 1, 1);
    const NodeGraph graph = build_node_graph(net.workload, {rows(4), rows(2)});
    const TileMachine machine = tile_machine(tile_architecture(1, ample, ample));
    const NodeCosts costs = even_costs(graph, 10);
    TileSchedule schedule = on_one_core(graph);
    schedule.priority = Priority::tiles;
    const Timeline line = checked(graph, machine, costs, schedule);
    // Quarters 0, 1, 2 and 3 of the first, halves 4 and 5 of the second.
    std::vector<std::int32_t> order{0, 1, 2, 3, 4, 5};
    std::ranges::sort(
        order, {}, [&](std::int32_t n) { return line.runs[static_cast<std::size_t>(n)].start; });
    CHECK(order == std::vector<std::int32_t>{0, 4, 1, 2, 5, 3});
}

TEST_CASE("ranks decide which group comes first", "[timeline]") {
    TileNetwork net;
    net.conv(net.input(1, 4), 2, 1);
    const NodeGraph graph = build_node_graph(net.workload, {{{{"K", 2}}, {}, ""}});
    const TileMachine machine = tile_machine(tile_architecture(1, ample, ample));
    const NodeCosts costs = even_costs(graph, 10);
    TileSchedule schedule = on_one_core(graph);
    schedule.priority = Priority::given;
    schedule.rank = {7, 3};
    const Timeline line = checked(graph, machine, costs, schedule);
    CHECK(line.runs[1].start < line.runs[0].start);
}

TEST_CASE("a node without a cost is refused with its reason", "[timeline]") {
    TileNetwork net;
    net.conv(net.input(1, 4), 2, 1);
    const NodeGraph graph = build_node_graph(net.workload, {});
    const TileMachine machine = tile_machine(tile_architecture(1, ample, ample));
    NodeCosts costs = even_costs(graph, 10);
    costs.entries[0].feasible = false;
    costs.entries[0].reason = "its weights are too many";
    const Timeline line = checked(graph, machine, costs, on_one_core(graph));
    REQUIRE_FALSE(line.feasible());
    CHECK(core::to_string(line.violations[0]) ==
          "operator 0 on core npu 0: needed a mapping that fits, available its weights are too "
          "many");
}

TEST_CASE("machines that have no timeline say why", "[timeline]") {
    auto architecture = tile_architecture(2, ample, ample);
    architecture.off_chip.reset();
    REQUIRE(tile_machine(architecture).violations.size() == 1);
    CHECK(tile_machine(architecture).violations[0].available == "none");

    auto uneven = tile_architecture(2, ample, ample);
    uneven.core_types.push_back(uneven.core_types[0]);
    std::get<hardware::DataflowCore>(uneven.core_types[1].kind).memories[1].size = core::Bits(7);
    uneven.cores = {0, 1};
    uneven.memory_sharing = {{{0}, {1}}};
    REQUIRE(tile_machine(uneven).violations.size() == 1);
    CHECK(core::to_string(tile_machine(uneven).violations[0]) ==
          "memory that core 1 shares with core 0: needed 7 bits, available 100000 bits");
    CHECK(tile_machine(tile_architecture(1025, 1, 1)).violations.size() == 1);
}

TEST_CASE("mesh routes go along x, then along y", "[timeline]") {
    auto architecture = tile_architecture(4, ample, ample);
    hardware::Mesh mesh;
    mesh.width = 2;
    mesh.height = 2;
    mesh.packet_bits = 8;
    mesh.link_bandwidth = core::Bandwidth(4);
    mesh.energy_x = core::Energy(16);
    mesh.energy_y = core::Energy(8);
    architecture.interconnect.mesh = mesh;
    const TileMachine machine = tile_machine(architecture);
    // Core 0 is at (0, 0), core 3 at (1, 1); tensors of core c are memory 2c.
    const auto route = machine.route(0, 6);
    REQUIRE(route);
    REQUIRE(route->size() == 2);
    const TileChannel& first = machine.channels[static_cast<std::size_t>((*route)[0])];
    const TileChannel& second = machine.channels[static_cast<std::size_t>((*route)[1])];
    CHECK(first.name == "mesh 0,0 east");
    CHECK(first.pj_per_bit == 2);
    CHECK(second.name == "mesh 1,0 north");
    CHECK(second.pj_per_bit == 1);
    CHECK(machine.route(machine.off_chip(), 6)->size() == 1);
    CHECK(machine.route(0, 0)->empty());
}

}  // namespace test_timeline
