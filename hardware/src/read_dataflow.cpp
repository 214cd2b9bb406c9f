// SPDX-License-Identifier: Apache-2.0
#include "read_dataflow.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "read_array.hpp"
#include "read_ports.hpp"
#include "read_sparsity.hpp"

namespace plexus::hardware::detail {

using core::Energy;
using core::Range;
using core::Reader;

namespace {

const std::vector<std::string> operand_names{"I1", "I2", "O"};

void read_costs(const Reader& reader, Memory& memory, Constants& constants) {
    memory.auto_cost_extraction = python_boolean(reader.find("auto_cost_extraction"));
    const auto cost = [&](const char* key) {
        const Reader value = find_value(reader, key);
        if (!value) {
            reader.problem(std::string(key) + " is needed (pJ per access of bandwidth_max bits)" +
                           (memory.auto_cost_extraction
                                ? "; costs are not extracted automatically, as CACTI is not part "
                                  "of this program"
                                : ""));
        }
        return Energy(constants.number(value, zigzag_cost_range, "pJ"));
    };
    memory.read_cost = cost("r_cost");
    memory.write_cost = cost("w_cost");
    if (const Reader area = find_value(reader, "area")) {
        memory.area = constants.number(area, zigzag_cost_range, "");
    } else {
        constants.defaulted(reader, "area", "0");
    }
}

/// Whether the list is as it should be. If not, the memory is taken to hold every operand, so that
/// one slip does not set off a row of problems.
bool read_operands(const Reader& reader, Memory& memory) {
    const std::size_t before = reader.problems().errors().size();
    for (const Reader& item : reader.items()) {
        const std::size_t known = reader.problems().errors().size();
        const std::string& name = operand_names[item.choice(operand_names)];
        if (known != reader.problems().errors().size()) {
            continue;
        }
        if (std::count(memory.operands.begin(), memory.operands.end(), name) > 0) {
            item.problem("operand " + name + " is already there");
        }
        memory.operands.push_back(name);
    }
    if (reader.is_sequence() && reader.items().empty()) {
        reader.problem("expected at least one of I1, I2, O, got none");
    }
    if (!reader || before != reader.problems().errors().size()) {
        memory.operands = operand_names;
        return false;
    }
    return true;
}

/// \param dimensions Of the MAC array; empty = not checked.
Memory read_memory(const std::string& name,
                   const Reader& reader,
                   const std::vector<std::string>& dimensions,
                   Constants& constants) {
    std::vector<std::string> keys{"size",
                                  "r_cost",
                                  "w_cost",
                                  "area",
                                  "latency",
                                  "mem_type",
                                  "auto_cost_extraction",
                                  "operands",
                                  "ports",
                                  "served_dimensions",
                                  "force_double_buffering"};
    keys.insert(keys.end(), old_port_keys().begin(), old_port_keys().end());
    reader.allow(keys);
    Memory memory;
    memory.name = name;
    memory.size = Bits(constants.structure(
        reader.at("size"), {.lower = 0, .upper = max_bits, .open_lower = true}, "bit"));
    read_costs(reader, memory, constants);
    if (const Reader latency = find_value(reader, "latency")) {
        memory.latency_cycles =
            constants.structure(latency, {.lower = 0, .upper = max_count}, "cycles");
    } else {
        constants.defaulted(reader, "latency", "1 cycles");
    }
    if (const Reader type = find_value(reader, "mem_type")) {
        constexpr std::array<const char*, 3> types{"sram", "dram", "rf"};
        memory.type = types[type.choice({"sram", "dram", "rf"})];
    }
    if (read_operands(reader.at("operands"), memory)) {
        memory.ports = read_ports(reader, memory.operands, constants);
    }
    std::set<std::string> seen;
    for (const Reader& item : reader.at("served_dimensions").items()) {
        const std::string dimension = item.text();
        if (!dimensions.empty() &&
            std::count(dimensions.begin(), dimensions.end(), dimension) == 0) {
            item.problem("the array has no dimension \"" + dimension + "\"" +
                         core::suggestion(dimension, dimensions));
        }
        if (!seen.insert(dimension).second) {
            item.problem("dimension " + dimension + " is already there");
        }
        memory.served_dimensions.push_back(dimension);
    }
    memory.force_double_buffering = python_boolean(reader.find("force_double_buffering"));
    return memory;
}

void check_cells(const Reader& memories, const DataflowCore& core) {
    const auto cells = std::find_if(core.memories.begin(),
                                    core.memories.end(),
                                    [](const Memory& memory) { return memory.name == "cells"; });
    if (cells == core.memories.end()) {
        memories.problem("an in-memory array needs a memory named \"cells\" that holds I2");
        return;
    }
    if (cells->operands != std::vector<std::string>{"I2"} || !cells->served_dimensions.empty()) {
        memories.at("cells").problem("expected operands: [I2] and served_dimensions: []");
    }
    if (!core.array.input_precision_bits.empty() &&
        cells->size.value % core.array.input_precision_bits.back() != 0) {
        memories.at("cells").at("size").problem(
            "expected a multiple of the weight precision " +
            std::to_string(core.array.input_precision_bits.back()));
    }
}

void read_dataflows(const Reader& reader, DataflowCore& core) {
    for (const auto& [dimension, list] : reader.entries()) {
        const std::vector<std::string>& known = core.array.dimensions;
        if (std::count(known.begin(), known.end(), dimension) == 0) {
            list.problem("the array has no dimension \"" + dimension + "\"" +
                         core::suggestion(dimension, known));
        }
        std::vector<std::string>& unrolled = core.dataflows[dimension];
        const std::vector<Reader> items = list.items();
        // [K, 32] is one pair, as is ["K, 32"].
        if (items.size() == 2 && items[0].text().find(',') == std::string::npos) {
            unrolled.push_back(items[0].text() + ", " +
                               std::to_string(items[1].integer({.lower = 1, .upper = max_count})));
            continue;
        }
        for (const Reader& item : items) {
            unrolled.push_back(item.text());
            double size = 0;
            const auto comma = unrolled.back().find(", ");
            if (comma == std::string::npos || comma == 0 ||
                !core::parse_number(unrolled.back().substr(comma + 2), size) || size < 1) {
                item.problem("expected \"<loop>, <size>\" such as \"K, 32\", got \"" +
                             unrolled.back() + "\"");
            }
        }
    }
}

}  // namespace

std::span<const char* const> dataflow_keys() {
    static constexpr std::array<const char*, 5> keys{
        "memories", "operational_array", "multipliers", "dataflows", "sparsity"};
    return keys;
}

DataflowCore read_dataflow_core(const Reader& reader,
                                bool weights_from_outside,
                                Constants& constants) {
    DataflowCore core;
    const bool old_spelling = reader.has("multipliers") && !reader.has("operational_array");
    const Reader array = reader.at(old_spelling ? "multipliers" : "operational_array");
    if (array) {
        core.array = read_array(array, constants);
    }
    if (reader.has("multipliers") && !old_spelling) {
        reader.at("multipliers").problem("is the old name of operational_array: give only one");
    }
    const Reader memories = reader.at("memories");
    if (!memories) {
        return core;
    }
    std::set<std::string> held;
    for (const auto& [name, memory] : memories.entries()) {
        core.memories.push_back(read_memory(name, memory, core.array.dimensions, constants));
        held.insert(core.memories.back().operands.begin(), core.memories.back().operands.end());
    }
    for (const std::string& operand : operand_names) {
        if (!held.contains(operand) && !(weights_from_outside && operand == "I2")) {
            memories.problem("expected a memory that holds operand " + operand + ", got none");
        }
    }
    if (core.array.is_imc) {
        check_cells(memories, core);
    }
    if (const Reader dataflows = find_value(reader, "dataflows")) {
        read_dataflows(dataflows, core);
    }
    if (const Reader sparsity = find_value(reader, "sparsity")) {
        read_sparsity(sparsity, core, constants);
    }
    return core;
}

std::optional<Memory> read_off_chip_core(const Reader& reader, Constants& constants) {
    const Reader memories = reader.at("memories");
    if (!memories) {
        return std::nullopt;
    }
    std::optional<Memory> found;
    for (const auto& [name, memory] : memories.entries()) {
        if (found) {
            memory.problem("expected one memory in the off-chip core");
            break;
        }
        found = read_memory(name, memory, {}, constants);
    }
    if (!found) {
        if (memories.is_map()) {
            memories.problem("expected the off-chip memory, got none");
        }
        return found;
    }
    const OffChipMemory seen = as_off_chip(*found);
    if (seen.read_bandwidth.value <= 0 || seen.write_bandwidth.value <= 0) {
        memories.problem("expected ports to read and to write off-chip memory");
        return std::nullopt;
    }
    return found;
}

OffChipMemory as_off_chip(const Memory& memory) {
    OffChipMemory out;
    out.name = memory.name;
    out.size = memory.size;
    double read = 0;
    double write = 0;
    for (const Port& port : memory.ports) {
        const auto width = static_cast<double>(port.bandwidth_max.value);
        if (port.type != PortType::write) {
            read += width;
            out.read_energy_pj_per_bit = memory.read_cost.value / width;
        }
        if (port.type != PortType::read) {
            write += width;
            out.write_energy_pj_per_bit = memory.write_cost.value / width;
        }
    }
    out.read_bandwidth = Bandwidth(read);
    out.write_bandwidth = Bandwidth(write);
    return out;
}

}  // namespace plexus::hardware::detail
