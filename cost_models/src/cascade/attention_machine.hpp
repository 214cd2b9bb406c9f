// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plexus/cost_models/cascade/attention.hpp"

namespace plexus::cost_models::cascade {

// The machine on which FLAT and FuseMax are compared.
// \par Source FuseMax, MICRO 2024, and its artifact (FPSG-UIUC/micro24-fusemax-artifact).
inline constexpr double side_of_array = 256;
inline constexpr double bytes_per_value = 2;                         // fp16
inline constexpr double attention_bandwidth = 400.0 * (1ULL << 30);  // Bytes per s, HBM2.
inline constexpr core::Frequency attention_clock{0.94e9};

/// Bytes of queries, keys, values or results.
inline double operand_bytes(const AttentionShape& shape) {
    return bytes_per_value * static_cast<double>(shape.batch * shape.heads) *
           static_cast<double>(shape.tokens * shape.features);
}

}  // namespace plexus::cost_models::cascade
