// SPDX-License-Identifier: Apache-2.0
//
// One evaluation of a sparse dataflow core, dense counts included. Arguments are the edge of the
// matrices (a product of edge × edge by edge × edge, up to the feed-forward layers of large
// language models) and the kind of zeros (0 = structured, 1 = uniform). Both operands are
// compressed at two levels, B is skipped by A at both. `cycles` is what the evaluation finds.
#include <cstdint>

#include <benchmark/benchmark.h>

#include "plexus/cost_models/sparsity/sparse_cost.hpp"

namespace {

using namespace plexus::cost_models::sparsity;

SparseProblem product(std::int64_t edge, bool uniform) {
    SparseProblem out;
    out.einsum = {"product",
                  {"M", "N", "K"},
                  {edge, edge, edge},
                  {{"A", {{{0}}, {{2}}}}, {"B", {{{1}}, {{2}}}}, {"Z", {{{0}}, {{1}}}, true}}};
    const auto density = [&](double share) {
        return uniform ? TensorDensity::uniform(share, edge * edge)
                       : TensorDensity::structured(share);
    };
    out.densities = {density(0.3), density(0.82), TensorDensity()};
    return out;
}

SparseLevel level(const char* name, double words, double block) {
    SparseLevel out;
    out.name = name;
    out.words = words;
    out.block = block;
    out.metadata_width = 64;
    out.metadata_word = 16;
    out.formats.resize(3);
    return out;
}

SparseCore core() {
    SparseCore out;
    out.levels = {level("registers", unlimited, 1),
                  level("buffer", unlimited, 64),
                  level("memory", unlimited, 64)};
    for (const std::size_t tensor : {0, 1}) {
        out.levels[2].formats[tensor].ranks = {
            {Format::offsets}, {Format::offsets}, {Format::offsets}, {Format::coordinate}};
        out.levels[1].formats[tensor].ranks = {
            {Format::offsets}, {Format::offsets}, {Format::coordinate}};
    }
    out.levels[1].units = {{Saving::skipping, {{1, {0}}}}};
    out.levels[0].units = {{Saving::skipping, {{2, {0, 1}}}}};
    out.levels[2].units = {{Saving::skipping, {{1, {0}}}}};
    return out;
}

Tiling tiling(std::int64_t edge) {
    Tiling out;
    const std::int64_t half = edge / 32;
    out.levels = {
        {{{0, 16, LoopKind::spatial_x}, {1, 16, LoopKind::spatial_y}}, {false, false, true}},
        {{{2, edge}, {1, 2}, {0, 2}}, {true, true, true}},
        {{{0, half}, {1, half}}, {true, true, true}}};
    return out;
}

void sparse_evaluation(benchmark::State& state) {
    const SparseProblem problem = product(state.range(0), state.range(1) == 1);
    const SparseCore machine = core();
    const Tiling loops = tiling(state.range(0));
    SparseCost cost;
    for (auto _ : state) {
        cost = sparse_cost(problem, machine, loops);
        benchmark::DoNotOptimize(cost);
    }
    state.counters["cycles"] = cost.cycles.value;
    state.counters["feasible"] = cost.feasible() ? 1 : 0;
}
BENCHMARK(sparse_evaluation)
    ->ArgsProduct({{512, 4096, 16384, 65536, 1 << 20}, {0, 1}})
    ->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
