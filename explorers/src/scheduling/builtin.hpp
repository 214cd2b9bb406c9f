// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plexus/explorers/scheduling/placement_search.hpp"

namespace plexus::explorers {

// One function per strategy, each defined in the file of its name.
void register_contiguous(core::Registry<PlacementStrategy>& registry);
void register_round_robin(core::Registry<PlacementStrategy>& registry);
void register_greedy(core::Registry<PlacementStrategy>& registry);
void register_annealed(core::Registry<PlacementStrategy>& registry);

/// Gives block after block the next core of `order` that has room, starting again from the first
/// core where none is left.
/// \param stay Begin with the core of the block before, else with the one behind it.
[[nodiscard]] std::optional<Places> deal(const cost_models::event_driven::BlockModel& model,
                                         const std::vector<std::int32_t>& order,
                                         bool stay);

/// Cores one after another, each filled before the next.
[[nodiscard]] std::optional<Places> contiguous_places(
    const cost_models::event_driven::BlockModel& model);

/// Places found block by block, the best for each given those before it.
[[nodiscard]] std::optional<Places> greedy_places(const PlacementProblem& problem);

}  // namespace plexus::explorers
