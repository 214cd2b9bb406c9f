// SPDX-License-Identifier: Apache-2.0
//
// Event-driven cores on the shipped Loihi of units, one thread. `items_per_second` is synaptic
// events per second for replays, evaluations per second for the floorline, synapses per second for
// profiles. Arguments of replays: density of the 512×512 layer in %, and neurons per core (few
// synapses per packet are the worst case).
#include <filesystem>

#include <benchmark/benchmark.h>

#include "plexus/cost_models/event_driven/floorline.hpp"
#include "plexus/cost_models/event_driven/replay.hpp"
#include "plexus/hardware/event_chip.hpp"

#include "random_networks.hpp"

namespace {

using namespace plexus;
using namespace plexus::benchmarks;
using namespace plexus::cost_models::event_driven;

const std::filesystem::path preset =
    std::filesystem::path(PLEXUS_SOURCE_DIR) / "hardware/presets/sanafe/loihi.yaml";

const hardware::EventChip& loihi() {
    static const hardware::EventChip chip = hardware::load_event_chip(preset);
    return chip;
}

/// A layer on the chip and what it can send.
struct Case {
    RandomLayers layers;
    workloads::SpikingNetwork network;
    PlacedNetwork placed;
    TrafficProfile profile;

    Case(double density, std::int32_t neurons_per_core)
        : layers{512, 512, density, neurons_per_core, 4, 32, false},
          network(make_network(layers, random_synapses(layers, core::Rng(1)), core::Rng(2))),
          placed(place_all()),
          profile(profile_traffic(network, placed)) {}

  private:
    PlacedNetwork place_all() const {
        std::vector<core::Violation> violations;
        return place(network, loihi(), {}, violations);
    }
};

Case case_of(const benchmark::State& state) {
    return {0.01 * static_cast<double>(state.range(0)), static_cast<std::int32_t>(state.range(1))};
}

void replay_steps(benchmark::State& state, Timing timing) {
    const Case c = case_of(state);
    core::Rng rng(2);
    std::vector<std::vector<workloads::NeuronState>> steps;
    for (int i = 0; i < 8; ++i) {
        steps.push_back(random_states(c.layers, 0.5, rng));
    }
    Replay replay(c.profile, timing);
    std::size_t i = 0;
    std::int64_t events = 0;
    for (auto _ : state) {
        const StepCost cost = replay.step(steps[i++ % steps.size()]);
        benchmark::DoNotOptimize(cost.seconds);
        events += cost.totals.synaptic_events;
    }
    state.SetItemsProcessed(events);
}

void simple(benchmark::State& state) {
    replay_steps(state, Timing::simple);
}
void queued(benchmark::State& state) {
    replay_steps(state, Timing::queued);
}
void simulated(benchmark::State& state) {
    replay_steps(state, Timing::simulated);
}

/// With the neurons' own dynamics: every synapse adds its weight to its target.
void simulated_with_dynamics(benchmark::State& state) {
    Case c = case_of(state);
    for (std::int32_t n = 0; n < c.layers.inputs; ++n) {
        workloads::NeuronModel& neuron = c.network.neurons[static_cast<std::size_t>(n)];
        neuron.bias = 1;
        neuron.threshold = 1.5;
        neuron.potential = n % 2;
    }
    workloads::SpikingDynamics dynamics(c.network);
    Replay replay(c.profile, Timing::simulated);
    std::int64_t events = 0;
    for (auto _ : state) {
        const StepCost cost = replay.step(dynamics.step());
        benchmark::DoNotOptimize(cost.seconds);
        events += cost.totals.synaptic_events;
    }
    state.SetItemsProcessed(events);
}

void floorline_of_matrix(benchmark::State& state) {
    const Case c = case_of(state);
    FloorlineScratch scratch;
    double activity = 0;
    for (auto _ : state) {
        activity = activity > 0.9 ? 0.1 : activity + 0.01;
        const std::vector<double> groups{activity, 0};
        benchmark::DoNotOptimize(floorline(c.profile, groups, scratch).seconds);
    }
    state.SetItemsProcessed(state.iterations());
}

void profile_of_matrix(benchmark::State& state) {
    const Case c = case_of(state);
    for (auto _ : state) {
        std::vector<core::Violation> violations;
        const PlacedNetwork placed = place(c.network, loihi(), {}, violations);
        benchmark::DoNotOptimize(profile_traffic(c.network, placed).flows.size());
    }
    state.SetItemsProcessed(state.iterations() * c.network.edges());
}

void load_chip(benchmark::State& state) {
    for (auto _ : state) {
        benchmark::DoNotOptimize(hardware::load_event_chip(preset).cores.size());
    }
}

}  // namespace

BENCHMARK(simple)->Args({10, 128});
BENCHMARK(queued)->Args({10, 128});
BENCHMARK(simulated)->Args({100, 128})->Args({10, 128})->Args({10, 16})->Args({2, 16});
BENCHMARK(simulated_with_dynamics)->Args({100, 128})->Args({10, 128})->Args({10, 16});
BENCHMARK(floorline_of_matrix)->Args({10, 128})->Args({10, 16});
BENCHMARK(profile_of_matrix)->Args({10, 128});
BENCHMARK(load_chip)->Unit(benchmark::kMillisecond);
BENCHMARK_MAIN();
