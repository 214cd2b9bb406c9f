// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
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

/// A value at a dotted path; `hardware` and `workload` alone stand for the whole part.
struct Setting {
    std::string path;
    core::Node value;
};

/// What differs in one scenario, and the name the results carry for it.
struct Scenario {
    std::string name;  ///< "" if the experiment has no scenarios.
    std::vector<Setting> settings;
    std::vector<std::size_t> levels{};  ///< Of each of Experiment::factors.
};

/// Something that scenarios differ in. Scenarios are all combinations of the levels of all factors.
struct Factor {
    std::string name;
    std::vector<std::string> levels;
};

/// Methods against each other, paired: every design is a case that all methods are tried on.
struct Study {
    std::size_t factor = 0;                ///< Index into Experiment::factors: the methods.
    std::vector<std::size_t> references;   ///< Levels of it that ratios are given to; the first is
                                           ///< what tests and the report go by.
    std::vector<std::size_t> axes;         ///< Indices of axes that cases are not pooled over.
    std::optional<std::size_t> density{};  ///< One of `axes`, for the regression on ln(1/density).
    std::vector<std::string> axis_names;   ///< One per `axes`, for people.
    std::vector<std::size_t> metrics;      ///< Indices into Evaluator::metric_names() to be shown.
};

/// One scenario against each of the others, over a grid of two numeric axes.
struct Comparison {
    std::size_t scenario = 0;  ///< Index into Experiment::scenarios.
    std::size_t x = 0;         ///< Index into the axes of the space.
    std::size_t y = 0;
    std::string x_name;  ///< For people.
    std::string y_name;
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
    std::vector<Scenario> scenarios;  ///< At least one.
    std::vector<Factor> factors;      ///< Empty if scenarios are listed one by one.
    std::optional<Comparison> comparison;
    std::optional<Study> study;
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
