// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "plexus/core/error.hpp"
#include "plexus/cost_models/dataflow/mapping.hpp"
#include "plexus/cost_models/dataflow/rules.hpp"

namespace plexus::cost_models::dataflow {

/// A layer dimension laid out on one dimension of the array, after evening out.
struct Lane {
    std::size_t array_dim = 0;  ///< Into SpatialMapping::dimensions.
    std::size_t dim = 0;        ///< Into Layer::dims.
    double factor = 1;          ///< May be fractional: 31.25 lanes of 32 have work on average.
};

/// Loops on the array below each arch level of each operand: [operand][arch level] → lanes. Arch
/// level 0 is the array itself, l the memory level l − 1; a lane stands between level l and the
/// memory that serves its array dimension. Lanes of one loop at one level are one lane there.
using Placement = std::array<std::array<std::vector<Lane>, max_levels + 1>, max_operands>;

/// The mapping evened out. A loop of size N unrolled u times takes T = ⌈N/u⌉ rounds, so N/T lanes
/// have work on average. If a loop lies on several array dimensions, the first one with the largest
/// factor is evened out: by what the earlier ones leave (zigzag), or so that lanes and rounds
/// multiply to exactly N (physical).
[[nodiscard]] std::vector<Lane> even_out(const Layer& layer,
                                         const SpatialMapping& spatial,
                                         Rules rules);

/// The same with whole lanes, rounded down.
[[nodiscard]] std::vector<Lane> whole_lanes(std::vector<Lane> lanes);

/// Where each lane lies for each operand of the layer.
[[nodiscard]] Placement place_lanes(const Layer& layer,
                                    const hardware::DataflowCore& core,
                                    const SpatialMapping& spatial,
                                    const std::vector<Lane>& lanes);

/// What is wrong with a spatial mapping: unknown dimensions, larger than the array or the loop.
[[nodiscard]] std::vector<core::Violation> check_spatial(const Layer& layer,
                                                         const hardware::DataflowCore& core,
                                                         const SpatialMapping& spatial,
                                                         Rules rules);

}  // namespace plexus::cost_models::dataflow
