// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "plexus/cost_models/cascade/cascade.hpp"
#include "plexus/cost_models/cascade/machine.hpp"

namespace plexus::cost_models::cascade {

/// A run of AccelForge's mapper, written down as JSON, as a problem for ours.
struct Record {
    std::filesystem::path file;
    std::string problem;  ///< Why it cannot be compared; empty if it can.
    Cascade cascade;
    Machine machine;
    bool fused = false;
    std::size_t max_fused_loops = 1;
    bool energy_only = false;  ///< The run minimised energy, else energy × delay.
    double unit_pj = 1;        ///< Of its energies.
    double energy = 0;         ///< In its unit.
    double latency = 0;        ///< In s, or in its unit.
    double cpu_seconds = 0;
};

/// All records of a folder (or one file), by file name.
/// \throws core::ConfigErrors if there is none or one is not JSON with the fields of a record.
[[nodiscard]] std::vector<Record> read_records(const std::filesystem::path& path);

}  // namespace plexus::cost_models::cascade
