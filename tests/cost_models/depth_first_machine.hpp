// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "plexus/cost_models/timeline/depth_first_model.hpp"

// A core and stacks whose depth-first cost can be worked out by hand.
namespace plexus::cost_models::depth_first::test {

inline hardware::Port one_byte_port(hardware::PortType type, std::vector<hardware::PortUse> uses) {
    return {"port", type, core::Bits(8), core::Bits(8), std::move(uses)};
}

/// One MAC unit, a buffer for maps (read 1 pJ, write 2 pJ a byte), one for weights, and a DRAM
/// (100 pJ a byte) behind both. All ports move a byte a cycle.
inline hardware::DataflowCore byte_core(std::int64_t map_bits, std::int64_t weight_bits = 1000) {
    using hardware::PortType;
    using hardware::Transfer;
    hardware::DataflowCore core;
    core.array.dimensions = {"D1"};
    core.array.sizes = {1};
    core.array.unit_energy = core::Energy(1);
    hardware::Memory weights;
    weights.name = "weights";
    weights.size = core::Bits(weight_bits);
    weights.operands = {"I2"};
    weights.served_dimensions = {"D1"};
    weights.ports = {one_byte_port(PortType::read, {{"I2", Transfer::to_low}}),
                     one_byte_port(PortType::write, {{"I2", Transfer::from_high}})};
    hardware::Memory maps;
    maps.name = "maps";
    maps.size = core::Bits(map_bits);
    maps.read_cost = core::Energy(1);
    maps.write_cost = core::Energy(2);
    maps.operands = {"I1", "O"};
    maps.served_dimensions = {"D1"};
    maps.ports = {
        one_byte_port(
            PortType::read,
            {{"I1", Transfer::to_low}, {"O", Transfer::to_low}, {"O", Transfer::to_high}}),
        one_byte_port(
            PortType::write,
            {{"I1", Transfer::from_high}, {"O", Transfer::from_high}, {"O", Transfer::from_low}})};
    hardware::Memory dram;
    dram.name = "dram";
    dram.size = core::Bits(100'000'000);
    dram.read_cost = core::Energy(100);
    dram.write_cost = core::Energy(100);
    dram.operands = {"I1", "I2", "O"};
    dram.served_dimensions = {"D1"};
    std::vector<hardware::PortUse> all;
    for (const char* operand : {"I1", "I2", "O"}) {
        for (const Transfer t :
             {Transfer::to_low, Transfer::from_low, Transfer::to_high, Transfer::from_high}) {
            all.push_back({operand, t});
        }
    }
    dram.ports = {one_byte_port(PortType::read_write, all)};
    core.memories = {weights, maps, dram};
    return core;
}

/// A cycle per position and 1 pJ per MAC of a layer with `macs` MACs per position.
inline TileCosts simple_costs(const Stack& stack, std::size_t memories) {
    return [&stack, memories](const TileWork& work) {
        TileCost cost;
        for (const StackNode& node : stack.nodes) {
            if (node.op == work.op) {
                const auto positions = static_cast<double>(work.made[0] * work.made[1]);
                cost.energy = core::Energy(node.macs * positions);
                cost.mac_energy = cost.energy;
                cost.latency = core::Cycles(positions);
                cost.latency_without_offload = cost.latency;
                cost.temporal = cost.latency;
            }
        }
        cost.memory_energy.resize(memories);
        cost.memory_bits.resize(memories);
        return std::make_shared<const TileCost>(std::move(cost));
    };
}

/// Two convolutions of 3 x 3 without padding that turn a map of 12 x 12 bytes into one of 8 x 8;
/// 9 weights of a byte each.
inline Stack two_convolutions() {
    const Window window{1, 3, 0};
    Stack stack;
    StackNode input;
    input.name = "in";
    input.size = {12, 12};
    input.bits = 8;
    StackNode a;
    a.op = 0;
    a.name = "a";
    a.size = {10, 10};
    a.bits = 8;
    a.inputs = {{0, {window, window}}};
    a.weight_bits = 72;
    a.macs = 9;
    StackNode b = a;
    b.op = 1;
    b.name = "b";
    b.size = {8, 8};
    b.inputs = {{1, {window, window}}};
    stack.nodes = {input, a, b};
    return stack;
}

}  // namespace plexus::cost_models::depth_first::test
