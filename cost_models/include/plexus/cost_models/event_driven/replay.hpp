// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "plexus/cost_models/event_driven/placed_network.hpp"
#include "plexus/cost_models/event_driven/traffic_profile.hpp"
#include "plexus/workloads/spiking_dynamics.hpp"

namespace plexus::cost_models::event_driven {

/// How the time of a step follows from what the neurons did in it.
enum class Timing : std::uint8_t {
    simple,    ///< The busiest engine, as if packets never waited.
    queued,    ///< One server per core, fed at even distances over the step.
    simulated  ///< Every packet by itself, through links and queues.
};

/// `simple`, `queued` or `simulated`.
[[nodiscard]] const char* to_string(Timing timing);

/// What one step cost.
struct StepCost {
    EventTotals totals;
    EventEnergy energy;
    double seconds = 0;  ///< With the barrier.
    auto operator<=>(const StepCost&) const = default;
};

/// One packet (or one copy of it) while it is served by a link or a core.
struct ServedPacket {
    std::int32_t place = 0;   ///< Core, or link (4 · tile + direction).
    std::int32_t source = 0;  ///< Neuron; −1 if a link moved a copy for several destinations.
    std::int32_t synapses = 0;
    double arrived_s = 0;
    double started_s = 0;
    double finished_s = 0;
};

/// What happened in one step, for pictures.
struct StepEvents {
    std::vector<ServedPacket> cores;  ///< By core, in the order of service.
    std::vector<ServedPacket> links;  ///< By link, in the order of service.
    std::vector<double> neuron_s;     ///< Time of each core's neuron engine.
    double seconds = 0;               ///< Without the barrier.
};

/// What cores and links did in all steps so far.
struct Loads {
    std::vector<double> neuron_s;             ///< By core.
    std::vector<double> message_s;            ///< By core.
    std::vector<std::int64_t> packets_in;     ///< By core.
    std::vector<std::int64_t> link_packets;   ///< By link; `simulated` only.
    std::vector<double> link_wait_s;          ///< By link: packets waited; `simulated` only.
    std::vector<std::int64_t> longest_queue;  ///< By core, packets; `simulated` only.
};

/// Replays a placed network step by step. Each step: every core walks its neurons in their order
/// and sends packets; each core's message engine serves its packets in the order in which they
/// arrive (ties: by source, in the order of neurons); a barrier ends the step. Deterministic.
/// After the first steps it allocates nothing.
/// \code
/// Replay replay(profile, Timing::simulated);
/// SpikingDynamics dynamics(network);
/// for (int i = 0; i < 20; ++i) seconds += replay.step(dynamics.step()).seconds;
/// \endcode
class Replay {
  public:
    /// \param profile Of the placed network; must outlive this.
    Replay(const TrafficProfile& profile, Timing timing);
    ~Replay();
    Replay(Replay&&) noexcept;
    Replay& operator=(Replay&&) noexcept;
    Replay(const Replay&) = delete;
    Replay& operator=(const Replay&) = delete;

    /// Cost of a step in which the neurons did `states` (one per neuron).
    /// \param events If given, what happened is written there (`simulated` only).
    StepCost step(std::span<const workloads::NeuronState> states, StepEvents* events = nullptr);
    [[nodiscard]] const Loads& loads() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Cost of several steps, one after another.
struct RunCost {
    std::vector<StepCost> steps;
    StepCost total;
    Loads loads;
    int slowest = 0;  ///< Index of the step that took longest; the first of several.
};

/// Replays `steps` steps of the network's own dynamics.
/// \param seed Of inputs that fire at random.
/// \param slowest If given, what happened in the slowest step is written there (`simulated` only).
[[nodiscard]] RunCost replay(const workloads::SpikingNetwork& network,
                             const TrafficProfile& profile,
                             Timing timing,
                             int steps,
                             std::uint64_t seed = 1,
                             StepEvents* slowest = nullptr);

/// Replays a given trace.
[[nodiscard]] RunCost replay(const workloads::SpikingNetwork& network,
                             const TrafficProfile& profile,
                             Timing timing,
                             const workloads::FiringTrace& trace,
                             StepEvents* slowest = nullptr);

/// One step as trace-event JSON, which Perfetto and chrome://tracing open: one row for each engine
/// and link that was busy, times in µs.
/// \par Source "Trace Event Format", complete events (`ph: X`) and metadata (`ph: M`).
[[nodiscard]] std::string to_trace_json(const PlacedNetwork& placed, const StepEvents& events);

}  // namespace plexus::cost_models::event_driven
