// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "plexus/cost_models/core_cost_model.hpp"

namespace plexus::cost_models {

/// Tiles of the mesh that a placement touches; cores if there is no mesh.
[[nodiscard]] inline int active_tiles(const hardware::Architecture& architecture,
                                      const Placement& placement) {
    if (placement.tiles > 0) {
        return placement.tiles;
    }
    const auto& mesh = architecture.interconnect.mesh;
    const int per_tile = mesh ? mesh->cores_per_tile : 1;
    const int last = placement.first_core + placement.cores - 1;
    return last / per_tile - placement.first_core / per_tile + 1;
}

/// Time of the barrier after an operator.
[[nodiscard]] inline core::Cycles barrier(const hardware::Architecture& architecture,
                                          const Placement& placement) {
    return core::cycles_in(architecture.sync.time(active_tiles(architecture, placement)),
                           architecture.technology.clock);
}

/// `name[3]` or `name[0..63]`, for reports.
[[nodiscard]] inline std::string place_of(const hardware::Architecture& architecture,
                                          const Placement& placement) {
    const int last = placement.first_core + placement.cores - 1;
    std::string place =
        architecture.core(placement.first_core).name + "[" + std::to_string(placement.first_core);
    if (last > placement.first_core) {
        place += ".." + std::to_string(last);
    }
    return place + "]";
}

}  // namespace plexus::cost_models
