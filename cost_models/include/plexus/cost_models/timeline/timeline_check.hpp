// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "plexus/core/error.hpp"
#include "plexus/cost_models/timeline/timeline.hpp"

namespace plexus::cost_models::timeline {

/// What of a timeline cannot be: read from its events alone, by other means than those that made
/// it. Checked are
/// - every node runs once, on the core of its group, for at least its cycles; no core does two
///   things at once;
/// - every block that a node reads, and does not stream, is complete in its memory while it runs; a
///   block is in a memory because its node wrote it there or a move brought it;
/// - a move takes a block from where it is complete, for long enough for every channel of its way;
/// - no memory holds more than fits and no channel carries more than its bandwidth, at any time;
/// - what leaves the network, and what streams, is off chip in time.
/// \return the first of each kind; empty = the timeline is good.
[[nodiscard]] std::vector<core::Violation> check_timeline(const NodeGraph& graph,
                                                          const TileMachine& machine,
                                                          const NodeCosts& costs,
                                                          const TileSchedule& schedule,
                                                          const Timeline& timeline);

/// What no timeline of a graph can be better than.
struct TimelineBounds {
    Time critical_path = 0;  ///< Longest chain of nodes, each on its fastest core.
    /// All nodes of each type of core spread evenly: the least busiest core, whatever runs where.
    Time busiest_core = 0;
    Time assigned_core = 0;  ///< Busiest core under the given allocation; 0 if none was given.
    double compulsory_read_bits = 0;     ///< Constants and inputs, once.
    double compulsory_written_bits = 0;  ///< What leaves the network.
    Time off_chip = 0;                   ///< Compulsory bits over the widest way off chip.

    /// The largest of them. \return cycles.
    [[nodiscard]] Time latency() const;
};

/// \param core_of_group Allocation; empty = any.
[[nodiscard]] TimelineBounds timeline_bounds(const NodeGraph& graph,
                                             const TileMachine& machine,
                                             const NodeCosts& costs,
                                             const std::vector<std::int32_t>& core_of_group = {});

}  // namespace plexus::cost_models::timeline
