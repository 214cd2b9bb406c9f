// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <span>
#include <vector>

namespace plexus::workloads {

/// Largest edge of a block whose patterns can be told apart: a row fits a word.
inline constexpr std::int64_t most_pattern_block = 64;

/// What one pass over a block tells. i, j = row and column within the block.
struct BlockFeatures {
    std::int32_t nonzeros = 0;
    std::int32_t rows_used = 0;  ///< Rows with a non-zero.
    std::int32_t columns_used = 0;
    std::int32_t diagonals_used = 0;  ///< Values of j − i with a non-zero.
    std::int32_t fullest_row = 0;     ///< Non-zeros of the row that has most.
    std::int32_t fullest_column = 0;
    std::int32_t bandwidth = 0;    ///< max |i − j|
    std::int32_t runs = 0;         ///< Runs of consecutive non-zeros within rows.
    std::int32_t longest_run = 0;  ///< Its length.
    std::int64_t distance = 0;     ///< Σ |i − j|
    double magnitude = 0;          ///< Σ |k|
    double energy = 0;             ///< Σ k²
    bool operator==(const BlockFeatures&) const = default;
};

/// Features as numbers in 0..1 that do not depend on the scale of the values: density, rows,
/// columns and diagonals used, fullest row and column, bandwidth, mean distance, runs, longest run.
inline constexpr std::size_t feature_count = 10;
[[nodiscard]] std::array<float, feature_count> feature_vector(const BlockFeatures& features,
                                                              std::int64_t block);

/// Families of hash functions that similar blocks are likely to share a value of.
enum class LocalityHashKind : std::uint8_t {
    minhash,       ///< Of the set of non-zeros: Pr[equal] = Jaccard similarity J.
    simhash,       ///< Of feature_vector(): Pr[equal] = 1 − θ/π.
    bit_sampling,  ///< Of the bitmap: Pr[equal] = 1 − d_H / block².
};
[[nodiscard]] const char* to_string(LocalityHashKind kind);

/// Blocks are compared if all `rows` values of any of `bands` bands agree: P = 1 − (1 −
/// p^rows)^bands with p = Pr[equal]. They are alike if their similarity, which is p itself, is at
/// least `similarity`.
struct LocalityHashOptions {
    LocalityHashKind kind = LocalityHashKind::minhash;
    std::int64_t rows = 4;    ///< 1 … 64
    std::int64_t bands = 16;  ///< 1 … 256, and rows · bands ≤ 1024
    double similarity = 0.5;  ///< In (0, 1].
    /// Shifts a block's non-zeros to its first row and column, so that shifted patterns are alike.
    bool shifted = false;
    std::uint64_t seed = 1;
    auto operator<=>(const LocalityHashOptions&) const = default;
};

/// A block as its hash functions see it. Bit i·block + j of the bitmap is the element (i, j).
struct BlockView {
    std::span<const std::uint64_t> bitmap;
    const BlockFeatures* features = nullptr;
};

/// rows · bands hash functions of a family, drawn from a seed. Immutable and thread-safe.
/// \par Source MinHash: Broder 1997, by one permutation (Li, Owen, Zhang, NIPS 2012) whose empty
/// bins borrow from others (Shrivastava, "Optimal densification", ICML 2017), so that a block costs
/// its non-zeros and not non-zeros × functions. SimHash: Charikar, STOC 2002. Bit sampling: Indyk,
/// Motwani, STOC 1998.
class LocalityHash {
  public:
    /// \param block Edge length, 1 … 64.
    /// \throws core::ConfigErrors if an option is out of range.
    LocalityHash(const LocalityHashOptions& options, std::int64_t block);

    [[nodiscard]] std::int64_t functions() const { return options_.rows * options_.bands; }
    /// Values of all functions. \param out functions() entries. The block must not be empty.
    void values(const BlockView& block, std::span<std::uint16_t> out) const;
    /// One key per band. \param out `bands` entries; \param scratch functions() entries.
    void keys(const BlockView& block,
              std::span<std::uint64_t> out,
              std::span<std::uint16_t> scratch) const;
    /// Whether two blocks that are not empty are at least `similarity` alike, exactly.
    [[nodiscard]] bool alike(const BlockView& a, const BlockView& b) const;
    /// Jaccard, 1 − θ/π or 1 − d_H / block² of two blocks that are not empty.
    [[nodiscard]] double similarity(const BlockView& a, const BlockView& b) const;

  private:
    /// Bin and rank in it of an element, from one permutation of all elements.
    struct Slot {
        std::uint16_t bin = 0;
        std::uint16_t rank = 0;
    };
    template <class IsFilled>
    [[nodiscard]] std::size_t lender_of(std::size_t bin, const IsFilled& is_filled) const;
    void min_values(std::span<const std::uint64_t> bitmap, std::span<std::uint16_t> out) const;

    LocalityHashOptions options_;
    std::int64_t block_;
    std::vector<Slot> slots_;              ///< minhash: [element]
    std::vector<std::uint16_t> lenders_;   ///< minhash: [bin][attempt]
    std::vector<float> planes_;            ///< simhash: [function][feature]
    std::vector<std::uint32_t> elements_;  ///< bit sampling: [function]
};

}  // namespace plexus::workloads
