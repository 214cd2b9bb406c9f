// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <limits>
#include <vector>

#include "plexus/explorers/scheduling/tile_search.hpp"

namespace plexus::explorers {

/// Schedules that a search may choose from, and what they are worth.
class ScheduleSpace {
  public:
    ScheduleSpace(const cost_models::timeline::NodeGraph& graph,
                  const cost_models::timeline::TileMachine& machine,
                  const cost_models::timeline::NodeCosts& costs,
                  const TileDecision& decision)
        : graph_(graph),
          decision_(decision),
          model_(graph, machine, costs),
          scratch_(model_.make_scratch()) {
        for (std::size_t g = 0; g < graph.groups.size(); ++g) {
            if (allowed(g).size() > 1) {
                free_.push_back(g);
            }
        }
    }

    [[nodiscard]] const TileDecision& decision() const { return decision_; }
    [[nodiscard]] const std::vector<std::int32_t>& allowed(std::size_t group) const {
        return decision_.mapping.cores[static_cast<std::size_t>(graph_.groups[group].op)];
    }
    /// Groups that have a choice.
    [[nodiscard]] const std::vector<std::size_t>& free() const { return free_; }
    [[nodiscard]] std::size_t groups() const { return graph_.groups.size(); }

    const cost_models::timeline::Timeline& run(
        const cost_models::timeline::TileSchedule& schedule) {
        ++evaluated_;
        model_.run(schedule, *scratch_, line_);
        return line_;
    }
    /// λ·latency/latency₀ + (1−λ)·energy/energy₀ of the last run; infinite if there is none.
    [[nodiscard]] double cost() const {
        return line_.feasible() ? cost(line_.latency, line_.energy_pj())
                                : std::numeric_limits<double>::infinity();
    }
    [[nodiscard]] double cost(cost_models::timeline::Time latency, double energy_pj) const {
        return decision_.latency_share * static_cast<double>(latency) / latency_ +
               (1 - decision_.latency_share) * energy_pj / energy_;
    }
    /// The last run is what others are measured by.
    void measure_by_last() {
        if (line_.feasible()) {
            latency_ = std::max(1.0, static_cast<double>(line_.latency));
            energy_ = std::max(1e-9, line_.energy_pj());
        }
    }
    [[nodiscard]] std::int64_t evaluated() const { return evaluated_; }

  private:
    const cost_models::timeline::NodeGraph& graph_;
    const TileDecision& decision_;
    cost_models::timeline::TimelineModel model_;
    cost_models::timeline::TimelineModel::ScratchPointer scratch_;
    cost_models::timeline::Timeline line_;
    std::vector<std::size_t> free_;
    double latency_ = 1;
    double energy_ = 1;
    std::int64_t evaluated_ = 0;
};

/// Anneals cores and order from the schedule of `result`, which becomes the best one.
void anneal_tiles(ScheduleSpace& space, TileSearchResult& result);

/// Evolves cores and priority; `starts` are in the first generation. \return the front, by latency.
[[nodiscard]] std::vector<TilePoint> evolve_tiles(
    ScheduleSpace& space, const std::vector<cost_models::timeline::TileSchedule>& starts);

}  // namespace plexus::explorers
