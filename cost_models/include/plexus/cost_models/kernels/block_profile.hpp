// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "plexus/cost_models/kernels/block.hpp"
#include "plexus/cost_models/kernels/kernel_bank.hpp"
#include "plexus/workloads/sparse_matrix.hpp"

namespace plexus::cost_models {

/// What a kernel that is not exact makes of every block.
struct LossProfile {
    std::string kernel;
    std::vector<double> lost_energy;  ///< Fit::lost_energy by block.
    std::vector<std::int32_t> held;   ///< Fit::held by block.
    bool operator==(const LossProfile&) const = default;
};

/// What kernels need to know of every block × block tile of a matrix: one pass over the non-zeros,
/// afterwards kernels are selected without touching the matrix. Vectors have one entry per block,
/// row-major [block_row · block_columns + block_column].
struct BlockProfile {
    std::int64_t rows = 0;
    std::int64_t columns = 0;
    std::int64_t block = 0;
    std::int64_t block_rows = 0;
    std::int64_t block_columns = 0;
    std::vector<BlockShape> shapes{};   ///< All that occur, ascending.
    std::vector<std::int32_t> shape{};  ///< Index into `shapes`.
    std::vector<double> energy{};       ///< ‖K_p‖²_Σ.
    std::vector<LossProfile> losses{};  ///< Of the kernels asked for that are not exact.
    std::int64_t total_nonzeros = 0;
    double total_energy = 0;  ///< ‖K‖²_Σ.

    [[nodiscard]] std::int64_t blocks() const { return block_rows * block_columns; }
    [[nodiscard]] const BlockShape& shape_of(std::size_t p) const {
        return shapes[static_cast<std::size_t>(shape[p])];
    }
    /// \throws std::logic_error if that kernel was not asked for.
    [[nodiscard]] const LossProfile& loss(std::string_view kernel) const;
    bool operator==(const BlockProfile&) const = default;
};

/// \param block Edge length, in 1..32768 and a multiple of every kernel's granularity.
/// \param kernels Those that may be selected; the exact ones need nothing.
/// \param jobs Threads; the result does not depend on it.
/// \param column_weights σ_j² of the inputs, one per column; empty = all 1.
[[nodiscard]] BlockProfile profile_blocks(const workloads::SparseMatrix& matrix,
                                          std::int64_t block,
                                          std::span<const NamedKernel> kernels,
                                          int jobs = 1,
                                          std::span<const double> column_weights = {});

/// The blocks of one row of blocks, cut out of a matrix. Keeps its memory from row to row.
class BlockRow {
  public:
    /// Keeps references to both.
    BlockRow(const workloads::SparseMatrix& matrix,
             std::int64_t block,
             std::span<const double> column_weights);

    /// Cuts out row of blocks `index`; earlier blocks are no longer valid.
    void load(std::int64_t index);
    [[nodiscard]] Block block(std::int64_t column) const;

  private:
    const workloads::SparseMatrix& matrix_;
    std::int64_t edge_;
    std::span<const double> column_weights_;
    std::int64_t rows_ = 0;
    std::vector<std::size_t> offsets_;  ///< By column of blocks, into elements_.
    std::vector<Element> elements_;
};

}  // namespace plexus::cost_models
