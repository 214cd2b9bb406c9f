// SPDX-License-Identifier: Apache-2.0
// How long the proven best mapping of whole blocks takes to find, as cascades of einsums.
#include <filesystem>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "plexus/core/error.hpp"
#include "plexus/explorers/fusion/mapped_cascade.hpp"
#include "plexus/hardware/load.hpp"
#include "plexus/workloads/load.hpp"

namespace {

using namespace plexus;

const std::filesystem::path home = PLEXUS_SOURCE_DIR;

/// One search per iteration, with the counters of its proof.
void map_block(benchmark::State& state, const char* machine, const char* block, bool fuse) {
    const hardware::Architecture architecture =
        hardware::load_architecture(home / "hardware/presets" / (std::string(machine) + ".yaml"));
    const workloads::Workload workload =
        workloads::load_workload(home / "workloads/presets" / (std::string(block) + ".yaml"));
    explorers::MappedCascade mapped;
    for (auto _ : state) {
        mapped = explorers::map_cascade(workload, architecture, {.fuse = fuse, .jobs = 2});
        benchmark::ClobberMemory();
    }
    const explorers::CascadeSearchProof& proof = mapped.found.proof;
    core::ensure(mapped.found.feasible && proof.complete && proof.bound == mapped.found.objective,
                 "a benchmark needs a proven mapping");
    state.counters["mappings"] = proof.mapspace;
    state.counters["evaluated"] = static_cast<double>(proof.evaluated);
    state.counters["joined"] = static_cast<double>(proof.joined);
}

void whole_block(benchmark::State& state) {
    static constexpr const char* blocks[]{"llama2_7b_block_cascade", "mamba_2.8b_block"};
    map_block(state, "tpu_v4i_like", blocks[state.range(0)], state.range(1) != 0);
    state.SetLabel(blocks[state.range(0)]);
}
BENCHMARK(whole_block)
    ->ArgNames({"block", "fuse"})
    ->ArgsProduct({{0, 1}, {0, 1}})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

void mamba_on_marca(benchmark::State& state) {
    map_block(state, "marca_like", "mamba_2.8b_block", state.range(0) != 0);
}
BENCHMARK(mamba_on_marca)
    ->ArgName("fuse")
    ->Arg(0)
    ->Arg(1)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
