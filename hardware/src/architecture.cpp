// SPDX-License-Identifier: Apache-2.0
#include "plexus/hardware/architecture.hpp"

#include <algorithm>

namespace plexus::hardware {

using core::Hasher;

namespace {

void add(Hasher& hasher, const std::vector<std::string>& words) {
    hasher.add(static_cast<std::uint64_t>(words.size()));
    for (const std::string& word : words) {
        hasher.add(word);
    }
}

void add(Hasher& hasher, const std::vector<std::int64_t>& numbers) {
    hasher.add(static_cast<std::uint64_t>(numbers.size()));
    for (const std::int64_t number : numbers) {
        hasher.add(number);
    }
}

void add(Hasher& hasher, const Port& port) {
    hasher.add(port.name).add(static_cast<int>(port.type));
    hasher.add(port.bandwidth_min.value).add(port.bandwidth_max.value);
    hasher.add(static_cast<std::uint64_t>(port.uses.size()));
    for (const PortUse& use : port.uses) {
        hasher.add(use.operand).add(static_cast<int>(use.transfer));
    }
}

void add(Hasher& hasher, const Memory& memory) {
    hasher.add(memory.name).add(memory.size.value);
    hasher.add(memory.read_cost.value).add(memory.write_cost.value).add(memory.area);
    hasher.add(memory.latency_cycles).add(memory.type);
    add(hasher, memory.operands);
    hasher.add(static_cast<std::uint64_t>(memory.ports.size()));
    for (const Port& port : memory.ports) {
        add(hasher, port);
    }
    add(hasher, memory.served_dimensions);
    hasher.add(memory.force_double_buffering).add(memory.auto_cost_extraction);
}

void add(Hasher& hasher, const MemorySparsity& memory) {
    hasher.add(memory.memory).add(static_cast<std::uint64_t>(memory.formats.size()));
    for (const auto& [operand, ranks] : memory.formats) {
        hasher.add(operand).add(static_cast<std::uint64_t>(ranks.size()));
        for (const StoredRank& rank : ranks) {
            hasher.add(static_cast<int>(rank.format)).add(rank.bits);
        }
    }
    hasher.add(static_cast<std::uint64_t>(memory.units.size()));
    for (const SavingRule& rule : memory.units) {
        hasher.add(static_cast<int>(rule.saving)).add(rule.target);
        add(hasher, rule.leaders);
    }
    add(hasher, memory.converts);
    hasher.add(memory.metadata_size_bits).add(memory.metadata_pj_per_bit.has_value());
    hasher.add(memory.metadata_pj_per_bit.value_or(0));
}

void add(Hasher& hasher, const std::optional<CoreSparsity>& sparsity) {
    hasher.add(sparsity.has_value());
    if (sparsity) {
        hasher.add(sparsity->compute_gates).add(sparsity->compute_skips).add(sparsity->gated_share);
        hasher.add(static_cast<std::uint64_t>(sparsity->memories.size()));
        for (const MemorySparsity& memory : sparsity->memories) {
            add(hasher, memory);
        }
    }
}

void add(Hasher& hasher, const DataflowCore& core) {
    const OperationalArray& array = core.array;
    add(hasher, array.dimensions);
    add(hasher, array.sizes);
    hasher.add(array.unit_energy.value).add(array.unit_area);
    add(hasher, array.input_precision_bits);
    hasher.add(array.is_imc).add(array.imc_type);
    hasher.add(array.adc_resolution_bits).add(array.bit_serial_precision_bits);
    hasher.add(static_cast<std::uint64_t>(array.operation_cycles.size()));
    for (const auto& [type, cycles] : array.operation_cycles) {
        hasher.add(type).add(cycles);
    }
    hasher.add(static_cast<std::uint64_t>(core.memories.size()));
    for (const Memory& memory : core.memories) {
        add(hasher, memory);
    }
    hasher.add(static_cast<std::uint64_t>(core.dataflows.size()));
    for (const auto& [dimension, loops] : core.dataflows) {
        hasher.add(dimension);
        add(hasher, loops);
    }
    add(hasher, core.sparsity);
}

void add(Hasher& hasher, const EventCost& cost) {
    hasher.add(cost.energy.value).add(cost.time.value);
}

void add(Hasher& hasher, const EventDrivenCore& core) {
    hasher.add(core.neurons).add(core.synaptic_memory.value).add(core.synaptic_word_bits);
    hasher.add(core.axons_in).add(core.axons_out).add(core.lanes);
    hasher.add(core.payload_bits).add(core.state_bits).add(static_cast<int>(core.scan));
    hasher.add(core.area_mm2).add(core.dynamic_weights).add(static_cast<int>(core.prices));
    hasher.add(core.weight_bits).add(core.index_bits).add(core.pointer_bits);
    hasher.add(core.fan_in).add(core.fan_out).add(core.state_ways).add(core.reusable);
    hasher.add(static_cast<std::uint64_t>(core.formats.size()));
    for (const FormatPrice& price : core.formats) {
        hasher.add(static_cast<int>(price.format));
        add(hasher, price.operation);
    }
    hasher.add(static_cast<int>(core.coding.kind)).add(core.coding.window);
    hasher.add(core.coding.mean_rate).add(core.coding.changed);
    add(hasher, core.neuron_operators);
    hasher.add(static_cast<std::uint64_t>(core.units.size()));
    for (const DigitalUnit& unit : core.units) {
        hasher.add(unit.name);
        add(hasher, unit.operators);
        add(hasher, unit.operation);
    }
    for (const EventCost& cost : {core.axon_in,
                                  core.synapse_word,
                                  core.synapse_op,
                                  core.soma_access,
                                  core.soma_update,
                                  core.spike_out,
                                  core.axon_out}) {
        add(hasher, cost);
    }
}

void add(Hasher& hasher, const Technology& technology) {
    hasher.add(technology.node_nm).add(technology.voltage_v).add(technology.clock.value);
    hasher.add(technology.static_core.value).add(technology.static_chip.value);
}

void add(Hasher& hasher, const Interconnect& interconnect) {
    hasher.add(interconnect.mesh.has_value());
    if (interconnect.mesh) {
        const Mesh& mesh = *interconnect.mesh;
        hasher.add(mesh.width).add(mesh.height).add(mesh.cores_per_tile);
        hasher.add(mesh.energy_x.value).add(mesh.energy_y.value);
        hasher.add(mesh.time_x.value).add(mesh.time_y.value);
        hasher.add(mesh.link_bandwidth.value).add(mesh.packet_bits).add(mesh.multicast);
        hasher.add(mesh.chips).add(mesh.chip_energy.value).add(mesh.chip_time.value);
        hasher.add(mesh.chip_bandwidth.value);
    }
    hasher.add(static_cast<std::uint64_t>(interconnect.links.size()));
    for (const Link& link : interconnect.links) {
        hasher.add(link.from).add(link.to).add(link.channel);
        hasher.add(link.bandwidth.value).add(link.energy_pj_per_bit);
    }
}

void add(Hasher& hasher, const std::optional<OffChipMemory>& memory) {
    hasher.add(memory.has_value());
    if (memory) {
        hasher.add(memory->name).add(memory->size.value);
        hasher.add(memory->read_bandwidth.value).add(memory->write_bandwidth.value);
        hasher.add(memory->read_energy_pj_per_bit).add(memory->write_energy_pj_per_bit);
    }
}

}  // namespace

std::int64_t OperationalArray::units() const {
    std::int64_t product = 1;
    for (const std::int64_t size : sizes) {
        product *= size;
    }
    return product;
}

double OperationalArray::cycles_of(std::string_view type) const {
    const auto known = operation_cycles.find(type);
    return known == operation_cycles.end() ? 1 : known->second;
}

Seconds Synchronisation::time(int tiles) const {
    if (time_by_tiles.empty()) {
        return Seconds(0);
    }
    auto above = time_by_tiles.upper_bound(tiles);
    return above == time_by_tiles.begin() ? above->second : std::prev(above)->second;
}

std::size_t on_chip_levels(const Architecture& architecture, const DataflowCore& core) {
    if (core.memories.empty()) {
        return 0;
    }
    const Memory& top = core.memories.back();
    const bool named = architecture.off_chip && architecture.off_chip->name == top.name;
    const bool outside = top.operands.size() == 3 && (named || top.type == "dram");
    return core.memories.size() - (outside ? 1 : 0);
}

const Memory* outermost_on_chip(const Architecture& architecture,
                                const DataflowCore& core,
                                std::string_view operand) {
    for (std::size_t level = on_chip_levels(architecture, core); level-- > 0;) {
        const Memory& memory = core.memories[level];
        if (std::ranges::find(memory.operands, operand) != memory.operands.end()) {
            return &memory;
        }
    }
    return nullptr;
}

core::Hash content_hash(const Architecture& architecture) {
    Hasher hasher;
    add(hasher, architecture.technology);
    hasher.add(static_cast<std::uint64_t>(architecture.core_types.size()));
    for (const Core& core : architecture.core_types) {
        hasher.add(core.name).add(static_cast<std::uint64_t>(core.kind.index()));
        std::visit([&hasher](const auto& kind) { add(hasher, kind); }, core.kind);
    }
    hasher.add(static_cast<std::uint64_t>(architecture.cores.size()));
    for (const int type : architecture.cores) {
        hasher.add(type);
    }
    add(hasher, architecture.interconnect);
    add(hasher, architecture.off_chip);
    hasher.add(static_cast<std::uint64_t>(architecture.sync.time_by_tiles.size()));
    for (const auto& [tiles, time] : architecture.sync.time_by_tiles) {
        hasher.add(tiles).add(time.value);
    }
    hasher.add(architecture.sync.energy.value);
    hasher.add(static_cast<std::uint64_t>(architecture.memory_sharing.size()));
    for (const std::vector<SharedMemory>& group : architecture.memory_sharing) {
        hasher.add(static_cast<std::uint64_t>(group.size()));
        for (const SharedMemory& shared : group) {
            hasher.add(shared.core).add(shared.memory);
        }
    }
    return hasher.finish();
}

}  // namespace plexus::hardware
