// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "plexus/core/random.hpp"
#include "plexus/cost_models/dataflow/layer.hpp"
#include "plexus/explorers/mapping/map_operator.hpp"
#include "plexus/hardware/core.hpp"

// Layers and cores small enough to try every mapping.
namespace plexus::explorers::test {

namespace dataflow = cost_models::dataflow;

/// A convolution of stride 1 without padding; K, C, OX, FX.
inline dataflow::Layer convolution(
    std::int64_t k, std::int64_t c, std::int64_t ox, std::int64_t fx, double stride = 1) {
    using enum dataflow::Relevance;
    dataflow::Layer layer;
    layer.name = "conv";
    layer.dims = {{"K", k}, {"C", c}, {"OX", ox}, {"FX", fx}};
    layer.partial_sum_bits = 16;
    layer.macs = static_cast<double>(k * c * ox * fx);
    dataflow::SlidingAxis axis{2, 3, stride, 1, 0};
    axis.size = 1e9;
    axis.size = axis.span(static_cast<double>(ox), static_cast<double>(fx));
    layer.operands = {{"O", "O", 8, {relevant, irrelevant, relevant, irrelevant}, {}},
                      {"W", "I2", 8, {relevant, relevant, irrelevant, relevant}, {}},
                      {"I", "I1", 8, {irrelevant, relevant, partial, partial}, {axis}}};
    return layer;
}

inline hardware::Memory memory(const std::string& name,
                               std::int64_t bits,
                               std::vector<std::string> operands,
                               std::int64_t width,
                               double cost,
                               std::vector<std::string> served) {
    using hardware::PortType;
    using hardware::Transfer;
    hardware::Memory m;
    m.name = name;
    m.size = core::Bits(bits);
    m.read_cost = core::Energy(cost);
    m.write_cost = core::Energy(cost * 1.25);
    m.operands = operands;
    m.served_dimensions = std::move(served);
    hardware::Port read{"r_port_1", PortType::read, core::Bits(8), core::Bits(width), {}};
    hardware::Port write{"w_port_1", PortType::write, core::Bits(8), core::Bits(width), {}};
    for (const std::string& operand : operands) {
        read.uses.push_back({operand, Transfer::to_low});
        write.uses.push_back({operand, Transfer::from_high});
        if (operand == "O") {
            read.uses.push_back({operand, Transfer::to_high});
            write.uses.push_back({operand, Transfer::from_low});
        }
    }
    m.ports = {read, write};
    return m;
}

/// A 4 × 4 array with a register for weights and one for sums per unit, a shared buffer and a main
/// memory.
inline hardware::DataflowCore core_of(std::int64_t weight_bits,
                                      std::int64_t sum_bits,
                                      std::int64_t buffer_bits,
                                      std::int64_t buffer_width,
                                      std::int64_t main_width) {
    hardware::DataflowCore core;
    core.array.dimensions = {"D1", "D2"};
    core.array.sizes = {4, 4};
    core.array.unit_energy = core::Energy(0.5);
    core.memories = {
        memory("weights", weight_bits, {"I2"}, 8, 0.1, {}),
        memory("sums", sum_bits, {"O"}, 16, 0.15, {"D2"}),
        memory("buffer", buffer_bits, {"I1", "I2", "O"}, buffer_width, 4, {"D1", "D2"}),
        memory("main", 10'000'000'000, {"I1", "I2", "O"}, main_width, 100, {"D1", "D2"})};
    return core;
}

inline std::int64_t pick(core::Rng& rng, const std::vector<std::int64_t>& from) {
    return from[static_cast<std::size_t>(rng.below(from.size()))];
}

/// A random layer with few prime factors and a random core for it.
inline dataflow::Layer random_layer(core::Rng& rng) {
    return convolution(pick(rng, {1, 2, 4, 6, 8}),
                       pick(rng, {1, 2, 3, 4, 8}),
                       pick(rng, {1, 2, 4, 5, 6}),
                       pick(rng, {1, 1, 2, 3}),
                       static_cast<double>(pick(rng, {1, 1, 2})));
}

inline hardware::DataflowCore random_core(core::Rng& rng) {
    return core_of(pick(rng, {8, 16, 32, 64}),
                   pick(rng, {16, 32, 64, 128}),
                   pick(rng, {256, 512, 1024, 4096}),
                   pick(rng, {8, 16, 32, 64}),
                   pick(rng, {8, 16, 64}));
}

inline dataflow::SpatialMapping random_spatial(core::Rng& rng, const dataflow::Layer& layer) {
    dataflow::SpatialMapping spatial;
    const auto lay = [&](const char* name, std::size_t dim) {
        const std::int64_t factor =
            std::min<std::int64_t>(pick(rng, {1, 2, 3, 4}), layer.dims[dim].size);
        spatial.dimensions.push_back({name, {{layer.dims[dim].name, factor}}});
    };
    lay("D1", 0);
    lay("D2", static_cast<std::size_t>(pick(rng, {1, 1, 2})));
    return spatial;
}

/// A layer on a core under one spatial mapping.
struct Problem {
    dataflow::Layer layer;
    hardware::DataflowCore core;
    MappingRequest request;

    [[nodiscard]] dataflow::LoopNestModel model() const {
        return {layer, core, spatial_candidates(layer, core, request.spatial).at(0), request.rules};
    }
};

inline Problem random_problem(core::Rng& rng) {
    Problem p{random_layer(rng), random_core(rng), {}};
    p.request.spatial.given = random_spatial(rng, p.layer);
    p.request.spatial.search = false;
    return p;
}

}  // namespace plexus::explorers::test
