// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "plexus/workloads/workload.hpp"

#include "timeline/operator_grid.hpp"

namespace plexus::cost_models::timeline {

/// First elements of the parts of every axis of a tensor, and the ends.
using AxisCuts = std::vector<std::vector<std::int64_t>>;

/// Cuts of every tensor such that what any tile reads or writes of it is made of whole parts. What
/// a cache already holds is cut as its readers need.
/// \param grids One per operator.
[[nodiscard]] std::vector<AxisCuts> element_cuts(const workloads::Workload& workload,
                                                 const std::vector<OperatorGrid>& grids);

/// Moves the cuts of operators so that as many tiles of each are enough for a tile of those that
/// read of it in the same stack: part p ends with the last element that their parts p need. Going
/// back from the last operator, every cut comes to lie ahead of that of the reader by its halo.
/// Dimensions that no reader cuts in as many parts stay as they are.
/// \param stacks One per operator; empty = one stack.
void align_cuts(const workloads::Workload& workload,
                const std::vector<std::int32_t>& stacks,
                std::vector<OperatorGrid>& grids);

}  // namespace plexus::cost_models::timeline
