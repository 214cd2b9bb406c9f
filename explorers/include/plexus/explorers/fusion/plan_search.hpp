// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "plexus/core/random.hpp"
#include "plexus/cost_models/timeline/plan.hpp"
#include "plexus/explorers/annealing/annealer.hpp"

namespace plexus::explorers {

/// Which operators are fused with their neighbours.
enum class FusionMode : std::uint8_t {
    none,      ///< Every intermediate tensor goes off chip.
    all,       ///< Every intermediate tensor stays on chip if it fits.
    searched,  ///< Chosen per edge by annealing.
};

/// Which cores run each operator.
enum class PlacementMode : std::uint8_t {
    uniform,   ///< All cores of the kind, for every operator.
    searched,  ///< First core and number of cores per operator, by annealing.
};

/// Settings of a plan search.
struct PlanSearchOptions {
    FusionMode fusion = FusionMode::searched;
    PlacementMode placement = PlacementMode::searched;
    /// Event-driven cores: most neurons of an operator on one core, as long as there are cores; the
    /// uniform placement takes no more cores than that needs. 0 = no limit, and all cores.
    std::int64_t neurons_per_core = 0;
    double latency_share = 0.5;  ///< λ of J = λ·latency/latency₀ + (1−λ)·energy/energy₀.
    AnnealingOptions annealing;
};

/// The best plan found, with its cost and the figures of the search.
struct PlanSearchResult {
    cost_models::Plan plan;
    cost_models::PlanCost cost;
    AnnealingResult annealing;
};

/// Searches fusion and placement of all operators; J is relative to the uniform unfused plan, which
/// is also the start. Never worse than the start and than the uniform fused plan (if that mode
/// allows it). A pure function of its arguments.
[[nodiscard]] PlanSearchResult search_plan(const cost_models::PlanModel& model,
                                           const PlanSearchOptions& options,
                                           const CoolingSchedule& schedule,
                                           const core::Rng& rng);

}  // namespace plexus::explorers
