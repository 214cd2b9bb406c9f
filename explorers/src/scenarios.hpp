// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plexus/core/reader.hpp"
#include "plexus/explorers/experiment.hpp"

namespace plexus::explorers {

/// Replaces the files of machines and workloads that scenarios name by their trees.
void splice_scenarios(core::Node& scenarios, core::Problems& problems);

/// Reads the scenarios into `out`; one without a name if there is no section.
/// \param check Try each value; only if there is nothing wrong without it.
void read_scenarios(const core::Reader& section, bool check, Experiment& out);

/// Reads what is to be compared into `out`, whose space and scenarios have been read.
/// \param check Whether machines can be compared; only if there is nothing wrong without it.
void read_comparison(const core::Reader& section, bool check, Experiment& out);

/// Reads which methods are to be compared into `out`, whose space and scenarios have been read.
void read_study(const core::Reader& section, Experiment& out);

/// The tree of an experiment in one of its scenarios.
[[nodiscard]] core::Node scenario_tree(const Experiment& experiment, std::size_t scenario);

}  // namespace plexus::explorers
