// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "plexus/core/error.hpp"
#include "plexus/core/random.hpp"
#include "plexus/core/registry.hpp"
#include "plexus/cost_models/event_driven/block_placement.hpp"
#include "plexus/explorers/annealing/annealer.hpp"
#include "plexus/explorers/scheduling/placement_bound.hpp"

namespace plexus::explorers {

/// Core of each block.
using Places = std::vector<std::int32_t>;

/// Settings of a search for places.
struct PlacementOptions {
    double latency_share = 0.5;  ///< λ of J = λ·seconds/seconds₀ + (1−λ)·energy/energy₀.
    AnnealingOptions annealing;
};

/// Blocks that look for cores: what they cost there, and what the cost is measured by.
class PlacementProblem {
  public:
    /// Keeps references to `model` and `schedule`.
    PlacementProblem(const cost_models::event_driven::BlockModel& model,
                     const PlacementOptions& options,
                     const CoolingSchedule& schedule);

    [[nodiscard]] const cost_models::event_driven::BlockModel& model() const { return *model_; }
    [[nodiscard]] const AnnealingOptions& annealing() const { return options_.annealing; }
    [[nodiscard]] const CoolingSchedule& schedule() const { return *schedule_; }
    /// Cores one after another, in the order in which they are numbered; nothing if the blocks do
    /// not find room so.
    [[nodiscard]] const std::optional<Places>& in_order() const { return in_order_; }
    /// J, relative to the blocks in order (to the bound if they find no room so).
    [[nodiscard]] double judge(const cost_models::event_driven::BlockCost& cost) const;

  private:
    const cost_models::event_driven::BlockModel* model_;
    const CoolingSchedule* schedule_;
    PlacementOptions options_;
    std::optional<Places> in_order_;
    double seconds_ = 1;
    double energy_pj_ = 1;
};

/// A way to find places for blocks. Stateless and thread-safe.
class PlacementStrategy {
  public:
    PlacementStrategy() = default;
    PlacementStrategy(const PlacementStrategy&) = delete;
    PlacementStrategy& operator=(const PlacementStrategy&) = delete;
    PlacementStrategy(PlacementStrategy&&) = delete;
    PlacementStrategy& operator=(PlacementStrategy&&) = delete;
    virtual ~PlacementStrategy() = default;

    /// A place with room for every block, or nothing if none was found. A pure function of its
    /// arguments.
    [[nodiscard]] virtual std::optional<Places> place(const PlacementProblem& problem,
                                                      const core::Rng& rng) const = 0;
};

/// contiguous, round_robin, greedy and annealed.
void register_builtin(core::Registry<PlacementStrategy>& registry);
[[nodiscard]] core::Registry<PlacementStrategy> builtin_placement_strategies();

/// What a search found, and how far from it the best can be.
struct PlacementResult {
    Places places;  ///< Empty if not every block found room.
    cost_models::event_driven::BlockCost cost;
    PlacementBound bound;
    std::optional<core::Violation> violation;

    [[nodiscard]] bool feasible() const { return !violation.has_value(); }
};

/// Places, their cost and a bound on it.
[[nodiscard]] PlacementResult search_placement(const PlacementProblem& problem,
                                               const PlacementStrategy& strategy,
                                               const core::Rng& rng);

}  // namespace plexus::explorers
