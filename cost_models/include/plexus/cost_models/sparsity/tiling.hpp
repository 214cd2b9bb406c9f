// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "plexus/core/error.hpp"
#include "plexus/cost_models/sparsity/einsum.hpp"

namespace plexus::cost_models::sparsity {

/// Where the iterations of a loop are: one after another, or side by side along X or Y.
enum class LoopKind : std::uint8_t { temporal, spatial_x, spatial_y };

struct Loop {
    std::size_t dimension = 0;
    std::int64_t size = 1;
    LoopKind kind = LoopKind::temporal;
    auto operator<=>(const Loop&) const = default;
};

/// The loops of one storage level, inner to outer: first those that spread its children, then
/// those that run over the tile it holds. And which tensors it holds at all.
struct LevelTiling {
    std::vector<Loop> loops{};
    std::vector<bool> keeps{};  ///< One per tensor.
    bool operator==(const LevelTiling&) const = default;
};

/// Loops and storage of a whole nest.
struct Tiling {
    std::vector<LevelTiling> levels{};  ///< Innermost first; the last one holds every tensor.
    bool operator==(const Tiling&) const = default;
};

/// Why the tiling does not fit the einsum: loops that do not multiply to the sizes, a tensor that
/// the outermost level does not hold. Empty: it does.
[[nodiscard]] std::vector<core::Violation> tiling_violations(const Einsum& einsum,
                                                             const Tiling& tiling);

/// A tensor at a storage level.
inline constexpr std::size_t no_level = static_cast<std::size_t>(-1);

/// All loops of a tiling in one row, with the boxes of iterations they span.
class LoopNest {
  public:
    struct Position {
        Loop loop{};
        std::size_t level = 0;
        Extents below{};   ///< Box of one iteration.
        Extents inside{};  ///< Box of all iterations.
    };

    /// Precondition: no tiling_violations().
    LoopNest(const Einsum& einsum, const Tiling& tiling);

    [[nodiscard]] const std::vector<Position>& loops() const {
        return loops_;
    }  ///< Inner to outer.
    /// Index of the first loop of a level; of the level after the last: the number of loops.
    [[nodiscard]] std::size_t first(std::size_t level) const { return first_[level]; }
    [[nodiscard]] std::size_t levels() const { return first_.size() - 1; }
    /// Box of the tile that a level holds: all loops up to and with its own.
    [[nodiscard]] const Extents& tile(std::size_t level) const { return tiles_[level]; }
    [[nodiscard]] bool keeps(std::size_t level, std::size_t tensor) const {
        return keeps_[level][tensor];
    }
    /// Next level inwards or outwards that holds the tensor; no_level: the compute units, or none.
    [[nodiscard]] std::size_t child(std::size_t level, std::size_t tensor) const;
    [[nodiscard]] std::size_t parent(std::size_t level, std::size_t tensor) const;
    /// Copies of a level (of the compute units: no_level) that the spatial loops above ask for.
    [[nodiscard]] double instances(std::size_t level) const;

  private:
    std::vector<Position> loops_;
    std::vector<std::size_t> first_;
    std::vector<Extents> tiles_;
    std::vector<std::vector<bool>> keeps_;
};

}  // namespace plexus::cost_models::sparsity
