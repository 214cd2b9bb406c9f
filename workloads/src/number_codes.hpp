// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "plexus/workloads/precision_format.hpp"

#include "bit_stream.hpp"

namespace plexus::workloads::detail {

/// The scale (as leading bits of a binary32) or the biased exponent that `values` share; 0 for a
/// format without.
[[nodiscard]] std::uint64_t shared_code(std::span<const float> values,
                                        const PrecisionFormat& format);

/// Writes the codes of values of one group, or of part of it: a row at most.
void put_codes(std::span<const float> values,
               std::uint64_t shared,
               const PrecisionFormat& format,
               EncodedMatrix::Stream& codes);

/// Reads what put_codes() wrote.
void take_codes(BitReader& codes,
                std::uint64_t shared,
                const PrecisionFormat& format,
                std::span<float> values);

}  // namespace plexus::workloads::detail
