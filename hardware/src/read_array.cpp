// SPDX-License-Identifier: Apache-2.0
#include "read_array.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

namespace plexus::hardware::detail {

using core::Energy;
using core::Reader;

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

Reader find_value(const Reader& map, std::string_view key) {
    const Reader reader = map.find(key);
    return reader && reader.is_null() ? map.find("") : reader;
}

namespace {

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

/// Cycles of operations that are no multiplication or addition, by the type of the operator.
void read_cycles(const Reader& reader, OperationalArray& array, Constants& constants) {
    static const std::vector<std::string> types{"Exp",
                                                "Softplus",
                                                "ReLU",
                                                "SiLU",
                                                "GELU",
                                                "GELU_tanh",
                                                "RoPE",
                                                "RMSNorm",
                                                "LayerNorm",
                                                "Softmax"};
    if (!reader) {
        return;
    }
    reader.allow(types);
    for (const auto& [type, value] : reader.entries()) {
        array.operation_cycles[type] =
            constants.number(value, {.lower = 0, .upper = 1e6, .open_lower = true}, "cycles");
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

}  // namespace

OperationalArray read_array(const Reader& reader, Constants& constants) {
    OperationalArray array;
    const bool old_spelling = reader.has("multiplier_energy") || reader.has("multiplier_area");
    const char* const energy = old_spelling ? "multiplier_energy" : "unit_energy";
    const char* const area = old_spelling ? "multiplier_area" : "unit_area";
    reader.allow({"dimensions",
                  "sizes",
                  energy,
                  area,
                  "input_precision",
                  "operation_cycles",
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
    read_cycles(reader.find("operation_cycles"), array, constants);
    const Reader cost = array.is_imc ? reader.find(energy) : reader.at(energy);
    array.unit_energy = Energy(constants.number(cost, zigzag_cost_range, "pJ"));
    if (reader.has(area) || !array.is_imc) {
        array.unit_area = constants.number_or(reader, area, 0, zigzag_cost_range, "");
    }
    return array;
}

}  // namespace plexus::hardware::detail
