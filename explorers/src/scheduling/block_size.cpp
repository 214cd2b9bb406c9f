// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/scheduling/block_size.hpp"

#include <limits>

#include "plexus/core/parallel.hpp"

namespace plexus::explorers {

using cost_models::event_driven::BlockModel;

namespace {

double relative(double value, double reference) {
    return reference > 0 ? value / reference : value;
}

}  // namespace

BlockSizeResult search_block_size(std::span<const std::int64_t> sizes,
                                  const CutBlocks& cut,
                                  const hardware::EventChip& chip,
                                  const PlacementStrategy& strategy,
                                  const PlacementOptions& options,
                                  const CoolingSchedule& schedule,
                                  const core::Rng& rng,
                                  int jobs) {
    BlockSizeResult result;
    result.tried.resize(sizes.size());
    core::parallel_for(static_cast<std::int64_t>(sizes.size()), jobs, [&](std::int64_t i) {
        const auto index = static_cast<std::size_t>(i);
        SizedPlacement& sized = result.tried[index];
        sized.neurons_per_core = sizes[index];
        std::vector<core::Violation> violations;
        sized.network = cut(sizes[index], violations);
        if (!violations.empty()) {
            sized.placement.violation = violations.front();
            return;
        }
        const BlockModel model(sized.network, chip);
        const PlacementProblem problem(model, options, schedule);
        sized.placement = search_placement(
            problem, strategy, rng.split(static_cast<std::uint64_t>(sizes[index])));
    });
    result.best = sizes.size();
    double least = std::numeric_limits<double>::infinity();
    const PlacementResult* reference = nullptr;
    for (std::size_t i = 0; i < result.tried.size(); ++i) {
        const PlacementResult& placement = result.tried[i].placement;
        if (!placement.feasible()) {
            continue;
        }
        reference = reference == nullptr ? &placement : reference;
        const double judged =
            options.latency_share * relative(placement.cost.seconds, reference->cost.seconds) +
            (1 - options.latency_share) *
                relative(placement.cost.energy_pj, reference->cost.energy_pj);
        if (judged < least) {
            least = judged;
            result.best = i;
        }
    }
    return result;
}

}  // namespace plexus::explorers
