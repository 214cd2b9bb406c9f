// SPDX-License-Identifier: Apache-2.0
#include "number_codes.hpp"

#include <algorithm>
#include <cmath>

#include "bits.hpp"
#include "outlier_pairs.hpp"
#include "scaled_integers.hpp"

namespace plexus::workloads::detail {

namespace {

double largest(std::span<const float> values) {
    double found = 0;
    for (const float value : values) {
        found = std::max(found, std::abs(static_cast<double>(value)));
    }
    return found;
}

std::int64_t exponent_bias(const PrecisionFormat& format) {
    return largest_integer(format.exponent);
}

std::uint64_t shared_exponent(std::span<const float> values, const PrecisionFormat& format) {
    const double most = largest(values);
    if (most == 0) {
        return 0;
    }
    const std::int64_t field = std::ilogb(most) + exponent_bias(format);
    const std::int64_t last = 2 * exponent_bias(format) + 1;
    return static_cast<std::uint64_t>(std::clamp<std::int64_t>(field, 0, last));
}

double mean_magnitude(std::span<const float> values) {
    double sum = 0;
    for (const float value : values) {
        sum += std::abs(static_cast<double>(value));
    }
    return values.empty() ? 0.0 : sum / static_cast<double>(values.size());
}

/// What floating-point codes reach.
struct FloatLimits {
    std::int64_t bias = 0;
    std::int64_t least_exponent = 0;  ///< Of normal numbers; smaller ones have its unit.
    double most = 0;
};

/// The top exponent stands for infinities and NaN from five exponent bits on; E4M3 gives up its
/// last code only, and smaller formats none.
FloatLimits limits_of(const PrecisionFormat& format) {
    FloatLimits limits;
    limits.bias = exponent_bias(format);
    limits.least_exponent = 1 - limits.bias;
    const std::int64_t top = 2 * limits.bias + (format.exponent >= 5 ? 0 : 1) - limits.bias;
    const bool last_is_nan = format.exponent == 4 && format.mantissa == 3;
    limits.most = std::ldexp(2.0, static_cast<int>(top)) -
                  (last_is_nan ? 2 : 1) * unit_of(top, format.mantissa);
    return limits;
}

std::uint64_t float_code(double value, const PrecisionFormat& format, const FloatLimits& limits) {
    const double size = std::min(std::abs(value), limits.most);
    const std::uint64_t sign = std::signbit(value) ? 1 : 0;
    const auto mantissa = static_cast<unsigned>(format.mantissa);
    std::uint64_t magnitude = 0;
    if (size > 0) {
        const std::int64_t exponent =
            std::max<std::int64_t>(std::ilogb(size), limits.least_exponent);
        // Counting units from the start of the binade carries into the exponent by itself.
        const auto units =
            static_cast<std::uint64_t>(std::nearbyint(size / unit_of(exponent, format.mantissa)));
        magnitude =
            (static_cast<std::uint64_t>(exponent - limits.least_exponent) << mantissa) + units;
    }
    return (sign << static_cast<unsigned>(format.exponent + format.mantissa)) | magnitude;
}

double float_value(std::uint64_t code, const PrecisionFormat& format, const FloatLimits& limits) {
    const auto width = static_cast<unsigned>(format.exponent + format.mantissa);
    const std::uint64_t magnitude = code & low_bits(width);
    const auto field =
        static_cast<std::int64_t>(magnitude >> static_cast<unsigned>(format.mantissa));
    const std::uint64_t fraction = magnitude & low_bits(format.mantissa);
    const std::int64_t exponent = std::max<std::int64_t>(1, field) - limits.bias;
    const double hidden = field > 0 ? std::ldexp(1.0, static_cast<int>(format.mantissa)) : 0.0;
    const double size =
        (hidden + static_cast<double>(fraction)) * unit_of(exponent, format.mantissa);
    return (code >> width) != 0 ? -size : size;
}

/// Step of the magnitudes of a group with this exponent.
double group_unit(std::uint64_t shared, const PrecisionFormat& format) {
    const std::int64_t exponent = static_cast<std::int64_t>(shared) - exponent_bias(format);
    return std::ldexp(1.0, static_cast<int>(exponent + 1 - format.mantissa));
}

std::uint64_t sign_and_magnitude(double value, double unit, std::int64_t mantissa) {
    const auto most = static_cast<std::int64_t>(low_bits(mantissa));
    const std::int64_t size = steps(std::abs(value), unit, most);
    const std::uint64_t sign = std::signbit(value) && size != 0 ? 1 : 0;
    return (sign << static_cast<unsigned>(mantissa)) | static_cast<std::uint64_t>(size);
}

/// A byte of ternary values: two bits each, or digits of base 3; the first is the lowest.
void put_ternary(std::span<const float> values,
                 double scale,
                 std::int64_t per_byte,
                 EncodedMatrix::Stream& codes) {
    const std::uint64_t base = per_byte == 4 ? 4 : 3;
    const auto size = static_cast<std::size_t>(per_byte);
    for (std::size_t first = 0; first < values.size(); first += size) {
        std::uint64_t byte = 0;
        std::uint64_t weight = 1;
        for (std::size_t i = first; i < first + size; ++i, weight *= base) {
            const std::int64_t digit = i < values.size() ? steps(values[i], scale, 1) : 0;
            byte += weight * static_cast<std::uint64_t>(digit + 1);
        }
        append(codes, byte, 8);
    }
}

void take_ternary(BitReader& codes, double scale, std::int64_t per_byte, std::span<float> values) {
    const std::uint64_t base = per_byte == 4 ? 4 : 3;
    const auto size = static_cast<std::size_t>(per_byte);
    for (std::size_t first = 0; first < values.size(); first += size) {
        std::uint64_t byte = codes.read(8);
        for (std::size_t i = first; i < std::min(first + size, values.size()); ++i, byte /= base) {
            const auto digit = static_cast<double>(byte % base) - 1;
            values[i] = narrowed(digit * scale);
        }
    }
}

}  // namespace

std::uint64_t shared_code(std::span<const float> values, const PrecisionFormat& format) {
    switch (format.kind) {
        case NumberKind::floating:
            return 0;
        case NumberKind::shared_exponent:
            return shared_exponent(values, format);
        case NumberKind::ternary:
            return scale_code(mean_magnitude(values), format.scale_bits);
        case NumberKind::outlier_victim:
            return pair_scale(values, format);
        case NumberKind::integer:
            break;
    }
    return scale_code(largest(values) / static_cast<double>(largest_integer(format.bits)),
                      format.scale_bits);
}

void put_codes(std::span<const float> values,
               std::uint64_t shared,
               const PrecisionFormat& format,
               EncodedMatrix::Stream& codes) {
    const double scale = scale_of(shared, format.scale_bits);
    switch (format.kind) {
        case NumberKind::integer:
            for (const float value : values) {
                const std::int64_t number = steps(value, scale, largest_integer(format.bits));
                append(codes, wrapped(number, format.bits), format.bits);
            }
            break;
        case NumberKind::floating: {
            const FloatLimits limits = limits_of(format);
            for (const float value : values) {
                append(codes, float_code(value, format, limits), format.operand_bits());
            }
            break;
        }
        case NumberKind::shared_exponent: {
            const double unit = group_unit(shared, format);
            for (const float value : values) {
                append(
                    codes, sign_and_magnitude(value, unit, format.mantissa), format.operand_bits());
            }
            break;
        }
        case NumberKind::outlier_victim:
            put_pairs(values, scale, format, codes);
            break;
        case NumberKind::ternary:
            put_ternary(values, scale, format.per_byte, codes);
            break;
    }
}

void take_codes(BitReader& codes,
                std::uint64_t shared,
                const PrecisionFormat& format,
                std::span<float> values) {
    const double scale = scale_of(shared, format.scale_bits);
    switch (format.kind) {
        case NumberKind::integer:
            for (float& value : values) {
                const std::int64_t number = unwrapped(codes.read(format.bits), format.bits);
                value = narrowed(static_cast<double>(number) * scale);
            }
            break;
        case NumberKind::floating: {
            const FloatLimits limits = limits_of(format);
            for (float& value : values) {
                value = narrowed(float_value(codes.read(format.operand_bits()), format, limits));
            }
            break;
        }
        case NumberKind::shared_exponent: {
            const double unit = group_unit(shared, format);
            for (float& value : values) {
                const std::uint64_t code = codes.read(format.operand_bits());
                const double size = static_cast<double>(code & low_bits(format.mantissa)) * unit;
                const bool negative = (code >> static_cast<unsigned>(format.mantissa)) != 0;
                value = narrowed(negative ? -size : size);
            }
            break;
        }
        case NumberKind::outlier_victim:
            take_pairs(codes, scale, format, values);
            break;
        case NumberKind::ternary:
            take_ternary(codes, scale, format.per_byte, values);
            break;
    }
}

}  // namespace plexus::workloads::detail
