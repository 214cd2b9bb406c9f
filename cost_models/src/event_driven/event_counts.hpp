// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "plexus/cost_models/operator_work.hpp"
#include "plexus/hardware/core.hpp"

namespace plexus::cost_models::event_driven {

/// Expected numbers of events while an operator runs once.
struct Events {
    double packets_sent = 0;
    double packets_received = 0;
    double words = 0;            ///< Synaptic-memory words read.
    double operations = 0;       ///< Synaptic operations.
    double accesses = 0;         ///< Neurons walked.
    double updates = 0;          ///< Neurons whose state changes.
    double spikes = 0;           ///< Neurons that fire.
    double unit_operations = 0;  ///< Scalar operations of a digital unit.
};

/// What an operator makes happen on its cores.
struct EventCounts {
    Events all;         ///< Of all cores together.
    Events busiest;     ///< Of the core with the largest share of outputs; sets the time.
    double steps = 1;   ///< Time steps (barriers).
    double passes = 1;  ///< Rounds in which the neurons are used, one after another.
    double slices = 1;  ///< Rounds in which the axon tables are used.
    double neurons_per_value = 1;  ///< Neurons that one accumulator takes.
    double neurons_per_core = 0;   ///< Held in one pass by the busiest core.
    double tree_packets = 0;       ///< Of reductions and broadcasts; also in `all`.
    double tree_depth = 0;         ///< Levels of the fan-in tree of one reduction.
    double tree_rounds = 0;        ///< Trees that follow one another on the same cores.
    bool broadcasts = false;       ///< Each reduction is followed by a broadcast.
    double axons_in = 0;  ///< Entries that the tables of the busiest core take, all slices.
    double axons_out = 0;
    double stored_bits = 0;  ///< Weights and constants of the busiest core, all passes.
    hardware::EventCost
        operation;  ///< Price of a synaptic operation in the formats of the weights.
    const hardware::DigitalUnit* unit = nullptr;  ///< What does the unit_operations; of the core.
};

/// Expected counts of `work` spread over `cores` cores; see docs/models/event_driven.md.
/// \param multicast A packet can fork on its way, so one is sent for all destinations.
/// \pre One value fits into the neurons of a core: neurons_per_value(core, work) ≤ core.neurons.
[[nodiscard]] EventCounts count_events(const hardware::EventDrivenCore& core,
                                       const OperatorWork& work,
                                       int cores,
                                       bool multicast);

/// Neurons that hold one value of the operator: ⌈bits of the value / state_bits⌉.
[[nodiscard]] std::int64_t neurons_per_value(const hardware::EventDrivenCore& core,
                                             const OperatorWork& work);

/// The unit of a core that serves a kind of operator; nullptr if there is none.
[[nodiscard]] const hardware::DigitalUnit* digital_unit(const hardware::EventDrivenCore& core,
                                                        workloads::OperatorKind kind);

}  // namespace plexus::cost_models::event_driven
