// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "plexus/workloads/workload.hpp"

namespace plexus::workloads {

/// Dimensions of one Mamba block. The defaults are those of Mamba-2.8B.
/// \par Source Gu and Dao, Mamba, arXiv 2312.00752; github state-spaces/mamba.
struct MambaBlock {
    std::int64_t hidden = 2560;   ///< d_model.
    std::int64_t inner = 5120;    ///< d_inner.
    std::int64_t state = 16;      ///< d_state.
    std::int64_t dt_rank = 160;   ///< Of the low-rank projection that Δ comes from.
    std::int64_t conv_width = 4;  ///< d_conv.
    std::int64_t tokens = 1;      ///< Read at once.
    std::int64_t weight_bits = 32;
    std::int64_t activation_bits = 32;  ///< Also of the state.
};

/// All operators of a Mamba block: input projection, depthwise convolution (as taps of a shifted
/// input), SiLU, projections of Δ, B and C, exp(Δ·A), Δ·B·x, the scan, its result with the skip
/// D·x, gate and output projection.
/// The scan h = exp(Δ·A)·h' + Δ·B·x reads the state h' after the token before; it is the tensor
/// `state`, which all tokens share like a weight.
/// \pre All dimensions and bits > 0.
[[nodiscard]] Workload expand(const MambaBlock& block);

/// How softmax is cut into operators.
enum class SoftmaxForm : std::uint8_t {
    steps,     ///< Maximum, exponential, sum, division: each over whole rows of scores.
    one_pass,  ///< Chunk by chunk of keys, with a running maximum that corrects what was summed.
};

/// softmax(Q·Kᵀ)·V for all heads of all sequences.
struct AttentionCore {
    std::int64_t batch = 1;
    std::int64_t heads = 1;
    std::int64_t features = 64;   ///< Of one head.
    std::int64_t tokens = 1024;   ///< Queries.
    std::int64_t context = 1024;  ///< Keys and values.
    SoftmaxForm softmax = SoftmaxForm::steps;
    std::int64_t chunk = 256;  ///< one_pass: keys per chunk; divides `context`.
    /// Scalar operations of one exponential. \par Source FuseMax, MICRO 2024: six products of a
    /// polynomial and one more on the array.
    double exponential_operations = 7;
    std::int64_t bits = 16;  ///< Of every element.
};

/// The operators of attention; heads and sequences are one dimension G.
/// \pre All dimensions and bits > 0; in one pass, chunk divides context.
[[nodiscard]] Workload expand(const AttentionCore& attention);

}  // namespace plexus::workloads
