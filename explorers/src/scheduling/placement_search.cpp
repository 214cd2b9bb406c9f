// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/scheduling/placement_search.hpp"

#include <utility>

#include <fmt/format.h>

#include "scheduling/builtin.hpp"

namespace plexus::explorers {

using cost_models::event_driven::BlockCost;
using cost_models::event_driven::BlockModel;
using cost_models::event_driven::placement_cost;

PlacementProblem::PlacementProblem(const BlockModel& model,
                                   const PlacementOptions& options,
                                   const CoolingSchedule& schedule)
    : model_(&model), schedule_(&schedule), options_(options), in_order_(contiguous_places(model)) {
    double seconds = 0;
    double energy = 0;
    if (in_order_) {
        const BlockCost cost = placement_cost(model, *in_order_);
        seconds = cost.seconds;
        energy = cost.energy_pj;
    } else {
        const PlacementBound bound = placement_bound(model);
        seconds = bound.seconds;
        energy = bound.energy_pj;
    }
    seconds_ = seconds > 0 ? seconds : seconds_;
    energy_pj_ = energy > 0 ? energy : energy_pj_;
}

double PlacementProblem::judge(const BlockCost& cost) const {
    return options_.latency_share * cost.seconds / seconds_ +
           (1 - options_.latency_share) * cost.energy_pj / energy_pj_;
}

// To add a strategy: write its file, declare its function in builtin.hpp, add one line here.
void register_builtin(core::Registry<PlacementStrategy>& registry) {
    register_contiguous(registry);
    register_round_robin(registry);
    register_greedy(registry);
    register_annealed(registry);
}

core::Registry<PlacementStrategy> builtin_placement_strategies() {
    core::Registry<PlacementStrategy> registry("placement strategy");
    register_builtin(registry);
    return registry;
}

PlacementResult search_placement(const PlacementProblem& problem,
                                 const PlacementStrategy& strategy,
                                 const core::Rng& rng) {
    PlacementResult result;
    result.bound = placement_bound(problem.model());
    std::optional<Places> places = strategy.place(problem, rng);
    if (!places) {
        result.violation = core::Violation{
            "room for every block",
            fmt::format(
                "{} blocks on at least {} cores", problem.model().blocks(), result.bound.cores),
            fmt::format("{} cores", problem.model().chip().core_count())};
        return result;
    }
    result.places = std::move(*places);
    result.cost = placement_cost(problem.model(), result.places);
    return result;
}

}  // namespace plexus::explorers
