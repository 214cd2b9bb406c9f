// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plexus/cost_models/event_driven/block_placement.hpp"

namespace plexus::explorers {

/// What no placement of the blocks can go below.
struct PlacementBound {
    double seconds = 0;
    double hops = 0;
    double energy_pj = 0;
    int cores = 0;  ///< That hold blocks.
};

/// Bounds that hold for every placement in which each core has room for its blocks.
///
/// - Cores: what all blocks take together, over what one core has.
/// - Engines: a block is not divided, the mean core has the mean work, and of the k·m + 1 longest
///   blocks some core of m gets k + 1.
/// - Hops: around a block there is only so much room within each distance, so its partners,
///   heaviest first, are at least that far away; each flow has two ends.
/// - Links: all links together carry the hops. Way: hops take the fastest link.
/// - Barrier: the fastest of any number of tiles that has the cores.
/// \par Source Engines: R. McNaughton, Management Science 6, 1959, and R. Graham, SIAM J. Appl.
/// Math. 17, 1969. Hops: the sorted products of P. Gilmore, J. SIAM 10, 1962, with the distances of
/// the best place for each block.
[[nodiscard]] PlacementBound placement_bound(const cost_models::event_driven::BlockModel& model);

}  // namespace plexus::explorers
