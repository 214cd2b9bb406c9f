// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <vector>

#include "plexus/workloads/sparse_matrix.hpp"

namespace plexus::cost_models {

/// Keep at most n of each m consecutive elements of a row.
struct GroupLimit {
    std::int64_t n = 2;
    std::int64_t m = 4;
    auto operator<=>(const GroupLimit&) const = default;
};

/// What kernels need to know of every block × block tile of a matrix: one pass over the non-zeros,
/// afterwards kernels are selected without touching the matrix. Edge blocks count as padded with
/// zeros. Vectors have one entry per block, row-major [block_row · block_columns + block_column].
struct BlockProfile {
    std::int64_t rows = 0;
    std::int64_t columns = 0;
    std::int64_t block = 0;
    std::int64_t block_rows = 0;
    std::int64_t block_columns = 0;
    std::vector<std::int32_t> nonzeros;
    std::vector<double> energy;  ///< Σ k² over the block.
    std::vector<GroupLimit> limits;
    /// [limit][block]: Σ k² of what keeping the n largest magnitudes of each group of m drops
    /// (ties: the first stays).
    std::vector<std::vector<double>> dropped;
    std::int64_t total_nonzeros = 0;
    double total_energy = 0;  ///< ‖K‖_F².

    [[nodiscard]] std::int64_t blocks() const { return block_rows * block_columns; }
    bool operator==(const BlockProfile&) const = default;
};

/// \param block Edge length, ≥ 1 and a multiple of every m in `limits`.
/// \param jobs Threads; the result does not depend on it.
[[nodiscard]] BlockProfile profile_blocks(const workloads::SparseMatrix& matrix,
                                          std::int64_t block,
                                          std::span<const GroupLimit> limits,
                                          int jobs = 1);

}  // namespace plexus::cost_models
