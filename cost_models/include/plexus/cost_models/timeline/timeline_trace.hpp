// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "plexus/cost_models/timeline/timeline.hpp"

namespace plexus::cost_models::timeline {

/// The timeline in the trace-event format that Perfetto and chrome://tracing open: one row per core
/// with its nodes, one per channel with its moves, one counter per memory on chip with the bits in
/// use. A microsecond of the trace is a cycle.
/// \param operators Names, for the nodes. \pre The timeline is feasible.
[[nodiscard]] std::string to_trace_json(const NodeGraph& graph,
                                        const TileMachine& machine,
                                        const Timeline& timeline,
                                        const std::vector<std::string>& operators);

/// Bits in use of one memory over time.
struct OccupancyStep {
    Time time = 0;
    std::int64_t bits = 0;  ///< From this time on.
    auto operator<=>(const OccupancyStep&) const = default;
};

/// Occupancy of every memory on chip: steps in order of time, of which the last is at 0 bits.
[[nodiscard]] std::vector<std::vector<OccupancyStep>> occupancy(const NodeGraph& graph,
                                                                const TileMachine& machine,
                                                                const Timeline& timeline);

}  // namespace plexus::cost_models::timeline
