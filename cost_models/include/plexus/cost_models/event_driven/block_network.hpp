// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <vector>

#include "plexus/core/error.hpp"
#include "plexus/cost_models/event_driven/placed_network.hpp"
#include "plexus/hardware/event_chip.hpp"
#include "plexus/workloads/spiking_network.hpp"

namespace plexus::cost_models::event_driven {

/// Neurons that are placed as one, and what they do in one step.
struct NeuronBlock {
    std::int32_t group = 0;  ///< That they are a part of.
    std::int32_t kind = 0;   ///< Of core that can hold them, into EventChip::kinds.
    std::int64_t first = 0;  ///< Id of the first; the others follow it.
    std::int64_t neurons = 0;
    std::int64_t axons_in = 0;   ///< Table entries of packets that come.
    std::int64_t axons_out = 0;  ///< Table entries of packets that go.
    double memory_bits = 0;      ///< Of the synapses that lead here.
    double neuron_s = 0;         ///< Time of the neuron engine.
    double message_s = 0;        ///< Time of the message engine.
    auto operator<=>(const NeuronBlock&) const = default;
};

/// Expected packets from one block to another in one step.
struct BlockFlow {
    std::int32_t from = 0;
    std::int32_t to = 0;
    double packets = 0;
    auto operator<=>(const BlockFlow&) const = default;
};

/// What is to be placed: blocks and the packets between them.
struct BlockNetwork {
    std::vector<NeuronBlock> blocks;
    std::vector<BlockFlow> flows;  ///< At most one per pair.
    double events_pj = 0;          ///< Energy of all events but hops, wherever the blocks are.
    bool operator==(const BlockNetwork&) const = default;
};

/// Cuts every group of a network into blocks of `neurons_per_core` neurons (the last of a group may
/// have fewer) and counts what each does in a step, as floorline() does for cores that hold one
/// block each. A source sends one packet to every block in which it has a synapse.
/// \param chip Its first core is the kind that holds the blocks.
/// \param activity Probability that a neuron fires in a step, one per group.
/// \param violations Gets what of a block does not fit into a core; the value is then meaningless.
/// \pre neurons_per_core ≥ 1.
[[nodiscard]] BlockNetwork cut_network(const workloads::SpikingNetwork& network,
                                       const hardware::EventChip& chip,
                                       std::span<const double> activity,
                                       std::int64_t neurons_per_core,
                                       const PlaceOptions& options,
                                       std::vector<core::Violation>& violations);

/// Where the neurons of blocks are, as SpikingNetwork::mappings says it.
/// \param places Core of each block.
[[nodiscard]] std::vector<workloads::MappedRange> mappings_of(const BlockNetwork& network,
                                                              const hardware::EventChip& chip,
                                                              std::span<const std::int32_t> places);

}  // namespace plexus::cost_models::event_driven
