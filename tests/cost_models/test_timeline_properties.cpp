// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>
#include <string>

#include <rapidcheck/catch.h>

#include "plexus/core/random.hpp"
#include "plexus/cost_models/timeline/timeline.hpp"
#include "plexus/cost_models/timeline/timeline_check.hpp"

#include "allocations.hpp"
#include "catch.hpp"
#include "tile_networks.hpp"

namespace test_timeline_properties {

using namespace plexus;
using namespace plexus::cost_models;
using namespace plexus::cost_models::timeline;
using plexus::cost_models::test::TileNetwork;

namespace {

std::int64_t up_to(core::Rng& rng, std::int64_t n) {
    return 1 + static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(n)));
}

/// A network of convolutions and additions in which any earlier map may be read.
workloads::Workload random_network(core::Rng& rng) {
    TileNetwork net;
    std::vector<std::size_t> maps{net.input(up_to(rng, 3), 6 + up_to(rng, 6))};
    const std::int64_t operators = 1 + up_to(rng, 5);
    for (std::int64_t i = 0; i < operators; ++i) {
        const std::size_t from = maps[rng.below(maps.size())];
        const std::size_t other = maps[rng.below(maps.size())];
        if (rng.below(3) == 0 &&
            net.workload.tensors[from].shape == net.workload.tensors[other].shape) {
            maps.push_back(net.add(from, other));
        } else {
            const std::int64_t taps = up_to(rng, 3);
            const std::int64_t stride = rng.below(4) == 0 ? 2 : 1;
            maps.push_back(net.conv(from, up_to(rng, 4), taps, stride, taps / 2));
        }
    }
    return net.workload;
}

OperatorTiling random_tiling(const workloads::Operator& op, core::Rng& rng) {
    OperatorTiling tiling;
    for (const workloads::LoopDim& dim : op.dims) {
        if (dim.name == "K" && rng.below(2) == 0) {
            tiling.inter.push_back({"K", up_to(rng, dim.size)});
        } else if (dim.name != "FY" && rng.below(2) == 0) {
            tiling.intra.push_back({dim.name, up_to(rng, dim.size)});
        }
    }
    return tiling;
}

hardware::Architecture random_machine(core::Rng& rng) {
    const int cores = static_cast<int>(up_to(rng, 4));
    auto a = test::tile_architecture(cores, 100 + up_to(rng, 2000), 250 + up_to(rng, 1500));
    switch (rng.below(4)) {
        case 0:
            test::link_in_a_row(a);
            break;
        case 1:
            test::join_by_bus(a);
            break;
        case 2: {
            hardware::Mesh mesh;
            mesh.width = 2;
            mesh.height = 2;
            mesh.link_bandwidth = core::Bandwidth(static_cast<double>(up_to(rng, 8)));
            a.interconnect.mesh = mesh;
            break;
        }
        default:
            test::join_by_bus(a);
            if (cores > 1) {
                a.memory_sharing = {{{0}, {cores - 1}}};
            }
    }
    if (rng.below(2) == 0) {
        test::write_elsewhere(a);
        a.memory_sharing.clear();
        for (int c = 0; c + 1 < cores && rng.below(3) > 0; ++c) {
            a.memory_sharing.push_back({{c, "results"}, {c + 1, "inputs"}});
        }
    }
    return a;
}

struct Case {
    NodeGraph graph;
    TileMachine machine;
    NodeCosts costs;
    TileSchedule schedule;
};

