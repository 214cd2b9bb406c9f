// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

namespace plexus::cost_models::dataflow {

// Rounding of numbers below 2^62 without a call into the maths library, which std::floor is on
// processors of the x86-64 baseline.

/// `x` ≥ 0 rounded down.
[[nodiscard]] inline double down(double x) {
    return static_cast<double>(static_cast<std::int64_t>(x));
}

/// `x` ≥ 0 rounded up.
[[nodiscard]] inline double ceiling(double x) {
    const double whole = down(x);
    return whole < x ? whole + 1 : whole;
}

/// `x` in [0, 2^51] rounded to the nearest whole number, halves to the even one.
[[nodiscard]] inline double round_even(double x) {
    constexpr double no_fraction = 4503599627370496.0;  // 2^52: its neighbours are whole
    return x < no_fraction ? (x + no_fraction) - no_fraction : x;
}

/// `x`, or the whole number that it is but for rounding errors of a few products.
[[nodiscard]] inline double snapped(double x) {
    const double whole = round_even(x);
    return std::abs(x - whole) <= 1e-12 * x ? whole : x;
}

}  // namespace plexus::cost_models::dataflow
