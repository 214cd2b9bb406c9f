// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/scheduling/tile_network.hpp"

#include <algorithm>

#include "plexus/core/reader.hpp"
#include "plexus/explorers/annealing/cooling.hpp"
#include "plexus/explorers/decisions.hpp"
#include "plexus/explorers/experiment.hpp"
#include "plexus/explorers/scheduling/node_costs.hpp"
#include "plexus/hardware/load.hpp"
#include "plexus/workloads/load.hpp"

#include "tile_stage.hpp"

namespace plexus::explorers {

namespace {

/// All of what is alone in its stack streams; no stacks are one stack of all.
std::vector<Streamed> alone(const std::vector<std::int32_t>& stacks, std::size_t operators) {
    std::vector<Streamed> out(operators, {.all = operators == 1});
    for (std::size_t o = 0; o < stacks.size(); ++o) {
        out[o].all = std::ranges::count(stacks, stacks[o]) == 1;
    }
    return out;
}

/// The timeline that the decisions of an experiment make.
TileExperiment from_experiment(const std::filesystem::path& file) {
    const Experiment experiment = load_experiment(file);
    core::Problems problems;
    TileExperiment out;
    out.name = experiment.name;
    out.resolved = experiment.resolved;
    out.architecture = hardware::read_architecture(*experiment.tree.find("hardware"), problems);
    out.workload = workloads::read_workload(*experiment.tree.find("workload"), problems);
    const core::Reader section(*experiment.tree.find("decisions"), "decisions", problems);
    out.decision =
        tile_decision_of(read_decisions(section, builtin_cooling_schedules(), builtin_mappers()),
                         experiment.seed,
                         section.at("timeline"),
                         out.workload,
                         out.architecture);
    problems.throw_if_any();
    out.warnings = experiment.warnings;
    return out;
}

}  // namespace

TiledNetwork run_tiles(const workloads::Workload& workload,
                       const hardware::Architecture& architecture,
                       const TileDecision& decision,
                       int jobs) {
    MappingMemo memo;
    return run_tiles(workload, architecture, decision, memo, jobs);
}

TiledNetwork run_tiles(const workloads::Workload& workload,
                       const hardware::Architecture& architecture,
                       const TileDecision& decision,
                       MappingMemo& memo,
                       int jobs) {
    namespace timeline = cost_models::timeline;
    TiledNetwork out;
    for (const workloads::Operator& op : workload.operators) {
        out.operators.push_back(op.name);
    }
    out.machine = timeline::tile_machine(architecture);
    out.violations = out.machine.violations;
    timeline::GraphRules rules{decision.blocks, decision.cuts, {}};
    if (out.violations.empty() && decision.cuts == timeline::CutRule::aligned) {
        // Stacks do not depend on cuts: all tiles of an operator together read all its weights.
        rules.stack_of_operator =
            stacks_of(timeline::build_node_graph(workload, {}), out.machine, decision);
    }
    out.graph = timeline::build_node_graph(workload, decision.mapping.tiling, rules);
    out.violations.insert(
        out.violations.begin(), out.graph.violations.begin(), out.graph.violations.end());
    if (!out.violations.empty()) {
        return out;
    }
    const auto mappers = builtin_mappers();
    const bool roofline = decision.node_mapping.roofline();
    const auto mapper =
        roofline ? mappers.create("exhaustive")
                 : mappers.create(decision.node_mapping.engine, decision.node_mapping.params);
    std::vector<Streamed> streamed;
    if (decision.stream_alone) {
        streamed = alone(stacks_of(out.graph, out.machine, decision), workload.operators.size());
    }
    const auto price = [&] {
        return node_costs(workload,
                          out.graph,
                          architecture,
                          decision.node_mapping,
                          *mapper,
                          memo,
                          streamed,
                          jobs);
    };
    out.costs = price();
    if (decision.write_through &&
        mark_unheld_outputs(out.graph, out.machine, out.costs, decision.mapping.cores, streamed)) {
        out.costs = price();
    }
    out.found = find_tile_schedule(out.graph, out.machine, out.costs, decision);
    out.violations = out.found.timeline.violations;
    return out;
}

TileExperiment load_tile_experiment(const std::filesystem::path& file) {
    core::Problems problems;
    TileExperiment out;
    out.resolved = core::load_yaml(file, problems);
    problems.throw_if_any();
    if (out.resolved.find("schedule") == nullptr) {
        return from_experiment(file);
    }
    const core::Reader top(out.resolved, "", problems);
    top.allow({"version", "name", "description", "hardware", "workload", "schedule"});
    if (const core::Reader version = top.at("version")) {
        static_cast<void>(version.integer({.lower = 1, .upper = 1}));
    }
    out.name = top.find("name").text_or(file.stem().string());
    const core::Reader machine = top.at("hardware");
    const core::Reader network = top.at("workload");
    const core::Reader schedule = top.at("schedule");
    if (machine && network) {
        const core::Node root = hardware::load_architecture_tree(machine.file(), problems);
        out.workload = workloads::load_workload(network.file(), problems);
        if (problems.empty()) {
            out.architecture = hardware::read_architecture(root, problems);
        }
    }
    if (problems.empty()) {
        out.decision = read_tile_decision(schedule, out.workload, out.architecture);
    }
    problems.throw_if_any();
    out.warnings = problems.warnings();
    return out;
}

}  // namespace plexus::explorers
