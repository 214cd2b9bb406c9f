// SPDX-License-Identifier: Apache-2.0
//
// Tiles of a chain of eight convolutions of 3 x 3 on 540 rows, and of ResNet-18 with every layer
// cut into rows and, over four cores, into output channels. One thread. `items_per_second` of
// timelines is nodes placed per second, of graphs nodes and uses built per second; `edges` is reads
// of blocks that a node has made. `bm_edges` is the graph of 25,000 edges, `bm_design` one design
// point of the experiment with ResNet-18 on four arrays, all in one stack, as an explorer evaluates
// it once all mappings are known. `bm_tiles` and `bm_graph_tiles` are the chain in tiles along both
// axes, with aligned cuts and blocks in parts.
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "plexus/cost_models/timeline/timeline.hpp"
#include "plexus/explorers/evaluator.hpp"
#include "plexus/explorers/experiment.hpp"
#include "plexus/hardware/load.hpp"
#include "plexus/workloads/load.hpp"

namespace {

using namespace plexus;
using namespace plexus::cost_models::timeline;

constexpr std::int64_t layers = 8;

/// Convolutions of 12 channels on rows of 960.
workloads::Workload chain() {
    constexpr std::int64_t height = 540;
    constexpr std::int64_t width = 960;
    constexpr std::int64_t channels = 12;
    workloads::Workload network;
    const auto map = [&](workloads::TensorRole role) {
        network.tensors.push_back({"map", role, {channels, height, width}, 8, 1, {}});
        return network.tensors.size() - 1;
    };
    std::size_t from = map(workloads::TensorRole::input);
    for (std::int64_t l = 0; l < layers; ++l) {
        network.tensors.push_back(
            {"w", workloads::TensorRole::weight, {channels, channels, 3, 3}, 8, 1, {}});
        const std::size_t weights = network.tensors.size() - 1;
        const std::size_t to = map(workloads::TensorRole::activation);
        workloads::Operator op;
        op.name = "conv";
        op.dims = {
            {"K", channels}, {"C", channels}, {"OY", height}, {"OX", width}, {"FY", 3}, {"FX", 3}};
        const auto plain = [](std::size_t dim) { return workloads::IndexExpr{"", {{dim, 1}}}; };
        op.output = {"O", to, {plain(0), plain(2), plain(3)}};
        op.inputs = {{"I", from, {plain(1), {"iy", {{2, 1}, {4, 1}}}, {"ix", {{3, 1}, {5, 1}}}}},
                     {"W", weights, {plain(0), plain(1), plain(4), plain(5)}}};
        op.padding = {{"iy", 1, 1}, {"ix", 1, 1}};
        network.operators.push_back(std::move(op));
        from = to;
    }
    return network;
}

std::vector<OperatorTiling> in_rows(const workloads::Workload& network,
                                    std::int64_t rows,
                                    std::int64_t cores) {
    std::vector<OperatorTiling> tiling;
    for (const workloads::Operator& op : network.operators) {
        OperatorTiling cut;
        for (const workloads::LoopDim& dim : op.dims) {
            if (dim.name == "OY" && dim.size > 1) {
                cut.intra.push_back({"OY", std::min(rows, dim.size)});
            } else if ((dim.name == "K" || dim.name == "G") && cores > 1) {
                cut.inter.push_back({dim.name, std::min(cores, dim.size)});
            }
        }
        tiling.push_back(cut);
    }
    return tiling;
}

/// Memories of 1 MB each and a bus of 32 bits per cycle.
TileMachine machine_of(int cores) {
    const auto presets = std::filesystem::path(PLEXUS_SOURCE_DIR) / "hardware" / "presets";
    hardware::Architecture a = hardware::load_architecture(presets / "tpu_like.yaml");
    a.cores.assign(static_cast<std::size_t>(cores), 0);
    for (int from = 0; from < cores; ++from) {
        for (int to = 0; to < cores; ++to) {
            if (from != to) {
                a.interconnect.links.push_back({from, to, 0, core::Bandwidth(2048), 0});
            }
        }
    }
    TileMachine machine = tile_machine(a);
    for (TileMemory& memory : machine.memories) {
        memory.capacity_bits = std::max<std::int64_t>(memory.capacity_bits, 64'000'000);
    }
    return machine;
}

NodeCosts costs_of(const NodeGraph& graph) {
    NodeCosts costs;
    for (std::size_t s = 0; s < graph.shapes.size(); ++s) {
        NodeCost cost;
        cost.feasible = true;
        cost.cycles = 500 + static_cast<std::int64_t>(s) * 37 % 700;
        cost.energy_pj = 1;
        costs.entries.push_back(cost);
    }
    return costs;
}

void run_timelines(benchmark::State& state, const NodeGraph& graph, int cores) {
    const TileMachine machine = machine_of(cores);
    const NodeCosts costs = costs_of(graph);
    const TimelineModel model(graph, machine, costs);
    TileSchedule schedule;
    schedule.priority = Priority::memory;
    for (std::size_t g = 0; g < graph.groups.size(); ++g) {
        const auto first = graph.operator_groups[static_cast<std::size_t>(graph.groups[g].op)];
        schedule.core_of_group.push_back((static_cast<std::int32_t>(g) - first) % cores);
    }
    const auto scratch = model.make_scratch();
    Timeline line;
    for (auto _ : state) {
        model.run(schedule, *scratch, line);
        benchmark::DoNotOptimize(line.latency);
    }
    if (!line.feasible()) {
        state.SkipWithError(core::to_string(line.violations[0]).c_str());
        return;
    }
    state.SetItemsProcessed(state.iterations() * std::ssize(graph.nodes));
    state.counters["nodes"] = static_cast<double>(graph.nodes.size());
    state.counters["edges"] = static_cast<double>(graph.dependencies());
    state.counters["moves"] = static_cast<double>(line.moves.size());
}

/// Tiles along both axes of the maps.
std::vector<OperatorTiling> in_tiles(const workloads::Workload& network,
                                     std::int64_t down,
                                     std::int64_t across) {
    return std::vector<OperatorTiling>(network.operators.size(),
                                       {{}, {{"OY", down}, {"OX", across}}, ""});
}

const GraphRules aligned_parts{BlockRule::parts, CutRule::aligned, {}};

void build_graphs(benchmark::State& state,
                  const workloads::Workload& network,
                  const std::vector<OperatorTiling>& tiling,
                  const GraphRules& rules) {
    NodeGraph graph;
    for (auto _ : state) {
        graph = build_node_graph(network, tiling, rules);
        benchmark::DoNotOptimize(graph.nodes.data());
    }
    const std::int64_t size = std::ssize(graph.nodes) + std::ssize(graph.uses);
    state.SetItemsProcessed(state.iterations() * size);
    state.SetComplexityN(size);
    state.counters["nodes"] = static_cast<double>(graph.nodes.size());
    state.counters["edges"] = static_cast<double>(graph.dependencies());
}

void bm_graph(benchmark::State& state) {
    const workloads::Workload network = chain();
    build_graphs(state, network, in_rows(network, state.range(0), 1), {});
}
BENCHMARK(bm_graph)
    ->Arg(60)
    ->Arg(135)
    ->Arg(270)
    ->Arg(540)
    ->Unit(benchmark::kMicrosecond)
    ->Complexity(benchmark::oN);

void bm_graph_tiles(benchmark::State& state) {
    const workloads::Workload network = chain();
    build_graphs(state, network, in_tiles(network, state.range(0), 16), aligned_parts);
}
BENCHMARK(bm_graph_tiles)
    ->Arg(9)
    ->Arg(18)
    ->Arg(36)
    ->Arg(54)
    ->Unit(benchmark::kMicrosecond)
    ->Complexity(benchmark::oN);

void bm_tiles(benchmark::State& state) {
    const workloads::Workload network = chain();
    run_timelines(state, build_node_graph(network, in_tiles(network, 54, 16), aligned_parts), 1);
}
BENCHMARK(bm_tiles)->Unit(benchmark::kMicrosecond);

void bm_chain(benchmark::State& state) {
    const workloads::Workload network = chain();
    run_timelines(state, build_node_graph(network, in_rows(network, 540, 1)), 1);
}
BENCHMARK(bm_chain)->Unit(benchmark::kMicrosecond);

void bm_chain_pipelined(benchmark::State& state) {
    const workloads::Workload network = chain();
    run_timelines(state, build_node_graph(network, in_rows(network, 540, 4)), 4);
}
BENCHMARK(bm_chain_pipelined)->Unit(benchmark::kMicrosecond);

void bm_edges(benchmark::State& state) {
    const workloads::Workload network = chain();
    run_timelines(state, build_node_graph(network, in_rows(network, 300, 2)), 2);
}
BENCHMARK(bm_edges)->Unit(benchmark::kMicrosecond);

void bm_resnet18(benchmark::State& state) {
    const auto presets = std::filesystem::path(PLEXUS_SOURCE_DIR) / "workloads" / "presets";
    const workloads::Workload network = workloads::load_workload(presets / "resnet18.yaml");
    const auto cores = static_cast<int>(state.range(0));
    run_timelines(state, build_node_graph(network, in_rows(network, 1000, cores)), cores);
}
BENCHMARK(bm_resnet18)->Arg(1)->Arg(4)->Unit(benchmark::kMicrosecond);

void bm_design(benchmark::State& state) {
    const auto file =
        std::filesystem::path(PLEXUS_SOURCE_DIR) / "experiments" / "resnet18_multicore.yaml";
    const explorers::Experiment experiment = explorers::load_experiment(file);
    const explorers::Evaluator evaluator(experiment, 0, 1);
    const explorers::DesignPoint point = experiment.space.first();
    explorers::Outcome outcome = evaluator.evaluate(point);  // maps the tiles
    for (auto _ : state) {
        outcome = evaluator.evaluate(point);
        benchmark::DoNotOptimize(outcome.objectives.data());
    }
    if (!outcome.violations.empty()) {
        state.SkipWithError(core::to_string(outcome.violations[0]).c_str());
    }
}
BENCHMARK(bm_design)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
