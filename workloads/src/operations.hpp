// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Scalar operations per element of the operators that are not contractions, counted from their
/// definitions; a multiply-accumulate, a comparison, an exp, erf or tanh is one.
namespace plexus::workloads::operations {

inline constexpr double rms_norm = 4;    // square, add; × 1/rms, × weight
inline constexpr double layer_norm = 7;  // add; − mean, square, add; × 1/σ, × weight, + bias
inline constexpr double softmax = 6;     // × 1/√d, max; − max, exp, add; ÷ sum
inline constexpr double rope = 3;        // x·cos, y·sin, add
inline constexpr double relu = 1;        // max(x, 0)
inline constexpr double silu = 4;        // x / (1 + exp(−x)): negate, exp, add, divide
inline constexpr double gelu = 5;        // x/2·(1 + erf(x/√2)): scale, erf, add, multiply, halve
// x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³))): x², ·x, ·c, + x, ·c, tanh, + 1, ·x, halve
inline constexpr double gelu_tanh = 9;

}  // namespace plexus::workloads::operations
