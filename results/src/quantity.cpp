// SPDX-License-Identifier: Apache-2.0
#include "plexus/results/quantity.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "plexus/core/text.hpp"
#include "plexus/results/csv.hpp"

namespace plexus::results {

namespace {

struct Suffix {
    std::string_view text;
    std::string_view unit;
    double factor;
};

/// Areas stay in their unit: SI prefixes of squares are not thousands.
constexpr std::array<Suffix, 11> suffixes{{{"_pj_cycles", "J·cycles", 1e-12},
                                           {"_pj", "J", 1e-12},
                                           {"_cycles", "cycles", 1},
                                           {"_seconds", "s", 1},
                                           {"_s", "s", 1},
                                           {"_bits", "bit", 1},
                                           {"_bit", "bit", 1},
                                           {"_um2", "mm²", 1e-6},
                                           {"_mm2", "mm²", 1},
                                           {"_w", "W", 1},
                                           {"_hz", "Hz", 1}}};

std::string with_spaces(std::string_view name) {
    std::string out(name);
    std::ranges::replace(out, '_', ' ');
    return out;
}

std::string four_digits(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.4g", value);
    return text.data();
}

}  // namespace

Quantity quantity_of(std::string_view column) {
    for (const Suffix& s : suffixes)
        if (column.size() > s.text.size() && column.ends_with(s.text))
            return {with_spaces(column.substr(0, column.size() - s.text.size())),
                    std::string(s.unit),
                    s.factor};
    return {.name = with_spaces(column), .unit = "", .factor = 1};
}

std::string title_of(std::string_view column) {
    const Quantity q = quantity_of(column);
    return q.unit.empty() ? q.name : q.name + " (" + q.unit + ")";
}

std::string readable(std::string_view column, double value) {
    const Quantity q = quantity_of(column);
    const double scaled = value * q.factor;
    // Prefixes of squares are not thousands, and a small ratio is no milli of anything.
    if (q.unit == "mm²" || (q.unit.empty() && std::abs(scaled) < 1000))
        return four_digits(scaled) + (q.unit.empty() ? "" : " " + q.unit);
    std::string number = core::readable(scaled);
    // A prefix belongs to a unit; in front of a counted word it belongs to the number.
    if (q.unit.empty() || q.unit == "cycles")
        return number;
    if (number.find(' ') == std::string::npos)
        number += ' ';
    return number + q.unit;
}

std::string readable(std::string_view column, const core::Cell& cell) {
    if (const auto* number = std::get_if<double>(&cell))
        return readable(column, *number);
    if (const auto* integer = std::get_if<std::int64_t>(&cell))
        return quantity_of(column).unit.empty() ? std::to_string(*integer)
                                                : readable(column, static_cast<double>(*integer));
    if (const auto* text = std::get_if<std::string>(&cell))
        return *text;
    return "-";
}

}  // namespace plexus::results
