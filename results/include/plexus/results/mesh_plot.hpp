// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "plexus/core/record.hpp"

namespace plexus::results {

/// What the cores and links of a mesh of tiles were loaded with. Tile t stands at x = t / height,
/// y = t mod height.
struct MeshLoads {
    std::string title;
    int width = 1;
    int height = 1;
    std::vector<int> core_tiles;  ///< Tile of each core.
    std::string core_column;      ///< Quantity and unit of `cores`, such as `busy_time_s`.
    std::vector<double> cores;    ///< By core, ≥ 0; 0 = idle.
    std::string link_column;      ///< Of `links`, such as `packets`.
    std::vector<double> links;    ///< 4 · tile + {west, south, north, east}, of the tile left.
};

/// The way that link `link` goes: west, south, north or east; nullptr if it would leave the mesh.
[[nodiscard]] const char* direction_of(const MeshLoads& loads, int link);

/// cores.csv: core, tile, its place, and the load under the name of its column.
[[nodiscard]] core::Table cores_table(const MeshLoads& loads);
/// links.csv: link, the tile that it leaves, its place and direction, and the load.
[[nodiscard]] core::Table links_table(const MeshLoads& loads);

/// The gnuplot program that draws NAME.svg and NAME.png in its working directory: the cores as
/// cells of their tiles, coloured by load. Contains its data.
[[nodiscard]] std::string cores_script(const std::string& name, const MeshLoads& loads);

/// The same of the links: arrows between neighbouring tiles, coloured and as thick as their load.
[[nodiscard]] std::string links_script(const std::string& name, const MeshLoads& loads);

}  // namespace plexus::results
