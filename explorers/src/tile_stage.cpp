// SPDX-License-Identifier: Apache-2.0
#include "tile_stage.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "plexus/core/text.hpp"
#include "plexus/explorers/scheduling/tile_network.hpp"

#include "problem_values.hpp"

namespace plexus::explorers {
namespace {

using cost_models::timeline::NodeGraph;
using cost_models::timeline::Timeline;

const std::string tiles_rule = "fusion.stacks: tiles";

/// Most bits that are on chip at a time, in all memories together.
double peak_bits(const TiledNetwork& tiled) {
    using Change = std::pair<cost_models::timeline::Time, std::int64_t>;
    std::vector<Change> changes;
    for (const cost_models::timeline::BlockStay& stay : tiled.found.timeline.stays) {
        const std::int64_t bits = tiled.graph.blocks[static_cast<std::size_t>(stay.block)].bits;
        changes.emplace_back(stay.since, bits);
        changes.emplace_back(stay.until, -bits);
    }
    std::ranges::sort(changes);  // at one time what goes makes room first
    std::int64_t now = 0;
    std::int64_t most = 0;
    for (const Change& change : changes) {
        now += change.second;
        most = std::max(most, now);
    }
    return static_cast<double>(most);
}

std::int64_t stack_of(const TiledNetwork& tiled, std::size_t op) {
    const auto& stacks = tiled.found.schedule.stack_of_operator;
    return stacks.empty() ? 0 : stacks[op];
}

std::int64_t fused_edges(const workloads::Workload& workload, const TiledNetwork& tiled) {
    return std::ranges::count_if(workload.edges, [&](const workloads::Edge& edge) {
        return stack_of(tiled, edge.producer) == stack_of(tiled, edge.consumer);
    });
}

/// Numbers of the cores that run the tiles of an operator, in order.
std::string cores_of(const TiledNetwork& tiled, std::size_t op) {
    std::set<std::int32_t> cores;
    for (std::int32_t g = tiled.graph.operator_groups[op]; g < tiled.graph.operator_groups[op + 1];
         ++g)
        cores.insert(tiled.found.schedule.core_of_group[static_cast<std::size_t>(g)]);
    std::vector<std::string> names;
    for (const std::int32_t core : cores)
        names.push_back(std::to_string(core));
    return core::join(names, " ");
}

/// Energy of computing by operator, of moves by cause; they add up to that of the timeline.
std::vector<core::CostItem> items_of(const TiledNetwork& tiled) {
    std::vector<core::CostItem> computing;
    for (const std::string& name : tiled.operators)
        computing.push_back({.work = name,
                             .place = "cores",
                             .cause = "compute",
                             .count = 0,
                             .count_unit = "tiles",
                             .energy = {},
                             .cycles = {}});
    const Timeline& line = tiled.found.timeline;
    for (std::size_t n = 0; n < line.runs.size(); ++n) {
        const cost_models::timeline::Node& node = tiled.graph.nodes[n];
        const auto core = static_cast<std::size_t>(line.runs[n].core);
        const auto& cost = tiled.costs.at(node.shape, tiled.machine.cores[core].type);
        core::CostItem& item = computing[static_cast<std::size_t>(node.op)];
        item.count += 1;
        item.energy += core::Energy(cost.energy_pj);
        item.cycles += core::Cycles(static_cast<double>(line.runs[n].end - line.runs[n].start));
    }
    for (core::CostItem& item : line.explain())
        if (item.cause != "compute")
            computing.push_back(std::move(item));
    return computing;
}

core::Table table_of(const workloads::Workload& workload, const TiledNetwork& tiled) {
    core::Table table{
        .name = "tiles", .columns = {"operator", "type", "stack", "tiles", "cores"}, .rows = {}};
    for (std::size_t op = 0; op < workload.operators.size(); ++op)
        table.rows.push_back(
            {workload.operators[op].name,
             workload.operators[op].type,
             stack_of(tiled, op) + 1,
             std::int64_t{tiled.graph.operator_nodes[op + 1] - tiled.graph.operator_nodes[op]},
             cores_of(tiled, op)});
    return table;
}

}  // namespace

TileDecision tile_decision_of(const Decisions& decisions,
                              std::uint64_t seed,
                              const core::Reader& section,
                              const workloads::Workload& workload,
                              const hardware::Architecture& machine) {
    TileDecision out = decisions.timeline;
    out.node_mapping = decisions.mapping;
    out.seed = seed;
    read_tile_layout(section, workload, machine, out);
    return out;
}

Execution execute_tiles(const DecidedDesign& design, const core::Node& section, MappingMemo& memo) {
    Execution out;
    out.violations = sparse_obstacles(design, tiles_rule);
    core::Problems problems;
    const TileDecision decision =
        tile_decision_of(design.decisions,
                         design.seed,
                         core::Reader(section, "decisions.timeline", problems),
                         *design.workload,
                         *design.machine);
    std::ranges::copy(violations_of(problems), std::back_inserter(out.violations));
    if (!out.violations.empty())
        return out;
    const auto tiled = std::make_shared<const TiledNetwork>(
        run_tiles(*design.workload, *design.machine, decision, memo));
    out.violations = tiled->violations;
    if (!out.violations.empty())
        return out;
    const Timeline& line = tiled->found.timeline;
    const core::Cycles latency(static_cast<double>(line.latency));
    const core::CostItem leakage = static_item(*design.machine, latency);
    out.cost = {.latency = latency,
                .energy = core::Energy(line.energy_pj()) + leakage.energy,
                .peak_memory_bits = peak_bits(*tiled),
                .off_chip_bits = line.off_chip_read_bits + line.off_chip_written_bits,
                .resident_weight_share = 0,  // fetched once in every inference
                .feasible = true};
    out.fused_edges = fused_edges(*design.workload, *tiled);
    out.accepted = tiled->found.accepted;
    out.explain = [&design, tiled, leakage](Evaluator::Explanation& why) {
        why.items = items_of(*tiled);
        why.items.push_back(leakage);
        why.plan = table_of(*design.workload, *tiled);
        why.tiles = tiled;
    };
    return out;
}

}  // namespace plexus::explorers
