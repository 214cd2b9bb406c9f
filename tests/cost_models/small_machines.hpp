// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "plexus/cost_models/core_cost_model.hpp"
#include "plexus/cost_models/operator_work.hpp"
#include "plexus/hardware/architecture.hpp"
#include "plexus/workloads/workload.hpp"

// Machines and workloads whose costs can be worked out by hand. The clock is 1 GHz, so a cycle is a
// nanosecond.
namespace plexus::cost_models::test {

inline hardware::EventCost cost(double pj, double ns) {
    return {core::Energy(pj), core::Seconds(ns * 1e-9)};
}

inline hardware::EventDrivenCore small_event_core() {
    hardware::EventDrivenCore core;
    core.neurons = 64;
    core.synaptic_memory = core::Bits(100'000);
    core.synaptic_word_bits = 64;
    core.lanes = 4;
    core.area_mm2 = 0.5;
    core.axon_in = cost(1, 16);
    core.synapse_word = cost(2, 1);
    core.synapse_op = cost(3, 4);
    core.soma_access = cost(5, 6);
    core.soma_update = cost(7, 3);
    core.spike_out = cost(11, 30);
    core.axon_out = cost(13, 5);
    return core;
}

inline hardware::Architecture event_machine(int cores) {
    hardware::Architecture a;
    a.name = "small";
    a.technology.clock = core::Frequency(1e9);
    a.core_types = {{"neuro", small_event_core()}};
    a.cores.assign(static_cast<std::size_t>(cores), 0);
    a.sync.time_by_tiles = {{1, core::Seconds(100e-9)}, {4, core::Seconds(400e-9)}};
    a.sync.energy = core::Energy(17);
    return a;
}

inline hardware::EventDrivenCore& event_core(hardware::Architecture& a) {
    return std::get<hardware::EventDrivenCore>(a.core_types[0].kind);
}

inline hardware::OffChipMemory small_dram() {
    hardware::OffChipMemory dram;
    dram.read_bandwidth = core::Bandwidth(16);
    dram.write_bandwidth = core::Bandwidth(8);
    dram.read_energy_pj_per_bit = 0.5;
    dram.write_energy_pj_per_bit = 0.25;
    return dram;
}

inline hardware::Port port(const char* name, hardware::PortType type, std::int64_t bits) {
    hardware::Port p;
    p.name = name;
    p.type = type;
    p.bandwidth_max = core::Bits(bits);
    return p;
}

/// 8 × 4 MACs, a weight register per unit, one SRAM.
inline hardware::DataflowCore small_array() {
    using hardware::PortType;
    hardware::DataflowCore core;
    core.array.dimensions = {"D1", "D2"};
    core.array.sizes = {8, 4};
    core.array.unit_energy = core::Energy(0.5);
    core.array.unit_area = 0.001;
    hardware::Memory registers;
    registers.name = "register";
    registers.size = core::Bits(64);
    registers.read_cost = core::Energy(0.1);
    registers.write_cost = core::Energy(0.2);
    registers.area = 0.0001;
    registers.operands = {"I2"};
    registers.ports = {port("rw", PortType::read_write, 8)};
    hardware::Memory sram;
    sram.name = "sram";
    sram.size = core::Bits(100'000);
    sram.read_cost = core::Energy(3);
    sram.write_cost = core::Energy(4);
    sram.area = 0.25;
    sram.latency_cycles = 2;
    sram.operands = {"I1", "I2", "O"};
    sram.served_dimensions = {"D1", "D2"};
    sram.ports = {port("r", PortType::read, 64), port("w", PortType::write, 64)};
    core.memories = {registers, sram};
    return core;
}

inline hardware::Architecture array_machine(int cores) {
    hardware::Architecture a;
    a.name = "array";
    a.technology.clock = core::Frequency(1e9);
    a.core_types = {{"npu", small_array()}};
    a.cores.assign(static_cast<std::size_t>(cores), 0);
    return a;
}

inline hardware::DataflowCore& array_core(hardware::Architecture& a) {
    return std::get<hardware::DataflowCore>(a.core_types[0].kind);
}

/// A linear layer with `density` of its weights kept, 8 bits each plus `index_bits`.
inline OperatorWork linear(std::int64_t rows,
                           std::int64_t columns,
                           std::int64_t batch,
                           double density = 1,
                           double index_bits = 0) {
    OperatorWork w;
    w.kind = workloads::OperatorKind::contraction;
    w.shape = {.rows = rows, .columns = columns, .batch = batch, .groups = 1};
    const auto elements = static_cast<double>(rows * columns);
    w.points = elements * static_cast<double>(batch);
    w.operations = w.points;
    w.input_elements = static_cast<double>(columns * batch);
    w.input_bits = w.input_elements * 8;
    w.output_elements = static_cast<double>(rows * batch);
    w.output_bits = w.output_elements * 8;
    w.weight_elements = elements;
    w.weight_storage_bits = elements * density * (8 + index_bits);
    w.weight_read_bits = w.weight_storage_bits;
    w.weight_work = elements * density;
    w.weight_density = density;
    w.weight_pattern = workloads::Pattern::unstructured;
    w.constant_weights = true;
    w.reduction_length = static_cast<double>(columns);
    return w;
}

/// An operator without weights on `elements` values.
inline OperatorWork on_elements(workloads::OperatorKind kind,
                                std::int64_t elements,
                                double operations_per_element,
                                double reduction_length = 1) {
    OperatorWork w;
    w.kind = kind;
    w.shape.rows = elements;
    w.points = static_cast<double>(elements);
    w.operations = w.points * operations_per_element;
    w.input_elements = w.points;
    w.input_bits = w.points * 8;
    w.output_elements = w.points;
    w.output_bits = w.points * 8;
    w.reduction_length = reduction_length;
    return w;
}

/// y = W2 · relu(W1 · x): x [columns], W1 [hidden, columns], W2 [rows, hidden].
inline workloads::Workload two_layers(std::int64_t columns,
                                      std::int64_t hidden,
                                      std::int64_t rows) {
    using workloads::IndexExpr;
    using workloads::Operator;
    using workloads::OperatorKind;
    using workloads::Tensor;
    using workloads::TensorRole;
    using workloads::Workload;
    Workload w;
    w.name = "two layers";
    const auto tensor = [&](const char* name, TensorRole role, std::vector<std::int64_t> shape) {
        Tensor t;
        t.name = name;
        t.role = role;
        t.shape = std::move(shape);
        w.tensors.push_back(t);
        return w.tensors.size() - 1;
    };
    const auto x = tensor("x", TensorRole::input, {1, columns});
    const auto w1 = tensor("w1", TensorRole::weight, {hidden, columns});
    const auto h = tensor("h", TensorRole::activation, {1, hidden});
    const auto r = tensor("r", TensorRole::activation, {1, hidden});
    const auto w2 = tensor("w2", TensorRole::weight, {rows, hidden});
    const auto y = tensor("y", TensorRole::output, {1, rows});
    const auto index = [](std::size_t dim) { return IndexExpr{"", {{dim, 1}}}; };
    const auto gemm = [&](const char* name,
                          std::size_t in,
                          std::size_t weights,
                          std::size_t out,
                          std::int64_t k,
                          std::int64_t c) {
        Operator op;
        op.name = name;
        op.dims = {{"B", 1}, {"K", k}, {"C", c}};
        op.output = {"O", out, {index(0), index(1)}};
        op.inputs = {{"I", in, {index(0), index(2)}}, {"W", weights, {index(1), index(2)}}};
        w.operators.push_back(op);
    };
    gemm("first", x, w1, h, hidden, columns);
    Operator relu;
    relu.name = "relu";
    relu.kind = OperatorKind::elementwise;
    relu.dims = {{"B", 1}, {"K", hidden}};
    relu.output = {"O", r, {index(0), index(1)}};
    relu.inputs = {{"I", h, {index(0), index(1)}}};
    w.operators.push_back(relu);
    gemm("second", r, w2, y, rows, hidden);
    w.edges = {{0, 1, h}, {1, 2, r}};
    return w;
}

inline std::vector<OperatorWork> works_of(const workloads::Workload& workload) {
    std::vector<OperatorWork> works;
    for (std::size_t i = 0; i < workload.operators.size(); ++i) {
        works.push_back(operator_work(workload, i, nullptr));
    }
    return works;
}

}  // namespace plexus::cost_models::test
