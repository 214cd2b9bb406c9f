// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "plexus/explorers/fusion/stack_search.hpp"
#include "plexus/hardware/architecture.hpp"

namespace plexus::explorers {

/// A recorded run of DeFiNES: one workload, tile and mode.
struct DepthFirstRun {
    std::string mode;               ///< As written, such as "3 fully-cached".
    std::string cut_rule;           ///< auto: the weight rule; none; else the cuts are listed.
    std::vector<std::size_t> cuts;  ///< Layers after which a stack ends.
    depth_first::TileChoice tile;
    double energy = 0;   ///< pJ
    double latency = 0;  ///< Cycles with first loads, without last stores: `latency_total1`.
    double mac_energy = 0;
    double copy_energy = 0;
    double copy_latency = 0;
    double temporal = 0;                          ///< Cycles without stalls and loads.
    std::map<std::string, double> memory_energy;  ///< pJ by name of memory, without copies.
    std::string unusable;                         ///< Why it compares with nothing; or empty.
};

/// The runs in a CSV file. \throws core::ConfigErrors with line and column of what is wrong.
[[nodiscard]] std::vector<DepthFirstRun> read_depth_first_runs(const std::filesystem::path& file);

/// What the model says of a run.
struct DepthFirstComparison {
    DepthFirstRun run;
    ScheduleCost cost;
    std::string cause;  ///< Where the larger part of the difference in latency or energy lies.
    std::vector<core::Violation> violations;

    /// Ours over recorded, less 1.
    [[nodiscard]] double energy_error() const;
    [[nodiscard]] double latency_error() const;
};

/// Evaluates the runs with mappings of least energy over all orders of six loop factors, as they
/// were made. \param machine With one dataflow core.
[[nodiscard]] std::vector<DepthFirstComparison> compare_depth_first_runs(
    const workloads::Workload& workload,
    const hardware::Architecture& machine,
    const std::vector<DepthFirstRun>& runs);

}  // namespace plexus::explorers
