// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plexus/core/random.hpp"
#include "plexus/cost_models/timeline/plan.hpp"
#include "plexus/explorers/fusion/plan_search.hpp"
#include "plexus/explorers/scheduling/placement_search.hpp"

namespace plexus::explorers {

/// Decides where on the mesh the cores of a plan stand, from the packets they send to each other,
/// and prices the plan anew. Every core keeps what it runs and holds, so that only hops, their time
/// and the tiles at a barrier change. Nothing changes on machines without a mesh, with other than
/// event-driven cores, or with more places than cores.
void arrange_cores(const cost_models::PlanModel& model,
                   const PlacementStrategy& strategy,
                   const PlacementOptions& options,
                   const CoolingSchedule& schedule,
                   const core::Rng& rng,
                   PlanSearchResult& search);

}  // namespace plexus::explorers
