// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "plexus/cost_models/timeline/depth_first_model.hpp"

namespace plexus::cost_models::depth_first {

/// Memories that hold the maps of a core, and how much.
class MapMemories {
  public:
    MapMemories(const hardware::DataflowCore& core, const Levels& levels);

    /// Levels of a role.
    [[nodiscard]] std::size_t levels(Role role) const { return bits_[role].size(); }
    [[nodiscard]] double bits(Role role, std::size_t level) const { return bits_[role][level]; }
    /// Lowest level of `role` with one instance that holds so much; the highest if none does.
    [[nodiscard]] std::size_t lowest(Role role, double bits) const;
    /// Lowest level of role output with one instance that also holds inputs, and holds `bits`, at
    /// level `relieved` only `bits` − `relief`; the highest if none does.
    [[nodiscard]] std::size_t lowest_shared(double bits, std::size_t relieved, double relief) const;
    [[nodiscard]] bool same(Role a, std::size_t level_a, Role b, std::size_t level_b) const {
        return memory_[a][level_a] == memory_[b][level_b];
    }
    /// Whether the level has one instance for the whole array.
    [[nodiscard]] bool whole(Role role, std::size_t level) const {
        return whole_[role][level] != 0;
    }

  private:
    std::array<std::vector<double>, role_count> bits_;
    std::array<std::vector<std::size_t>, role_count> memory_;
    std::array<std::vector<char>, role_count> whole_;  ///< One instance.
    std::vector<char> shared_;                         ///< By level of role output.
};

/// What one tile must keep beside each other, in bits.
struct TileNeeds {
    double live = 0;    ///< Largest sum of maps alive at once.
    double with_h = 0;  ///< The same with H caches.
    double v = 0;       ///< V caches, of the whole row of tiles.
    double corner = 0;  ///< In both caches.
};

/// Needs of a tile of types x and y.
[[nodiscard]] TileNeeds needs_of(const Stack& stack,
                                 const AxisType& x,
                                 const AxisType& y,
                                 OverlapMode mode);

/// Where caches and weights go, as far as one tile is concerned.
struct CacheLevels {
    std::size_t h = 0;  ///< Of role output.
    std::size_t v = 0;  ///< Of role output.
    std::size_t w = 0;  ///< Of role weight.
};

/// Levels in order of priority: live maps, H caches, V caches, weights.
[[nodiscard]] CacheLevels levels_for(const MapMemories& memories,
                                     const TileNeeds& needs,
                                     OverlapMode mode,
                                     double weight_bits);

/// The level that each tile hands its H cache over to the next one in its row: the higher of those
/// that the two would choose. \param own By tile. \return one fewer.
[[nodiscard]] std::vector<std::size_t> hand_over(const std::vector<std::size_t>& own);

}  // namespace plexus::cost_models::depth_first
