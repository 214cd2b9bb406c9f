// SPDX-License-Identifier: Apache-2.0
#include "mapping/core_hierarchy.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "plexus/cost_models/off_chip.hpp"

namespace plexus::explorers {
namespace {

using hardware::Memory;
using hardware::Port;
using hardware::PortType;
using hardware::Transfer;

/// Bandwidth and energy of the links between off-chip memory and a core, one way.
struct Way {
    double bandwidth = std::numeric_limits<double>::infinity();
    double energy_pj_per_bit = 0;
};

Way way_between(const hardware::Architecture& architecture, int from, int to) {
    Way way;
    if (const auto route = architecture.interconnect.route(from, to)) {
        for (const hardware::Link& link : *route) {
            way.bandwidth = std::min(way.bandwidth, link.bandwidth.value);
            way.energy_pj_per_bit += link.energy_pj_per_bit;
        }
    }
    return way;
}

Port port_of(const char* name,
             PortType type,
             double bandwidth,
             std::vector<hardware::PortUse> uses) {
    const core::Bits width(std::max<std::int64_t>(1, static_cast<std::int64_t>(bandwidth)));
    return {name, type, width, width, std::move(uses)};
}

/// The machine's off-chip memory as the top memory of a core.
Memory top_memory(const hardware::Architecture& architecture,
                  const hardware::OffChipMemory& off_chip,
                  int id,
                  const hardware::DataflowCore& core) {
    const int outside = hardware::Interconnect::off_chip;
    const Way in = way_between(architecture, outside, id);
    const Way out = way_between(architecture, id, outside);
    Memory memory;
    memory.name = off_chip.name;
    memory.type = "dram";
    // 0 stands for large enough.
    memory.size = off_chip.size.value > 0
                      ? off_chip.size
                      : core::Bits(std::numeric_limits<std::int64_t>::max() / 4);
    memory.operands = {"I1", "I2", "O"};
    memory.served_dimensions = core.array.dimensions;
    memory.ports = {
        port_of("read",
                PortType::read,
                std::min(off_chip.read_bandwidth.value, in.bandwidth),
                {{"I1", Transfer::to_low}, {"I2", Transfer::to_low}, {"O", Transfer::to_low}}),
        port_of("write",
                PortType::write,
                std::min(off_chip.write_bandwidth.value, out.bandwidth),
                {{"O", Transfer::from_low}})};
    const auto width = [&](std::size_t port) {
        return static_cast<double>(memory.ports[port].bandwidth_max.value);
    };
    memory.read_cost =
        core::Energy((off_chip.read_energy_pj_per_bit + in.energy_pj_per_bit) * width(0));
    memory.write_cost =
        core::Energy((off_chip.write_energy_pj_per_bit + out.energy_pj_per_bit) * width(1));
    return memory;
}

/// What comes from outside the chip is stored there as in the outermost memory that has a format
/// for it: nothing converts it on the way.
void store_alike(const std::string& outside, hardware::CoreSparsity& sparsity) {
    hardware::MemorySparsity top;
    top.memory = outside;
    for (const hardware::MemorySparsity& memory : sparsity.memories) {  // the outermost last
        for (const auto& [operand, ranks] : memory.formats) {
            top.formats[operand] = ranks;
        }
    }
    sparsity.memories.push_back(std::move(top));
}

void remove_operand(Memory& memory, const std::string& operand) {
    std::erase(memory.operands, operand);
    for (Port& port : memory.ports) {
        std::erase_if(port.uses,
                      [&](const hardware::PortUse& use) { return use.operand == operand; });
    }
}

}  // namespace

CoreHierarchy hierarchy_of(const hardware::Architecture& architecture,
                           int id,
                           const OffChipOperands& off_chip) {
    CoreHierarchy result{std::get<hardware::DataflowCore>(architecture.core(id).kind), false};
    std::vector<Memory>& memories = result.core.memories;
    const std::size_t on_chip = cost_models::on_chip_levels(architecture, result.core);
    result.has_off_chip = on_chip < memories.size();
    if (!result.has_off_chip && architecture.off_chip) {
        memories.push_back(top_memory(architecture, *architecture.off_chip, id, result.core));
        result.has_off_chip = true;
        if (result.core.sparsity) {
            store_alike(memories.back().name, *result.core.sparsity);
        }
    }
    if (!result.has_off_chip) {
        return result;
    }
    const std::pair<const char*, bool> uses[] = {
        {"I1", off_chip.inputs}, {"I2", off_chip.weights}, {"O", off_chip.output}};
    for (const auto& [operand, outside] : uses) {
        if (!outside) {
            remove_operand(memories.back(), operand);
        }
    }
    if (!off_chip.any()) {
        memories.pop_back();
        result.has_off_chip = false;
    }
    return result;
}

}  // namespace plexus::explorers
