// SPDX-License-Identifier: Apache-2.0
#include <cstdint>

#include "plexus/results/mesh_plot.hpp"

namespace plexus::results {

const char* direction_of(const MeshLoads& loads, int link) {
    const int tile = link / 4;
    const int x = tile / loads.height;
    const int y = tile % loads.height;
    switch (link % 4) {
        case 0:
            return x > 0 ? "west" : nullptr;
        case 1:
            return y > 0 ? "south" : nullptr;
        case 2:
            return y + 1 < loads.height ? "north" : nullptr;
        default:
            return x + 1 < loads.width ? "east" : nullptr;
    }
}

core::Table cores_table(const MeshLoads& loads) {
    core::Table table{
        .name = "cores", .columns = {"core", "tile", "x", "y", loads.core_column}, .rows = {}};
    for (std::size_t core = 0; core < loads.core_tiles.size(); ++core) {
        const int tile = loads.core_tiles[core];
        table.rows.push_back({static_cast<std::int64_t>(core),
                              std::int64_t{tile},
                              std::int64_t{tile / loads.height},
                              std::int64_t{tile % loads.height},
                              loads.cores.at(core)});
    }
    return table;
}

core::Table links_table(const MeshLoads& loads) {
    core::Table table{.name = "links",
                      .columns = {"link", "tile", "x", "y", "direction", loads.link_column},
                      .rows = {}};
    for (int link = 0; link < 4 * loads.width * loads.height; ++link)
        if (const char* const direction = direction_of(loads, link))
            table.rows.push_back({std::int64_t{link},
                                  std::int64_t{link / 4},
                                  std::int64_t{link / 4 / loads.height},
                                  std::int64_t{link / 4 % loads.height},
                                  direction,
                                  loads.links.at(static_cast<std::size_t>(link))});
    return table;
}

}  // namespace plexus::results
