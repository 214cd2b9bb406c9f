// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/scheduling/tile_network.hpp"

#include "plexus/core/reader.hpp"
#include "plexus/explorers/scheduling/node_costs.hpp"
#include "plexus/hardware/load.hpp"
#include "plexus/workloads/load.hpp"

namespace plexus::explorers {

TiledNetwork run_tiles(const workloads::Workload& workload,
                       const hardware::Architecture& architecture,
                       const TileDecision& decision,
                       int jobs) {
    namespace timeline = cost_models::timeline;
    TiledNetwork out;
    out.graph = timeline::build_node_graph(workload, decision.mapping.tiling);
    out.machine = timeline::tile_machine(architecture);
    out.violations = out.graph.violations;
    out.violations.insert(
        out.violations.end(), out.machine.violations.begin(), out.machine.violations.end());
    if (!out.violations.empty()) {
        return out;
    }
    const auto mappers = builtin_mappers();
    const bool roofline = decision.node_mapping.roofline();
    const auto mapper =
        roofline ? mappers.create("exhaustive")
                 : mappers.create(decision.node_mapping.engine, decision.node_mapping.params);
    MappingMemo memo;
    out.costs =
        node_costs(workload, out.graph, architecture, decision.node_mapping, *mapper, memo, jobs);
    out.found = find_tile_schedule(out.graph, out.machine, out.costs, decision);
    out.violations = out.found.timeline.violations;
    return out;
}

TileExperiment load_tile_experiment(const std::filesystem::path& file) {
    core::Problems problems;
    TileExperiment out;
    out.resolved = core::load_yaml(file, problems);
    problems.throw_if_any();
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
