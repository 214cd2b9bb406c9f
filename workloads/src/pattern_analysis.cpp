// SPDX-License-Identifier: Apache-2.0
#include "plexus/workloads/pattern_analysis.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "plexus/core/error.hpp"
#include "plexus/core/parallel.hpp"

#include "block_features.hpp"

namespace plexus::workloads {

namespace {

using namespace detail;

void check_options(std::int64_t rows, std::int64_t columns, const PatternOptions& options) {
    core::ensure(rows >= 1 && columns >= 1, "a matrix must have rows and columns");
    core::Problems bad;
    for (std::size_t g = 0; g < options.groups.size(); ++g) {
        const auto [n, m] = options.groups[g];
        if (m < 1 || n < 0 || n > m || options.block % m != 0) {
            bad.add({},
                    fmt::format("groups[{}]", g),
                    fmt::format("must have 0 ≤ n ≤ m, and m must divide the block {}, got {}:{}",
                                options.block,
                                n,
                                m));
        }
    }
    bad.throw_if_any();
}

/// Sums over a block that its bitmap does not tell.
struct BlockSums {
    double magnitude = 0;
    double energy = 0;
    std::int64_t distance = 0;
};

/// A row of a block row.
struct Row {
    std::int64_t number = 0;
    std::span<const std::int32_t> columns;
    std::span<const float> values;
};

}  // namespace

class PatternAnalyser::State {
  public:
    State(std::int64_t rows, std::int64_t columns, const PatternOptions& options)
        : hash_(options.hash, options.block),
          shifted_(options.hash.shifted),
          words_(static_cast<std::size_t>((options.block * options.block + 63) / 64)) {
        check_options(rows, columns, options);
        out_.rows = rows;
        out_.columns = columns;
        out_.block = options.block;
        out_.block_rows = (rows + options.block - 1) / options.block;
        out_.block_columns = (columns + options.block - 1) / options.block;
        out_.groups = options.groups;
        const auto blocks = static_cast<std::size_t>(out_.blocks());
        core::ensure(blocks < 0xffffffffU, "too many blocks");
        out_.features.resize(blocks);
        out_.conformity.assign(options.groups.size(), std::vector<float>(blocks, 1));
        bitmaps_.resize(blocks * words_);
        keys_.assign(static_cast<std::size_t>(options.hash.bands),
                     std::vector<std::uint64_t>(blocks));
    }

    [[nodiscard]] const PatternAnalysis& so_far() const { return out_; }

    void add_block_row(std::int64_t block_row, const SparseMatrix& matrix, std::int64_t first) {
        const std::int64_t top = block_row * out_.block;
        core::ensure(block_row >= 0 && block_row < out_.block_rows, "no such row of blocks");
        const std::int64_t height = std::min(out_.block, out_.rows - top);
        core::ensure(matrix.columns == out_.columns && first >= 0 && first + height <= matrix.rows,
                     "rows must be those of the analysed matrix");
        const auto begin = static_cast<std::size_t>(block_row * out_.block_columns);
        const auto count = static_cast<std::size_t>(out_.block_columns);
        const auto bitmaps = std::span(bitmaps_).subspan(begin * words_, count * words_);
        std::vector<BlockSums> sums(count);
        const auto edge = static_cast<std::uint32_t>(out_.block);
        const auto shift = static_cast<unsigned>(std::countr_zero(edge));
        for (std::int64_t i = 0; i < height; ++i) {
            const Row row{i, matrix.row(first + i), matrix.row_values(first + i)};
            if (std::has_single_bit(edge))  // dividing takes longer than all the rest
                add_row(
                    row, [&](std::uint32_t j) { return j >> shift; }, bitmaps, sums);
            else
                add_row(
                    row, [&](std::uint32_t j) { return j / edge; }, bitmaps, sums);
        }
        std::vector<std::uint64_t> block_keys(keys_.size());
        std::vector<std::uint16_t> scratch(static_cast<std::size_t>(hash_.functions()));
        for (std::size_t b = 0; b < count; ++b) {
            finish_block(begin + b, sums[b], block_keys, scratch);
        }
    }

