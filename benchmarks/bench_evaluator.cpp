// SPDX-License-Identifier: Apache-2.0
//
// Evaluations per second of the quickstart's evaluator: `items_per_second` of every row. `warm` has
// the matrices profiled; `cold` is the construction that profiles them.
#include <filesystem>
#include <vector>

#include <benchmark/benchmark.h>

#include "plexus/core/parallel.hpp"
#include "plexus/core/random.hpp"
#include "plexus/explorers/evaluator.hpp"
#include "plexus/explorers/experiment.hpp"

namespace {

using namespace plexus;

const explorers::Experiment& quickstart() {
    static const explorers::Experiment experiment = explorers::load_experiment(
        std::filesystem::path(PLEXUS_SOURCE_DIR) / "experiments" / "quickstart.yaml");
    return experiment;
}

/// The n-th of a fixed sequence of random designs.
explorers::DesignPoint design(const explorers::DesignSpace& space, std::int64_t n) {
    core::Rng rng = core::Rng(3).split(static_cast<std::uint64_t>(n));
    std::vector<double> unit(space.dimensions());
    for (double& u : unit)
        u = rng.uniform();
    return space.from_unit(unit);
}

void cold(benchmark::State& state) {
    for (auto _ : state) {
        const explorers::Evaluator evaluator(quickstart(), 0, static_cast<int>(state.range(0)));
        benchmark::DoNotOptimize(evaluator.objectives());
    }
}

void warm(benchmark::State& state) {
    const auto jobs = static_cast<int>(state.range(0));
    const explorers::Evaluator evaluator(quickstart(), 0, jobs);
    constexpr std::int64_t batch = 64;
    std::int64_t next = 0;
    for (auto _ : state) {
        core::parallel_for(batch, jobs, [&](std::int64_t i) {
            const explorers::Outcome outcome =
                evaluator.evaluate(design(quickstart().space, next + i));
            benchmark::DoNotOptimize(outcome.objectives.data());
        });
        next += batch;
    }
    state.SetItemsProcessed(next);
}

}  // namespace

BENCHMARK(cold)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(warm)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->UseRealTime();

BENCHMARK_MAIN();
