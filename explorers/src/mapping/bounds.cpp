// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/mapping/bounds.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "plexus/explorers/mapping/allocation.hpp"

namespace plexus::explorers {

namespace {

/// pJ per bit of the port that carries a transfer; 0 if there is none.
double cost_per_bit(const hardware::Memory& memory,
                    const std::string& operand,
                    hardware::Transfer transfer) {
    double cost = 0;
    for (const hardware::Port& port : memory.ports) {
        for (const hardware::PortUse& use : port.uses) {
            if (use.operand == operand && use.transfer == transfer) {
                const bool read = transfer == hardware::Transfer::to_low ||
                                  transfer == hardware::Transfer::to_high;
                cost = (read ? memory.read_cost : memory.write_cost).value /
                       static_cast<double>(port.bandwidth_max.value);
            }
        }
    }
    return cost;
}

}  // namespace

LowerBounds lower_bounds(const dataflow::LoopNestModel& model, const hardware::DataflowCore& core) {
    using hardware::Transfer;
    const auto fractional = [](double lanes) { return lanes != std::floor(lanes); };
    if (model.rules() == dataflow::Rules::zigzag &&
        std::any_of(model.lanes().begin(), model.lanes().end(), fractional)) {
        // Elements in fractions of lanes are rounded, also down: some data is never counted.
        return {model.ideal_cycles(), model.mac_energy()};
    }
    const dataflow::Layer& layer = model.layer();
    const DataSizes sizes(layer, core, {}, model.rules());
    std::vector<double> extents;
    for (const workloads::LoopDim& dim : layer.dims) {
        extents.push_back(static_cast<double>(dim.size));
    }
    double energy = 0;
    for (std::size_t o = 0; o < layer.operands.size(); ++o) {
        const dataflow::LayerOperand& operand = layer.operands[o];
        const double bits = sizes.elements(o, extents.data()) * operand.bits;
        for (std::size_t l = 0; l < model.levels(o); ++l) {
            const hardware::Memory& memory = core.memories[model.memory(o, l)];
            const Transfer inner = o == 0 ? Transfer::from_low : Transfer::to_low;
            const Transfer outer = o == 0 ? Transfer::to_high : Transfer::from_high;
            energy += bits * cost_per_bit(memory, operand.memory_operand, inner);
            if (l + 1 < model.levels(o)) {
                energy += bits * cost_per_bit(memory, operand.memory_operand, outer);
            }
        }
    }
    return {model.ideal_cycles(), model.mac_energy() + core::Energy(energy)};
}

}  // namespace plexus::explorers
