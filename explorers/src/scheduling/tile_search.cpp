// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/scheduling/tile_search.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "scheduling/schedule_space.hpp"

namespace plexus::explorers {

namespace {

using cost_models::timeline::Block;
using cost_models::timeline::BlockKind;
using cost_models::timeline::Node;
using cost_models::timeline::NodeCost;
using cost_models::timeline::NodeCosts;
using cost_models::timeline::NodeGraph;
using cost_models::timeline::NodeGroup;
using cost_models::timeline::TileCore;
using cost_models::timeline::TileMachine;
using cost_models::timeline::TileSchedule;

constexpr std::int32_t nothing_yet = -1;

/// When each group would end on each core, if all ran as early as cores and data allow.
class GreedyCores {
  public:
    GreedyCores(const NodeGraph& graph, const TileMachine& machine, const NodeCosts& costs)
        : graph_(graph),
          machine_(machine),
          costs_(costs),
          core_(graph.groups.size(), nothing_yet),
          end_(graph.groups.size(), 0),
          idle_(machine.cores.size(), 0) {}

    std::vector<std::int32_t> place(const std::vector<std::vector<std::int32_t>>& allowed) {
        for (std::size_t g = 0; g < graph_.groups.size(); ++g) {
            gather(g);
            double best = std::numeric_limits<double>::infinity();
            for (const std::int32_t core : allowed[static_cast<std::size_t>(graph_.groups[g].op)]) {
                const double end = end_on(g, core);
                if (core_[g] == nothing_yet || end < best) {
                    best = end;
                    core_[g] = core;
                }
            }
            end_[g] = best;
            idle_[static_cast<std::size_t>(core_[g])] = best;
        }
        return core_;
    }

  private:
    /// Bits that group g reads of other groups, each block once.
    void gather(std::size_t g) {
        read_.clear();
        const NodeGroup& group = graph_.groups[g];
        std::set<std::int32_t> seen;
        for (std::int32_t i = 0; i < group.count; ++i) {
            for (const std::int32_t b : graph_.uses_of(group.first + i * group.stride)) {
                const Block& block = graph_.blocks[static_cast<std::size_t>(b)];
                if (block.producer >= 0 && seen.insert(b).second) {
                    read_.emplace_back(graph_.nodes[static_cast<std::size_t>(block.producer)].group,
                                       block.bits);
                }
            }
        }
    }

    /// A group follows those it reads from by a tile: it cannot end before the last of them and one
    /// tile of its own.
    [[nodiscard]] double end_on(std::size_t g, std::int32_t core) const {
        const NodeGroup& group = graph_.groups[g];
        const TileCore& at = machine_.cores[static_cast<std::size_t>(core)];
        double cycles = 0;
        for (std::int32_t i = 0; i < group.count; ++i) {
            const Node& node =
                graph_.nodes[static_cast<std::size_t>(group.first + i * group.stride)];
            const NodeCost& cost = costs_.at(node.shape, at.type);
            if (!cost.feasible) {
                return std::numeric_limits<double>::infinity();
            }
            cycles += static_cast<double>(cost.cycles);
        }
        double moving = 0;
        double ready = 0;
        for (const auto& [from, bits] : read_) {
            const auto f = static_cast<std::size_t>(from);
            if (f == g) {
                continue;
            }
            ready = std::max(ready, end_[f]);
            moving += way(core_[f], at, static_cast<double>(bits));
        }
        const double own = idle_[static_cast<std::size_t>(core)] + std::max(cycles, moving);
        return std::max(own, ready + cycles / group.count);
    }

    [[nodiscard]] double way(std::int32_t from, const TileCore& to, double bits) const {
        const std::int32_t source = machine_.cores[static_cast<std::size_t>(from)].outputs;
        const auto route = machine_.route(source, to.tensors);
        if (!route) {
            return std::numeric_limits<double>::infinity();
        }
        double cycles = 0;
        for (const std::int32_t c : *route) {
            cycles = std::max(cycles,
                              bits / machine_.channels[static_cast<std::size_t>(c)].bits_per_cycle);
        }
        return cycles;
    }

