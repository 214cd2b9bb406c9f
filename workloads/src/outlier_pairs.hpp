// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "plexus/workloads/precision_format.hpp"

#include "bit_stream.hpp"

// Outlier–victim pairs; see encode().
namespace plexus::workloads::detail {

/// Code of the scale that loses least of the values, of some multiples of three standard
/// deviations.
[[nodiscard]] std::uint64_t pair_scale(std::span<const float> values,
                                       const PrecisionFormat& format);

void put_pairs(std::span<const float> values,
               double scale,
               const PrecisionFormat& format,
               EncodedMatrix::Stream& codes);

void take_pairs(BitReader& codes,
                double scale,
                const PrecisionFormat& format,
                std::span<float> values);

}  // namespace plexus::workloads::detail
