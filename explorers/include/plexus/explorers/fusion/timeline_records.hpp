// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace plexus::explorers {

/// Energy and latency of a network that cores execute tile by tile, and what they are made of. Of a
/// recorded run 0 stands for what was not recorded.
struct TimelineFigures {
    double energy = 0;         ///< pJ
    double latency = 0;        ///< Cycles.
    double node_energy = 0;    ///< pJ on the cores; the rest is of moves.
    double peak_memory = 0;    ///< Most bits that each memory on chip holds, added up.
    std::vector<double> busy;  ///< Cycles, by core.

    /// Of the core that computes longest. \return cycles.
    [[nodiscard]] double busiest() const;
};

/// A recorded run of Stream.
struct TimelineRun {
    int line = 0;                             ///< Of the table.
    std::map<std::string, std::string> cell;  ///< By column, as written.
    TimelineFigures figures;
    double best_energy = 0;   ///< Of all that a search tried, pJ; 0 = not recorded.
    double best_latency = 0;  ///< Cycles.
    double seconds = 0;       ///< From start to end.
    std::string unusable;     ///< Why it compares with nothing; or empty.

    /// The best of the search, or the one result if no other is recorded. \return cycles.
    [[nodiscard]] double searched_latency() const {
        return best_latency > 0 ? best_latency : figures.latency;
    }
};

/// The runs in a CSV file. \throws core::ConfigErrors with line of what is wrong.
[[nodiscard]] std::vector<TimelineRun> read_timeline_runs(const std::filesystem::path& file);

/// What a search of ours finds for the problem of a run.
struct TimelineSearch {
    double energy = 0;           ///< Least of all schedules found that no other beats, pJ.
    double latency = 0;          ///< Least of them, cycles.
    std::int64_t timelines = 0;  ///< Computed.
    double seconds = 0;          ///< With the mapping of its nodes; differs from run to run.
};

/// What our timeline says of a run.
struct TimelineComparison {
    TimelineRun run;
    std::string what;    ///< Machine, network and tiles, for people.
    std::string preset;  ///< Machine; "" if the run is not compared.
    TimelineFigures ours;
    std::optional<TimelineSearch> search;  ///< If the run was one of a search.
    std::string remark;  ///< What is known to differ, or why the run is not compared.

    /// Ours over recorded, less 1; nothing if it was not recorded.
    [[nodiscard]] std::optional<double> energy_error() const;
    [[nodiscard]] double latency_error() const { return ours.latency / run.figures.latency - 1; }
    [[nodiscard]] std::optional<double> memory_error() const;
    /// Whether no error of energy and latency is larger.
    [[nodiscard]] bool within(double error) const;
    /// The differences of computing and waiting, of nodes and moves, as far as recorded.
    [[nodiscard]] std::string cause() const;
};

/// Computes the runs that a table says how to: `{version, runs: [{what, record, preset, network,
/// set, schedule, search, remark}]}`. An entry is for the runs whose columns are as `record` says;
/// without a preset its remark says why they are not computed, and so does ours where there is no
/// timeline. `schedule` as read_tile_decision() says, and so `search`, which finds a schedule
/// itself. `set` puts values at dotted paths into the machine
/// (`hardware.…`) and the network (`workload.…`). In both `{column}` stands for that cell of the
/// run. \param home Folder that holds `hardware/presets` and
/// `workloads/presets`. \throws core::ConfigErrors listing every problem of the table, or of a
/// preset.
[[nodiscard]] std::vector<TimelineComparison> compare_timeline_runs(
    const std::vector<TimelineRun>& runs,
    const std::filesystem::path& table,
    const std::filesystem::path& home);

}  // namespace plexus::explorers
