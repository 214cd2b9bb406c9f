// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plexus/cost_models/cascade/cascade.hpp"
#include "plexus/cost_models/cascade/machine.hpp"

namespace plexus::cost_models::cascade {

/// One line of a mapping, outermost first.
struct Node {
    enum class Kind : std::uint8_t {
        storage,   ///< From here on down the tile of a tensor is held in a level.
        temporal,  ///< A loop over time.
        spatial,   ///< A loop over instances of a fan-out.
    };
    Kind kind = Kind::temporal;
    std::size_t use = 0;      ///< storage: index into Einsum::uses.
    std::size_t level = 0;    ///< storage and spatial (the level below the fan-out; the number of
                              ///< levels of the unit for a fan-out of the compute unit).
    std::size_t fanout = 0;   ///< spatial: which fan-out of that level.
    std::size_t rank = 0;     ///< Loops: index into Einsum::ranks.
    std::int64_t factor = 1;  ///< Loops: iterations.
    bool operator==(const Node&) const = default;
};

/// How one einsum runs. The first storage of a tensor is where it is handed over: level 0 or 1.
struct EinsumMapping {
    std::vector<Node> nodes;
    /// The first loops that other einsums may share; all storages of tensors that are handed over
    /// on chip stand above the loop after these.
    std::size_t fused_loops = 0;
    bool operator==(const EinsumMapping&) const = default;
};

/// How a cascade runs: a tree of loops. Einsum i stands in the first shared[i] fused loops of
/// einsum i-1; shared[0] is 0.
struct FusedMapping {
    std::vector<EinsumMapping> einsums;
    std::vector<std::size_t> shared;
    bool operator==(const FusedMapping&) const = default;
};

/// The tree as text: loops with iterations, tensors with the level that holds them.
[[nodiscard]] std::string to_text(const Cascade& cascade,
                                  const Machine& machine,
                                  const FusedMapping& mapping);

}  // namespace plexus::cost_models::cascade
