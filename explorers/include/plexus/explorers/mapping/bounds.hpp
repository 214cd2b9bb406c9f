// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "plexus/core/units.hpp"
#include "plexus/cost_models/dataflow/loop_nest_model.hpp"
#include "plexus/hardware/core.hpp"

namespace plexus::explorers {

/// What no mapping of a layer on a core can beat, whatever its loop order.
struct LowerBounds {
    core::Cycles compute;     ///< All MAC units busy in every cycle.
    core::Energy compulsory;  ///< The array, and every element once through every level.
    /// Bits, by memory of the core: what the levels above must bring to it and take from it, given
    /// its size and the lanes; data that several instances share counted once. 0 for the outermost.
    std::vector<double> traffic;
    auto operator<=>(const LowerBounds&) const = default;
};

/// Bounds over all mappings with any spatial mapping whose array energy is that of `model`; traffic
/// for its own spatial mapping. Under `rules: zigzag` and fractional lanes only the array counts,
/// for that model rounds data away.
[[nodiscard]] LowerBounds lower_bounds(const cost_models::dataflow::LoopNestModel& model,
                                       const hardware::DataflowCore& core);

}  // namespace plexus::explorers
