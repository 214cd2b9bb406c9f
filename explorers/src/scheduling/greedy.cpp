// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>
#include <memory>
#include <numeric>

#include "scheduling/builtin.hpp"

namespace plexus::explorers {

namespace {

using cost_models::event_driven::BlockModel;
using cost_models::event_driven::BlockPlacement;

/// Cores by the distance of their tile from all others, the most central first.
std::vector<std::int32_t> from_the_centre(const BlockModel& model) {
    const hardware::EventChip& chip = model.chip();
    const auto tiles = static_cast<int>(chip.tiles.size());
    std::vector<double> distance(chip.tiles.size());
    for (int from = 0; from < tiles; ++from) {
        for (int to = 0; to < tiles; ++to) {
            distance[static_cast<std::size_t>(from)] += model.way(from, to).hops;
        }
    }
    const auto of = [&](std::int32_t core) {
        return distance[static_cast<std::size_t>(chip.tile_of(core))];
    };
    std::vector<std::int32_t> order(chip.cores.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(
        order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) { return of(a) < of(b); });
    return order;
}

/// Which block comes next: the one with the most packets from and to those that have a place, of
/// equal ones the one with the most packets in all, then the first.
class NextBlock {
  public:
    explicit NextBlock(const BlockModel& model)
        : model_(model), waiting_(model.network().blocks.size()) {
        for (std::int32_t b = 0; b < model.blocks(); ++b) {
            for (const BlockModel::Partner& partner : model.partners(b)) {
                waiting_[static_cast<std::size_t>(b)].all += partner.packets;
            }
        }
    }
    std::int32_t take() {
        std::size_t next = waiting_.size();
        for (std::size_t b = 0; b < waiting_.size(); ++b) {
            if (!waiting_[b].taken && (next == waiting_.size() || waiting_[next] < waiting_[b])) {
                next = b;
            }
        }
        waiting_[next].taken = true;
        const auto block = static_cast<std::int32_t>(next);
        for (const BlockModel::Partner& partner : model_.partners(block)) {
            waiting_[static_cast<std::size_t>(partner.block)].placed += partner.packets;
        }
        return block;
    }

  private:
    struct Waiting {
        double placed = 0;  ///< Packets from and to blocks that have a place.
        double all = 0;
        bool taken = false;
        bool operator<(const Waiting& other) const {
            return placed != other.placed ? placed < other.placed : all < other.all;
        }
    };
    const BlockModel& model_;
    std::vector<Waiting> waiting_;
};

class Greedy final : public PlacementStrategy {
  public:
    [[nodiscard]] std::optional<Places> place(const PlacementProblem& problem,
                                              const core::Rng& /*rng*/) const override {
        return greedy_places(problem);
    }
};

}  // namespace

std::optional<Places> greedy_places(const PlacementProblem& problem) {
    const BlockModel& model = problem.model();
    const hardware::EventChip& chip = model.chip();
    const std::vector<std::int32_t> order = from_the_centre(model);
    BlockPlacement placement(model);
    NextBlock blocks(model);
    std::vector<std::int32_t> seen(chip.tiles.size(), BlockPlacement::nowhere);
    for (std::int32_t n = 0; n < model.blocks(); ++n) {
        const std::int32_t block = blocks.take();
        double least = std::numeric_limits<double>::infinity();
        std::int32_t best = BlockPlacement::nowhere;
        for (const std::int32_t core : order) {
            if (!placement.fits(block, core)) {
                continue;
            }
            // Empty cores of one tile that fit the block are alike.
            std::int32_t& tile = seen[static_cast<std::size_t>(chip.tile_of(core))];
            if (placement.held(core) == 0) {
                if (tile == block) {
                    continue;
                }
                tile = block;
            }
            placement.put(block, core);
            const double cost = problem.judge(placement.cost());
            if (cost < least) {
                least = cost;
                best = core;
            }
        }
        if (best == BlockPlacement::nowhere) {
            return std::nullopt;
        }
        placement.put(block, best);
    }
    return Places(placement.places().begin(), placement.places().end());
}

void register_greedy(core::Registry<PlacementStrategy>& registry) {
    registry.add({"greedy",
                  "places the block with the most packets to those placed where it costs least",
                  {}},
                 [](const core::Params&) { return std::make_unique<Greedy>(); });
}

}  // namespace plexus::explorers
