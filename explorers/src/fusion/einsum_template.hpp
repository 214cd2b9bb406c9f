// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "plexus/cost_models/cascade/cascade.hpp"
#include "plexus/cost_models/cascade/machine.hpp"
#include "plexus/explorers/fusion/cascade_search.hpp"

namespace plexus::explorers::fusion {

/// Where a tensor of an einsum is above its private levels.
struct Place {
    bool on_chip = false;   ///< Handed over in level 1; else off chip.
    bool copied = false;    ///< Off chip, with a tile in level 1.
    std::size_t depth = 0;  ///< Fused loops above the tile in level 1.
    auto operator<=>(const Place&) const = default;
};

/// A place for loops between storages.
struct Slot {
    enum class Kind : std::uint8_t { fused, temporal, spatial };
    Kind kind = Kind::temporal;
    std::size_t level = 0;      ///< spatial: as in cascade::Node.
    std::size_t fanout = 0;     ///< spatial.
    std::uint32_t allowed = 0;  ///< Bit r: loops of rank r may stand here.
};

/// A storage node: above slot number `position`.
struct Holder {
    std::size_t use = 0;
    std::size_t level = 0;
    std::size_t position = 0;
};

/// The shape of a mapping of one einsum, without the numbers of iterations.
struct Template {
    std::vector<Place> places;             ///< [use]
    std::vector<std::size_t> fused_ranks;  ///< Outermost first.
    std::vector<Slot> slots;               ///< Outermost first; fused ones lead.
    std::vector<Holder> holders;           ///< Outermost first.
};

/// All templates that can hold an optimal mapping of the einsum.
/// \par What is left out
/// A storage that is no handing-over place never stands right above a loop that cuts its tensor
/// (below the loop its tile is smaller and is fetched as often) and, within an einsum, never right
/// below a loop that does not (above it, the tile is as large and is fetched less often).
[[nodiscard]] std::vector<Template> templates(const cost_models::cascade::Cascade& cascade,
                                              const cost_models::cascade::Einsum& einsum,
                                              const cost_models::cascade::Machine& machine,
                                              const CascadeSearchOptions& options);

}  // namespace plexus::explorers::fusion
