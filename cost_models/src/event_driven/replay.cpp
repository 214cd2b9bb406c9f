// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/event_driven/replay.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "event_driven/core_queues.hpp"
#include "event_driven/mesh_replay.hpp"

namespace plexus::cost_models::event_driven {

using hardware::EventChip;
using hardware::ScanPolicy;
using workloads::NeuronState;

struct Replay::State {
    State(const TrafficProfile& p, Timing t);

    /// Every core walks its neurons: counts, energy, and what is sent.
    void walk(std::span<const NeuronState> states);
    void walk_core(int core, std::span<const NeuronState> states);
    void send(int core, std::int32_t neuron, double& clock);
    /// When the last message engine is done.
    double simple_finish();
    double queued_finish();
    double simulated_finish(StepEvents* events);
    double serve_core(int core, StepEvents* events);

    const TrafficProfile* profile;
    const PlacedNetwork* placed;
    Timing timing;
    MeshReplay mesh;
    Loads loads;
    StepCost cost;
    std::vector<double> neuron_s;            ///< By core, in this step.
    std::vector<double> message_s;           ///< By core, in this step.
    std::vector<std::int64_t> flow_packets;  ///< In this step; `queued` only.
    std::vector<double> flow_service;        ///< In this step; `queued` only.
    std::vector<FedFlow> fed;                ///< Of one core; scratch.
    std::vector<double> finished;            ///< Of the packets of one core; scratch.
};

Replay::State::State(const TrafficProfile& p, Timing t)
    : profile(&p), placed(p.placed), timing(t), mesh(*p.placed) {
    const auto cores = static_cast<std::size_t>(placed->chip->core_count());
    const std::size_t links = placed->chip->tiles.size() * 4;
    neuron_s.resize(cores);
    message_s.resize(cores);
    loads = {std::vector<double>(cores),
             std::vector<double>(cores),
             std::vector<std::int64_t>(cores),
             std::vector<std::int64_t>(links),
             std::vector<double>(links),
             std::vector<std::int64_t>(cores)};
    if (timing == Timing::queued) {
        flow_packets.resize(p.flows.size());
        flow_service.resize(p.flows.size());
    }
}

void Replay::State::send(int core, std::int32_t neuron, double& clock) {
    const auto n = static_cast<std::size_t>(neuron);
    const double axon_out_s = placed->chip->kind_of(core).axon_out.time.value;
    const auto first = static_cast<std::int32_t>(placed->axon_first[n]);
    const auto last = static_cast<std::int32_t>(placed->axon_first[n + 1]);
    const int tile = placed->chip->tile_of(core);
    const bool multicast = placed->chip->multicast;
    if (multicast && first < last) {
        clock += axon_out_s;
        if (timing == Timing::simulated) {
            mesh.inject(tile, {clock, first, last});
        }
    }
    for (std::int32_t a = first; a < last; ++a) {
        const auto id = static_cast<std::size_t>(a);
        const Axon& axon = placed->axons[id];
        clock += multicast ? 0 : axon_out_s;
        message_s[static_cast<std::size_t>(axon.core)] += axon.service_s;
        ++loads.packets_in[static_cast<std::size_t>(axon.core)];
        if (timing == Timing::simulated && !multicast) {
            mesh.inject(tile, {clock, a, a + 1});
        } else if (timing == Timing::queued) {
            const auto flow = static_cast<std::size_t>(profile->flow_of_axon[id]);
            ++flow_packets[flow];
            flow_service[flow] += axon.service_s;
        }
    }
}

void Replay::State::walk_core(int core, std::span<const NeuronState> states) {
    const auto c = static_cast<std::size_t>(core);
    const bool all = placed->chip->kind_of(core).scan == ScanPolicy::all;
    EventTotals& totals = cost.totals;
    EventEnergy& energy = cost.energy;
    double clock = 0;
    const auto end = static_cast<std::size_t>(placed->walk_first[c + 1]);
    for (auto w = static_cast<std::size_t>(placed->walk_first[c]); w < end; ++w) {
        const std::int32_t neuron = placed->walk[w];
        const auto n = static_cast<std::size_t>(neuron);
        const SomaPrices& prices = placed->prices[placed->soma[w]];
        if (states[n] == NeuronState::idle && !all) {
            continue;
        }
        ++totals.accessed;
        clock += prices.access.time.value;
        energy.soma_pj += prices.access.energy.value;
        if (states[n] == NeuronState::idle) {
            continue;
        }
        ++totals.updated;
        clock += prices.update.time.value;
        energy.soma_pj += prices.update.energy.value;
        if (states[n] == NeuronState::updated) {
            continue;
        }
        ++totals.fired;
        clock += prices.spike.time.value;
        energy.soma_pj += prices.spike.energy.value;
        const SpikeEffect& effect = placed->effects[n];
        totals.packets_sent += effect.packets_sent;
        totals.packets_received += effect.packets_received;
        totals.synaptic_events += effect.synapses;
        totals.hops += effect.hops;
        energy.synapse_pj += effect.synapse_pj;
        energy.dendrite_pj += effect.dendrite_pj;
        energy.axon_in_pj += effect.axon_in_pj;
        energy.axon_out_pj += effect.axon_out_pj;
        energy.hops_pj += effect.hops_pj;
        send(core, neuron, clock);
    }
    neuron_s[c] = clock;
}

void Replay::State::walk(std::span<const NeuronState> states) {
    cost = {};
    std::fill(message_s.begin(), message_s.end(), 0);
    for (int core = 0; core < placed->chip->core_count(); ++core) {
        walk_core(core, states);
    }
    for (std::size_t c = 0; c < neuron_s.size(); ++c) {
        loads.neuron_s[c] += neuron_s[c];
        loads.message_s[c] += message_s[c];
    }
}

double Replay::State::simple_finish() {
    return *std::max_element(message_s.begin(), message_s.end());
}

double Replay::State::queued_finish() {
    double finish = 0;
    const std::vector<Flow>& flows = profile->flows;
    for (std::size_t first = 0; first < flows.size();) {
        fed.clear();
        std::size_t end = first;
        for (; end < flows.size() && flows[end].destination == flows[first].destination; ++end) {
            if (flow_packets[end] == 0) {
                continue;
            }
            const auto packets = static_cast<double>(flow_packets[end]);
            fed.push_back({flows[end].way_s,
                           neuron_s[static_cast<std::size_t>(flows[end].source)] / (packets + 1),
                           flow_service[end] / packets,
                           flow_packets[end]});
            flow_packets[end] = 0;
            flow_service[end] = 0;
        }
        finish = std::max(finish, finish_of_queue(fed));
        first = end;
    }
    return finish;
}

double Replay::State::serve_core(int core, StepEvents* events) {
    const std::vector<Copy>& arrivals = mesh.arrivals(core);
    double free = 0;
    std::size_t served = 0;  // before the packet that arrives
    std::int64_t longest = 0;
    finished.clear();
    for (const Copy& copy : arrivals) {
        const Axon& axon = placed->axons[static_cast<std::size_t>(copy.first)];
        const double start = std::max(copy.time, free);
        while (served < finished.size() && finished[served] <= copy.time) {
            ++served;
        }
        free = start + axon.service_s;
        finished.push_back(free);
        longest = std::max(longest, static_cast<std::int64_t>(finished.size() - served));
        if (events != nullptr) {
            events->cores.push_back({core, copy.first, axon.synapses, copy.time, start, free});
        }
    }
    std::int64_t& queue = loads.longest_queue[static_cast<std::size_t>(core)];
    queue = std::max(queue, longest);
    return free;
}

double Replay::State::simulated_finish(StepEvents* events) {
    mesh.run(loads, events);
    double finish = 0;
    for (int core = 0; core < placed->chip->core_count(); ++core) {
        finish = std::max(finish, serve_core(core, events));
    }
    mesh.clear();
    return finish;
}

Replay::Replay(const TrafficProfile& profile, Timing timing)
    : state_(std::make_unique<State>(profile, timing)) {}
Replay::~Replay() = default;
Replay::Replay(Replay&&) noexcept = default;
Replay& Replay::operator=(Replay&&) noexcept = default;

const Loads& Replay::loads() const {
    return state_->loads;
}

namespace {

/// Served packets know the axon; pictures want the neuron that sent it.
void name_sources(const PlacedNetwork& placed, StepEvents& events) {
    const auto source_of = [&](std::int32_t axon) {
        const auto next =
            std::upper_bound(placed.axon_first.begin(), placed.axon_first.end(), axon);
        return static_cast<std::int32_t>(next - placed.axon_first.begin()) - 1;
    };
    for (ServedPacket& packet : events.cores) {
        packet.source = source_of(packet.source);
    }
    for (ServedPacket& packet : events.links) {
        std::int32_t synapses = 0;
        for (std::int32_t a = packet.source; a < packet.synapses; ++a) {
            synapses += placed.axons[static_cast<std::size_t>(a)].synapses;
        }
        packet.source = source_of(packet.source);
        packet.synapses = synapses;
    }
}

}  // namespace

StepCost Replay::step(std::span<const NeuronState> states, StepEvents* events) {
    State& state = *state_;
    if (states.size() != state.placed->core_of.size()) {
        throw std::invalid_argument("expected one state per neuron");
    }
    if (events != nullptr) {
        *events = {};
    }
    state.walk(states);
    double finish = *std::max_element(state.neuron_s.begin(), state.neuron_s.end());
    switch (state.timing) {
        case Timing::simple:
            finish = std::max(finish, state.simple_finish());
            break;
        case Timing::queued:
            finish = std::max(finish, state.queued_finish());
            break;
        case Timing::simulated:
            finish = std::max(finish, state.simulated_finish(events));
            break;
    }
    if (events != nullptr) {
        name_sources(*state.placed, *events);
        events->neuron_s = state.neuron_s;
        events->seconds = finish;
    }
    const EventChip& chip = *state.placed->chip;
    state.cost.seconds = finish + chip.sync.time(state.placed->active_tiles).value;
    state.cost.energy.sync_pj = chip.sync.energy.value;
    state.cost.energy.static_pj =
        core::energy(chip.static_core * state.placed->active_cores + chip.static_chip,
                     core::Seconds(state.cost.seconds))
            .value;
    return state.cost;
}

const char* to_string(Timing timing) {
    switch (timing) {
        case Timing::simple:
            return "simple";
        case Timing::queued:
            return "queued";
        case Timing::simulated:
            return "simulated";
    }
    return "";
}

namespace {

template <class States>
RunCost run_steps(const TrafficProfile& profile,
                  Timing timing,
                  int steps,
                  const States& states,
                  StepEvents* slowest) {
    Replay replay(profile, timing);
    RunCost run;
    StepEvents events;
    for (int i = 0; i < steps; ++i) {
        const StepCost cost = replay.step(states(i), slowest == nullptr ? nullptr : &events);
        if (i == 0 || cost.seconds > run.steps[static_cast<std::size_t>(run.slowest)].seconds) {
            run.slowest = i;
            if (slowest != nullptr) {
                std::swap(*slowest, events);
            }
        }
        run.total.totals += cost.totals;
        run.total.energy += cost.energy;
        run.total.seconds += cost.seconds;
        run.steps.push_back(cost);
    }
    run.loads = replay.loads();
    return run;
}

}  // namespace

RunCost replay(const workloads::SpikingNetwork& network,
               const TrafficProfile& profile,
               Timing timing,
               int steps,
               std::uint64_t seed,
               StepEvents* slowest) {
    workloads::SpikingDynamics dynamics(network, seed);
    return run_steps(
        profile, timing, steps, [&](int) { return dynamics.step(); }, slowest);
}

RunCost replay(const workloads::SpikingNetwork& network,
               const TrafficProfile& profile,
               Timing timing,
               const workloads::FiringTrace& trace,
               StepEvents* slowest) {
    std::vector<NeuronState> states(network.neurons.size());
    const auto step = [&](int i) {
        const auto at = static_cast<std::size_t>(i);
        const std::span<const std::int32_t> before =
            i > 0 ? std::span<const std::int32_t>(trace.steps[at - 1])
                  : std::span<const std::int32_t>();
        workloads::trace_states(network, before, trace.steps[at], states);
        return std::span<const NeuronState>(states);
    };
    return run_steps(profile, timing, static_cast<int>(trace.steps.size()), step, slowest);
}

}  // namespace plexus::cost_models::event_driven
