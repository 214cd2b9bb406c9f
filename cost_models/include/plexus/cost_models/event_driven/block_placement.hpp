// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "plexus/cost_models/event_driven/block_network.hpp"
#include "plexus/hardware/event_chip.hpp"

namespace plexus::cost_models::event_driven {

/// What one step of placed blocks costs on average.
struct BlockCost {
    double neuron_s = 0;   ///< Of the busiest neuron engine.
    double message_s = 0;  ///< Of the busiest message engine.
    double link_s = 0;     ///< Of the busiest link.
    double way_s = 0;      ///< Mean way of a packet.
    double sync_s = 0;
    double seconds = 0;  ///< max(neuron, message, link) + way + sync.
    double hops = 0;     ///< Packets × links.
    double hops_pj = 0;
    double energy_pj = 0;  ///< Events, hops, barrier and leakage.
    auto operator<=>(const BlockCost&) const = default;
};

/// Blocks and a chip, prepared for pricing placements. Immutable.
class BlockModel {
  public:
    /// Keeps references to `network` and `chip`.
    /// \param blocks_per_core Most blocks that one core may hold; 0 = as many as fit.
    BlockModel(const BlockNetwork& network,
               const hardware::EventChip& chip,
               std::int32_t blocks_per_core = 0);

    /// One flow of a block with another.
    struct Partner {
        std::int32_t block = 0;
        bool outgoing = false;
        double packets = 0;
    };
    /// Cost of one packet from tile to tile.
    struct Way {
        double hops = 0;
        double energy_pj = 0;
        double seconds = 0;
    };

    [[nodiscard]] const BlockNetwork& network() const { return *network_; }
    [[nodiscard]] const hardware::EventChip& chip() const { return *chip_; }
    [[nodiscard]] std::int32_t blocks() const {
        return static_cast<std::int32_t>(network_->blocks.size());
    }
    [[nodiscard]] std::int32_t blocks_per_core() const { return blocks_per_core_; }
    /// The flows of one block, both ways, without those within it.
    [[nodiscard]] std::span<const Partner> partners(std::int32_t block) const {
        const auto b = static_cast<std::size_t>(block);
        return std::span(partners_).subspan(partner_first_[b],
                                            partner_first_[b + 1] - partner_first_[b]);
    }
    [[nodiscard]] const Way& way(int from_tile, int to_tile) const {
        return ways_[static_cast<std::size_t>(from_tile) * chip_->tiles.size() +
                     static_cast<std::size_t>(to_tile)];
    }
    /// Of all flows.
    [[nodiscard]] double packets() const { return packets_; }

  private:
    const BlockNetwork* network_;
    const hardware::EventChip* chip_;
    std::int32_t blocks_per_core_;
    std::vector<Partner> partners_;
    std::vector<std::size_t> partner_first_;
    std::vector<Way> ways_;
    double packets_ = 0;
};

/// Blocks on cores. A move changes what it touches only: O(partners × hops); cost() is
/// O(cores + links). Allocates nothing after construction.
/// \code
/// BlockPlacement placement(model);
/// placement.put(0, 3);
/// const double seconds = placement.cost().seconds;
/// \endcode
class BlockPlacement {
  public:
    static constexpr std::int32_t nowhere = -1;

    /// No block has a place. \param model Must outlive this.
    explicit BlockPlacement(const BlockModel& model);

    /// Whether the core has room for the block, beside what it holds: kind of core, number of
    /// blocks, neurons, synaptic memory, axon tables.
    [[nodiscard]] bool fits(std::int32_t block, std::int32_t core) const;
    /// Puts the block on a core, whether it fits or not; takes it from where it was.
    /// \param core `nowhere` = on none.
    void put(std::int32_t block, std::int32_t core);
    /// Puts every block where `places` says.
    void put_all(std::span<const std::int32_t> places);
    /// Works out all sums anew, without the rounding errors of the moves so far.
    void refresh();

    /// Flows count if both their blocks have a place.
    [[nodiscard]] BlockCost cost() const;
    [[nodiscard]] std::span<const std::int32_t> places() const { return places_; }
    /// Blocks on a core.
    [[nodiscard]] std::int32_t held(std::int32_t core) const {
        return cores_[static_cast<std::size_t>(core)].blocks;
    }

  private:
    struct Held {
        std::int32_t blocks = 0;
        std::int64_t neurons = 0;
        std::int64_t axons_in = 0;
        std::int64_t axons_out = 0;
        double memory_bits = 0;
        double neuron_s = 0;
        double message_s = 0;
    };
    void rebuild();
    void count(std::int32_t block, int sign);
    void count_flows(std::int32_t block, double sign);

    const BlockModel* model_;
    std::vector<std::int32_t> places_;      ///< Core of each block.
    std::vector<std::int32_t> wanted_;      ///< Of rebuild().
    std::vector<Held> cores_;               ///< By core.
    std::vector<double> link_s_;            ///< By link.
    std::vector<std::int32_t> tile_cores_;  ///< By tile: cores that hold blocks.
    std::int32_t active_cores_ = 0;
    std::int32_t active_tiles_ = 0;
    double hops_ = 0;
    double hops_pj_ = 0;
    double ways_s_ = 0;
};

/// Cost of a placement, worked out from nothing.
/// \param places Core of each block.
[[nodiscard]] BlockCost placement_cost(const BlockModel& model,
                                       std::span<const std::int32_t> places);

}  // namespace plexus::cost_models::event_driven
