// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "plexus/cost_models/core_cost_model.hpp"
#include "plexus/hardware/architecture.hpp"

#include "timeline/mesh_sites.hpp"

namespace plexus::cost_models::timeline {

/// Mean number of hops per axis.
struct MeanHops {
    double x = 0;
    double y = 0;
    double chips = 0;  ///< Of those along x, from one chip to the next.

    [[nodiscard]] double total() const { return x + y; }
};

/// Mean hops of the XY routes from every core of `from` to every core of `to`.
[[nodiscard]] MeanHops mean_hops(const MeshSites& sites,
                                 const Placement& from,
                                 const Placement& to);

/// Adds to every link (4 · tile + {west, south, north, east} of the tile that it leaves) its share
/// of `packets` that go by XY routes from every core of `from` to every core of `to`.
void add_to_links(const MeshSites& sites,
                  const Placement& from,
                  const Placement& to,
                  double packets,
                  std::vector<double>& links);

/// What packets cost on their way.
struct MeshCost {
    double hops = 0;  ///< Packets × links.
    core::Energy energy;
    core::Cycles load;  ///< Time of the mean link among those between the placements.
    core::Cycles way;   ///< Time on the way, of all steps.
};

/// \param hops Mean way of a packet. \param from, to The cores whose bounding box carries the load.
[[nodiscard]] MeshCost mesh_cost(const MeshSites& sites,
                                 core::Frequency clock,
                                 const CoreCost& cost,
                                 const MeanHops& hops,
                                 const Placement& from,
                                 const Placement& to);

}  // namespace plexus::cost_models::timeline
