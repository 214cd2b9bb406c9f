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

/// Accesses of `block` words that fetch the non-zeros of a tile of a level, over those if they were
/// packed without gaps: the last block of a tile is not full.
[[nodiscard]] double packing(const View& view, std::size_t level, std::size_t t);

/// One of the two operands as the compute units see it.
struct Operand {
    std::size_t tensor = 0;
    double density = 1;
    bool left_out = false;  ///< Zeros do not arrive: the innermost storage has metadata.
    double saved = 0;       ///< Share of the computes that units on its path save.
    bool gated = false;     ///< They gate: what is saved takes its time all the same.
};
[[nodiscard]] Operand operand_of(const View& view, std::size_t t, const SavingTable& savings);

/// The compute units that an operation asks for.
struct ComputeUnits {
    double computes = 0;   ///< Of all units together, zeros included.
    double asked = 1;      ///< By the spatial loops.
    double needed = 1;     ///< Share of them that must be there.
    double busy = 1;       ///< Share of them that have work, on average.
    double imbalance = 1;  ///< Work of the fullest over that of the average one.
};

/// What becomes of the computes on two operands.
[[nodiscard]] ComputeCost compute_cost(const SparseProblem& problem,
                                       const SparseCore& core,
                                       const Operand& a,
                                       const Operand& b,
                                       const ComputeUnits& units,
                                       Rules rules);
/// The same for the operands of a view.
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
