// SPDX-License-Identifier: Apache-2.0
//
// Expected events of one layer on event-driven cores, one thread. `items_per_second` is evaluations
// per second; argument of loads: index of the preset. `resident_mb` is what the whole program
// takes.
#include <array>
#include <filesystem>
#include <fstream>

#include <benchmark/benchmark.h>
#include <unistd.h>

#include "plexus/cost_models/core_cost_model.hpp"
#include "plexus/cost_models/event_driven/partition_profile.hpp"
#include "plexus/hardware/load.hpp"
#include "plexus/workloads/sparse_matrix.hpp"

namespace {

using namespace plexus;
using namespace plexus::cost_models;

const std::filesystem::path presets =
    std::filesystem::path(PLEXUS_SOURCE_DIR) / "hardware" / "presets";

constexpr std::array names{"loihi_like_64",
                           "loihi1_fitted",
                           "loihi1_davies",
                           "loihi2",
                           "truenorth",
                           "odin",
                           "reckon",
                           "darwin3",
                           "seneca"};

OperatorWork layer(std::int64_t size, double density) {
    OperatorWork work;
    work.shape.rows = size;
    work.shape.columns = size;
    const auto pairs = static_cast<double>(size * size);
    work.points = work.operations = work.weight_elements = pairs;
    work.input_elements = work.output_elements = static_cast<double>(size);
    work.input_density = work.output_density = 0.2;
    work.weight_density = density;
    work.weight_work = pairs * density;
    work.weight_storage_bits = work.weight_work * 15;
    work.weight_pattern = workloads::Pattern::unstructured;
    work.constant_weights = true;
    return work;
}

workloads::SparseMatrix matrix(std::int64_t size, double density) {
    workloads::Sparsity sparsity;
    sparsity.pattern = workloads::Pattern::unstructured;
    sparsity.density = density;
    return workloads::make_matrix(sparsity, size, size, 1);
}

void evaluate(benchmark::State& state, const OperatorWork& work) {
    const hardware::Architecture machine =
        hardware::load_architecture(presets / "loihi_like_64.yaml");
    const auto model = builtin_core_models().create("event_driven");
    OperatorWork varied = work;
    for (auto _ : state) {
        varied.input_density = varied.input_density > 0.9 ? 0.1 : varied.input_density + 1e-4;
        CoreCost cost = model->evaluate(machine, varied, {0, 64});
        benchmark::DoNotOptimize(cost);
    }
    state.SetItemsProcessed(state.iterations());
}

void density_4096(benchmark::State& state) {
    evaluate(state, layer(4096, 0.1));
}
BENCHMARK(density_4096);

void matrix_512(benchmark::State& state) {
    const event_driven::PartitionCounts counts(matrix(512, 0.1));
    OperatorWork work = layer(512, 0.1);
    work.partition = &counts;
    evaluate(state, work);
}
BENCHMARK(matrix_512);

void profile_512(benchmark::State& state) {
    const auto weights = matrix(512, 0.1);
    for (auto _ : state) {
        auto profile = event_driven::profile_partition(weights, 8);  // 64 cores
        benchmark::DoNotOptimize(profile);
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(profile_512);

double resident_mb() {
    std::ifstream file("/proc/self/statm");
    double pages = 0;
    file >> pages >> pages;
    return pages * static_cast<double>(::sysconf(_SC_PAGESIZE)) * 1e-6;
}

void load_preset(benchmark::State& state) {
    const char* const name = names.at(static_cast<std::size_t>(state.range(0)));
    for (auto _ : state) {
        hardware::Architecture machine =
            hardware::load_architecture(presets / (std::string(name) + ".yaml"));
        benchmark::DoNotOptimize(machine);
    }
    state.counters["resident_mb"] = resident_mb();
    state.SetLabel(name);
}
BENCHMARK(load_preset)
    ->DenseRange(0, static_cast<int>(names.size()) - 1)
    ->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
