// SPDX-License-Identifier: Apache-2.0
#include "timeline/mesh_sites.hpp"

#include <algorithm>

namespace plexus::cost_models::timeline {

namespace {

/// Cores 0 … n − 1 that stand in rows 0 … y, if they stand where their numbers say.
int cores_up_to_row(const hardware::Mesh& mesh, int n, int y) {
    const int column = mesh.height * mesh.cores_per_tile;
    const int rows = (y + 1) * mesh.cores_per_tile;
    return n / column * rows + std::min(n % column, rows);
}

/// Appends the counts of the last row, with one more from `at` on.
void add_counts(std::vector<std::int32_t>& counts, int width, int at) {
    const auto row = static_cast<std::size_t>(width);
    for (std::size_t i = 0; i < row; ++i) {
        counts.push_back(counts[counts.size() - row] + (static_cast<int>(i) >= at ? 1 : 0));
    }
}

}  // namespace

MeshSites::MeshSites(const hardware::Mesh& mesh, std::span<const std::int32_t> sites)
    : mesh_(mesh) {
    if (sites.empty()) {
        return;
    }
    columns_.assign(static_cast<std::size_t>(mesh.width), 0);
    rows_.assign(static_cast<std::size_t>(mesh.height), 0);
    for (const std::int32_t site : sites) {
        tile_of_.push_back(site / mesh.cores_per_tile);
        add_counts(columns_, mesh.width, mesh.x_of_core(site));
        add_counts(rows_, mesh.height, mesh.y_of_core(site));
    }
}

int MeshSites::numbered_up_to_column(const Placement& p, int x) const {
    const int end = (x + 1) * mesh_.height * mesh_.cores_per_tile;
    return std::clamp(end - p.first_core, 0, p.cores);
}

int MeshSites::numbered_up_to_row(const Placement& p, int y) const {
    return cores_up_to_row(mesh_, p.first_core + p.cores, y) -
           cores_up_to_row(mesh_, p.first_core, y);
}

MeshSites::Box MeshSites::around(const Placement& p) const {
    Box box;
    while (up_to_column(p, box.left) == 0) {
        ++box.left;
    }
    for (box.right = box.left; up_to_column(p, box.right) < p.cores;) {
        ++box.right;
    }
    while (up_to_row(p, box.top) == 0) {
        ++box.top;
    }
    for (box.bottom = box.top; up_to_row(p, box.bottom) < p.cores;) {
        ++box.bottom;
    }
    return box;
}

int MeshSites::on_tile(const Placement& p, int tile) const {
    if (!moved()) {
        const int first = tile * mesh_.cores_per_tile;
        const int end = std::min(first + mesh_.cores_per_tile, p.first_core + p.cores);
        return std::max(0, end - std::max(first, p.first_core));
    }
    const auto begin = tile_of_.begin() + p.first_core;
    return static_cast<int>(std::count(begin, begin + p.cores, tile));
}

int MeshSites::tiles(const Placement& p) const {
    if (!moved()) {
        return 0;
    }
    std::vector<char> touched(static_cast<std::size_t>(mesh_.tiles()), 0);
    for (int core = p.first_core; core < p.first_core + p.cores; ++core) {
        touched[static_cast<std::size_t>(tile_of_[static_cast<std::size_t>(core)])] = 1;
    }
    return static_cast<int>(std::count(touched.begin(), touched.end(), 1));
}

}  // namespace plexus::cost_models::timeline
