// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "plexus/cost_models/event_driven/placed_network.hpp"
#include "plexus/hardware/event_chip.hpp"

namespace plexus::cost_models::event_driven {

/// Where a packet can leave a tile, in the order of the tiles behind it: ids run down a column
/// first, so what lies west has the smallest ids, then what lies south in the same column.
enum Direction : std::uint8_t { west, south, here, north, east, direction_count };

/// Directed links: four per tile, by the tile they leave.
[[nodiscard]] inline std::size_t link_id(int tile, Direction direction) {
    constexpr std::array<std::size_t, direction_count> slot{0, 1, 0, 2, 3};
    return static_cast<std::size_t>(tile) * 4 + slot[direction];
}

[[nodiscard]] inline int neighbour(const hardware::EventChip& chip, int tile, Direction direction) {
    const std::array<int, direction_count> step{-chip.height, -1, 0, 1, chip.height};
    return tile + step[direction];
}

[[nodiscard]] inline const hardware::EventCost& hop_cost(const hardware::EventTile& tile,
                                                         Direction direction) {
    switch (direction) {
        case west:
            return tile.hops.west;
        case south:
            return tile.hops.south;
        case north:
            return tile.hops.north;
        default:
            return tile.hops.east;
    }
}

/// How long a packet keeps a link busy.
[[nodiscard]] inline double link_seconds(const hardware::EventChip& chip,
                                         int tile,
                                         Direction direction) {
    const int x = chip.x_of_tile(tile);
    const bool crosses = (direction == east && chip.chip_ends_at(x)) ||
                         (direction == west && x > 0 && chip.chip_ends_at(x - 1));
    return crosses ? chip.chip_link_time.value : chip.link_time.value;
}

/// Where a packet for `destination` leaves `tile`, whose column begins with tile `column`.
[[nodiscard]] inline Direction turn(int destination, int tile, int column, int height) {
    if (destination < tile) {
        return destination < column ? west : south;
    }
    if (destination == tile) {
        return here;
    }
    return destination < column + height ? north : east;
}

/// Calls use(tile, direction) for every link of the XY route from tile to tile.
template <class Use>
void for_each_link_between(const hardware::EventChip& chip, int from, int to, const Use& use) {
    for (int tile = from; tile != to;) {
        const Direction direction = turn(to, tile, tile - tile % chip.height, chip.height);
        use(tile, direction);
        tile = neighbour(chip, tile, direction);
    }
}

/// Where each direction begins among destinations that are sorted by tile: those of direction d
/// are [cuts[d], cuts[d + 1]). XY routing: along x first, so only those in the column of `tile`
/// turn north or south.
[[nodiscard]] inline std::array<std::int64_t, direction_count + 1> fork(
    const hardware::EventChip& chip,
    int tile,
    std::span<const Axon> axons,
    std::int64_t first,
    std::int64_t last) {
    const int column = tile - tile % chip.height;
    const std::array<int, direction_count> ends{column, tile, tile + 1, column + chip.height, 0};
    std::array<std::int64_t, direction_count + 1> cuts{};
    cuts.front() = first;
    std::int64_t at = first;
    for (std::size_t d = west; d < east; ++d) {
        while (at < last && axons[static_cast<std::size_t>(at)].tile < ends[d]) {
            ++at;
        }
        cuts[d + 1] = at;
    }
    cuts.back() = last;
    return cuts;
}

/// Calls use(tile, direction) for every link that a packet from `tile` to axons [first, last)
/// takes: a path for one destination, else the tree that XY routing makes of the paths.
template <class Use>
void for_each_link(const hardware::EventChip& chip,
                   int tile,
                   std::span<const Axon> axons,
                   std::int64_t first,
                   std::int64_t last,
                   const Use& use) {
    const auto cuts = fork(chip, tile, axons, first, last);
    for (std::size_t d = west; d < direction_count; ++d) {
        const auto direction = static_cast<Direction>(d);
        if (direction != here && cuts[d] < cuts[d + 1]) {
            use(tile, direction);
            for_each_link(chip, neighbour(chip, tile, direction), axons, cuts[d], cuts[d + 1], use);
        }
    }
}

}  // namespace plexus::cost_models::event_driven
