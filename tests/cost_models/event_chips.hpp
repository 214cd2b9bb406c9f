// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "plexus/hardware/event_chip.hpp"
#include "plexus/workloads/spiking_network.hpp"

namespace plexus::cost_models::test {

/// An event that costs `pj` and takes `ns`.
inline hardware::EventCost event(double pj, double ns) {
    return {core::Energy(pj), core::Seconds(ns * 1e-9)};
}

/// A mesh of one core per tile (or more) whose prices are powers of two in ns, so that every sum
/// says what it is made of.
inline hardware::EventChip small_chip(int width, int height, int cores_per_tile = 1) {
    hardware::EventChip chip;
    chip.name = "small";
    chip.width = width;
    chip.height = height;
    hardware::EventCoreKind kind;
    kind.name = "core";
    kind.axon_in = event(7, 16);
    kind.axon_out = event(100, 8);
    kind.synapses = {{"slow", event(3, 32)}, {"fast", event(2, 1)}};
    kind.dendrites = {{"dendrite", event(0, 0)}};
    kind.somas = {{"soma",
                   hardware::SomaModel::leaky_integrate_fire,
                   event(10, 1),
                   event(1, 2),
                   event(5, 4)}};
    chip.kinds = {kind};
    const hardware::HopCosts hops{event(2, 64), event(2, 64), event(1, 128), event(1, 128)};
    for (int tile = 0; tile < width * height; ++tile) {
        chip.tiles.push_back({tile * cores_per_tile, cores_per_tile, hops});
        for (int core = 0; core < cores_per_tile; ++core) {
            chip.cores.push_back(0);
            chip.core_tiles.push_back(tile);
        }
    }
    chip.link_time = core::Seconds(200e-9);
    chip.sync.time_by_tiles[1] = core::Seconds(1000e-9);
    return chip;
}

/// Groups of `sizes` neurons without dynamics of their own, not yet placed.
inline workloads::SpikingNetwork groups_of(const std::vector<std::int32_t>& sizes) {
    workloads::SpikingNetwork network;
    network.name = "groups";
    std::int32_t first = 0;
    for (const std::int32_t size : sizes) {
        network.groups.push_back(
            {std::string(1, static_cast<char>('a' + network.groups.size())), first, size});
        first += size;
    }
    network.neurons.resize(static_cast<std::size_t>(first));
    network.neuron_units.resize(static_cast<std::size_t>(first));
    workloads::set_edges(network, {});
    return network;
}

}  // namespace plexus::cost_models::test
