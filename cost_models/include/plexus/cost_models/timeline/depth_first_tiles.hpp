// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "plexus/cost_models/timeline/depth_first_stack.hpp"

namespace plexus::cost_models::depth_first {

/// What becomes of values that two neighbouring tiles both need.
enum class OverlapMode : std::uint8_t {
    recompute,  ///< Both tiles compute them.
    cache_h,    ///< The next tile of the row finds them; the next row of tiles computes them anew.
    cache_hv,   ///< Both find them.
};

/// Name in files and tables: fully_recompute, h_cached, fully_cached.
[[nodiscard]] std::string_view to_string(OverlapMode mode);

/// What a tile reads of one input, along one axis.
struct AxisRead {
    std::int64_t extent = 0;  ///< Positions needed.
    std::int64_t cached = 0;  ///< Of them, made by tiles before.
    auto operator<=>(const AxisRead&) const = default;
};

/// What a tile does at one node of the stack, along one axis.
struct AxisNode {
    std::int64_t made = 0;         ///< Positions computed (of a stack input: fetched).
    std::int64_t kept_before = 0;  ///< Of tiles before, still needed from here on.
    std::int64_t kept_after = 0;   ///< Needed by tiles to come.
    std::int64_t written = 0;      ///< Of kept_after, made in this tile.
    std::vector<AxisRead> reads;   ///< One per input.
    auto operator<=>(const AxisNode&) const = default;
};

/// All that tiles have in common along one axis.
struct AxisType {
    bool first = false;  ///< No tile stands before it.
    std::vector<AxisNode> nodes;
    auto operator<=>(const AxisType&) const = default;
};

/// The tiles of a stack along one axis.
struct AxisTiles {
    std::vector<AxisType> types;
    std::vector<std::uint32_t> sequence;  ///< Type of each tile, in order.
    std::vector<std::int64_t> distinct;   ///< Positions that any tile makes, by node.
};

/// Cuts the map that leaves a stack into pieces of `tile` positions along an axis (the first piece
/// takes what is left over) and works back what every node has to make. What a layer needs is an
/// interval of each of its inputs, so a tile is described per axis and types of tiles are few.
/// \param tile ≥ 1; larger than the map: one tile.
/// \param cached Values that tiles before have made are not made again.
/// \par Source Mei et al., "DeFiNES: enabling fast exploration of the depth-first scheduling space
/// for DNN accelerators through analytical modeling", HPCA 2023; intervals in place of its sizes,
/// so that padding and branches with windows of different reach are exact.
[[nodiscard]] AxisTiles cut_axis(const Stack& stack,
                                 std::size_t axis,
                                 std::int64_t tile,
                                 bool cached);

}  // namespace plexus::cost_models::depth_first
