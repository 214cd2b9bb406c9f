// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "plexus/explorers/scheduling/tile_network.hpp"
#include "plexus/workloads/load.hpp"

#include "fusion/fusion_checks.hpp"

namespace plexus::explorers {

double check_timeline_figure(const FusionCheck& check) {
    const core::Reader& section = check.section;
    const core::Reader network = section.at("network");
    const std::filesystem::path file = check.networks / (network.text() + ".yaml");
    if (!std::filesystem::is_regular_file(file)) {
        network.problem("expected a workload preset, but there is no " + file.string());
        return 0;
    }
    const std::size_t report =
        section.at("report").choice({"latency_cycles", "peak_tensor_bits", "energy_pj"});
    section.allow({"network", "report", "schedule"});
    const std::size_t before = section.problems().errors().size();
    const workloads::Workload workload = workloads::load_workload(file);
    const TileDecision decision =
        read_tile_decision(section.at("schedule"), workload, check.machine);
    if (before != section.problems().errors().size()) {
        return 0;
    }
    const TiledNetwork tiled = run_tiles(workload, check.machine, decision);
    if (!tiled.violations.empty()) {
        section.problem("there is no timeline: " + core::to_string(tiled.violations[0]));
        return 0;
    }
    const auto& line = tiled.found.timeline;
    if (report == 0) {
        return static_cast<double>(line.latency);
    }
    if (report == 2) {
        return line.energy_pj();
    }
    std::int64_t peak = 0;
    for (const auto& core : tiled.machine.cores) {
        peak = std::max(peak, line.peak_bits[static_cast<std::size_t>(core.tensors)]);
    }
    return static_cast<double>(peak);
}

}  // namespace plexus::explorers
