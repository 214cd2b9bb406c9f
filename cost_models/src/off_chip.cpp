// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/off_chip.hpp"

#include <algorithm>

namespace plexus::cost_models {

namespace {

using hardware::Memory;
using hardware::OffChipMemory;
using hardware::Port;
using hardware::PortType;
using hardware::Transfer;

/// Width of all ports that can do one kind of access, in bit/cycle.
double total_width(const Memory& memory, PortType type) {
    double width = 0;
    for (const Port& port : memory.ports) {
        if (port.type == type || port.type == PortType::read_write) {
            width += static_cast<double>(port.bandwidth_max.value);
        }
    }
    return width;
}

double widest_port(const Memory& memory) {
    double width = 1;
    for (const Port& port : memory.ports) {
        width = std::max(width, static_cast<double>(port.bandwidth_max.value));
    }
    return width;
}

OffChipMemory as_off_chip(const Memory& memory) {
    OffChipMemory out;
    out.name = memory.name;
    out.size = memory.size;
    out.read_bandwidth = core::Bandwidth(total_width(memory, PortType::read));
    out.write_bandwidth = core::Bandwidth(total_width(memory, PortType::write));
    out.read_energy_pj_per_bit = memory.read_cost.value / widest_port(memory);
    out.write_energy_pj_per_bit = memory.write_cost.value / widest_port(memory);
    return out;
}

}  // namespace

std::optional<OffChipMemory> off_chip_memory(const hardware::Architecture& architecture) {
    if (architecture.off_chip) {
        return architecture.off_chip;
    }
    for (const hardware::Core& core : architecture.core_types) {
        const auto* dataflow = std::get_if<hardware::DataflowCore>(&core.kind);
        if (dataflow != nullptr &&
            on_chip_levels(architecture, *dataflow) < dataflow->memories.size()) {
            return as_off_chip(dataflow->memories.back());
        }
    }
    return std::nullopt;
}

const Port* find_port(const Memory& memory, const char* operand, Transfer transfer) {
    const bool writes = transfer == Transfer::from_high || transfer == Transfer::from_low;
    const Port* fallback = nullptr;
    for (const Port& port : memory.ports) {
        for (const hardware::PortUse& use : port.uses) {
            if (use.operand == operand && use.transfer == transfer) {
                return &port;
            }
        }
        const bool able = port.type == PortType::read_write ||
                          port.type == (writes ? PortType::write : PortType::read);
        if (able && fallback == nullptr) {
            fallback = &port;
        }
    }
    return fallback;
}

}  // namespace plexus::cost_models
