// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "plexus/core/hash.hpp"

namespace plexus::workloads {

/// Where the non-zeros of a sparse tensor lie.
enum class Pattern : std::uint8_t {
    dense,         ///< No zeros.
    unstructured,  ///< Each element kept independently of the others, exact total count.
    row_balanced,  ///< The same number of non-zeros in each row.
    n_m,           ///< At most n of each group of m consecutive elements of a row.
    block,         ///< Whole block × block tiles kept or dropped.
    banded,        ///< |i·cols/rows − j| ≤ half width that gives the density.
    power_law,     ///< Non-zeros per row ∝ rank^−exponent, rows in random order.
    file,          ///< As in a matrix file.
};

/// Magnitudes of the non-zeros, for kernels that approximate. A pattern file without values is
/// taken with `ones`.
enum class Values : std::uint8_t {
    ones,          ///< All 1: error counts dropped non-zeros.
    normal,        ///< N(0, 1), seeded.
    pruned_normal, ///< N(0, 1) conditioned on magnitude above the pruning threshold of the density.
};

/// How sparse a tensor is and how to make its actual matrix. Plain value.
struct Sparsity {
    Pattern pattern = Pattern::dense;
    double density = 1;          ///< Share of non-zeros, in [0, 1]. Ignored for `file` and `n_m`.
    std::int64_t n = 2;          ///< n_m only.
    std::int64_t m = 4;          ///< n_m only.
    std::int64_t block = 32;     ///< block only: edge length.
    double exponent = 1;         ///< power_law only.
    Values values = Values::pruned_normal;
    std::uint64_t seed = 1;
    std::string file;            ///< file only: path of a .smtx or .mtx file.

    auto operator<=>(const Sparsity&) const = default;
};

/// Lower-case names as in YAML, in order of the enumerators.
[[nodiscard]] const char* to_string(Pattern pattern);
[[nodiscard]] const char* to_string(Values values);

/// Hash of the description (of a file: its path, size and time of change).
[[nodiscard]] core::Hash content_hash(const Sparsity& sparsity);

}  // namespace plexus::workloads
