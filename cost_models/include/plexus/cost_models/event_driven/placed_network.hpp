// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <vector>

#include "plexus/core/error.hpp"
#include "plexus/core/units.hpp"
#include "plexus/hardware/event_chip.hpp"
#include "plexus/workloads/spiking_network.hpp"

namespace plexus::cost_models::event_driven {

/// How many events of each kind happened.
struct EventTotals {
    std::int64_t accessed = 0;          ///< Neurons walked.
    std::int64_t updated = 0;           ///< Neurons whose state changed or that fired.
    std::int64_t fired = 0;             ///< Neurons that fired.
    std::int64_t packets_sent = 0;      ///< Put into the network; one that forks counts once.
    std::int64_t packets_received = 0;  ///< Taken out of it.
    std::int64_t synaptic_events = 0;
    std::int64_t hops = 0;  ///< Links taken, each copy of a packet for itself.

    EventTotals& operator+=(const EventTotals& other);
    auto operator<=>(const EventTotals&) const = default;
};

/// Energy in pJ by what it was spent on.
struct EventEnergy {
    double soma_pj = 0;     ///< Access, update and spike.
    double synapse_pj = 0;  ///< Operations and memory words.
    double dendrite_pj = 0;
    double axon_out_pj = 0;
    double axon_in_pj = 0;
    double hops_pj = 0;
    double sync_pj = 0;
    double static_pj = 0;

    /// Hops, axons in and axons out.
    [[nodiscard]] double network_pj() const { return hops_pj + axon_in_pj + axon_out_pj; }
    [[nodiscard]] double total_pj() const {
        return soma_pj + synapse_pj + dendrite_pj + network_pj() + sync_pj + static_pj;
    }
    EventEnergy& operator+=(const EventEnergy& other);
    auto operator<=>(const EventEnergy&) const = default;
};

/// The synapses of one source in one core: one packet whenever the source fires.
struct Axon {
    std::int32_t core = 0;
    std::int32_t tile = 0;
    std::int32_t synapses = 0;
    bool memory_bound = false;  ///< Its words take longer than its operations.
    double service_s = 0;       ///< Time its packet keeps the message engine busy.
    double way_s = 0;           ///< Of its packet through an empty network.
};

/// What the soma (and the dendrite behind the buffer) costs per neuron and step.
struct SomaPrices {
    hardware::EventCost access;
    hardware::EventCost update;
    hardware::EventCost spike;
    auto operator<=>(const SomaPrices&) const = default;
};

/// What one spike of a neuron causes, all destinations together.
struct SpikeEffect {
    std::int32_t packets_sent = 0;
    std::int32_t packets_received = 0;
    std::int64_t synapses = 0;
    std::int64_t hops = 0;
    double synapse_pj = 0;
    double dendrite_pj = 0;
    double axon_in_pj = 0;
    double axon_out_pj = 0;
    double hops_pj = 0;

    SpikeEffect& operator+=(const SpikeEffect& other);
};

/// What placing needs to know beyond the network.
struct PlaceOptions {
    /// Stored bits of one synapse: weight, index and its share of pointers. 0 = the memory is taken
    /// as large and fast enough, as where the price of a synapse contains its memory.
    double synapse_bits = 0;
};

/// A network on the cores of a chip, priced: what a replay walks over.
struct PlacedNetwork {
    const hardware::EventChip* chip = nullptr;
    std::vector<std::int32_t> walk;        ///< Neurons, core by core, in the order of mapping.
    std::vector<std::int32_t> walk_first;  ///< Of each core; cores + 1 entries.
    std::vector<std::uint16_t> soma;       ///< Index into prices, by place in `walk`.
    std::vector<SomaPrices> prices;
    std::vector<std::int64_t> axon_first;  ///< By neuron; neurons + 1 entries.
    std::vector<Axon> axons;               ///< Of a neuron, by ascending core.
    std::vector<SpikeEffect> effects;      ///< By neuron.
    std::vector<std::int32_t> core_of;     ///< By neuron.
    std::int32_t active_cores = 0;         ///< That hold neurons.
    std::int32_t active_tiles = 0;

    [[nodiscard]] std::span<const Axon> axons_of(std::int32_t neuron) const {
        const auto n = static_cast<std::size_t>(neuron);
        const auto first = static_cast<std::size_t>(axon_first[n]);
        return std::span(axons).subspan(first, static_cast<std::size_t>(axon_first[n + 1]) - first);
    }
    [[nodiscard]] std::int32_t neurons_of(int core) const {
        const auto c = static_cast<std::size_t>(core);
        return walk_first[c + 1] - walk_first[c];
    }
};

/// The network on the chip, as its mappings say. Neurons without a place or with two, cores and
/// units that do not exist, and everything that does not fit (neurons, synaptic memory, axon
/// tables) are violations; the value is then meaningless.
/// \param chip Must outlive the result.
[[nodiscard]] PlacedNetwork place(const workloads::SpikingNetwork& network,
                                  const hardware::EventChip& chip,
                                  const PlaceOptions& options,
                                  std::vector<core::Violation>& violations);

}  // namespace plexus::cost_models::event_driven
