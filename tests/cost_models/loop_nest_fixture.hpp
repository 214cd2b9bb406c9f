// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "plexus/cost_models/dataflow/loop_nest_cost.hpp"

namespace plexus::cost_models::dataflow::tests {

inline hardware::Port port(std::string name,
                           std::int64_t least,
                           std::int64_t most,
                           std::vector<hardware::PortUse> uses) {
    return {std::move(name),
            hardware::PortType::read_write,
            core::Bits(least),
            core::Bits(most),
            std::move(uses)};
}

inline hardware::Memory memory(std::string name,
                               std::int64_t bits,
                               double read,
                               double write,
                               std::vector<std::string> operands,
                               std::vector<std::string> served,
                               std::vector<hardware::Port> ports) {
    hardware::Memory m;
    m.name = std::move(name);
    m.size = core::Bits(bits);
    m.read_cost = core::Energy(read);
    m.write_cost = core::Energy(write);
    m.operands = std::move(operands);
    m.served_dimensions = std::move(served);
    m.ports = std::move(ports);
    return m;
}

/// The core of the worked example in docs/models/dataflow.md: 2×2 MACs of 1 pJ, an accumulator of
/// 64 bits per row shared by D2, a buffer l1, a DRAM with 8 bits per cycle.
inline hardware::DataflowCore worked_core() {
    using enum hardware::Transfer;
    hardware::DataflowCore core;
    core.array.dimensions = {"D1", "D2"};
    core.array.sizes = {2, 2};
    core.array.unit_energy = core::Energy(1);
    core.memories = {
        memory("acc",
               64,
               0.1,
               0.1,
               {"O"},
               {"D2"},
               {port("r1", 16, 16, {{"O", to_low}}),
                port("r2", 16, 16, {{"O", to_high}}),
                port("w1", 16, 16, {{"O", from_low}}),
                port("w2", 16, 16, {{"O", from_high}})}),
        memory("l1",
               4096,
               10,
               12,
               {"I1", "I2", "O"},
               {"D1", "D2"},
               {port("r", 16, 64, {{"I1", to_low}, {"I2", to_low}, {"O", to_low}, {"O", to_high}}),
                port("w",
                     16,
                     64,
                     {{"I1", from_high}, {"I2", from_high}, {"O", from_low}, {"O", from_high}})}),
        memory(
            "dram",
            1'000'000,
            50,
            50,
            {"I1", "I2", "O"},
            {"D1", "D2"},
            {port("rw", 8, 8, {{"I1", to_low}, {"I2", to_low}, {"O", to_low}, {"O", from_low}})}),
    };
    return core;
}

/// O[b][k] = I[b][c] · W[k][c], 8 bits, partial sums of 16 bits. Dimensions B, K, C.
inline Layer gemm(std::int64_t b, std::int64_t k, std::int64_t c) {
    const auto r = Relevance::relevant;
    const auto ir = Relevance::irrelevant;
    return {"gemm",
            {{"B", b}, {"K", k}, {"C", c}},
            {{"O", "O", 8, {r, r, ir}, {}},
             {"I", "I1", 8, {r, ir, r}, {}},
             {"W", "I2", 8, {ir, r, r}, {}}},
            16,
            static_cast<double>(b) * static_cast<double>(k) * static_cast<double>(c)};
}

/// K and C side by side; in time B, C, K from inside; O in the accumulator below K, all else in l1.
inline Mapping worked_mapping() {
    Mapping m;
    m.spatial.dimensions = {{"D1", {{"K", 2}}}, {"D2", {{"C", 2}}}};
    m.temporal.order = {{0, 4}, {2, 4}, {1, 4}};
    m.temporal.cuts[0] = {2, 3, 3};
    m.temporal.cuts[1] = {3, 3};
    m.temporal.cuts[2] = {3, 3};
    return m;
}

}  // namespace plexus::cost_models::dataflow::tests
