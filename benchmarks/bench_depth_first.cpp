// SPDX-License-Identifier: Apache-2.0
// One design point of depth-first execution: with all costs of tiles at hand, and with mapping.
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <benchmark/benchmark.h>

#include "plexus/explorers/fusion/mapped_tiles.hpp"
#include "plexus/explorers/fusion/stack_search.hpp"
#include "plexus/hardware/load.hpp"
#include "plexus/workloads/load.hpp"

namespace {

using namespace plexus;
using explorers::depth_first::OverlapMode;
using explorers::depth_first::TileChoice;

/// A network on Meta_prototype_DF, cut by the weight rule.
struct Point {
    explicit Point(const std::string& network)
        : machine(hardware::load_architecture(std::string(PLEXUS_SOURCE_DIR) +
                                              "/hardware/presets/meta_prototype_df.yaml")),
          workload(workloads::load_workload(std::string(PLEXUS_SOURCE_DIR) + "/workloads/presets/" +
                                            network + ".yaml")),
          core(std::get<hardware::DataflowCore>(machine.core(0).kind)),
          mapper(explorers::builtin_mappers().create("exhaustive")) {
        request.temporal.objective = explorers::MappingObjective::energy;
    }

    hardware::Architecture machine;
    workloads::Workload workload;
    const hardware::DataflowCore& core;
    explorers::MappingRequest request;
    std::unique_ptr<const explorers::Mapper> mapper;
};

double run(const explorers::StackCosts& costs,
           const std::vector<std::size_t>& ends,
           const TileChoice& choice) {
    double energy = 0;
    std::size_t first = 0;
    for (const std::size_t end : ends) {
        energy += costs.evaluate({first, end, choice}).energy.value;
        first = end;
    }
    return energy;
}

/// Arguments: width and height of the tile, mode.
void cached(benchmark::State& state, const std::string& network) {
    const Point point(network);
    const explorers::MappedTiles tiles(
        point.workload, point.core, point.request, *point.mapper, "exhaustive");
    const explorers::StackCosts costs(point.workload, point.core, tiles.source());
    const auto ends = explorers::weight_rule_cuts(costs);
    const TileChoice choice{
        state.range(0), state.range(1), static_cast<OverlapMode>(state.range(2))};
    run(costs, ends, choice);  // maps all tiles
    for (auto _ : state) {
        benchmark::DoNotOptimize(run(costs, ends, choice));
    }
    state.counters["tiles mapped"] = static_cast<double>(tiles.size());
}

void mapped(benchmark::State& state, const std::string& network) {
    const Point point(network);
    const TileChoice choice{
        state.range(0), state.range(1), static_cast<OverlapMode>(state.range(2))};
    for (auto _ : state) {
        const explorers::MappedTiles tiles(
            point.workload, point.core, point.request, *point.mapper, "exhaustive");
        const explorers::StackCosts costs(point.workload, point.core, tiles.source());
        benchmark::DoNotOptimize(run(costs, explorers::weight_rule_cuts(costs), choice));
    }
}

BENCHMARK_CAPTURE(cached, fsrcnn, "fsrcnn")
    ->Args({4, 72, 2})
    ->Args({60, 72, 0})
    ->Args({1, 1, 2})
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(cached, resnet18, "resnet18")->Args({14, 14, 2})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(mapped, fsrcnn, "fsrcnn")->Args({4, 72, 2})->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
