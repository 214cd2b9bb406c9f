// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/event_driven/block_placement.hpp"

#include <algorithm>

#include "plexus/core/error.hpp"

#include "event_driven/mesh_routes.hpp"

namespace plexus::cost_models::event_driven {

namespace {

using hardware::EventChip;
using hardware::EventCoreKind;

/// A limit of 0 is one that is not known.
template <class Number>
bool has_room(Number needed, Number limit) {
    return limit == 0 || needed <= limit;
}

std::vector<BlockModel::Way> ways_between_tiles(const EventChip& chip) {
    const auto tiles = static_cast<int>(chip.tiles.size());
    std::vector<BlockModel::Way> ways;
    ways.reserve(chip.tiles.size() * chip.tiles.size());
    for (int from = 0; from < tiles; ++from) {
        for (int to = 0; to < tiles; ++to) {
            BlockModel::Way way;
            for_each_link_between(chip, from, to, [&](int tile, Direction direction) {
                const hardware::EventCost& hop =
                    hop_cost(chip.tiles[static_cast<std::size_t>(tile)], direction);
                way.hops += 1;
                way.energy_pj += hop.energy.value;
                way.seconds += hop.time.value;
            });
            ways.push_back(way);
        }
    }
    return ways;
}

}  // namespace

BlockModel::BlockModel(const BlockNetwork& network,
                       const EventChip& chip,
                       std::int32_t blocks_per_core)
    : network_(&network),
      chip_(&chip),
      blocks_per_core_(blocks_per_core),
      partner_first_(network.blocks.size() + 1, 0),
      ways_(ways_between_tiles(chip)) {
    const auto of = [](std::int32_t block) { return static_cast<std::size_t>(block); };
    for (const BlockFlow& flow : network.flows) {
        core::ensure(flow.from >= 0 && flow.to >= 0 && flow.from < blocks() && flow.to < blocks(),
                     "a flow leads from block to block");
        packets_ += flow.packets;
        if (flow.from != flow.to) {
            ++partner_first_[of(flow.from) + 1];
            ++partner_first_[of(flow.to) + 1];
        }
    }
    for (std::size_t b = 0; b < network.blocks.size(); ++b) {
        partner_first_[b + 1] += partner_first_[b];
    }
    partners_.resize(partner_first_.back());
    std::vector<std::size_t> next(partner_first_.begin(), partner_first_.end() - 1);
    for (const BlockFlow& flow : network.flows) {
        if (flow.from != flow.to) {
            partners_[next[of(flow.from)]++] = {flow.to, true, flow.packets};
            partners_[next[of(flow.to)]++] = {flow.from, false, flow.packets};
        }
    }
}

BlockPlacement::BlockPlacement(const BlockModel& model)
    : model_(&model),
      places_(model.network().blocks.size(), nowhere),
      wanted_(places_),
      cores_(model.chip().cores.size()),
      link_s_(model.chip().tiles.size() * 4, 0),
      tile_cores_(model.chip().tiles.size(), 0) {}

bool BlockPlacement::fits(std::int32_t block, std::int32_t core) const {
    const NeuronBlock& b = model_->network().blocks[static_cast<std::size_t>(block)];
    const Held& held = cores_[static_cast<std::size_t>(core)];
    const EventChip& chip = model_->chip();
    if (chip.cores[static_cast<std::size_t>(core)] != b.kind ||
        !has_room(held.blocks + 1, model_->blocks_per_core())) {
        return false;
    }
    const EventCoreKind& kind = chip.kind_of(core);
    return has_room(held.neurons + b.neurons, kind.neurons) &&
           has_room(held.axons_in + b.axons_in, kind.axons_in) &&
           has_room(held.axons_out + b.axons_out, kind.axons_out) &&
           has_room(held.memory_bits + b.memory_bits,
                    static_cast<double>(kind.synaptic_memory.value));
}

void BlockPlacement::put(std::int32_t block, std::int32_t core) {
    std::int32_t& place = places_[static_cast<std::size_t>(block)];
    if (place == core) {
        return;
    }
    if (place != nowhere) {
        count_flows(block, -1);
        count(block, -1);
    }
    place = core;
    if (place != nowhere) {
        count(block, 1);
        count_flows(block, 1);
    }
}

void BlockPlacement::put_all(std::span<const std::int32_t> places) {
    std::copy(places.begin(), places.end(), wanted_.begin());
    rebuild();
}

void BlockPlacement::refresh() {
    wanted_ = places_;
    rebuild();
}

/// Puts every block where `wanted_` says, beginning with an empty chip.
void BlockPlacement::rebuild() {
    std::fill(places_.begin(), places_.end(), nowhere);
    std::fill(cores_.begin(), cores_.end(), Held{});
    std::fill(link_s_.begin(), link_s_.end(), 0);
    std::fill(tile_cores_.begin(), tile_cores_.end(), 0);
    active_cores_ = active_tiles_ = 0;
    hops_ = hops_pj_ = ways_s_ = 0;
    for (std::int32_t b = 0; b < model_->blocks(); ++b) {
        put(b, wanted_[static_cast<std::size_t>(b)]);
    }
}

/// Adds what a block takes of its core, or takes it away.
void BlockPlacement::count(std::int32_t block, int sign) {
    const NeuronBlock& b = model_->network().blocks[static_cast<std::size_t>(block)];
    const auto core = static_cast<std::size_t>(places_[static_cast<std::size_t>(block)]);
    const auto tile = static_cast<std::size_t>(model_->chip().core_tiles[core]);
    Held& held = cores_[core];
    held.blocks += sign;
    const bool changed = held.blocks == (sign > 0 ? 1 : 0);
    if (held.blocks == 0) {
        held = {};
    } else {
        held.neurons += sign * b.neurons;
        held.axons_in += sign * b.axons_in;
        held.axons_out += sign * b.axons_out;
        held.memory_bits += sign * b.memory_bits;
        held.neuron_s += sign * b.neuron_s;
        held.message_s += sign * b.message_s;
    }
    if (changed) {
        active_cores_ += sign;
        tile_cores_[tile] += sign;
        active_tiles_ += tile_cores_[tile] == (sign > 0 ? 1 : 0) ? sign : 0;
    }
}

/// Adds the flows between a block and all others that have a place, or takes them away.
void BlockPlacement::count_flows(std::int32_t block, double sign) {
    const EventChip& chip = model_->chip();
    const int here = chip.tile_of(places_[static_cast<std::size_t>(block)]);
    for (const BlockModel::Partner& partner : model_->partners(block)) {
        const std::int32_t place = places_[static_cast<std::size_t>(partner.block)];
        if (place == nowhere) {
            continue;
        }
        const int there = chip.tile_of(place);
        if (there == here) {
            continue;
        }
        const int from = partner.outgoing ? here : there;
        const int to = partner.outgoing ? there : here;
        const double packets = sign * partner.packets;
        const BlockModel::Way& way = model_->way(from, to);
        hops_ += packets * way.hops;
        hops_pj_ += packets * way.energy_pj;
        ways_s_ += packets * way.seconds;
        for_each_link_between(chip, from, to, [&](int tile, Direction direction) {
            link_s_[link_id(tile, direction)] += packets * link_seconds(chip, tile, direction);
        });
    }
}

BlockCost BlockPlacement::cost() const {
    const EventChip& chip = model_->chip();
    BlockCost cost;
    for (const Held& held : cores_) {
        cost.neuron_s = std::max(cost.neuron_s, held.neuron_s);
        cost.message_s = std::max(cost.message_s, held.message_s);
    }
    for (const double busy : link_s_) {
        cost.link_s = std::max(cost.link_s, busy);
    }
    cost.way_s = model_->packets() > 0 ? ways_s_ / model_->packets() : 0;
    cost.sync_s = chip.sync.time(active_tiles_).value;
    cost.seconds =
        std::max({cost.neuron_s, cost.message_s, cost.link_s}) + cost.way_s + cost.sync_s;
    cost.hops = hops_;
    cost.hops_pj = hops_pj_;
    const core::Power leakage = chip.static_core * active_cores_ + chip.static_chip;
    cost.energy_pj = model_->network().events_pj + hops_pj_ + chip.sync.energy.value +
                     core::energy(leakage, core::Seconds(cost.seconds)).value;
    return cost;
}

BlockCost placement_cost(const BlockModel& model, std::span<const std::int32_t> places) {
    BlockPlacement placement(model);
    placement.put_all(places);
    return placement.cost();
}

}  // namespace plexus::cost_models::event_driven
