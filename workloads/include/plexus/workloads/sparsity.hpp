// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "plexus/core/hash.hpp"

namespace plexus::workloads {

/// Where the non-zeros of a sparse tensor lie. For one seed and shape the pattern of a lower
/// density is a subset of that of a higher one (`n_m`: of a lower n for one m).
enum class Pattern : std::uint8_t {
    dense,         ///< No zeros.
    unstructured,  ///< Each element alike, exactly round(density·rows·columns) in all.
    row_balanced,  ///< Exactly round(density·columns) in each row, anywhere in it.
    n_m,        ///< n of each group of m consecutive elements of a row (all of a shorter last one).
    block,      ///< Whole block × block tiles; exactly round(density·tiles) of them.
    banded,     ///< |i·columns/rows − j| ≤ the half width that comes nearest to the density.
    power_law,  ///< Non-zeros per row ∝ rank^−exponent, at most all; rows in random order.
    file,       ///< As in a matrix file.
};

/// Values of the non-zeros, for kernels that approximate. A matrix file with values keeps its own.
enum class Values : std::uint8_t {
    ones,           ///< All 1: error counts dropped non-zeros.
    normal,         ///< N(0, 1), independent of where the non-zeros lie.
    pruned_normal,  ///< What magnitude pruning leaves of N(0, 1): the elements kept by
                    ///< `unstructured`, `row_balanced`, `n_m` and `power_law` are the largest;
                    ///< elsewhere N(0, 1) conditioned on a magnitude above the threshold of the
                    ///< density.
};

/// How sparse a tensor is and how to make its actual matrix. Plain value. Tensors of the same shape
/// and seed get the same pattern: give each its own seed.
struct Sparsity {
    Pattern pattern = Pattern::dense;
    double density = 1;  ///< Share of non-zeros, in [0, 1]. Not used by `dense`, `file`, `n_m`.
    std::int64_t n = 2;  ///< n_m only; 0 ≤ n ≤ m.
    std::int64_t m = 4;  ///< n_m only.
    std::int64_t block = 32;  ///< block only: edge length.
    double exponent = 1;      ///< power_law only, ≥ 0; 0 = all rows alike.
    Values values = Values::pruned_normal;
    std::uint64_t seed = 1;
    std::string file{};    ///< file only: path of a .smtx, .mtx or .safetensors file.
    std::string tensor{};  ///< file only: which tensor of a .safetensors file.

    auto operator<=>(const Sparsity&) const = default;
};

/// Lower-case names as in YAML, in order of the enumerators.
[[nodiscard]] const char* to_string(Pattern pattern);
[[nodiscard]] const char* to_string(Values values);

/// Hash of what of the description counts for its pattern (of a file: its path, size and time of
/// change, and the tensor).
[[nodiscard]] core::Hash content_hash(const Sparsity& sparsity);

}  // namespace plexus::workloads
