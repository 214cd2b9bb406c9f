// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "plexus/cost_models/event_driven/placed_network.hpp"
#include "plexus/cost_models/event_driven/replay.hpp"

#include "event_driven/mesh_routes.hpp"

namespace plexus::cost_models::event_driven {

/// A copy of a packet on its way to axons [first, last) of PlacedNetwork::axons.
struct Copy {
    double time = 0;  ///< When it got where it is.
    std::int32_t first = 0;
    std::int32_t last = 0;
};

/// The order of service: by arrival; ties by source, then destination.
[[nodiscard]] inline bool operator<(const Copy& a, const Copy& b) {
    return a.time != b.time ? a.time < b.time : a.first < b.first;
}

/// Moves packets through the links of a mesh. A link serves its packets in the order of arrival,
/// each for the link time; a packet is at the next tile one hop time after its service began. XY
/// routing has no cycles, so each link is served once, after all links that feed it.
class MeshReplay {
  public:
    /// \param placed Must outlive this.
    explicit MeshReplay(const PlacedNetwork& placed);

    /// A packet enters the network in `tile` at `copy.time`.
    void inject(int tile, const Copy& copy) { forward(tile, copy); }
    /// Serves all links; afterwards arrivals() is complete.
    void run(Loads& loads, StepEvents* events);
    /// Copies for one axon each that reached core `core`, in the order of service.
    [[nodiscard]] const std::vector<Copy>& arrivals(int core);
    /// Forgets the packets of this step.
    void clear();

  private:
    void forward(int tile, const Copy& copy);
    void serve(int tile, Direction direction, Loads& loads, StepEvents* events);

    void put(int tile, Direction direction, const Copy& copy);
    void sort(std::vector<Copy>& copies);

    const PlacedNetwork* placed_;
    std::vector<int> columns_;  ///< First tile of each tile's column.
    std::vector<std::vector<Copy>> links_;
    std::vector<std::vector<Copy>> cores_;
    std::vector<Copy> merged_;       ///< Scratch of sort().
    std::vector<std::size_t> ends_;  ///< Of the runs in order; scratch of sort().
};

}  // namespace plexus::cost_models::event_driven
