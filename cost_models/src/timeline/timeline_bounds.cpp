// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>

#include "plexus/cost_models/timeline/timeline_check.hpp"

namespace plexus::cost_models::timeline {

namespace {

/// Cycles of a node on the core that is fastest for it, or on its own if there is an allocation.
Time fastest(const TileMachine& machine,
             const NodeCosts& costs,
             const std::vector<std::int32_t>& core_of_group,
             const Node& node) {
    if (!core_of_group.empty()) {
        const auto core =
            static_cast<std::size_t>(core_of_group[static_cast<std::size_t>(node.group)]);
        return costs.at(node.shape, machine.cores[core].type).cycles;
    }
    Time best = std::numeric_limits<Time>::max();
    for (const TileCore& core : machine.cores) {
        const NodeCost& cost = costs.at(node.shape, core.type);
        if (cost.feasible) {
            best = std::min(best, cost.cycles);
        }
    }
    return best == std::numeric_limits<Time>::max() ? 0 : best;
}

Time cycles_of(double bits, double bits_per_cycle) {
    return bits > 0 ? static_cast<Time>(std::ceil(bits / bits_per_cycle)) : 0;
}

/// Bits per cycle that can pass at once between off-chip memory and all cores.
double width_off_chip(const TileMachine& machine, bool in) {
    std::vector<char> counted(machine.channels.size(), 0);
    double width = 0;
    for (std::int32_t m = 0; m < machine.off_chip(); ++m) {
        const auto route =
            in ? machine.route(machine.off_chip(), m) : machine.route(m, machine.off_chip());
        if (!route || route->empty()) {
            continue;
        }
        // The channel next to the off-chip memory: all that passes there adds up.
        const auto channel = static_cast<std::size_t>(in ? route->front() : route->back());
        if (counted[channel]++ == 0) {
            width += machine.channels[channel].bits_per_cycle;
        }
    }
    return width > 0 ? width : std::numeric_limits<double>::infinity();
}

}  // namespace

Time TimelineBounds::latency() const {
    return std::max({critical_path, busiest_core, assigned_core, off_chip});
}

TimelineBounds timeline_bounds(const NodeGraph& graph,
                               const TileMachine& machine,
                               const NodeCosts& costs,
                               const std::vector<std::int32_t>& core_of_group) {
    TimelineBounds bounds;
    std::vector<Time> end(graph.nodes.size(), 0);
    std::vector<Time> load(machine.cores.size(), 0);
    Time total = 0;
    for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
        const Node& node = graph.nodes[n];
        Time begin = 0;
        for (const std::int32_t b : graph.uses_of(static_cast<std::int32_t>(n))) {
            const std::int32_t producer = graph.blocks[static_cast<std::size_t>(b)].producer;
            if (producer >= 0) {
                begin = std::max(begin, end[static_cast<std::size_t>(producer)]);
            }
        }
        const NodeGroup& group = graph.groups[static_cast<std::size_t>(node.group)];
        if (static_cast<std::int32_t>(n) > group.first) {  // tiles of a group run in turn
            begin = std::max(begin, end[n - static_cast<std::size_t>(group.stride)]);
        }
        const Time cycles = fastest(machine, costs, core_of_group, node);
        end[n] = begin + cycles;
        total += cycles;
        bounds.critical_path = std::max(bounds.critical_path, end[n]);
        if (!core_of_group.empty()) {
            load[static_cast<std::size_t>(core_of_group[static_cast<std::size_t>(node.group)])] +=
                cycles;
        }
    }
    const auto cores = static_cast<Time>(machine.cores.size());
    bounds.busiest_core = (total + cores - 1) / cores;
    bounds.assigned_core = *std::ranges::max_element(load);
    for (std::size_t b = 0; b < graph.blocks.size(); ++b) {
        const Block& block = graph.blocks[b];
        if (block.producer < 0 && graph.first_consumer[b + 1] > graph.first_consumer[b]) {
            bounds.compulsory_read_bits += static_cast<double>(block.bits);
        } else if (block.leaves) {
            bounds.compulsory_written_bits += static_cast<double>(block.bits);
        }
    }
    bounds.off_chip =
        std::max(cycles_of(bounds.compulsory_read_bits, width_off_chip(machine, true)),
                 cycles_of(bounds.compulsory_written_bits, width_off_chip(machine, false)));
    return bounds;
}

}  // namespace plexus::cost_models::timeline