    const NodeGraph& graph_;
    const TileMachine& machine_;
    const NodeCosts& costs_;
    std::vector<std::int32_t> core_;
    std::vector<double> end_;
    std::vector<double> idle_;
    std::vector<std::pair<std::int32_t, std::int64_t>> read_;
};

}  // namespace

std::vector<std::int32_t> stacks_of(const NodeGraph& graph,
                                    const TileMachine& machine,
                                    const TileDecision& decision) {
    switch (decision.stack_rule) {
        case StackRule::one:
            break;
        case StackRule::layers: {
            std::vector<std::int32_t> stacks;
            for (std::size_t o = 0; o + 1 < graph.operator_nodes.size(); ++o) {
                stacks.push_back(static_cast<std::int32_t>(o));
            }
            return stacks;
        }
        case StackRule::weights:
            return stacks_by_weights(graph, machine);
        case StackRule::listed:
            return decision.listed_stacks;
    }
    return {};
}

std::vector<std::int32_t> stacks_by_weights(const NodeGraph& graph, const TileMachine& machine) {
    std::set<std::int32_t> memories;
    for (const TileCore& core : machine.cores) {
        memories.insert(core.weights);
    }
    double capacity = 0;
    for (const std::int32_t m : memories) {
        capacity +=
            static_cast<double>(machine.memories[static_cast<std::size_t>(m)].capacity_bits);
    }
    std::vector<std::int32_t> stacks;
    std::int32_t stack = 0;
    double held = 0;
    for (std::size_t o = 0; o + 1 < graph.operator_nodes.size(); ++o) {
        std::set<std::int32_t> weights;
        for (std::int32_t n = graph.operator_nodes[o]; n < graph.operator_nodes[o + 1]; ++n) {
            for (const std::int32_t b : graph.uses_of(n)) {
                if (graph.blocks[static_cast<std::size_t>(b)].kind == BlockKind::weight) {
                    weights.insert(b);
                }
            }
        }
        double own = 0;
        for (const std::int32_t b : weights) {
            own += static_cast<double>(graph.blocks[static_cast<std::size_t>(b)].bits);
        }
        if (o > 0 && held + own > capacity) {
            ++stack;
            held = 0;
        }
        held += own;
        stacks.push_back(stack);
    }
    return stacks;
}

std::vector<std::int32_t> listed_cores(const NodeGraph& graph,
                                       const std::vector<std::vector<std::int32_t>>& allowed) {
    std::vector<std::int32_t> cores;
    for (std::size_t g = 0; g < graph.groups.size(); ++g) {
        const auto op = static_cast<std::size_t>(graph.groups[g].op);
        const std::size_t i = g - static_cast<std::size_t>(graph.operator_groups[op]);
        cores.push_back(allowed[op][i % allowed[op].size()]);
    }
    return cores;
}

std::vector<std::int32_t> greedy_cores(const NodeGraph& graph,
                                       const TileMachine& machine,
                                       const NodeCosts& costs,
                                       const std::vector<std::vector<std::int32_t>>& allowed) {
    return GreedyCores(graph, machine, costs).place(allowed);
}

TileSearchResult find_tile_schedule(const NodeGraph& graph,
                                    const TileMachine& machine,
                                    const NodeCosts& costs,
                                    const TileDecision& decision) {
    ScheduleSpace space(graph, machine, costs, decision);
    TileSchedule listed;
    listed.core_of_group = listed_cores(graph, decision.mapping.cores);
    listed.stack_of_operator = stacks_of(graph, machine, decision);
    listed.priority = decision.priority;
    listed.overlap = decision.overlap;
    listed.prefetch = decision.prefetch;
    listed.preload_weights = decision.preload_weights;
    listed.keep_between_stacks = decision.keep_between_stacks;
    TileSchedule greedy = listed;
    if (decision.allocation != AllocationRule::listed) {
        greedy.core_of_group = greedy_cores(graph, machine, costs, decision.mapping.cores);
    }
    space.run(listed);
    space.measure_by_last();
    const double listed_cost = space.cost();
    TileSearchResult result;
    result.schedule = listed;
    if (decision.allocation != AllocationRule::listed) {
        space.run(greedy);
        const bool better = space.cost() < listed_cost;
        if (decision.allocation == AllocationRule::greedy || better) {
            result.schedule = greedy;
        }
    }
    if (decision.allocation == AllocationRule::annealing) {
        anneal_tiles(space, result);
    } else if (decision.allocation == AllocationRule::nsga2) {
        result.front = evolve_tiles(space, {listed, greedy});
        double best = std::numeric_limits<double>::infinity();
        for (const TilePoint& point : result.front) {
            const double cost = space.cost(point.latency, point.energy_pj);
            if (cost < best) {
                best = cost;
                result.schedule = point.schedule;
            }
        }
    }
    result.timeline = space.run(result.schedule);
    result.evaluated = space.evaluated();
    result.bounds = timeline_bounds(graph, machine, costs);
    return result;
}

}  // namespace plexus::explorers