Case random_case(core::Rng& rng) {
    Case out;
    const workloads::Workload network = random_network(rng);
    std::vector<OperatorTiling> tiling;
    for (const workloads::Operator& op : network.operators) {
        tiling.push_back(random_tiling(op, rng));
    }
    GraphRules rules{static_cast<BlockRule>(rng.below(2)), static_cast<CutRule>(rng.below(2)), {}};
    if (rng.below(2) == 0) {
        std::int32_t stack = 0;
        for (std::size_t o = 0; o < network.operators.size(); ++o) {
            stack += static_cast<std::int32_t>(rng.below(2));
            rules.stack_of_operator.push_back(stack);
        }
        out.schedule.stack_of_operator = rules.stack_of_operator;
    }
    out.graph = build_node_graph(network, tiling, rules);
    RC_ASSERT(out.graph.violations.empty());
    out.machine = tile_machine(random_machine(rng));
    RC_ASSERT(out.machine.violations.empty());
    out.costs = test::even_costs(out.graph, 0);
    for (std::size_t s = 0; s < out.costs.entries.size(); ++s) {
        NodeCost& cost = out.costs.entries[s];
        cost.cycles = up_to(rng, 30);
        if (rng.below(6) == 0) {
            cost.streams_weights = true;
            cost.streams_tensors = rng.below(2) == 0;
            cost.streams_output = out.graph.shapes[s].complete && rng.below(2) == 0;
            cost.read_bits = up_to(rng, 400);
            cost.written_bits = cost.streams_output ? up_to(rng, 200) : 0;
        }
    }
    for (std::size_t g = 0; g < out.graph.groups.size(); ++g) {
        out.schedule.core_of_group.push_back(
            static_cast<std::int32_t>(rng.below(out.machine.cores.size())));
        out.schedule.rank.push_back(up_to(rng, 100));
    }
    out.schedule.priority = static_cast<Priority>(rng.below(4));
    out.schedule.overlap = rng.below(2) == 0;
    out.schedule.prefetch = static_cast<Prefetch>(rng.below(3));
    out.schedule.preload_weights = rng.below(2) == 0;
    out.schedule.keep_between_stacks = rng.below(2) == 0;
    return out;
}

std::string report(const std::vector<core::Violation>& violations) {
    std::string text;
    for (const core::Violation& violation : violations) {
        text += core::to_string(violation) + "\n";
    }
    return text;
}

}  // namespace

TEST_CASE("every timeline of a random case is good", "[timeline][property]") {
    std::int64_t feasible = 0;
    std::int64_t evicting = 0;
    std::int64_t joined = 0;
    for (std::uint64_t seed = 0; seed < 1500; ++seed) {
        core::Rng rng(seed);
        const Case c = random_case(rng);
        const TimelineModel model(c.graph, c.machine, c.costs);
        const auto scratch = model.make_scratch();
        Timeline line;
        model.run(c.schedule, *scratch, line);
        if (!line.feasible()) {
            continue;
        }
        ++feasible;
        INFO("seed " << seed);
        const auto wrong = check_timeline(c.graph, c.machine, c.costs, c.schedule, line);
        INFO(report(wrong));
        REQUIRE(wrong.empty());
        const TimelineBounds bounds =
            timeline_bounds(c.graph, c.machine, c.costs, c.schedule.core_of_group);
        REQUIRE(line.latency >= bounds.critical_path);
        REQUIRE(line.latency >= bounds.assigned_core);
        const bool streams = std::ranges::any_of(
            c.costs.entries, [](const NodeCost& cost) { return cost.streams(); });
        if (!streams) {  // what streams need not be as many bits as the blocks
            REQUIRE(line.latency >= bounds.latency());
            REQUIRE(line.off_chip_read_bits >= bounds.compulsory_read_bits);
            REQUIRE(line.off_chip_written_bits >= bounds.compulsory_written_bits);
        }
        // Again, with the memory of another schedule: the same.
        TileSchedule other = c.schedule;
        for (std::int32_t& core : other.core_of_group) {
            core = (core + 1) % static_cast<std::int32_t>(c.machine.cores.size());
        }
        Timeline again;
        model.run(other, *scratch, again);
        model.run(c.schedule, *scratch, again);
        REQUIRE(again.runs == line.runs);
        REQUIRE(again.moves == line.moves);
        REQUIRE(again.stays == line.stays);
        REQUIRE(again.energy_pj() == line.energy_pj());
        REQUIRE(again.peak_bits == line.peak_bits);
        evicting += line.moved_bits[static_cast<std::size_t>(MoveCause::eviction)] > 0 ? 1 : 0;
        joined += std::ranges::any_of(line.moves, [](const BlockMove& m) { return m.joined > 0; });
    }
    CHECK(feasible > 700);
    CHECK(evicting > 30);
    CHECK(joined > 30);
}

TEST_CASE("computing a timeline again allocates nothing", "[timeline]") {
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        core::Rng rng(seed);
        const Case c = random_case(rng);
        const TimelineModel model(c.graph, c.machine, c.costs);
        const auto scratch = model.make_scratch();
        Timeline line;
        model.run(c.schedule, *scratch, line);
        if (line.feasible()) {
            const long before = test::allocations;
            model.run(c.schedule, *scratch, line);
            const long after = test::allocations;
            REQUIRE(after == before);
        }
    }
}

