// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/event_driven/block_network.hpp"

#include <algorithm>
#include <cstddef>

#include "plexus/cost_models/event_driven/floorline.hpp"
#include "plexus/cost_models/event_driven/traffic_profile.hpp"

namespace plexus::cost_models::event_driven {

namespace {

using hardware::EventChip;
using workloads::SpikingNetwork;

/// Blocks of neighbouring neurons of one group, in order.
std::vector<NeuronBlock> cut_groups(const SpikingNetwork& network,
                                    const EventChip& chip,
                                    std::int64_t neurons_per_core) {
    std::vector<NeuronBlock> blocks;
    for (std::size_t g = 0; g < network.groups.size(); ++g) {
        const workloads::NeuronGroup& group = network.groups[g];
        for (std::int64_t at = 0; at < group.count; at += neurons_per_core) {
            blocks.push_back({.group = static_cast<std::int32_t>(g),
                              .kind = chip.cores.front(),
                              .first = group.first + at,
                              .neurons = std::min(neurons_per_core, group.count - at)});
        }
    }
    return blocks;
}

/// A row of `cores` tiles with one core each, all like the first of `chip`.
EventChip row_of_cores(const EventChip& chip, std::size_t cores) {
    EventChip row = chip;
    row.width = static_cast<int>(cores);
    row.height = 1;
    row.chips = 1;
    row.tiles.clear();
    row.core_tiles.clear();
    row.cores.assign(cores, chip.cores.front());
    for (int tile = 0; tile < row.width; ++tile) {
        row.tiles.push_back({tile, 1, chip.tiles.front().hops});
        row.core_tiles.push_back(tile);
    }
    return row;
}

}  // namespace

BlockNetwork cut_network(const SpikingNetwork& network,
                         const EventChip& chip,
                         std::span<const double> activity,
                         std::int64_t neurons_per_core,
                         const PlaceOptions& options,
                         std::vector<core::Violation>& violations) {
    core::ensure(neurons_per_core >= 1, "a block has at least one neuron");
    BlockNetwork cut;
    cut.blocks = cut_groups(network, chip, neurons_per_core);
    // Every block gets a core of its own: what it costs there it costs on any core of that kind.
    const EventChip row = row_of_cores(chip, cut.blocks.size());
    SpikingNetwork apart = network;
    std::vector<std::int32_t> places(cut.blocks.size());
    for (std::size_t b = 0; b < places.size(); ++b) {
        places[b] = static_cast<std::int32_t>(b);
    }
    apart.mappings = mappings_of(cut, row, places);
    const PlacedNetwork placed = place(apart, row, options, violations);
    if (!violations.empty()) {
        return cut;
    }
    const TrafficProfile profile = profile_traffic(apart, placed);
    FloorlineScratch scratch;
    const EventEnergy energy = floorline(profile, activity, scratch).energy;
    cut.events_pj = energy.soma_pj + energy.synapse_pj + energy.dendrite_pj + energy.axon_out_pj +
                    energy.axon_in_pj;
    for (std::size_t b = 0; b < cut.blocks.size(); ++b) {
        cut.blocks[b].neuron_s = scratch.neuron_s[b];
        cut.blocks[b].message_s = scratch.message_s[b];
    }
    for (const Residents& residents : profile.residents) {
        cut.blocks[static_cast<std::size_t>(residents.core)].axons_out +=
            residents.effect.packets_sent;
    }
    for (const Flow& flow : profile.flows) {
        NeuronBlock& target = cut.blocks[static_cast<std::size_t>(flow.destination)];
        target.axons_in += flow.axons;
        target.memory_bits += static_cast<double>(flow.synapses) * options.synapse_bits;
        const double rate = activity[static_cast<std::size_t>(flow.group)];
        cut.flows.push_back(
            {flow.source, flow.destination, rate * static_cast<double>(flow.axons)});
    }
    return cut;
}

std::vector<workloads::MappedRange> mappings_of(const BlockNetwork& network,
                                                const EventChip& chip,
                                                std::span<const std::int32_t> places) {
    std::vector<workloads::MappedRange> mappings;
    mappings.reserve(places.size());
    for (std::size_t b = 0; b < places.size(); ++b) {
        const NeuronBlock& block = network.blocks[b];
        const int tile = chip.tile_of(places[b]);
        mappings.push_back({static_cast<std::int32_t>(block.first),
                            static_cast<std::int32_t>(block.first + block.neurons - 1),
                            tile,
                            places[b] - chip.tiles[static_cast<std::size_t>(tile)].first_core});
    }
    return mappings;
}

}  // namespace plexus::cost_models::event_driven
