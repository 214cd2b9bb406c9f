// SPDX-License-Identifier: Apache-2.0
#include "read_dataflow.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <set>

#include "read_ports.hpp"

namespace plexus::hardware::detail {

using core::Energy;
using core::Range;
using core::Reader;

namespace {

const std::vector<std::string> operand_names{"I1", "I2", "O"};
constexpr Range cost_range{.lower = 0, .upper = 1e15};

/// ZigZag files are read by Python, so `True` and `False` are booleans there.
bool python_boolean(const Reader& reader) {
    if (!reader) {
        return false;
    }
    if (reader.is_scalar() && !reader.node().quoted) {
        const std::string& text = reader.node().text;
        if (text == "True" || text == "TRUE") {
            return true;
        }
        if (text == "False" || text == "FALSE") {
            return false;
        }
    }
    return reader.boolean();
}

/// A reader of `key` that is invalid for an explicit null too.
Reader find_value(const Reader& map, std::string_view key) {
    const Reader reader = map.find(key);
    return reader && reader.is_null() ? map.find("") : reader;
}

bool is_dimension(const std::string& name) {
    return name.size() == 2 && name[0] == 'D' && name[1] >= '1' && name[1] <= '9';
}

void read_dimensions(const Reader& reader, OperationalArray& array) {
    const Reader dimensions = reader.at("dimensions");
    const Reader sizes = reader.at("sizes");
    for (const Reader& item : dimensions.items()) {
        const std::string name = item.text();
        if (!is_dimension(name)) {
            item.problem("expected a dimension D1 to D9, got \"" + name + "\"");
        } else if (std::count(array.dimensions.begin(), array.dimensions.end(), name) > 0) {
            item.problem("dimension " + name + " is already there");
        }
        array.dimensions.push_back(name);
    }
    std::int64_t units = 1;
    for (const Reader& item : sizes.items()) {
        const std::int64_t size = item.integer({.lower = 1, .upper = max_count});
        array.sizes.push_back(size);
        if (size > 0 && units > std::numeric_limits<std::int64_t>::max() / size) {
            item.problem("the array has more units than a 64-bit number can count");
            units = 1;
        }
        units *= std::max<std::int64_t>(size, 1);
    }
    if (dimensions && sizes && array.dimensions.size() != array.sizes.size()) {
        sizes.problem("expected one size per dimension (" +
                      std::to_string(array.dimensions.size()) + "), got " +
                      std::to_string(array.sizes.size()));
    }
    if (dimensions.is_sequence() && array.dimensions.empty()) {
        dimensions.problem("expected at least one dimension, got none");
    }
}

void check_imc(const Reader& reader, const OperationalArray& array) {
    const auto power_of_two = [](std::int64_t n) { return n > 0 && (n & (n - 1)) == 0; };
    if (array.input_precision_bits.empty()) {
        reader.problem("an in-memory array needs input_precision: [activation, weight] bits");
    } else {
        const std::int64_t activation = array.input_precision_bits.front();
        if (!power_of_two(activation) || !power_of_two(array.input_precision_bits.back())) {
            reader.at("input_precision").problem("expected powers of two for an in-memory array");
        }
        if (array.bit_serial_precision_bits > activation) {
            reader.at("bit_serial_precision")
                .problem("must be at most the activation precision " + std::to_string(activation) +
                         ", got " + std::to_string(array.bit_serial_precision_bits));
        }
    }
    if (!power_of_two(array.bit_serial_precision_bits)) {
        const Reader bits = reader.at("bit_serial_precision");
        if (bits) {
            bits.problem("expected a power of two");
        }
    }
    if (array.imc_type == "digital" && array.adc_resolution_bits != 0) {
        reader.at("adc_resolution").problem("a digital array has no ADC");
    }
}

void read_imc(const Reader& reader, OperationalArray& array, Constants& constants) {
    array.is_imc = python_boolean(reader.find("is_imc"));
    if (const Reader type = find_value(reader, "imc_type")) {
        array.imc_type = type.choice({"analog", "digital"}) == 0 ? "analog" : "digital";
    }
    array.adc_resolution_bits =
        constants.structure(find_value(reader, "adc_resolution"), {.lower = 0, .upper = 64}, "bit");
    array.bit_serial_precision_bits = constants.structure(
        find_value(reader, "bit_serial_precision"), {.lower = 1, .upper = 64}, "bit");
    if (array.is_imc) {
        if (array.imc_type.empty()) {
            reader.problem("an in-memory array needs imc_type: analog or digital");
        }
        check_imc(reader, array);
    } else if (!array.imc_type.empty() || array.adc_resolution_bits != 0 ||
               array.bit_serial_precision_bits != 0) {
        reader.problem(
            "imc_type, adc_resolution and bit_serial_precision need is_imc: true beside them");
    }
}

/// \param old_spelling The section is `multipliers:` with multiplier_energy and multiplier_area.
OperationalArray read_array(const Reader& reader, bool old_spelling, Constants& constants) {
    OperationalArray array;
    const char* const energy = old_spelling ? "multiplier_energy" : "unit_energy";
    const char* const area = old_spelling ? "multiplier_area" : "unit_area";
    reader.allow({"dimensions",
                  "sizes",
                  energy,
                  area,
                  "input_precision",
                  "is_imc",
                  "imc_type",
                  "adc_resolution",
                  "bit_serial_precision"});
    read_dimensions(reader, array);
    if (const Reader precision = find_value(reader, "input_precision")) {
        for (const Reader& item : precision.items()) {
            array.input_precision_bits.push_back(item.integer({.lower = 1, .upper = 64}));
        }
        if (precision.is_sequence() && array.input_precision_bits.size() != 2) {
            precision.problem("expected [activation, weight] bits, got " +
                              std::to_string(array.input_precision_bits.size()) + " numbers");
            array.input_precision_bits.clear();
        }
    }
    read_imc(reader, array, constants);
    const Reader cost = array.is_imc ? reader.find(energy) : reader.at(energy);
    array.unit_energy = Energy(constants.number(cost, cost_range, "pJ"));
    if (reader.has(area) || !array.is_imc) {
        array.unit_area = constants.number_or(reader, area, 0, cost_range, "");
    }
    return array;
}

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
        return Energy(constants.number(value, cost_range, "pJ"));
    };
    memory.read_cost = cost("r_cost");
    memory.write_cost = cost("w_cost");
    if (const Reader area = find_value(reader, "area")) {
        memory.area = constants.number(area, cost_range, "");
    } else {
        constants.defaulted(reader, "area", "0");
    }
}

void read_operands(const Reader& reader, Memory& memory) {
    for (const Reader& item : reader.items()) {
        const std::string name = operand_names[item.choice(operand_names)];
        if (std::count(memory.operands.begin(), memory.operands.end(), name) > 0) {
            item.problem("operand " + name + " is already there");
            continue;
        }
        memory.operands.push_back(name);
    }
    if (reader.is_sequence() && memory.operands.empty()) {
        reader.problem("expected at least one of I1, I2, O, got none");
    }
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
    read_operands(reader.at("operands"), memory);
    memory.ports = read_ports(reader, memory.operands, constants);
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
    static constexpr std::array<const char*, 4> keys{
        "memories", "operational_array", "multipliers", "dataflows"};
    return keys;
}

DataflowCore read_dataflow_core(const Reader& reader,
                                bool weights_from_outside,
                                Constants& constants) {
    DataflowCore core;
    const bool old_spelling = reader.has("multipliers") && !reader.has("operational_array");
    const Reader array = reader.at(old_spelling ? "multipliers" : "operational_array");
    if (array) {
        core.array = read_array(array, old_spelling, constants);
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
    if (!found && memories.is_map()) {
        memories.problem("expected the off-chip memory, got none");
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
