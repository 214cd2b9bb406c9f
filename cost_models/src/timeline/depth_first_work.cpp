// SPDX-License-Identifier: Apache-2.0
// A tile of a layer as a layer of its own, on a core without the memories it may not use.
#include <algorithm>
#include <string>

#include "plexus/cost_models/dataflow/mapping.hpp"
#include "plexus/cost_models/timeline/depth_first_model.hpp"

namespace plexus::cost_models::depth_first {

namespace {

constexpr std::array<const char*, role_count> memory_operands{"O", "I1", "I2"};

void forget_operand(hardware::Memory& memory, const std::string& operand) {
    std::erase(memory.operands, operand);
    for (hardware::Port& port : memory.ports) {
        std::erase_if(port.uses, [&](const auto& use) { return use.operand == operand; });
    }
}

/// Serves I2 wherever, and as, I1 is served.
void hold_second_map(hardware::Memory& memory) {
    forget_operand(memory, memory_operands[weight]);
    const auto& operands = memory.operands;
    if (std::find(operands.begin(), operands.end(), memory_operands[feature]) == operands.end()) {
        return;
    }
    memory.operands.emplace_back(memory_operands[weight]);
    for (hardware::Port& port : memory.ports) {
        const std::vector<hardware::PortUse> uses = port.uses;
        for (const hardware::PortUse& use : uses) {
            if (use.operand == memory_operands[feature]) {
                port.uses.push_back({memory_operands[weight], use.transfer});
            }
        }
    }
}

}  // namespace

Levels levels_of(const hardware::DataflowCore& core) {
    Levels levels;
    for (std::size_t r = 0; r < role_count; ++r) {
        levels[r] = dataflow::memories_of(core, memory_operands[r]);
    }
    return levels;
}

bool reads_two_maps(const workloads::Workload& workload, std::size_t op) {
    const auto& inputs = workload.operators[op].inputs;
    const auto is_map = [&](const workloads::Access& input) {
        const workloads::Tensor& tensor = workload.tensors[input.tensor];
        return tensor.role != workloads::TensorRole::weight && tensor.bits > 0;
    };
    return inputs.size() > 1 && is_map(inputs[0]) && is_map(inputs[1]);
}

dataflow::Layer tile_layer(const workloads::Workload& workload,
                           const TileWork& work,
                           const AxisNames& names) {
    dataflow::Layer layer = dataflow::layer_of(workload, work.op);
    const std::array<std::string, axis_count> axes{names.x, names.y};
    for (std::size_t a = 0; a < axis_count; ++a) {
        const std::size_t dim = layer.dim(axes[a]);
        if (dim == layer.dims.size()) {
            continue;
        }
        layer.dims[dim].size = work.made[a];
        for (dataflow::LayerOperand& operand : layer.operands) {
            for (dataflow::SlidingAxis& axis : operand.axes) {
                if (axis.first == dim || axis.second == dim) {
                    axis.size = static_cast<double>(work.needed[a]);
                }
            }
        }
    }
    layer.macs = 1;
    for (const workloads::LoopDim& dim : layer.dims) {
        layer.macs *= static_cast<double>(dim.size);
    }
    return layer;
}

hardware::DataflowCore tile_core(const hardware::DataflowCore& core,
                                 const TileWork& work,
                                 bool two_maps) {
    hardware::DataflowCore left = core;
    const Levels levels = levels_of(core);
    for (std::size_t r = 0; r < role_count; ++r) {
        for (std::size_t l = work.levels[r]; l < levels[r].size(); ++l) {
            forget_operand(left.memories[levels[r][l]], memory_operands[r]);
        }
    }
    if (two_maps) {
        for (hardware::Memory& memory : left.memories) {
            hold_second_map(memory);
        }
    }
    std::erase_if(left.memories, [](const auto& memory) { return memory.operands.empty(); });
    return left;
}

}  // namespace plexus::cost_models::depth_first
