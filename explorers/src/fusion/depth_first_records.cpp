// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/fusion/depth_first_records.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "plexus/explorers/fusion/mapped_tiles.hpp"

#include "fusion/record_table.hpp"

namespace plexus::explorers {

namespace {

DepthFirstRun read_run(const RecordRow& row) {
    DepthFirstRun run;
    run.mode = row.text("mode");
    const char digit = run.mode.empty() ? ' ' : run.mode.front();
    if (digit < '1' || digit > '3') {
        row.problem("mode", "expected 1, 2 or 3 in front, got \"" + run.mode + "\"");
    } else {
        run.tile.mode = static_cast<depth_first::OverlapMode>(digit - '1');
    }
    run.tile.x = row.positive("tile_x");
    run.tile.y = row.positive("tile_y");
    run.cut_rule = row.text("stack_cut_rule");
    for (const std::string& cut : pieces(row.text("stack_cuts"), "|")) {
        run.cuts.push_back(static_cast<std::size_t>(row.parse("stack_cuts", cut)));
    }
    run.energy = row.number("energy_total_pJ");
    run.latency = row.number("latency_total1_cycles");
    run.mac_energy = row.number("mac_energy_pJ");
    run.copy_energy = row.number("energy_data_copy_pJ");
    run.copy_latency = row.number("latency_data_copy_cycles");
    run.temporal = row.number("ideal_temporal_cycles");
    const auto memories = pieces(row.text("mem_energy_breakdown_pJ"), "{}\":, ");
    for (std::size_t i = 0; i + 1 < memories.size(); i += 2) {
        run.memory_energy[memories[i]] = row.parse("mem_energy_breakdown_pJ", memories[i + 1]);
    }
    const std::string note = row.text("note");
    const std::size_t invalid = note.find("INVALID");
    if (invalid != std::string::npos) {
        run.unusable = note.substr(invalid);
    } else if (!row.text("error").empty()) {
        run.unusable = "the run failed: " + row.text("error");
    }
    return run;
}

/// The memory whose energy differs most, and what the difference of latency consists of.
std::string cause_of(const DepthFirstComparison& c, const hardware::DataflowCore& core) {
    std::string memory = "no memory";
    double largest = 0;
    for (std::size_t m = 0; m < core.memories.size(); ++m) {
        const auto recorded = c.run.memory_energy.find(core.memories[m].name);
        if (recorded == c.run.memory_energy.end()) {
            continue;
        }
        const double difference = c.cost.memory_energy[m].value - recorded->second;
        if (std::abs(difference) > std::abs(largest)) {
            largest = difference;
            memory = core.memories[m].name;
        }
    }
    const double copies = c.cost.copy_latency.value - c.run.copy_latency;
    const double waiting = c.cost.latency_without_offload.value - c.run.latency - copies;
    return fmt::format("{} {:+.1f} uJ; waiting {:+.2f}, copies {:+.2f} Mcycles",
                       memory,
                       largest * 1e-6,
                       waiting * 1e-6,
                       copies * 1e-6);
}

std::vector<std::size_t> ends_of(const DepthFirstRun& run, const StackCosts& costs) {
    if (run.cut_rule == "auto") {
        return weight_rule_cuts(costs);
    }
    std::vector<std::size_t> ends;
    for (const std::size_t cut : run.cuts) {
        ends.push_back(cut + 1);
    }
    if (ends.empty() || ends.back() != costs.operators()) {
        ends.push_back(costs.operators());
    }
    return ends;
}

}  // namespace

double DepthFirstComparison::energy_error() const {
    return cost.energy.value / run.energy - 1;
}

double DepthFirstComparison::latency_error() const {
    return cost.latency_without_offload.value / run.latency - 1;
}

std::vector<DepthFirstRun> read_depth_first_runs(const std::filesystem::path& file) {
    std::vector<DepthFirstRun> runs;
    read_records(file, [&](const RecordRow& row) { runs.push_back(read_run(row)); });
    return runs;
}

std::vector<DepthFirstComparison> compare_depth_first_runs(const workloads::Workload& workload,
                                                           const hardware::Architecture& machine,
                                                           const std::vector<DepthFirstRun>& runs) {
    const auto& core = std::get<hardware::DataflowCore>(machine.core(0).kind);
    MappingRequest request;
    request.temporal.objective = MappingObjective::energy;
    const auto mappers = builtin_mappers();
    const auto mapper = mappers.create("exhaustive");
    const MappedTiles tiles(workload, core, request, *mapper, "exhaustive");
    const StackCosts costs(workload, core, tiles.source());
    std::vector<DepthFirstComparison> compared;
    for (const DepthFirstRun& run : runs) {
        DepthFirstComparison c{run, {}, "", {}};
        if (run.unusable.empty()) {
            std::size_t first = 0;
            for (const std::size_t end : ends_of(run, costs)) {
                const auto cost = costs.evaluate({first, end, run.tile});
                c.violations.insert(
                    c.violations.end(), cost.violations.begin(), cost.violations.end());
                c.cost += summary(cost);
                first = end;
            }
            c.cause = c.violations.empty() ? cause_of(c, core) : "";
        }
        compared.push_back(std::move(c));
    }
    return compared;
}

}  // namespace plexus::explorers
