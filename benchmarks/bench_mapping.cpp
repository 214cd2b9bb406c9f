// SPDX-License-Identifier: Apache-2.0
//
// Searches of mappings on the shipped TPU-like array with the weights in place, one thread unless
// said: complete evaluations (energy and latency) per second (`items_per_second`) of each engine on
// a 3×3 convolution of ResNet-18 (64 channels, 56×56), and the time of each engine for the whole
// network, equal layers once.
#include <cstdint>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "plexus/explorers/mapping/map_operator.hpp"

#include "networks.hpp"

namespace {

using namespace plexus;
using namespace plexus::explorers;

MappingRequest request(std::int64_t objective) {
    MappingRequest r;
    r.spatial.given = benchmarks::weight_stationary();
    r.spatial.search = false;
    r.temporal.objective = static_cast<MappingObjective>(objective);
    return r;
}

std::unique_ptr<const Mapper> engine_of(const std::string& engine,
                                        const char* param,
                                        double value) {
    const auto registry = builtin_mappers();
    auto params = core::defaults(registry.find(engine)->params);
    const bool whole = engine != "optimal";
    whole ? params.set(param, static_cast<std::int64_t>(value)) : params.set(param, value);
    return registry.create(engine, params);
}

/// One thread, the search as it is used: orders, allocation, cost, capacity, the best so far.
void search(benchmark::State& state, const std::string& engine, const char* param, double value) {
    const auto mapper = engine_of(engine, param, value);
    const dataflow::Layer layer = benchmarks::layer_of("resnet18", "layer1.0.conv1");
    const hardware::DataflowCore core = benchmarks::core_of("tpu_like");
    const dataflow::LoopNestModel model(layer, core, benchmarks::weight_stationary());
    TemporalSearchOptions options;
    options.objective = static_cast<MappingObjective>(state.range(0));
    std::int64_t evaluated = 0;
    for (auto _ : state) {
        evaluated += mapper->search(model, core, options, {}).effort.evaluated;
    }
    state.SetItemsProcessed(evaluated);
}

void network(benchmark::State& state, const std::string& engine, const char* param, double value) {
    const auto mapper = engine_of(engine, param, value);
    const auto layers = benchmarks::layers_of("resnet18");
    const hardware::DataflowCore core = benchmarks::core_of("tpu_like");
    double gap = 0;
    for (auto _ : state) {
        MappingMemo memo;
        gap = 0;
        for (const auto& result : map_layers(layers,
                                             core,
                                             request(state.range(0)),
                                             *mapper,
                                             engine,
                                             static_cast<int>(state.range(1)),
                                             memo)) {
            gap = std::max(gap, result->certificate.proven_gap);
        }
    }
    state.counters["largest_gap"] = gap;
}

}  // namespace

// Objective (0 = latency, 1 = energy, 2 = energy × latency).
BENCHMARK_CAPTURE(search, exhaustive, "exhaustive", "loop_limit", 8)
    ->DenseRange(0, 2)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(search, annealing, "annealing", "steps", 20000)
    ->DenseRange(0, 2)
    ->Unit(benchmark::kMillisecond);
// Objective, threads.
BENCHMARK_CAPTURE(network, exhaustive, "exhaustive", "loop_limit", 6)
    ->ArgsProduct({{0, 1, 2}, {1, 2}})
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();
BENCHMARK_CAPTURE(network, annealing, "annealing", "restarts", 4)
    ->ArgsProduct({{0, 1, 2}, {1, 2}})
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();
BENCHMARK_CAPTURE(network, optimal, "optimal", "max_seconds", 0)
    ->ArgsProduct({{0, 1, 2}, {1, 2}})
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

BENCHMARK_MAIN();
