// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <memory>

#include "scheduling/builtin.hpp"

namespace plexus::explorers {

namespace {

/// The first core of every tile, then the second of every tile, and so on.
std::vector<std::int32_t> tile_after_tile(const hardware::EventChip& chip) {
    std::vector<std::int32_t> order;
    int most = 0;
    for (const hardware::EventTile& tile : chip.tiles) {
        most = std::max(most, tile.cores);
    }
    for (int core = 0; core < most; ++core) {
        for (const hardware::EventTile& tile : chip.tiles) {
            if (core < tile.cores) {
                order.push_back(tile.first_core + core);
            }
        }
    }
    return order;
}

class RoundRobin final : public PlacementStrategy {
  public:
    [[nodiscard]] std::optional<Places> place(const PlacementProblem& problem,
                                              const core::Rng& /*rng*/) const override {
        return deal(problem.model(), tile_after_tile(problem.model().chip()), false);
    }
};

}  // namespace

void register_round_robin(core::Registry<PlacementStrategy>& registry) {
    registry.add({"round_robin", "deals blocks out to the tiles in turn, one core of each", {}},
                 [](const core::Params&) { return std::make_unique<RoundRobin>(); });
}

}  // namespace plexus::explorers
