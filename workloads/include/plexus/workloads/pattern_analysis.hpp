// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "plexus/workloads/locality_hash.hpp"
#include "plexus/workloads/sparse_matrix.hpp"

namespace plexus::workloads {

/// n of each m consecutive elements of a row.
struct GroupShape {
    std::int64_t n = 2;
    std::int64_t m = 4;
    auto operator<=>(const GroupShape&) const = default;
};

/// Joint histogram of blocks over density and off-diagonal distance, both as shares in 0..1. Bin 0
/// holds exactly 0, bin b ≥ 1 up to 2^(b − 7): ≤ 1/64, ≤ 1/32, …, ≤ 1. Weights are non-zeros.
struct PatternHistogram {
    static constexpr std::size_t bins = 8;
    std::array<std::array<double, bins>, bins> weights{};  ///< [density][distance]

    /// \param share In [0, 1].
    [[nodiscard]] static std::size_t bin(double share);
    /// Empty blocks weigh nothing. \param block Edge length.
    void add(const BlockFeatures& features, std::int64_t block);
    void merge(const PatternHistogram& other);
    /// Multiplies all weights, so that blocks seen long ago count less. \param factor In [0, 1].
    void decay(double factor);
    [[nodiscard]] double total() const;
    bool operator==(const PatternHistogram&) const = default;
};

/// What to look for in blocks.
struct PatternOptions {
    std::int64_t block = 32;                       ///< Edge length, 1 … most_pattern_block.
    std::vector<GroupShape> groups{GroupShape{}};  ///< Each m must divide the block.
    LocalityHashOptions hash{};
};

/// Blocks with similar patterns: linked, directly or not, by pairs that are similar enough.
struct PatternClass {
    std::size_t representative = 0;  ///< Its first block.
    std::int64_t blocks = 0;
    std::int64_t nonzeros = 0;
    PatternHistogram histogram{};
    bool operator==(const PatternClass&) const = default;
};

/// Vectors have one entry per block, row-major [block_row · block_columns + block_column]; edge
/// blocks count as padded with zeros.
struct PatternAnalysis {
    std::int64_t rows = 0;
    std::int64_t columns = 0;
    std::int64_t block = 0;
    std::int64_t block_rows = 0;
    std::int64_t block_columns = 0;
    std::vector<BlockFeatures> features;
    std::vector<GroupShape> groups;
    /// [group][block]: share of the groups of m that have at most n non-zeros.
    std::vector<std::vector<float>> conformity;
    std::vector<std::int32_t> class_of;  ///< −1: an empty block.
    std::vector<PatternClass> classes;   ///< In order of their first blocks; empty blocks in none.
    PatternHistogram histogram;          ///< Of all blocks.

    [[nodiscard]] std::int64_t blocks() const { return block_rows * block_columns; }
    bool operator==(const PatternAnalysis&) const = default;
};

/// Analyses a matrix that comes in rows of blocks, without holding it: one bit per element and 200
/// bytes per block are kept.
class PatternAnalyser {
  public:
    /// \throws core::ConfigErrors if an option is out of range.
    PatternAnalyser(std::int64_t rows, std::int64_t columns, const PatternOptions& options);
    PatternAnalyser(PatternAnalyser&&) noexcept;
    PatternAnalyser& operator=(PatternAnalyser&&) noexcept;
    PatternAnalyser(const PatternAnalyser&) = delete;
    PatternAnalyser& operator=(const PatternAnalyser&) = delete;
    ~PatternAnalyser();

    [[nodiscard]] std::int64_t block_rows() const;
    /// Takes the next `block` rows (fewer at the end) from row `first` of `matrix` on. Different
    /// block rows may be added at the same time, each once, in any order.
    void add_block_row(std::int64_t block_row, const SparseMatrix& matrix, std::int64_t first);
    /// Finds the classes. Block rows that were not added count as empty.
    /// \param jobs Threads; 0 = all processors. The result does not depend on it.
    [[nodiscard]] PatternAnalysis finish(int jobs) &&;

  private:
    class State;
    std::unique_ptr<State> state_;
};

/// \throws core::ConfigErrors if an option is out of range.
[[nodiscard]] PatternAnalysis analyse_patterns(const SparseMatrix& matrix,
                                               const PatternOptions& options,
                                               int jobs = 0);

/// One block in full.
struct BlockDetail {
    std::vector<std::int32_t> row_nonzeros;       ///< [row of the block]
    std::vector<std::int32_t> column_nonzeros;    ///< [column of the block]
    std::vector<std::int32_t> diagonal_nonzeros;  ///< [j − i + block − 1]
    std::vector<std::int32_t> runs;  ///< [length − 1]: runs of consecutive non-zeros within rows.
    /// Numerical rank: pivots of elimination with complete pivoting above block · 2⁻²³ · the first.
    std::int64_t rank = 0;
    bool operator==(const BlockDetail&) const = default;
};
[[nodiscard]] BlockDetail block_detail(const SparseMatrix& matrix,
                                       std::int64_t block,
                                       std::int64_t block_row,
                                       std::int64_t block_column);

}  // namespace plexus::workloads
