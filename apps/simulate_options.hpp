// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace plexus::apps {

/// What `plexus simulate` is asked for.
struct SimulateOptions {
    std::string hardware;  ///< Preset, or file in our dialect or SANA-FE's.
    std::filesystem::path network;
    std::optional<std::filesystem::path> firing;  ///< Neurons that fire in each step.
    std::optional<int> steps;                     ///< Default 20, or those of `firing`.
    std::string timing = "simulated";             ///< simple, queued or simulated.
    double synapse_bits = 0;  ///< Stored bits per synapse; 0 = memory is no limit.
    std::uint64_t seed = 1;   ///< Of inputs that fire at random.
    std::optional<std::filesystem::path> out;
    bool quiet = false;
    std::vector<std::string> command;  ///< The whole command line.
};

/// Replays a spiking network on an event-driven chip. \return exit code; exit_bad_input if the
/// network does not fit the chip.
/// \throws UsageError, core::ConfigErrors, results::InputError and results::IoError.
[[nodiscard]] int simulate_network(const SimulateOptions& options);

}  // namespace plexus::apps
