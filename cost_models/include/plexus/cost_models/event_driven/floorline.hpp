// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "plexus/cost_models/event_driven/traffic_profile.hpp"

namespace plexus::cost_models::event_driven {

/// What sets the time of a step.
enum class Regime : std::uint8_t { neuron, message, memory, link, sync };

/// `neuron`, `message`, …
[[nodiscard]] const char* to_string(Regime regime);

/// Expected counts of one step; like EventTotals, but not whole.
struct ExpectedTotals {
    double accessed = 0;
    double updated = 0;
    double fired = 0;
    double packets_sent = 0;
    double packets_received = 0;
    double synaptic_events = 0;
    double hops = 0;
};

/// Expected cost of one step.
struct FloorlineCost {
    ExpectedTotals totals;
    EventEnergy energy;
    double seconds = 0;    ///< With the barrier.
    double neuron_s = 0;   ///< Of the busiest neuron engine, on average.
    double message_s = 0;  ///< Of the busiest message engine, on average.
    double link_s = 0;     ///< Of the busiest link, on average.
    double sync_s = 0;
    double filling_s = 0;  ///< Until the first packet reaches the busiest message engine.
    double spread_s = 0;   ///< Expected maximum over the engines − the largest mean.
    Regime regime = Regime::sync;
    /// Why queues may make the step longer than said; empty if nothing speaks for it.
    std::string contention;
};

/// Scratch of floorline(); reuse it to evaluate without allocating.
struct FloorlineScratch {
    std::vector<double> neuron_s;
    std::vector<double> message_s;
    std::vector<double> memory_s;
    std::vector<double> filling_s;
    std::vector<double> draining_s;
    std::vector<double> variance;  ///< Of the neuron engines, then of the message engines.
    std::vector<double> silence;
    std::vector<double> slowest;
};

/// Expected cost of one step if each neuron of group g fires with probability activity[g],
/// independently of the others. O(cores + flows + links).
/// \param activity In [0, 1], one per group.
/// \throws std::invalid_argument if it is not.
/// \par Source Floorline model of neuromorphic chips (Yik et al., 2025), with the expected maximum
/// over cores and the time until the first packet.
[[nodiscard]] FloorlineCost floorline(const TrafficProfile& profile,
                                      std::span<const double> activity,
                                      FloorlineScratch& scratch);

/// Expected maximum of independent normal variables: ∫ (1 − Π Φ((x − μᵢ)/σᵢ)) dx from the largest
/// mean on, less the same of Π Φ below it.
/// \param variances One per mean, ≥ 0. \param slowest Scratch.
[[nodiscard]] double expected_maximum(std::span<const double> means,
                                      std::span<const double> variances,
                                      std::vector<double>& slowest);

}  // namespace plexus::cost_models::event_driven
