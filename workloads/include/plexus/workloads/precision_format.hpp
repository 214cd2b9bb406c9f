// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "plexus/core/error.hpp"
#include "plexus/core/hash.hpp"
#include "plexus/workloads/storage_format.hpp"

namespace plexus::workloads {

/// What the bits of one value mean.
enum class NumberKind : std::uint8_t {
    integer,          ///< Whole number × a shared scale.
    floating,         ///< Sign, exponent and mantissa of its own, as in IEEE 754.
    shared_exponent,  ///< Sign and mantissa; one exponent for a group (block floating point).
    outlier_victim,   ///< Integers in pairs; a large value takes the place of its neighbour too.
    ternary,          ///< −1, 0 or +1 × a shared scale.
};
/// Lower-case names as in YAML.
[[nodiscard]] const char* to_string(NumberKind kind);

/// How the values of a tensor are held: a plain value. Groups, pairs and bytes do not cross rows
/// (the last axis of the tensor); the last of a row may be short. A key that the kind does not use
/// has its default.
///
///     PrecisionFormat anda{.kind = NumberKind::shared_exponent, .mantissa = 6, .group = 64};
///     anda.bits_per_value();  // 1 + 6 + 5/64 = 7.078125
struct PrecisionFormat {
    NumberKind kind = NumberKind::integer;
    std::int64_t bits = 8;      ///< integer (2 … 24), outlier_victim (4 … 16): of one value.
    std::int64_t exponent = 5;  ///< floating: of each value; shared_exponent: of each group. 2 … 8.
    std::int64_t mantissa = 10;    ///< floating: without the leading 1, 0 … 23; shared_exponent:
                                   ///< magnitude, 1 … 23.
    std::int64_t group = 0;        ///< Values with one scale or exponent; 0 = all of the tensor.
    std::int64_t scale_bits = 16;  ///< integer, outlier_victim, ternary: of each scale, 9 … 32.
    std::int64_t per_byte = 4;     ///< ternary: values in a byte, 4 (two bits each) or 5 (base 3).
    std::int64_t n = 0;            ///< Of each m values of a row only the n largest are held, each
    std::int64_t m = 0;            ///< with an index of ⌈log₂ m⌉ bits; m = 0: all are held.

    /// Bits of one value that is held, without scale, exponent and index: the mean, for ternary
    /// ones that share a byte.
    [[nodiscard]] double value_bits() const;
    /// Of one scale or group exponent; 0 if there is none.
    [[nodiscard]] std::int64_t shared_bits() const;
    [[nodiscard]] std::int64_t index_bits() const;
    /// Share of the values that are held: n/m or 1.
    [[nodiscard]] double held() const;
    /// Mean bits per value of a long row: held · (value + index + shared / group).
    [[nodiscard]] double bits_per_value() const;
    /// Exact bits of `rows` rows of `columns` values: the size of what encode() writes.
    [[nodiscard]] double storage_bits(std::int64_t rows, std::int64_t columns) const;

    /// Bits of a value that go into a multiplier digit by digit, sign included: 1 + mantissa of a
    /// shared exponent, 2 of a ternary value, all of any other.
    [[nodiscard]] std::int64_t operand_bits() const;
    /// Bits of a value that are multiplied, as bit operations are counted: the mantissa without the
    /// sign of a shared exponent, 1 of a ternary value, all of any other.
    /// \par Source Anda (HPCA 2025): its savings of bit operations are 16 bits of a binary16 over
    /// the mantissa.
    [[nodiscard]] std::int64_t multiplier_bits() const;

    auto operator<=>(const PrecisionFormat&) const = default;
};

[[nodiscard]] core::Hash content_hash(const PrecisionFormat& format);

/// What is wrong with a format, one sentence each; empty if it can be used.
[[nodiscard]] std::vector<std::string> faults(const PrecisionFormat& format);

/// A format with a name of its own.
struct KnownFormat {
    std::string name;
    PrecisionFormat format;
    std::string source;
};
/// int2 … int16, fp16, bf16, fp8_e4m3, anda_m4 … anda_m13, msfp12, mxint8, olive4, ternary,
/// int4_2of4 …
[[nodiscard]] std::span<const KnownFormat> known_formats();
/// nullptr if there is none of that name.
[[nodiscard]] const KnownFormat* find_format(std::string_view name);

/// Values as bits: three streams, of which those that a format has no use for are empty.
struct EncodedValues {
    std::int64_t rows = 0;
    std::int64_t columns = 0;
    EncodedMatrix::Stream codes{};    ///< One per value held; ternary ones by the byte.
    EncodedMatrix::Stream shared{};   ///< Scales or exponents.
    EncodedMatrix::Stream indices{};  ///< Of values held out of m.

    [[nodiscard]] std::int64_t bits() const { return codes.bits + shared.bits + indices.bits; }
    bool operator==(const EncodedValues&) const = default;
};

/// Writes values row by row, each rounded to the nearest that the format holds (ties to even) and
/// cut at its largest. Scales are rounded up to the leading scale_bits bits of their binary32 form.
/// - integer: scale = largest magnitude / (2^(bits − 1) − 1).
/// - shared_exponent: that of the largest magnitude, biased by 2^(exponent − 1) − 1.
/// - ternary: scale = mean magnitude.
/// - outlier_victim: scale = k · 3 · root mean square / (2^(bits − 1) − 1), k from 0.75 to 2.5 in
///   steps of 0.25 such that the least is lost. A value beyond the integers takes one sign bit, two
///   exponent bits and the rest as mantissa, from 2^(bits − 1) on; the code −2^(bits − 1) of its
///   neighbour marks it and stands for 0. Of two such neighbours the larger one stays.
/// \par Source ternary: BitNet b1.58, arXiv 2402.17764; outlier_victim: OliVe, ISCA 2023.
/// \pre `columns` ≥ 1 divides the number of values. \throws std::invalid_argument if a value is not
/// finite, or the format has faults().
[[nodiscard]] EncodedValues encode(std::span<const float> values,
                                   std::int64_t columns,
                                   const PrecisionFormat& format);

/// The values that encode() has kept; those not held are 0.
/// \throws core::ConfigErrors if the streams are too short.
[[nodiscard]] std::vector<float> decode(const EncodedValues& encoded,
                                        const PrecisionFormat& format);

/// ‖x − x̂‖ / ‖x‖ after encode() and decode(); 0 if all are 0. \pre and \throws as encode().
[[nodiscard]] double quantisation_error(std::span<const float> values,
                                        std::int64_t columns,
                                        const PrecisionFormat& format);

/// The same of 16 rows of 4096 values drawn from N(0, 1), always the same ones.
[[nodiscard]] double quantisation_error(const PrecisionFormat& format);

}  // namespace plexus::workloads
