// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "plexus/cost_models/timeline/timeline.hpp"
#include "plexus/cost_models/timeline/timeline_check.hpp"
#include "plexus/explorers/scheduling/tile_decision.hpp"

namespace plexus::explorers {

/// A schedule that no other one found beats in latency, energy and peak memory at once.
struct TilePoint {
    cost_models::timeline::TileSchedule schedule;
    cost_models::timeline::Time latency = 0;
    double energy_pj = 0;
    double peak_bits = 0;  ///< Of all memories on chip together.
};

/// What a search found, and what nothing can beat.
struct TileSearchResult {
    cost_models::timeline::TileSchedule schedule;
    cost_models::timeline::Timeline timeline;  ///< With violations if nothing feasible was found.
    cost_models::timeline::TimelineBounds bounds;  ///< Over all allocations.
    std::int64_t evaluated = 0;                    ///< Timelines computed.
    std::int64_t accepted = 0;                     ///< Moves of the annealer.
    std::vector<TilePoint> front;                  ///< Rule nsga2: by latency; else empty.
};

/// Stack of each operator as the rule of a decision makes it; empty = one stack of all.
[[nodiscard]] std::vector<std::int32_t> stacks_of(const cost_models::timeline::NodeGraph& graph,
                                                  const cost_models::timeline::TileMachine& machine,
                                                  const TileDecision& decision);

/// Stack of each operator: walking the operators in order, weight bits are added up; an operator
/// with which they exceed what the weight memories of all cores hold begins a new stack.
[[nodiscard]] std::vector<std::int32_t> stacks_by_weights(
    const cost_models::timeline::NodeGraph& graph,
    const cost_models::timeline::TileMachine& machine);

/// Group i of an operator on the i-th of its allowed cores, in turn.
[[nodiscard]] std::vector<std::int32_t> listed_cores(
    const cost_models::timeline::NodeGraph& graph,
    const std::vector<std::vector<std::int32_t>>& allowed);

/// Group after group on the allowed core on which it would end first: after what the core has got
/// so far and what the group reads, with the way of what comes from other cores.
[[nodiscard]] std::vector<std::int32_t> greedy_cores(
    const cost_models::timeline::NodeGraph& graph,
    const cost_models::timeline::TileMachine& machine,
    const cost_models::timeline::NodeCosts& costs,
    const std::vector<std::vector<std::int32_t>>& allowed);

/// The schedule that the rules of `decision` give or find, with its timeline. A pure function of
/// its arguments.
[[nodiscard]] TileSearchResult find_tile_schedule(const cost_models::timeline::NodeGraph& graph,
                                                  const cost_models::timeline::TileMachine& machine,
                                                  const cost_models::timeline::NodeCosts& costs,
                                                  const TileDecision& decision);

}  // namespace plexus::explorers
