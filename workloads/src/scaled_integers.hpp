// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "bits.hpp"

// Whole numbers of steps of a scale, and scales as leading bits of a binary32.
namespace plexus::workloads::detail {

inline constexpr std::int64_t whole_scale_bits = 32;

/// The leading bits of a scale ≥ 0, rounded up so that nothing is cut because of it.
inline std::uint64_t scale_code(double scale, std::int64_t bits) {
    auto narrow = static_cast<float>(scale);
    if (static_cast<double>(narrow) < scale) {
        narrow = std::nextafter(narrow, HUGE_VALF);
    }
    const auto dropped = static_cast<unsigned>(whole_scale_bits - bits);
    const std::uint64_t word = std::bit_cast<std::uint32_t>(narrow);
    const std::uint64_t up = (word + ((std::uint64_t{1} << dropped) - 1)) >> dropped;
    const bool finite =
        std::isfinite(std::bit_cast<float>(static_cast<std::uint32_t>(up << dropped)));
    return finite ? up : word >> dropped;
}

inline double scale_of(std::uint64_t code, std::int64_t bits) {
    const auto dropped = static_cast<unsigned>(whole_scale_bits - bits);
    return std::bit_cast<float>(static_cast<std::uint32_t>(code << dropped));
}

inline std::int64_t largest_integer(std::int64_t bits) {
    return (std::int64_t{1} << static_cast<unsigned>(bits - 1)) - 1;
}

/// Nearest whole number of steps, at most `most` in magnitude; 0 if the step is 0.
inline std::int64_t steps(double value, double step, std::int64_t most) {
    if (step == 0) {
        return 0;
    }
    const auto limit = static_cast<double>(most);
    return static_cast<std::int64_t>(std::nearbyint(std::clamp(value / step, -limit, limit)));
}

/// A scale that was rounded up may lead beyond the largest float.
inline float narrowed(double value) {
    constexpr auto most = static_cast<double>(std::numeric_limits<float>::max());
    return static_cast<float>(std::clamp(value, -most, most));
}

/// The low `bits` of a number in two's complement, and back.
inline std::uint64_t wrapped(std::int64_t number, std::int64_t bits) {
    return static_cast<std::uint64_t>(number) & low_bits(bits);
}
inline std::int64_t unwrapped(std::uint64_t code, std::int64_t bits) {
    const auto number = static_cast<std::int64_t>(code);
    const std::int64_t half = std::int64_t{1} << static_cast<unsigned>(bits - 1);
    return number < half ? number : number - 2 * half;
}

/// The unit in the last place: step of numbers whose exponent is `exponent`.
inline double unit_of(std::int64_t exponent, std::int64_t mantissa) {
    return std::ldexp(1.0, static_cast<int>(exponent - mantissa));
}

}  // namespace plexus::workloads::detail
