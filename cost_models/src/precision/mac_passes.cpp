// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>

#include "plexus/cost_models/precision.hpp"

namespace plexus::cost_models {

namespace {

double parts(std::int64_t bits, std::int64_t unit) {
    const std::int64_t whole = unit > 0 ? (bits + unit - 1) / unit : 1;
    return static_cast<double>(whole);
}

}  // namespace

double mac_passes(const hardware::OperationalArray& array, const OperatorWork& work) {
    const bool two = array.input_precision_bits.size() == 2;
    double passes = 1;
    if (array.bit_serial_precision_bits > 0) {
        passes = parts(work.input_element_bits, array.bit_serial_precision_bits);
    } else if (two) {
        passes = parts(work.input_element_bits, array.input_precision_bits[0]);
    }
    if (two && work.weight_elements > 0) {
        passes *= parts(work.weight_element_bits, array.input_precision_bits[1]);
    }
    return std::max(1.0, passes);
}

}  // namespace plexus::cost_models
