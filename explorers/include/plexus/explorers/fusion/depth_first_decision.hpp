// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "plexus/core/node.hpp"
#include "plexus/core/reader.hpp"
#include "plexus/explorers/fusion/stack_search.hpp"

namespace plexus::explorers {

/// Where stacks end.
enum class StackCuts : std::uint8_t {
    weights,   ///< Where weights no longer fit: weight_rule_cuts().
    none,      ///< One stack.
    every,     ///< After every operator.
    searched,  ///< Wherever it is best: search_stacks().
};

/// `decisions.fusion.depth_first`: how stacks are executed on one core, if `fusion.stacks` is
/// `depth_first`.
struct DepthFirstDecision {
    StackCuts cuts = StackCuts::weights;
    /// tile_x, tile_y, overlap: one value, or a list of which every stack takes the best.
    TileSpace tiles{{32}, {32}, {depth_first::OverlapMode::cache_hv}};
};

/// Reads the section `fusion.depth_first` into `out`; an invalid reader changes nothing.
void read_depth_first(const core::Reader& section, DepthFirstDecision& out);

/// The section with every key at its default.
[[nodiscard]] core::Node default_depth_first_tree();

}  // namespace plexus::explorers
