// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/dataflow/imc.hpp"

#include <algorithm>
#include <cmath>

namespace plexus::cost_models::dataflow {

namespace {

// 28 nm at 0.9 V; capacitances in pF, delays in ns. Source: ZigZag 3.8.5, IMC unit.
constexpr double nand_capacitance = 0.7e-3;
constexpr double xor_capacitance = 1.05e-3;
constexpr double flip_flop_capacitance = 2.1e-3;
constexpr double bitline_capacitance = 0.35e-3;
constexpr double dac_capacitance = 50e-3;  // per bit
constexpr double volt_squared = 0.9 * 0.9;
constexpr double nand_delay = 0.0478;
constexpr double xor_delay = nand_delay * 2.4;

constexpr double adder_energy = (3 * nand_capacitance + 2 * xor_capacitance) * volt_squared;
constexpr double half_adder_energy = 2 * xor_capacitance * volt_squared;
constexpr double multiplier_energy = 0.5 * nand_capacitance * volt_squared;
constexpr double register_energy = flip_flop_capacitance * volt_squared;

// Delays of a one-bit adder.
constexpr double to_sum = 2 * xor_delay;
constexpr double to_carry = xor_delay + 2 * nand_delay;
constexpr double carry_to_carry = 2 * nand_delay;

/// Sizes of the array and its operands.
struct Shape {
    bool analog = false;
    double wordline = 1;
    double bitline = 1;
    double activation = 8;
    double weight = 8;
    double serial = 8;
    double adc = 0;
    double tree_depth = 0;
    double places = 1;       ///< Inputs of a place-value adder,
    double place_width = 1;  ///< their width,
    double accumulator_width = 1;
};

double or_else(const std::vector<std::int64_t>& values, std::size_t index, double fallback) {
    return index < values.size() ? static_cast<double>(values[index]) : fallback;
}

Shape shape_of(const hardware::OperationalArray& array) {
    Shape s;
    s.analog = array.imc_type == "analog";
    s.wordline = or_else(array.sizes, 0, 1);
    s.bitline = or_else(array.sizes, 1, 1);
    s.activation = or_else(array.input_precision_bits, 0, 8);
    s.weight = or_else(array.input_precision_bits, 1, s.activation);
    s.serial = array.bit_serial_precision_bits > 0
                   ? static_cast<double>(array.bit_serial_precision_bits)
                   : s.activation;
    s.adc = static_cast<double>(array.adc_resolution_bits);
    s.tree_depth = std::floor(std::log2(s.bitline));
    s.places = s.analog ? s.weight : s.serial;
    s.place_width = s.analog ? s.adc : s.weight + s.tree_depth;
    s.accumulator_width = s.activation + s.weight + (s.analog ? s.adc : std::log2(s.bitline));
    return s;
}

/// Adder tree over `physical` inputs of which `used` switch; `width` bits each.
double tree_energy(double width, double used, double physical) {
    if (used < 1) {
        return 0;
    }
    if (used >= physical) {
        const double adders =
            physical * (width + 1) - (width + std::floor(std::log2(physical)) + 1);
        return adders * adder_energy;
    }
    // Sub-trees that switch as a whole count in full; where only one side of an adder switches, it
    // works as a half adder.
    double full = 0;
    double half = 0;
    double left = used;
    double base = physical;
    while (left > 0) {
        base /= 2;
        const double depth = std::trunc(std::log2(base));
        if (left <= 1 && base <= 1) {
            half += width;
            left = 0;
        } else if (left > base) {
            full += base * (width + 1) - 1;
            left -= base;
        } else if (left < base) {
            half += width + depth;
        } else {
            full += base * (width + 1) - (width + depth + 1);
            half += width + depth;
            left = 0;
        }
    }
    return full * adder_energy + half * half_adder_energy;
}

double lanes_on(const SpatialMapping& spatial, const std::string& dimension) {
    double product = 1;
    for (const ArrayDimension& d : spatial.dimensions) {
        if (d.name == dimension) {
            for (const Unrolling& u : d.unrolled) {
                product *= static_cast<double>(u.factor);
            }
        }
    }
    return product;
}

}  // namespace

core::Energy ImcEnergy::total() const {
    return core::Energy(precharging + dacs + adcs + multipliers + bitline_addition + adder_trees +
                        place_value_adders + accumulators);
}

double cycles_per_operation(const hardware::OperationalArray& array) {
    if (!array.is_imc) {
        return 1;
    }
    const Shape shape = shape_of(array);
    return shape.activation / shape.serial;
}

ImcEnergy imc_energy(const hardware::OperationalArray& array,
                     const SpatialMapping& spatial,
                     double macs) {
    const Shape s = shape_of(array);
    const auto& names = array.dimensions;
    const double columns = names.empty() ? 1 : lanes_on(spatial, names[0]);
    const double rows = names.size() < 2 ? 1 : lanes_on(spatial, names[1]);
    const double uses = s.activation / s.serial * (macs / (columns * rows));
    const double place_adders =
        s.places <= 1 ? 0 : s.place_width * (s.places - 1) + s.places * (std::log2(s.places) - 0.5);
    ImcEnergy e;
    e.place_value_adders = adder_energy * place_adders * columns * uses;
    e.accumulators = s.serial == s.activation
                         ? 0
                         : (adder_energy + register_energy) * s.accumulator_width * columns * uses;
    if (s.analog) {
        e.dacs =
            s.serial <= 1 ? 0 : dac_capacitance * s.serial * volt_squared * std::ceil(rows) * uses;
        const double conversion_fj = (100 * s.adc + 1e-3 * std::pow(4, s.adc)) * volt_squared;
        e.adcs = conversion_fj / 1000 * s.weight * columns * uses;
        e.multipliers = multiplier_energy * s.weight * s.wordline * std::ceil(rows) * uses;
        e.bitline_addition =
            bitline_capacitance * volt_squared * s.weight * columns * s.bitline * uses;
    } else {
        e.multipliers = multiplier_energy * s.serial * s.weight * s.wordline * s.bitline * uses;
        e.adder_trees =
            tree_energy(s.weight, std::ceil(rows), s.bitline) * s.serial * columns * uses;
    }
    return e;
}

double imc_clock_period_ns(const hardware::OperationalArray& array) {
    const Shape s = shape_of(array);
    const double sum_width = s.places <= 1 ? s.place_width : s.places + s.place_width;
    double period = nand_delay;
    period += s.analog ? s.adc * (0.00653 * s.bitline + 0.640)
                       : (s.tree_depth - 1) * to_sum + to_carry +
                             (s.weight + s.tree_depth - 2) * carry_to_carry;
    if (s.places > 1) {
        period += (std::floor(std::log2(s.places)) - 1) * to_sum + to_carry +
                  (s.places - 1) * carry_to_carry;
    }
    if (s.serial != s.activation) {
        period += to_carry + (s.accumulator_width - sum_width - 1) * carry_to_carry;
    }
    return period;
}

}  // namespace plexus::cost_models::dataflow
