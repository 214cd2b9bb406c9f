// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <vector>

#include "plexus/cost_models/event_driven/placed_network.hpp"
#include "plexus/workloads/spiking_network.hpp"

namespace plexus::cost_models::event_driven {

/// What the neurons of one group in one core send to another core, if all fire once.
struct Flow {
    std::int32_t group = 0;
    std::int32_t source = 0;       ///< Core.
    std::int32_t destination = 0;  ///< Core.
    hardware::Hops hops;
    std::int64_t axons = 0;     ///< Sources with at least one synapse there: packets.
    std::int64_t synapses = 0;  ///< Synaptic events.
    double service_s = 0;       ///< Time of the message engine.
    double memory_s = 0;        ///< Part of it in packets that wait for the memory.
    double way_s = 0;           ///< Of one packet.
};

/// The neurons of one group in one core.
struct Residents {
    std::int32_t group = 0;
    std::int32_t core = 0;
    std::int64_t neurons = 0;
    std::int64_t forced = 0;   ///< Updated in every step.
    double access_s = 0;       ///< All of them walked.
    double update_s = 0;       ///< All of them updated.
    double fire_s = 0;         ///< All of them firing, with the packets they send.
    double fire_variance = 0;  ///< Σ (time of one firing)².
    SpikeEffect effect;        ///< All of them firing.
    double access_pj = 0;
    double update_pj = 0;
    double spike_pj = 0;
};

/// How unevenly the packets of a group load a core: n/(n − 1) Σ over sources of (service here −
/// mean service over the n cores that the group reaches)². What all cores share does not make one
/// the slowest; the factor makes independent variables of such variances differ as the cores do,
/// whose distances from their mean are not independent.
struct Unevenness {
    std::int32_t group = 0;
    std::int32_t core = 0;
    double squares = 0;
};

/// Synapses that lead from a group to a neuron of another, on average.
struct FanIn {
    std::int32_t group = 0;   ///< Of the sources.
    std::int32_t core = 0;    ///< Of the targets.
    std::int32_t target = 0;  ///< Group of the targets.
    double mean = 0;
};

/// Packets that a link carries if all neurons of a group fire once.
struct LinkLoad {
    std::int32_t group = 0;
    std::int32_t link = 0;  ///< 4 · tile + {west, south, north, east}, of the tile that it leaves.
    std::int64_t packets = 0;
    double busy_s = 0;  ///< Time that they take on it.
};

/// What a placed network can send, made once and valid for every activity.
struct TrafficProfile {
    const PlacedNetwork* placed = nullptr;
    std::vector<Flow> flows;                 ///< By destination, then source, then group.
    std::vector<Residents> residents;        ///< By core, then group.
    std::vector<Unevenness> unevenness;      ///< By core, then group.
    std::vector<FanIn> fan_in;               ///< By core, then target group, then group.
    std::vector<LinkLoad> links;             ///< By link, then group.
    std::vector<std::int32_t> flow_of_axon;  ///< Index into flows.
    std::int32_t groups = 0;
};

/// One pass over the neurons and their axons.
/// \param placed Must outlive the result.
[[nodiscard]] TrafficProfile profile_traffic(const workloads::SpikingNetwork& network,
                                             const PlacedNetwork& placed);

}  // namespace plexus::cost_models::event_driven
