// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "plexus/core/node.hpp"
#include "plexus/core/record.hpp"
#include "plexus/core/registry.hpp"
#include "plexus/explorers/design/design_space.hpp"
#include "plexus/explorers/design/explorer.hpp"

namespace plexus::explorers {

/// What can be minimised.
enum class ObjectiveKind : std::uint8_t {
    latency_cycles,
    energy_pj,
    edp,
    error,
    peak_memory_bits,
    area_um2
};
[[nodiscard]] const char* to_string(ObjectiveKind kind);

/// One value of the scenario path and the name the results carry for it.
struct Scenario {
    std::string name;  ///< "" if the experiment has no scenarios.
    core::Node value;
};

/// An experiment as read: the trees of hardware and workload with overrides applied, the space, the
/// explorer and the budget. Immutable after loading.
struct Experiment {
    std::string name;
    std::string description;
    /// A map with `hardware`, `workload` and `decisions`; every axis is a dotted path into it.
    core::Node tree;
    std::vector<ObjectiveKind> objectives;
    DesignSpace space{{}};
    std::string scenario_path;        ///< "" if there are no scenarios.
    std::vector<Scenario> scenarios;  ///< At least one.
    std::string explorer = "nsga2";
    core::Params explorer_params;
    std::uint64_t seed = 1;
    Budget budget;
    core::Node resolved;  ///< The whole experiment as one self-contained YAML document.
    std::vector<core::Problem> warnings;
};

/// A `--set path=value` of the command line.
struct Override {
    std::string path;
    std::string value;  ///< YAML text.
};

/// Loads an experiment file with everything it names, checks it (each axis path must exist, each
/// value of each axis must be accepted by its loader), and
/// \throws core::ConfigErrors listing every problem.
[[nodiscard]] Experiment load_experiment(const std::filesystem::path& file,
                                         const std::vector<Override>& overrides = {});

}  // namespace plexus::explorers
