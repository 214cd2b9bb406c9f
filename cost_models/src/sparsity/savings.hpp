// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "sparsity/stored_ranks.hpp"
#include "sparsity/view.hpp"

namespace plexus::cost_models::sparsity {

/// What the units at a level save of the accesses to one tensor.
struct LocalSaving {
    Saving saving = Saving::gating;
    double share = 0;      ///< Of the accesses of an operation without any saving above.
    bool scalars = false;  ///< Decided by single elements of the leaders.
    std::vector<std::size_t> leaders{};
    bool operator==(const LocalSaving&) const = default;
};

/// Share of the tiles of `condition.target` that `level` (which holds it) sends inwards and that
/// meet only empty tiles of a leader.
[[nodiscard]] LocalSaving leader_saving(const View& view,
                                        std::size_t level,
                                        const Condition& condition,
                                        Saving saving);

/// Savings by [level][tensor]: of the level that holds the tensor, the unit that saves most.
using SavingTable = std::vector<std::vector<std::optional<LocalSaving>>>;
[[nodiscard]] SavingTable temporal_savings(
    const View& view, const std::vector<std::vector<std::vector<RankUnits>>>& units);

/// Share of the units side by side that have work, by [level][tensor]: of the children of a level.
struct Spread {
    double busy = 1;  ///< On average.
    double x = 1;     ///< That must be there along X and Y.
    double y = 1;
};
using SpreadTable = std::vector<std::vector<Spread>>;

/// What spatial skipping leaves of the children of each level, all levels above included; enters
/// the savings of the targets into `savings`. Without such units: all ones.
[[nodiscard]] SpreadTable spatial_savings(const View& view,
                                          SavingTable& savings,
                                          std::vector<core::Violation>& violations);

}  // namespace plexus::cost_models::sparsity
