// SPDX-License-Identifier: Apache-2.0
//
// Mapping the convolutions of ResNet-18 onto a 32 × 32 array with a weight and a sum register per
// unit, a 2 MB buffer and a main memory: evaluations per second of the exhaustive search
// (`items_per_second`), and the time of each engine for the whole network (equal layers once).
#include <cstdint>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "plexus/explorers/mapping/map_operator.hpp"

namespace {

using namespace plexus;
using namespace plexus::explorers;

dataflow::Layer convolution(
    std::int64_t k, std::int64_t c, std::int64_t out, std::int64_t f, double s) {
    using enum dataflow::Relevance;
    dataflow::Layer layer;
    layer.name = "conv";
    layer.dims = {{"K", k}, {"C", c}, {"OX", out}, {"OY", out}, {"FX", f}, {"FY", f}};
    layer.macs = static_cast<double>(k * c * out * out * f * f);
    const double size = s * static_cast<double>(out);  // padded to keep out × stride
    const auto i = dataflow::SlidingAxis{2, 4, s, 1, size};
    const auto j = dataflow::SlidingAxis{3, 5, s, 1, size};
    layer.operands = {
        {"O", "O", 8, {relevant, irrelevant, relevant, relevant, irrelevant, irrelevant}, {}},
        {"W", "I2", 8, {relevant, relevant, irrelevant, irrelevant, relevant, relevant}, {}},
        {"I", "I1", 8, {irrelevant, relevant, partial, partial, partial, partial}, {i, j}}};
    return layer;
}

/// The 20 convolutions (He et al., "Deep residual learning for image recognition", CVPR 2016).
std::vector<dataflow::Layer> resnet18() {
    std::vector<dataflow::Layer> layers{convolution(64, 3, 112, 7, 2)};
    layers.insert(layers.end(), 4, convolution(64, 64, 56, 3, 1));
    std::int64_t channels = 64;
    for (const std::int64_t out : {28, 14, 7}) {
        layers.push_back(convolution(2 * channels, channels, out, 3, 2));
        layers.push_back(convolution(2 * channels, channels, out, 1, 2));
        channels *= 2;
        layers.insert(layers.end(), 3, convolution(channels, channels, out, 3, 1));
    }
    return layers;
}

hardware::Memory memory(const std::string& name,
                        std::int64_t bits,
                        double cost,
                        std::int64_t width,
                        const std::vector<std::string>& operands,
                        std::vector<std::string> served) {
    using hardware::Transfer;
    hardware::Memory m;
    m.name = name;
    m.size = core::Bits(bits);
    m.read_cost = core::Energy(cost);
    m.write_cost = core::Energy(cost);
    m.operands = operands;
    m.served_dimensions = std::move(served);
    const auto granule = core::Bits(width < 64 ? width : 64);
    hardware::Port read{"r_port_1", hardware::PortType::read, granule, core::Bits(width), {}};
    hardware::Port write{"w_port_1", hardware::PortType::write, granule, core::Bits(width), {}};
    for (const std::string& operand : operands) {
        read.uses.push_back({operand, Transfer::to_low});
        write.uses.push_back({operand, Transfer::from_high});
        read.uses.push_back({operand, Transfer::to_high});
        write.uses.push_back({operand, Transfer::from_low});
    }
    m.ports = {read, write};
    return m;
}

hardware::DataflowCore array() {
    hardware::DataflowCore core;
    core.array.dimensions = {"D1", "D2"};
    core.array.sizes = {32, 32};
    core.array.unit_energy = core::Energy(0.04);
    core.memories = {memory("weights", 1024, 0.095, 8, {"I2"}, {}),
                     memory("sums", 16, 0.021, 16, {"O"}, {"D2"}),
                     memory("buffer", 16'777'216, 400, 2048, {"I1", "O"}, {"D1", "D2"}),
                     memory("main", 10'000'000'000, 700, 64, {"I1", "I2", "O"}, {"D1", "D2"})};
    return core;
}

MappingRequest request(std::int64_t objective) {
    MappingRequest r;
    r.spatial.given = {{{"D1", {{"K", 32}}}, {"D2", {{"C", 32}}}}};
    r.spatial.search = false;
    r.temporal.objective = static_cast<MappingObjective>(objective);
    return r;
}

void search(benchmark::State& state) {
    const auto registry = builtin_mappers();
    auto params = core::defaults(registry.find("exhaustive")->params);
    params.set("loop_limit", std::int64_t{8});
    const auto mapper = registry.create("exhaustive", params);
    const dataflow::Layer layer = convolution(128, 128, 28, 3, 1);
    std::int64_t evaluated = 0;
    for (auto _ : state) {
        evaluated +=
            map_operator(layer, array(), request(0), *mapper, "exhaustive").certificate.evaluated;
    }
    state.SetItemsProcessed(evaluated);
}

void network(benchmark::State& state, const std::string& engine) {
    const auto registry = builtin_mappers();
    auto params = core::defaults(registry.find(engine)->params);
    if (engine == "optimal") {
        params.set("max_seconds", 5.0);
    }
    const auto mapper = registry.create(engine, params);
    double gap = 0;
    for (auto _ : state) {
        MappingMemo memo;
        gap = 0;
        for (const auto& result : map_layers(resnet18(),
                                             array(),
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

BENCHMARK(search)->Unit(benchmark::kMillisecond);
// Objective (0 = latency, 1 = energy), threads.
BENCHMARK_CAPTURE(network, exhaustive, "exhaustive")
    ->ArgsProduct({{0, 1}, {1, 2}})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(network, annealing, "annealing")
    ->ArgsProduct({{0, 1}, {1}})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(network, optimal, "optimal")
    ->ArgsProduct({{0, 1}, {1}})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

BENCHMARK_MAIN();
