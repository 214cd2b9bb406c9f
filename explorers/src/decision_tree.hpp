// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "plexus/core/node.hpp"
#include "plexus/core/registry.hpp"
#include "plexus/explorers/annealing/cooling.hpp"
#include "plexus/explorers/mapping/mapper.hpp"

namespace plexus::explorers {

/// Largest block edge: a block row of 1024 values still fits the profile's counters.
inline constexpr double max_block = 1024;

/// The `decisions:` section with every key at its default, so that every decision has a path.
[[nodiscard]] core::Node default_decision_tree(const core::Registry<CoolingSchedule>& schedules,
                                               const core::Registry<Mapper>& mappers);

/// Adds a key to a map; a fresh node becomes one.
void set_key(core::Node& map, const std::string& key, core::Node value);

/// A map with the default of each parameter.
[[nodiscard]] core::Node default_params_tree(const std::vector<core::ParamSpec>& specs);

/// Writes the values of `user` over those of `base`, map by map; what is no map is replaced whole.
void merge_into(core::Node& base, const core::Node& user);

}  // namespace plexus::explorers
