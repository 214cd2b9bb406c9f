// SPDX-License-Identifier: Apache-2.0
#include "depth_first_stage.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "plexus/explorers/fusion/mapped_tiles.hpp"
#include "plexus/explorers/fusion/stack_search.hpp"
#include "plexus/explorers/mapping/mapped_cores.hpp"

#include "mapping/core_hierarchy.hpp"

namespace plexus::explorers {

/// A workload on the one core of a machine. Keeps what it has mapped.
class DepthFirstMachine {
  public:
    DepthFirstMachine(const DecidedDesign& design, const core::Registry<Mapper>& mappers)
        : machine(design.machine),
          workload(design.workload),
          hierarchy(hierarchy_of(*machine, 0, {})),
          request(design.decisions.mapping.request),
          mapper(mappers.create(design.decisions.mapping.engine, design.decisions.mapping.params)),
          tiles(*workload, hierarchy.core, request, *mapper, engine_name(design.decisions.mapping)),
          costs(*workload, hierarchy.core, tiles.source()) {}

    std::shared_ptr<const hardware::Architecture> machine;  // shared with other designs
    std::shared_ptr<const workloads::Workload> workload;
    CoreHierarchy hierarchy;
    MappingRequest request;
    std::unique_ptr<const Mapper> mapper;
    MappedTiles tiles;
    StackCosts costs;
};

namespace {

const std::string depth_first_rule = "fusion.stacks: depth_first";

std::vector<core::Violation> depth_first_obstacles(const DecidedDesign& design) {
    std::vector<core::Violation> obstacles = sparse_obstacles(design, depth_first_rule);
    std::ranges::move(slow_operations(design, depth_first_rule), std::back_inserter(obstacles));
    const hardware::Architecture& machine = *design.machine;
    if (machine.core_count() != 1) {
        obstacles.push_back(
            {depth_first_rule, "one dataflow core", fmt::format("{} cores", machine.core_count())});
    } else if (machine.core(0).event_driven()) {
        obstacles.push_back({depth_first_rule, "one dataflow core", "an event-driven core"});
    } else if (!hierarchy_of(machine, 0, {}).has_off_chip) {
        obstacles.push_back({depth_first_rule, "an off-chip memory", "none"});
    }
    if (design.decisions.mapping.roofline()) {
        obstacles.push_back({depth_first_rule, "a mapping engine", "mapping.engine: roofline"});
    }
    return obstacles;
}

DepthFirstSchedule schedule(const DepthFirstMachine& machine, const DepthFirstDecision& decision) {
    const StackCosts& costs = machine.costs;
    const MappingObjective objective = machine.request.temporal.objective;
    std::vector<std::size_t> ends;
    switch (decision.cuts) {
        case StackCuts::searched:
            return search_stacks(costs, decision.tiles, objective, 1);
        case StackCuts::weights:
            ends = weight_rule_cuts(costs);
            break;
        case StackCuts::every:
            for (std::size_t end = 1; end <= costs.operators(); ++end) {
                ends.push_back(end);
            }
            break;
        case StackCuts::none:
            ends = {costs.operators()};
            break;
    }
    return schedule_stacks(costs, ends, decision.tiles, objective, 1);
}

/// Energies of array and memories by stack, and leakage; they add up to the energy of the design.
std::vector<core::CostItem> items_of(const DepthFirstMachine& machine,
                                     const DepthFirstSchedule& schedule) {
    std::vector<core::CostItem> items;
    const auto& memories = machine.hierarchy.core.memories;
    for (std::size_t s = 0; s < schedule.stacks.size(); ++s) {
        const std::string stack = fmt::format("stack {}", s + 1);
        const depth_first::StackCost cost = machine.costs.evaluate(schedule.stacks[s]);
        items.push_back({.work = stack,
                         .place = "array",
                         .cause = "mac",
                         .count = cost.macs,
                         .count_unit = "MAC",
                         .energy = cost.mac_energy,
                         .cycles = cost.temporal});
        items.push_back({.work = stack,
                         .place = "memories",
                         .cause = "copy",
                         .count = static_cast<double>(cost.tiles),
                         .count_unit = "tiles",
                         .energy = {},
                         .cycles = cost.copy_latency});
        for (std::size_t m = 0; m < memories.size(); ++m) {
            items.push_back({.work = stack,
                             .place = memories[m].name,
                             .cause = memories[m].name,
                             .count = static_cast<double>(cost.tiles),
                             .count_unit = "tiles",
                             .energy = cost.memory_energy[m],
                             .cycles = {}});
        }
    }
    items.push_back(static_item(*machine.machine, schedule.cost.latency));
    return items;
}

core::Table table_of(const DepthFirstMachine& machine, const DepthFirstSchedule& schedule) {
    core::Table table{.name = "stacks",
                      .columns = {"operator", "type", "stack", "tile_x", "tile_y", "overlap"},
                      .rows = {}};
    for (std::size_t s = 0; s < schedule.stacks.size(); ++s) {
        const StackDecision& stack = schedule.stacks[s];
        for (std::size_t op = stack.first; op < stack.last; ++op) {
            table.rows.push_back({machine.workload->operators[op].name,
                                  machine.workload->operators[op].type,
                                  static_cast<std::int64_t>(s + 1),
                                  stack.tile.x,
                                  stack.tile.y,
                                  std::string(depth_first::to_string(stack.tile.mode))});
        }
    }
    return table;
}

std::int64_t fused_edges(const workloads::Workload& workload, const DepthFirstSchedule& schedule) {
    std::int64_t fused = 0;
    for (const StackDecision& stack : schedule.stacks) {
        for (const workloads::Edge& edge : workload.edges) {
            fused += edge.producer >= stack.first && edge.consumer < stack.last ? 1 : 0;
        }
    }
    return fused;
}

}  // namespace

Execution execute_depth_first(const DecidedDesign& design,
                              const SearchParts& parts,
                              const core::Hash& inputs,
                              DepthFirstMemo& memo) {
    Execution out;
    out.violations = depth_first_obstacles(design);
    if (!out.violations.empty()) {
        return out;
    }
    const std::shared_ptr<const DepthFirstMachine> machine = *memo.get(
        inputs, [&] { return std::make_shared<const DepthFirstMachine>(design, parts.mappers); });
    DepthFirstSchedule found = schedule(*machine, design.decisions.depth_first);
    out.violations = found.violations;
    if (!out.violations.empty()) {
        return out;
    }
    out.cost = {
        .latency = found.cost.latency,
        .energy = found.cost.energy + static_item(*design.machine, found.cost.latency).energy,
        .peak_memory_bits = found.cost.peak_bits,
        .off_chip_bits = found.cost.off_chip_bits,
        .resident_weight_share = 0,  // fetched once in every inference
        .feasible = true};
    out.fused_edges = fused_edges(*design.workload, found);
    out.explain = [machine, found = std::move(found)](Evaluator::Explanation& why) {
        why.items = items_of(*machine, found);
        why.plan = table_of(*machine, found);
    };
    return out;
}

}  // namespace plexus::explorers
