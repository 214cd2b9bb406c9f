// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "plexus/core/error.hpp"
#include "plexus/core/random.hpp"
#include "plexus/cost_models/event_driven/block_network.hpp"
#include "plexus/explorers/scheduling/placement_search.hpp"

namespace plexus::explorers {

/// Makes the blocks of so many neurons per core. Called by several threads at once.
using CutBlocks = std::function<cost_models::event_driven::BlockNetwork(
    std::int64_t neurons_per_core, std::vector<core::Violation>& violations)>;

/// One number of neurons per core with the best places that were found for it.
struct SizedPlacement {
    std::int64_t neurons_per_core = 0;
    cost_models::event_driven::BlockNetwork network;
    PlacementResult placement;
};

/// All that were tried, and which was best.
struct BlockSizeResult {
    std::vector<SizedPlacement> tried;  ///< One per size, in the order given.
    std::size_t best = 0;               ///< Index into `tried`; its size if nothing fits.
};

/// Searches places for blocks of each size. The best has the least J, relative to the first size
/// that fits; ties: the one given first.
/// \param chip Must be the chip that `cut` cuts for.
/// \param jobs Threads; the result does not depend on them. 0 = all processors.
[[nodiscard]] BlockSizeResult search_block_size(std::span<const std::int64_t> sizes,
                                                const CutBlocks& cut,
                                                const hardware::EventChip& chip,
                                                const PlacementStrategy& strategy,
                                                const PlacementOptions& options,
                                                const CoolingSchedule& schedule,
                                                const core::Rng& rng,
                                                int jobs);

}  // namespace plexus::explorers
