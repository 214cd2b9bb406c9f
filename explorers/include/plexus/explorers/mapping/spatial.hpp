// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "plexus/cost_models/dataflow/layer.hpp"
#include "plexus/cost_models/dataflow/mapping.hpp"
#include "plexus/hardware/core.hpp"

namespace plexus::explorers {

/// Loop dimensions that may be laid out on an array dimension.
struct SpatialHint {
    std::string array_dim;
    std::vector<std::string> dims;
    auto operator<=>(const SpatialHint&) const = default;
};

/// Which spatial mappings a search looks at.
struct SpatialRequest {
    /// Array dimensions that stand here are kept, but clipped to what fits.
    cost_models::dataflow::SpatialMapping given;
    bool search = true;  ///< Fill array dimensions that are not given; else they stay idle.
    bool mixed = false;  ///< Also several loop dimensions side by side on one array dimension.
    std::vector<SpatialHint> hints;  ///< Array dimensions without a hint take any loop.
    std::size_t candidates = 3;      ///< Best so many are kept; 0 = all.
    auto operator<=>(const SpatialRequest&) const = default;
};

/// The loops on the array that the description of a core asks for (its `dataflows`), without those
/// that the layer has not. Array dimensions for which nothing is left are left out.
[[nodiscard]] cost_models::dataflow::SpatialMapping dataflow_of(
    const hardware::DataflowCore& core, const cost_models::dataflow::Layer& layer);

/// The spatial mappings to try, best first; at least one. For array dimensions left open: every
/// hinted loop by every divisor of the largest unrolling that the loop, the array and the bandwidth
/// and capacity of the innermost memories allow. Ranked by u + u/m − 1, where u is the share of the
/// array that has lanes and m the largest unrolling of a loop; ties: larger u, then the mapping
/// whose (loop, factor) list, in order of array dimensions and loops of the layer, comes first with
/// larger factors before smaller ones. This order is the same on every machine.
[[nodiscard]] std::vector<cost_models::dataflow::SpatialMapping> spatial_candidates(
    const cost_models::dataflow::Layer& layer,
    const hardware::DataflowCore& core,
    const SpatialRequest& request);

}  // namespace plexus::explorers
