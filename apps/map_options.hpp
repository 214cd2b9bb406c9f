// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace plexus::apps {

/// What `plexus map` is asked for.
struct MapOptions {
    std::string hardware;  ///< Preset or file.
    std::string workload;  ///< Preset or file.
    std::string core;      ///< Name of a kind of core; "" = the only one with a dataflow.
    std::optional<std::filesystem::path> mapping;
    std::string engine = "exhaustive";
    std::vector<std::string> overrides;  ///< `parameter=value` of the engine.
    std::string objective = "latency";
    std::string rules = "physical";
    bool even = false;
    bool mixed = false;
    std::int64_t candidates = 3;  ///< Spatial mappings per layer; 0 = all.
    std::uint64_t seed = 0;
    std::optional<std::int64_t> loop_limit;  ///< `loop_limit` of the engine.
    std::optional<std::filesystem::path> out;
    int jobs = 0;      ///< 0 = all processors.
    std::string show;  ///< Layer whose loop nest is printed; "" = none.
    bool quiet = false;
    std::vector<std::string> command;  ///< The whole command line.
};

/// Searches a mapping of every layer of a workload on a dataflow core. \return exit code.
/// \throws UsageError, core::ConfigErrors, results::InputError and results::IoError.
[[nodiscard]] int map_workload(const MapOptions& options);

}  // namespace plexus::apps
