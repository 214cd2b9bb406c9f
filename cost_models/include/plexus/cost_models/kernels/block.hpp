// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <span>

namespace plexus::cost_models {

/// One non-zero of a block, counted from the block's corner.
struct Element {
    std::int32_t row = 0;
    std::int32_t column = 0;
    double value = 0;
    auto operator<=>(const Element&) const = default;
};

/// One b × b block of a matrix. Blocks at the edge of the matrix reach beyond it: only `rows` ×
/// `columns` of their elements exist.
struct Block {
    std::int64_t edge = 0;              ///< b.
    std::int64_t rows = 0;              ///< Of the matrix in this block, at most b.
    std::int64_t columns = 0;           ///< Of the matrix in this block, at most b.
    std::span<const Element> elements;  ///< Non-zeros, row by row, columns ascending.
    /// σ_j² ≥ 0 of the input that meets each column, `columns` of them; empty = all 1.
    std::span<const double> column_weights;

    /// What the error of column `j` weighs.
    [[nodiscard]] double weight(std::int64_t j) const {
        return column_weights.empty() ? 1.0 : column_weights[static_cast<std::size_t>(j)];
    }
    /// ‖K_p‖²_Σ = Σ σ_j² k_ij².
    [[nodiscard]] double energy() const;
};

/// What storage and work of a block depend on.
struct BlockShape {
    std::int64_t block = 0;        ///< Edge b.
    std::int64_t nonzeros = 0;     ///< That the kernel holds.
    std::int64_t longest_row = 0;  ///< Most non-zeros in one row.
    std::int64_t longest_column = 0;
    auto operator<=>(const BlockShape&) const = default;
};

/// What the best approximation of a block loses, and how many of its values are held one by one.
struct Fit {
    double lost_energy = 0;  ///< ‖K_p − Π(K_p)‖²_Σ.
    std::int64_t held = 0;   ///< BlockShape::nonzeros of the kernel's cost on this block.
    auto operator<=>(const Fit&) const = default;
};

/// A block in a kernel's own format, executed by the kernel's own algorithm.
class StoredBlock {
  public:
    StoredBlock() = default;
    StoredBlock(const StoredBlock&) = delete;
    StoredBlock& operator=(const StoredBlock&) = delete;
    StoredBlock(StoredBlock&&) = delete;
    StoredBlock& operator=(StoredBlock&&) = delete;
    virtual ~StoredBlock() = default;

    /// y += Π(K_p)·x. \param x `columns` elements. \param y `rows` elements.
    virtual void multiply(std::span<const double> x, std::span<double> y) const = 0;
};

/// Finds the member of a kernel's representable set that comes nearest to a block. Holds scratch
/// memory: one per thread.
class BlockFitter {
  public:
    BlockFitter() = default;
    BlockFitter(const BlockFitter&) = delete;
    BlockFitter& operator=(const BlockFitter&) = delete;
    BlockFitter(BlockFitter&&) = delete;
    BlockFitter& operator=(BlockFitter&&) = delete;
    virtual ~BlockFitter() = default;

    [[nodiscard]] virtual Fit fit(const Block& block) = 0;
    /// The approximation itself, ready to be executed.
    [[nodiscard]] virtual std::unique_ptr<const StoredBlock> store(const Block& block) = 0;
};

/// Writes Π(K_p) as `rows` × `columns` elements, row by row, by executing `stored` on every unit
/// vector.
void expand(const StoredBlock& stored,
            std::int64_t rows,
            std::int64_t columns,
            std::span<double> elements);

}  // namespace plexus::cost_models
