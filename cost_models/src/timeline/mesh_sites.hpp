// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "plexus/cost_models/core_cost_model.hpp"
#include "plexus/hardware/architecture.hpp"

namespace plexus::cost_models::timeline {

/// Where the cores of a machine stand on its mesh, prepared for ranges of cores.
class MeshSites {
  public:
    /// \param sites Place of each core on the mesh; empty = each at the place of its number.
    explicit MeshSites(const hardware::Mesh& mesh, std::span<const std::int32_t> sites = {});

    /// Cores of a placement in columns 0 … x.
    [[nodiscard]] int up_to_column(const Placement& p, int x) const {
        return moved() ? between(columns_, mesh_.width, p, x) : numbered_up_to_column(p, x);
    }
    /// Cores of a placement in rows 0 … y.
    [[nodiscard]] int up_to_row(const Placement& p, int y) const {
        return moved() ? between(rows_, mesh_.height, p, y) : numbered_up_to_row(p, y);
    }
    /// The smallest box of tiles around a placement; both ends are in it.
    struct Box {
        int left = 0;
        int right = 0;
        int top = 0;
        int bottom = 0;
    };
    [[nodiscard]] Box around(const Placement& p) const;
    /// Cores of a placement on a tile.
    [[nodiscard]] int on_tile(const Placement& p, int tile) const;
    /// Tiles that the cores of a placement stand on; 0 = on those of their numbers.
    [[nodiscard]] int tiles(const Placement& p) const;
    [[nodiscard]] const hardware::Mesh& mesh() const { return mesh_; }

  private:
    [[nodiscard]] bool moved() const { return !tile_of_.empty(); }
    [[nodiscard]] int numbered_up_to_column(const Placement& p, int x) const;
    [[nodiscard]] int numbered_up_to_row(const Placement& p, int y) const;
    [[nodiscard]] static int between(const std::vector<std::int32_t>& counts,
                                     int width,
                                     const Placement& p,
                                     int at) {
        const auto row = static_cast<std::size_t>(width);
        const auto low = static_cast<std::size_t>(p.first_core) * row;
        const auto high = low + static_cast<std::size_t>(p.cores) * row;
        const auto i = static_cast<std::size_t>(at);
        return counts[high + i] - counts[low + i];
    }

    hardware::Mesh mesh_;
    // Only if cores were moved.
    std::vector<std::int32_t> tile_of_;  ///< [core].
    std::vector<std::int32_t> columns_;  ///< [core][x]: cores before it in columns 0 … x.
    std::vector<std::int32_t> rows_;     ///< [core][y]: cores before it in rows 0 … y.
};

}  // namespace plexus::cost_models::timeline
