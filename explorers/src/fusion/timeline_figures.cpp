// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "plexus/explorers/scheduling/tile_network.hpp"

#include "fusion/fusion_checks.hpp"

namespace plexus::explorers {

namespace {

enum class TimelineReport : std::uint8_t { latency_cycles, peak_tensor_bits, energy_pj };

/// The most that the memory of tensors of a core holds at a time.
double peak_tensor_bits(const TiledNetwork& tiled) {
    std::int64_t peak = 0;
    for (const auto& core : tiled.machine.cores)
        peak =
            std::max(peak, tiled.found.timeline.peak_bits[static_cast<std::size_t>(core.tensors)]);
    return static_cast<double>(peak);
}

/// The report of the timeline that a schedule gives; 0 with a problem if there is none.
double timeline_report(const CheckedPair& pair,
                       const core::Reader& schedule,
                       TimelineReport report) {
    const std::size_t before = schedule.problems().errors().size();
    const TileDecision decision = read_tile_decision(schedule, pair.workload, pair.machine);
    if (before != schedule.problems().errors().size())
        return 0;
    const TiledNetwork tiled = run_tiles(pair.workload, pair.machine, decision);
    if (!tiled.violations.empty()) {
        schedule.problem("there is no timeline: " + core::to_string(tiled.violations[0]));
        return 0;
    }
    switch (report) {
        case TimelineReport::latency_cycles:
            return static_cast<double>(tiled.found.timeline.latency);
        case TimelineReport::peak_tensor_bits:
            return peak_tensor_bits(tiled);
        case TimelineReport::energy_pj:
            return tiled.found.timeline.energy_pj();
    }
    return 0;
}

}  // namespace

double check_timeline_figure(const FusionCheck& check) {
    const core::Reader& section = check.section;
    section.allow({"network", "settings", "report", "schedule", "over"});
    const auto report = static_cast<TimelineReport>(
        section.at("report").choice({"latency_cycles", "peak_tensor_bits", "energy_pj"}));
    const std::optional<CheckedPair> pair = load_pair(check, section.find("settings"));
    if (!pair)
        return 0;
    const double of = timeline_report(*pair, section.at("schedule"), report);
    const core::Reader over = section.find("over");
    return over ? of / timeline_report(*pair, over, report) : of;
}

}  // namespace plexus::explorers
