// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "plexus/core/error.hpp"
#include "plexus/core/node.hpp"
#include "plexus/cost_models/dataflow/layer.hpp"
#include "plexus/hardware/core.hpp"

namespace plexus::cost_models::dataflow {

inline constexpr std::size_t max_operands = 3;
inline constexpr std::size_t max_levels = 10;  ///< Memory levels of one operand.
inline constexpr std::size_t max_loops = 96;   ///< Temporal loops of one mapping.
inline constexpr std::size_t max_dims = 16;    ///< Loop dimensions of one layer.

/// A loop dimension laid out side by side `factor` times.
struct Unrolling {
    std::string dim;
    std::int64_t factor = 1;
    auto operator<=>(const Unrolling&) const = default;
};

/// What one dimension of the array does.
struct ArrayDimension {
    std::string name;  ///< D1, D2, …
    std::vector<Unrolling> unrolled;
    auto operator<=>(const ArrayDimension&) const = default;
};

/// Loops on the array, as wished: a factor that does not divide its loop is evened out by the
/// model.
struct SpatialMapping {
    std::vector<ArrayDimension> dimensions;
    auto operator<=>(const SpatialMapping&) const = default;
};

/// One temporal loop.
struct TemporalLoop {
    std::uint8_t dim = 0;   ///< Index into Layer::dims.
    std::int64_t size = 1;  ///< Iterations.
    auto operator<=>(const TemporalLoop&) const = default;
};

/// [operand][memory level]: number of loops, counted from inside, that run at this level or below.
/// Never falls from level to level; the last level has them all.
using Cuts = std::array<std::array<std::uint8_t, max_levels>, max_operands>;

/// One loop order for all operands, cut per operand: levels of one operand may end at other loops
/// than those of another (uneven mapping).
struct TemporalMapping {
    std::vector<TemporalLoop> order;  ///< Inner to outer.
    Cuts cuts{};                      ///< In the order of Layer::operands.
    auto operator<=>(const TemporalMapping&) const = default;
};

struct Mapping {
    SpatialMapping spatial;
    TemporalMapping temporal;
    auto operator<=>(const Mapping&) const = default;
};

/// The mapping as text: one row per loop, outermost first, with the memory level that holds each
/// operand; then the loops on the array (`parfor`).
[[nodiscard]] std::string to_text(const Layer& layer,
                                  const hardware::DataflowCore& core,
                                  const Mapping& mapping);

/// The mapping as a YAML tree that read_mapping() understands: `spatial_mapping` and
/// `temporal_ordering` as ZigZag spells them, and `allocation`, the cuts per operand.
[[nodiscard]] core::Node to_node(const Layer& layer,
                                 const hardware::DataflowCore& core,
                                 const Mapping& mapping);

/// The mapping that `root` describes for this layer and core. Loops that do not multiply to the
/// layer, unknown names, cuts that fall or don't reach the top: problems with their place.
[[nodiscard]] Mapping read_mapping(const core::Node& root,
                                   const Layer& layer,
                                   const hardware::DataflowCore& core,
                                   core::Problems& problems);

/// Memories that hold an operand, innermost first: indices into `core.memories`.
[[nodiscard]] std::vector<std::size_t> memories_of(const hardware::DataflowCore& core,
                                                   const std::string& memory_operand);

/// Iterations in time that a spatial mapping leaves of each loop dimension: its size divided by the
/// factor of each array dimension in turn, rounded up.
[[nodiscard]] std::vector<std::int64_t> temporal_sizes(const Layer& layer,
                                                       const SpatialMapping& spatial);

}  // namespace plexus::cost_models::dataflow