TEST_CASE("the checker finds what is wrong", "[timeline]") {
    std::int64_t tried = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        core::Rng rng(seed);
        const Case c = random_case(rng);
        const Timeline line = TimelineModel(c.graph, c.machine, c.costs).run(c.schedule);
        if (!line.feasible() || line.runs.size() < 2 || line.stays.empty()) {
            continue;
        }
        ++tried;
        INFO("seed " << seed);
        const auto wrong = [&](const auto& spoil) {
            Timeline spoilt = line;
            spoil(spoilt);
            return !check_timeline(c.graph, c.machine, c.costs, c.schedule, spoilt).empty();
        };
        const std::size_t last = line.runs.size() - 1;
        CHECK(wrong([&](Timeline& t) { t.runs[last].end -= 1; }));
        CHECK(wrong([&](Timeline& t) { t.runs[0] = t.runs[last]; }));
        CHECK(wrong([&](Timeline& t) { t.latency = t.latency / 2 - 1; }));
        CHECK(wrong([&](Timeline& t) { t.stays.pop_back(); }));
        CHECK(wrong([&](Timeline& t) { t.stays[0].available = t.stays[0].until + 1; }));
        CHECK(wrong([&](Timeline& t) { t.peak_bits[0] += 1; }));
        if (!line.moves.empty()) {
            CHECK(wrong([&](Timeline& t) { t.moves.pop_back(); }));
        }
        if (line.moves.size() > 1 && line.moves[0].end > line.moves[0].start) {
            CHECK(wrong([&](Timeline& t) { t.moves[0].end = t.moves[0].start; }));
        }
        TileMachine tight = c.machine;
        for (std::size_t m = 0; m + 1 < tight.memories.size(); ++m) {
            tight.memories[m].capacity_bits = line.peak_bits[m] - 1;
        }
        CHECK_FALSE(check_timeline(c.graph, tight, c.costs, c.schedule, line).empty());
    }
    CHECK(tried > 100);
}

// With list scheduling more of a resource can in general lead to other decisions and a worse end
// (Graham's anomalies). Where decisions cannot change it never does: one core that waits for what
// it moves and has room for all runs the same nodes and moves in the same order, each no longer
// than before; and room that was never full changes nothing if there is more of it.
TEST_CASE("more bandwidth is never worse on one core that waits", "[timeline][property]") {
    rc::prop("for any widths", [](std::uint64_t seed) {
        core::Rng rng(seed);
        const workloads::Workload network = random_network(rng);
        std::vector<OperatorTiling> tiling;
        for (const workloads::Operator& op : network.operators) {
            tiling.push_back(random_tiling(op, rng));
        }
        const NodeGraph graph = build_node_graph(network, tiling);
        const NodeCosts costs = test::even_costs(graph, up_to(rng, 20));
        TileSchedule schedule = test::on_one_core(graph);
        schedule.overlap = false;
        schedule.priority = Priority::memory;
        auto architecture = test::tile_architecture(1, 1'000'000, 1'000'000);
        Time before = std::numeric_limits<Time>::max();
        for (double width = 1; width < 70; width *= 1.5) {
            architecture.off_chip->read_bandwidth = core::Bandwidth(width);
            architecture.off_chip->write_bandwidth = core::Bandwidth(width / 2);
            const TileMachine machine = tile_machine(architecture);
            const Timeline line = TimelineModel(graph, machine, costs).run(schedule);
            RC_ASSERT(line.feasible());
            RC_ASSERT(line.latency <= before);
            before = line.latency;
        }
        architecture = test::tile_architecture(1, 2'000'000, 3'000'000);
        architecture.off_chip->read_bandwidth = core::Bandwidth(4);
        const TileMachine wide = tile_machine(architecture);
        auto same = test::tile_architecture(1, 1'000'000, 1'000'000);
        same.off_chip->read_bandwidth = core::Bandwidth(4);
        const TileMachine enough = tile_machine(same);
        RC_ASSERT(TimelineModel(graph, wide, costs).run(schedule).runs ==
                  TimelineModel(graph, enough, costs).run(schedule).runs);
    });
}

}  // namespace test_timeline_properties
