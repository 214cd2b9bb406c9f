// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "plexus/cost_models/cascade/cascade.hpp"
#include "plexus/cost_models/cascade/machine.hpp"

namespace plexus::cost_models::cascade {

/// `einsums` matrix products one after the other: T1 = T0·W0, T2 = T1·W1 …
/// \param rows Of each Ti. \param columns Of each Ti and Wi.
[[nodiscard]] Cascade matmul_chain(std::int64_t einsums,
                                   std::int64_t rows,
                                   std::int64_t columns,
                                   double bits);

/// Dimensions of one decoder layer.
struct TransformerLayer {
    std::int64_t hidden = 0;
    std::int64_t heads = 0;  ///< Of hidden / heads features each.
    std::int64_t ffn = 0;
    bool gated = false;  ///< The FFN multiplies two projections.
    std::int64_t batch = 1;
    std::int64_t tokens = 1;   ///< New ones.
    std::int64_t context = 1;  ///< Tokens attended to.
    bool decode = false;       ///< Keys and values come from a cache off chip.
    double bits = 16;
};

/// Copy of the input onto the chip, V, K and Q projections, QKᵀ, softmax as one elementwise step,
/// attention times V, output projection, FFN. No norms, residuals or rotary embedding.
[[nodiscard]] Cascade transformer_layer(const TransformerLayer& layer);

/// A machine like a TPU v4i: 128 MB and 4 × 4 MB on chip, four 128 × 128 arrays, a vector unit.
[[nodiscard]] Machine tpu_v4i_like();

/// Off-chip memory, an on-chip memory without limits and one multiplier; a bit moved or a product
/// costs one unit of energy, a product one unit of time.
[[nodiscard]] Machine unit_cost_machine();

/// As unit_cost_machine(), but only off-chip traffic costs: the least traffic for an on-chip memory
/// of that size.
[[nodiscard]] Machine traffic_machine(double on_chip_bits);

}  // namespace plexus::cost_models::cascade
