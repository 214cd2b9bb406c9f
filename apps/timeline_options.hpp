// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace plexus::apps {

/// What `plexus timeline` is asked for.
struct TimelineOptions {
    std::filesystem::path file;  ///< hardware, workload and schedule.
    std::optional<std::filesystem::path> out;
    int jobs = 0;  ///< Threads that map tiles; 0 = all processors.
    bool quiet = false;
    std::vector<std::string> command;  ///< The whole command line.
};

/// Runs a network tile by tile on a machine. \return exit code; exit_bad_input if there is no
/// timeline.
/// \throws core::ConfigErrors, results::InputError and results::IoError.
[[nodiscard]] int run_timeline(const TimelineOptions& options);

}  // namespace plexus::apps
