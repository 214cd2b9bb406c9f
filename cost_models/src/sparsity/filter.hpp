// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "sparsity/savings.hpp"

namespace plexus::cost_models::sparsity {

/// Counts of one tensor at every level that holds it, after compression and savings.
/// \param units Expected words per rank of a tile, by level.
[[nodiscard]] std::vector<TensorCost> filtered_counts(
    const View& view,
    std::size_t t,
    const SavingTable& savings,
    const SpreadTable& spread,
    const std::vector<std::vector<RankUnits>>& units);

/// What becomes of the computes.
[[nodiscard]] ComputeCost compute_cost(const View& view,
                                       const SavingTable& savings,
                                       const SpreadTable& spread,
                                       Rules rules);

/// Work of the fullest of the units side by side over that of the average one, where the units skip
/// in time by their own part of a leader and start on the next part together.
[[nodiscard]] double imbalance(const View& view, const SavingTable& savings);

/// Cycles and energy of a level whose tensors are counted, and whether everything fits.
[[nodiscard]] LevelCost level_cost(const View& view,
                                   std::size_t level,
                                   std::vector<TensorCost> tensors,
                                   double compute_cycles,
                                   std::vector<core::Violation>& violations);

/// Whole number not below, and not above, a count that may be off by a rounding error.
[[nodiscard]] double whole(double count);
[[nodiscard]] double whole_below(double count);

}  // namespace plexus::cost_models::sparsity
