// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "plexus/core/record.hpp"

namespace plexus::results {

/// A column name taken apart: `energy_pj` is a quantity "energy" whose numbers times `factor` are
/// in "J".
struct Quantity {
    std::string name;  ///< With spaces instead of underscores.
    std::string unit;  ///< "" if it has none.
    double factor = 1;
};

/// By the last part of the name: pj, cycles, s, seconds, bits, bit, um2, mm2, w, hz. Anything else
/// has no unit.
[[nodiscard]] Quantity quantity_of(std::string_view column);

/// `energy (J)`, for titles of tables and plots.
[[nodiscard]] std::string title_of(std::string_view column);

/// A value of that column for people to read: 4 significant digits, SI prefix, unit: `12.35 mJ`.
[[nodiscard]] std::string readable(std::string_view column, double value);
[[nodiscard]] std::string readable(std::string_view column, const core::Cell& cell);

}  // namespace plexus::results