    PatternAnalysis finish(int jobs) {
        out_.class_of = classify(hash_, bitmaps_, out_.features, keys_, jobs);
        const auto last = std::max_element(out_.class_of.begin(), out_.class_of.end());
        out_.classes.resize(last == out_.class_of.end() ? 0 : static_cast<std::size_t>(*last + 1));
        for (std::size_t p = 0; p < out_.features.size(); ++p) {
            if (out_.class_of[p] < 0)
                continue;
            PatternClass& pattern = out_.classes[static_cast<std::size_t>(out_.class_of[p])];
            if (pattern.blocks++ == 0)
                pattern.representative = p;
            pattern.nonzeros += out_.features[p].nonzeros;
            pattern.histogram.add(out_.features[p], out_.block);
            out_.histogram.add(out_.features[p], out_.block);
        }
        return std::move(out_);
    }

  private:
    /// \param block_of The block of a column.
    template <class BlockOf>
    void add_row(const Row& row,
                 const BlockOf& block_of,
                 std::span<std::uint64_t> bitmaps,
                 std::span<BlockSums> sums) const {
        const auto edge = static_cast<std::uint32_t>(out_.block);
        const auto i = static_cast<std::int32_t>(row.number);
        const std::uint32_t first = static_cast<std::uint32_t>(i) * edge;
        for (std::size_t k = 0; k < row.columns.size(); ++k) {
            const auto column = static_cast<std::uint32_t>(row.columns[k]);
            const std::uint32_t b = block_of(column);
            const std::uint32_t j = column - b * edge;
            const std::uint32_t element = first + j;
            bitmaps[b * words_ + element / 64] |= std::uint64_t{1} << (element % 64);
            const double value = row.values.empty() ? 1.0 : static_cast<double>(row.values[k]);
            BlockSums& of_block = sums[b];
            of_block.magnitude += std::fabs(value);
            of_block.energy += value * value;
            of_block.distance += std::abs(static_cast<std::int32_t>(j) - i);
        }
    }

    void finish_block(std::size_t p,
                      const BlockSums& sums,
                      std::span<std::uint64_t> block_keys,
                      std::span<std::uint16_t> scratch) {
        const auto bitmap = std::span(bitmaps_).subspan(p * words_, words_);
        BlockFeatures& features = out_.features[p];
        read_bitmap(bitmap, out_.block, features);
        if (features.nonzeros == 0)
            return;
        features.magnitude = sums.magnitude;
        features.energy = sums.energy;
        features.distance = sums.distance;
        for (std::size_t g = 0; g < out_.groups.size(); ++g)
            out_.conformity[g][p] = group_conformity(bitmap, out_.block, out_.groups[g]);
        if (shifted_)
            shift_to_corner(bitmap, out_.block);
        hash_.keys({bitmap, &features}, block_keys, scratch);
        for (std::size_t band = 0; band < keys_.size(); ++band)
            keys_[band][p] = block_keys[band];
    }

    LocalityHash hash_;
    bool shifted_;
    std::size_t words_;  ///< Of the bitmap of a block.
    PatternAnalysis out_;
    std::vector<std::uint64_t> bitmaps_;
    std::vector<std::vector<std::uint64_t>> keys_;  ///< [band][block]
};

PatternAnalyser::PatternAnalyser(std::int64_t rows,
                                 std::int64_t columns,
                                 const PatternOptions& options)
    : state_(std::make_unique<State>(rows, columns, options)) {}
PatternAnalyser::PatternAnalyser(PatternAnalyser&&) noexcept = default;
PatternAnalyser& PatternAnalyser::operator=(PatternAnalyser&&) noexcept = default;
PatternAnalyser::~PatternAnalyser() = default;

std::int64_t PatternAnalyser::block_rows() const {
    return state_->so_far().block_rows;
}

void PatternAnalyser::add_block_row(std::int64_t block_row,
                                    const SparseMatrix& matrix,
                                    std::int64_t first) {
    state_->add_block_row(block_row, matrix, first);
}

PatternAnalysis PatternAnalyser::finish(int jobs) && {
    return state_->finish(jobs);
}

PatternAnalysis analyse_patterns(const SparseMatrix& matrix,
                                 const PatternOptions& options,
                                 int jobs) {
    PatternAnalyser analyser(matrix.rows, matrix.columns, options);
    core::parallel_for(analyser.block_rows(), jobs, [&](std::int64_t block_row) {
        analyser.add_block_row(block_row, matrix, block_row * options.block);
    });
    return std::move(analyser).finish(jobs);
}

}  // namespace plexus::workloads
