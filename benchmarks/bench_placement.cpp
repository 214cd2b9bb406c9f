// SPDX-License-Identifier: Apache-2.0
//
// Placement of six layers of 512 neurons on the shipped Loihi of units, one block per core, one
// thread. Arguments: 0 = neurons reach their neighbours in the next layer, 1 = any neuron of it;
// then neurons per core. `items_per_second` is placements priced per second. Counters of searches:
// cost J relative to blocks in order, hops and step time relative to their bounds.
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>

#include "plexus/cost_models/event_driven/block_placement.hpp"
#include "plexus/explorers/annealing/cooling.hpp"
#include "plexus/explorers/scheduling/placement_search.hpp"

namespace {

using namespace plexus;
using namespace plexus::cost_models::event_driven;

constexpr std::int32_t layers = 6;
constexpr std::int32_t neurons = 512;
constexpr std::int64_t moves = 20000;

const hardware::EventChip& loihi() {
    static const hardware::EventChip chip =
        hardware::load_event_chip(std::filesystem::path(PLEXUS_SOURCE_DIR) / "hardware" /
                                  "presets" / "sanafe" / "loihi.yaml");
    return chip;
}

/// Layers one behind the other; every neuron has 32 synapses.
workloads::SpikingNetwork make_layers(bool anywhere) {
    constexpr std::int32_t fan_out = 32;
    workloads::SpikingNetwork network;
    core::Rng rng(1);
    std::vector<workloads::Synapse> synapses;
    for (std::int32_t layer = 0; layer < layers; ++layer) {
        network.groups.push_back({"layer" + std::to_string(layer), layer * neurons, neurons});
        for (std::int32_t n = 0; n < neurons && layer + 1 < layers; ++n) {
            for (std::int32_t k = 0; k < fan_out; ++k) {
                const auto target = anywhere ? static_cast<std::int32_t>(rng.below(neurons))
                                             : (n + k + neurons - fan_out / 2) % neurons;
                synapses.push_back({layer * neurons + n, (layer + 1) * neurons + target, 1, -1});
            }
        }
    }
    network.neurons.resize(layers * neurons);
    network.neuron_units.resize(layers * neurons);
    workloads::set_edges(network, std::move(synapses));
    return network;
}

BlockNetwork blocks_of(const benchmark::State& state) {
    const std::vector<double> activity(layers, 0.2);
    std::vector<core::Violation> violations;
    return cut_network(
        make_layers(state.range(0) != 0), loihi(), activity, state.range(1), {}, violations);
}

/// Core of block b: every third, round the chip.
std::vector<std::int32_t> scattered(const BlockModel& model) {
    std::vector<std::int32_t> places;
    for (std::int32_t b = 0; b < model.blocks(); ++b) {
        places.push_back(b * 3 % model.chip().core_count());
    }
    return places;
}

void from_nothing(benchmark::State& state) {
    const BlockNetwork network = blocks_of(state);
    const BlockModel model(network, loihi(), 1);
    const std::vector<std::int32_t> places = scattered(model);
    for (auto _ : state) {
        BlockCost cost = placement_cost(model, places);
        benchmark::DoNotOptimize(cost);
    }
    state.SetItemsProcessed(state.iterations());
    state.counters["blocks"] = static_cast<double>(model.blocks());
}

void one_move(benchmark::State& state) {
    const BlockNetwork network = blocks_of(state);
    const BlockModel model(network, loihi(), 1);
    BlockPlacement placement(model);
    placement.put_all(scattered(model));
    core::Rng rng(3);
    const auto blocks = static_cast<std::uint64_t>(model.blocks());
    const auto cores = static_cast<std::uint64_t>(model.chip().core_count());
    for (auto _ : state) {
        placement.put(static_cast<std::int32_t>(rng.below(blocks)),
                      static_cast<std::int32_t>(rng.below(cores)));
        BlockCost cost = placement.cost();
        benchmark::DoNotOptimize(cost);
    }
    state.SetItemsProcessed(state.iterations());
}

void search(benchmark::State& state, const char* name) {
    const BlockNetwork network = blocks_of(state);
    const BlockModel model(network, loihi(), 1);
    const auto schedule = explorers::builtin_cooling_schedules().create("geometric");
    const auto strategy = explorers::builtin_placement_strategies().create(name);
    const explorers::PlacementProblem problem(
        model, {.annealing = {.steps = moves, .probes = 100}}, *schedule);
    explorers::PlacementResult result;
    for (auto _ : state) {
        result = explorers::search_placement(problem, *strategy, core::Rng(7));
    }
    if (std::string_view(name) == "annealed") {
        state.SetItemsProcessed(state.iterations() * moves);
    }
    state.counters["cost"] = problem.judge(result.cost);
    state.counters["hops_over_bound"] = result.cost.hops / result.bound.hops;
    state.counters["seconds_over_bound"] = result.cost.seconds / result.bound.seconds;
}

void cases(benchmark::internal::Benchmark* b) {
    b->Args({0, 32})->Args({1, 32})->Unit(benchmark::kMicrosecond);
}

BENCHMARK(from_nothing)->Apply(cases);
BENCHMARK(one_move)->Apply(cases);
BENCHMARK_CAPTURE(search, contiguous, "contiguous")->Apply(cases);
BENCHMARK_CAPTURE(search, round_robin, "round_robin")->Apply(cases);
BENCHMARK_CAPTURE(search, greedy, "greedy")->Apply(cases);
BENCHMARK_CAPTURE(search, annealed, "annealed")->Apply(cases);

}  // namespace

BENCHMARK_MAIN();
