// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "plexus/cost_models/timeline/timeline.hpp"
#include "plexus/cost_models/timeline/timeline_check.hpp"

#include "small_machines.hpp"

// Small networks that are cut into tiles, and machines that run them.
namespace plexus::cost_models::test {

/// Builds a network operator by operator. Maps are [channels, rows].
class TileNetwork {
  public:
    /// A map from outside.
    std::size_t input(std::int64_t channels, std::int64_t rows) {
        return tensor(workloads::TensorRole::input, {channels, rows});
    }

    /// A convolution along the rows with `taps` taps.
    std::size_t conv(std::size_t from,
                     std::int64_t outputs,
                     std::int64_t taps,
                     std::int64_t stride = 1,
                     std::int64_t padding = 0) {
        const auto& in = workload.tensors[from].shape;
        const std::int64_t channels = in[0];
        const std::int64_t rows = (in[1] + 2 * padding - taps) / stride + 1;
        const std::size_t weights =
            tensor(workloads::TensorRole::weight, {outputs, channels, taps});
        const std::size_t out = tensor(workloads::TensorRole::activation, {outputs, rows});
        workloads::Operator op;
        op.name = "conv" + std::to_string(workload.operators.size());
        op.dims = {{"K", outputs}, {"C", channels}, {"OY", rows}, {"FY", taps}};
        op.output = {"O", out, {index(0), index(2)}};
        op.inputs = {{"I", from, {index(1), {"iy", {{2, stride}, {3, 1}}}}},
                     {"W", weights, {index(0), index(1), index(3)}}};
        op.padding = {{"iy", padding, padding}};
        workload.operators.push_back(std::move(op));
        return out;
    }

    std::size_t add(std::size_t a, std::size_t b) {
        const auto shape = workload.tensors[a].shape;
        const std::size_t out = tensor(workloads::TensorRole::activation, shape);
        workloads::Operator op;
        op.name = "add" + std::to_string(workload.operators.size());
        op.kind = workloads::OperatorKind::elementwise;
        op.dims = {{"K", shape[0]}, {"OY", shape[1]}};
        op.output = {"O", out, {index(0), index(1)}};
        op.inputs = {{"I", a, {index(0), index(1)}}, {"W", b, {index(0), index(1)}}};
        workload.operators.push_back(std::move(op));
        return out;
    }

    /// The map turned on its side: rows become channels.
    std::size_t transpose(std::size_t from) {
        const auto shape = workload.tensors[from].shape;
        const std::size_t out = tensor(workloads::TensorRole::activation, {shape[1], shape[0]});
        workloads::Operator op;
        op.name = "transpose" + std::to_string(workload.operators.size());
        op.kind = workloads::OperatorKind::elementwise;
        op.dims = {{"K", shape[1]}, {"OY", shape[0]}};
        op.output = {"O", out, {index(0), index(1)}};
        op.inputs = {{"I", from, {index(1), index(0)}}};
        workload.operators.push_back(std::move(op));
        return out;
    }

    std::size_t tensor(workloads::TensorRole role, std::vector<std::int64_t> shape) {
        workload.tensors.push_back(
            {"t" + std::to_string(workload.tensors.size()), role, std::move(shape), 8, 1, {}});
        return workload.tensors.size() - 1;
    }

    static workloads::IndexExpr index(std::size_t dim) { return {"", {{dim, 1}}}; }

    workloads::Workload workload;
};

/// Cores with separate memories for weights and tensors, and a DRAM of 16 bits per cycle in and 8
/// out.
inline hardware::Architecture tile_architecture(int cores,
                                                std::int64_t weight_bits,
                                                std::int64_t tensor_bits) {
    hardware::Architecture a = array_machine(cores);
    auto& core = array_core(a);
    hardware::Memory& weights = core.memories[0];
    weights.name = "weights";
    weights.size = core::Bits(weight_bits);
    weights.served_dimensions = {"D1", "D2"};
    hardware::Memory& tensors = core.memories[1];
    tensors.size = core::Bits(tensor_bits);
    tensors.operands = {"I1", "O"};
    a.off_chip = small_dram();
    return a;
}

/// Cores that write what they make into memory "results", beside "inputs" of the same size.
inline void write_elsewhere(hardware::Architecture& a) {
    for (hardware::Core& core : a.core_types) {
        auto& memories = std::get<hardware::DataflowCore>(core.kind).memories;
        memories.push_back(memories[1]);
        memories[1].name = "inputs";
        memories[1].operands = {"I1"};
        memories[2].name = "results";
        memories[2].operands = {"O"};
    }
}

/// Directed links between neighbours of a row of cores, of 4 bits per cycle and 1 pJ per bit.
inline void link_in_a_row(hardware::Architecture& a) {
    for (int c = 0; c + 1 < a.core_count(); ++c) {
        a.interconnect.links.push_back({c, c + 1, 2 * c, core::Bandwidth(4), 1});
        a.interconnect.links.push_back({c + 1, c, 2 * c + 1, core::Bandwidth(4), 1});
    }
}

/// One bus of 4 bits per cycle and 1 pJ per bit between all cores.
inline void join_by_bus(hardware::Architecture& a) {
    for (int from = 0; from < a.core_count(); ++from) {
        for (int to = 0; to < a.core_count(); ++to) {
            if (from != to) {
                a.interconnect.links.push_back({from, to, 0, core::Bandwidth(4), 1});
            }
        }
    }
}

/// Every node takes `cycles` and 2 pJ on every type of core.
inline timeline::NodeCosts even_costs(const timeline::NodeGraph& graph,
                                      std::int64_t cycles,
                                      std::int32_t core_types = 1) {
    timeline::NodeCosts costs{core_types, {}};
    timeline::NodeCost cost;
    cost.feasible = true;
    cost.cycles = cycles;
    cost.energy_pj = 2;
    costs.entries.assign(graph.shapes.size() * static_cast<std::size_t>(core_types), cost);
    return costs;
}

/// All on core 0.
inline timeline::TileSchedule on_one_core(const timeline::NodeGraph& graph) {
    timeline::TileSchedule schedule;
    schedule.core_of_group.assign(graph.groups.size(), 0);
    return schedule;
}

}  // namespace plexus::cost_models::test
