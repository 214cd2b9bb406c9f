// SPDX-License-Identifier: Apache-2.0
//
// Kernel selection for a 4096 × 11008 matrix with 90 % zeros: `profile` makes the projections of a
// bank of ten kernels, `select` chooses from them, `both` is what a new matrix takes. `blocks`
// shows that both together are linear in the number of blocks.
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "plexus/cost_models/kernels/block_profile.hpp"
#include "plexus/explorers/kernel_selection/select.hpp"

namespace {

using namespace plexus;

constexpr std::int64_t rows = 4096;
constexpr std::int64_t columns = 11008;
constexpr std::int64_t block = 32;
constexpr std::int64_t value_bits = 8;

/// Without and with low rank, whose eigenvalues take longest.
cost_models::KernelBank bank(bool low_rank) {
    std::vector<std::string> names{"dense",
                                   "csr",
                                   "bitmap",
                                   "coo_top(50)",
                                   "n_m(1:8)",
                                   "banded(2)",
                                   "toeplitz",
                                   "poly_weights(3:horner)",
                                   "ternary(16)",
                                   low_rank ? "low_rank(1)" : "zero"};
    core::Problems problems;
    return cost_models::make_bank(names, {}, "bank", problems);
}

const workloads::SparseMatrix& matrix(std::int64_t matrix_rows) {
    static std::vector<workloads::SparseMatrix> made(8);
    auto& m = made[static_cast<std::size_t>(matrix_rows * 4 / rows)];
    if (m.rows == 0)
        m = workloads::make_matrix(
            {.pattern = workloads::Pattern::unstructured, .density = 0.1}, matrix_rows, columns);
    return m;
}

void profile(benchmark::State& state) {
    const cost_models::KernelBank kernels = bank(state.range(0) != 0);
    for (auto _ : state)
        benchmark::DoNotOptimize(cost_models::profile_blocks(
            matrix(rows), block, kernels.members, static_cast<int>(state.range(1))));
}

void select(benchmark::State& state) {
    const cost_models::KernelBank kernels = bank(state.range(0) != 0);
    const auto blocks = cost_models::profile_blocks(matrix(rows), block, kernels.members, 2);
    explorers::SelectionOptions options;
    options.weighting.mode = static_cast<explorers::AlphaMode>(state.range(1));
    for (auto _ : state)
        benchmark::DoNotOptimize(explorers::select_kernels(blocks, kernels, options, value_bits));
}

void both(benchmark::State& state) {
    const cost_models::KernelBank kernels = bank(false);
    const workloads::SparseMatrix& m = matrix(state.range(0));
    for (auto _ : state) {
        const auto blocks = cost_models::profile_blocks(m, block, kernels.members, 1);
        benchmark::DoNotOptimize(explorers::select_kernels(blocks, kernels, {}, value_bits));
    }
    state.counters["blocks_per_second"] = benchmark::Counter(
        static_cast<double>(state.range(0) / block * (columns / block) * state.iterations()),
        benchmark::Counter::kIsRate);
}

}  // namespace

BENCHMARK(profile)
    ->ArgNames({"low_rank", "jobs"})
    ->ArgsProduct({{0, 1}, {1, 2}})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(select)
    ->ArgNames({"low_rank", "mode"})
    ->ArgsProduct({{0}, {0, 2, 3}})
    ->Unit(benchmark::kMillisecond);
BENCHMARK(both)
    ->ArgName("rows")
    ->Arg(rows / 4)
    ->Arg(rows / 2)
    ->Arg(rows * 3 / 4)
    ->Arg(rows)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_MAIN();
