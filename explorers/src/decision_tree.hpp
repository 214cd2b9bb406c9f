// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plexus/core/node.hpp"
#include "plexus/core/registry.hpp"
#include "plexus/explorers/annealing/cooling.hpp"

namespace plexus::explorers {

/// Largest block edge: a block row of 1024 values still fits the profile's counters.
inline constexpr double max_block = 1024;

/// The `decisions:` section with every key at its default, so that every decision has a path.
[[nodiscard]] core::Node default_decision_tree(const core::Registry<CoolingSchedule>& schedules);

/// Writes the values of `user` over those of `base`, map by map; what is no map is replaced whole.
void merge_into(core::Node& base, const core::Node& user);

}  // namespace plexus::explorers
