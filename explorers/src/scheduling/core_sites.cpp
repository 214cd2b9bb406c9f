// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/scheduling/core_sites.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace plexus::explorers {

namespace {

namespace event_driven = cost_models::event_driven;

/// A mesh of event-driven cores without free places.
bool is_event_chip(const hardware::Architecture& architecture) {
    const auto& mesh = architecture.interconnect.mesh;
    return mesh && mesh->tiles() * mesh->cores_per_tile == architecture.core_count() &&
           std::ranges::all_of(architecture.core_types,
                               [](const hardware::Core& core) { return core.event_driven(); });
}

}  // namespace

void arrange_cores(const cost_models::PlanModel& model,
                   const PlacementStrategy& strategy,
                   const PlacementOptions& options,
                   const CoolingSchedule& schedule,
                   const core::Rng& rng,
                   PlanSearchResult& search) {
    if (!is_event_chip(model.architecture())) {
        return;
    }
    // Leakage goes with the time of all work, which does not depend on where the cores stand.
    hardware::EventChip chip = hardware::event_chip(model.architecture());
    chip.static_core = chip.static_chip = {};
    const event_driven::BlockNetwork network = model.traffic(search.plan);
    const event_driven::BlockModel blocks(network, chip, 1);
    const PlacementProblem problem(blocks, options, schedule);
    std::optional<Places> sites = strategy.place(problem, rng);
    core::ensure(sites.has_value(), "there is a place for every core");
    Places numbers(sites->size());
    std::iota(numbers.begin(), numbers.end(), 0);
    if (*sites == numbers) {
        return;
    }
    search.plan.sites = std::move(*sites);
    search.cost = model.evaluate(search.plan, *model.make_scratch());
}

}  // namespace plexus::explorers
