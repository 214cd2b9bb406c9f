// SPDX-License-Identifier: Apache-2.0
#include "block_features.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <tuple>
#include <utility>

#include "plexus/core/error.hpp"

#include "bits.hpp"

namespace plexus::workloads {

namespace detail {

namespace {

/// Rows of a block, one word each.
using Rows = std::array<std::uint64_t, 64>;

Rows rows_of(std::span<const std::uint64_t> bitmap, std::int64_t block) {
    Rows rows{};
    for (std::int64_t i = 0; i < block; ++i)
        rows[static_cast<std::size_t>(i)] = bits_at(bitmap, i * block, block);
    return rows;
}

/// Counts, for 64 columns at once, how many words have a bit there: plane p holds bit p of every
/// count. No branch depends on the words, since none could be predicted.
class ColumnCounts {
  public:
    void add(std::uint64_t word) {
        for (std::uint64_t& plane : planes_) {
            const std::uint64_t carry = plane & word;
            plane ^= word;
            word = carry;
        }
    }
    [[nodiscard]] std::int32_t largest() const {
        std::uint64_t candidates = ~std::uint64_t{0};
        std::int32_t largest = 0;
        for (std::size_t p = planes_.size(); p-- > 0;) {
            if ((candidates & planes_[p]) != 0) {
                candidates &= planes_[p];
                largest += 1 << p;
            }
        }
        return largest;
    }

  private:
    std::array<std::uint64_t, 7> planes_{};  // up to 64 words
};

/// Length of the longest run of ones within one of the first `count` rows: each step shortens all
/// runs by one.
std::int32_t longest_run(Rows rows, std::int64_t count) {
    const auto end = static_cast<std::size_t>(count);
    std::int32_t length = 0;
    for (;;) {
        std::uint64_t any = 0;
        for (std::size_t i = 0; i < end; ++i) {
            any |= rows[i];
            rows[i] &= rows[i] << 1U;
        }
        if (any == 0)
            return length;
        ++length;
    }
}

/// Groups of m = 2^k ≤ 16 bits of a word with more than n ones.
std::int32_t fuller_groups(std::uint64_t word, const GroupShape& group) {
    std::uint64_t counts = word - ((word >> 1U) & 0x5555555555555555U);
    std::uint64_t ones_of_fields = 0x5555555555555555U;
    constexpr std::array<std::uint64_t, 3> masks{
        0x3333333333333333U, 0x0f0f0f0f0f0f0f0fU, 0x00ff00ff00ff00ffU};
    constexpr std::array<std::uint64_t, 3> fields{
        0x1111111111111111U, 0x0101010101010101U, 0x0001000100010001U};
    unsigned width = 2;
    for (std::size_t step = 0; width < group.m; ++step, width *= 2) {
        counts = (counts & masks[step]) + ((counts >> width) & masks[step]);
        ones_of_fields = fields[step];
    }
    // Adding 2^(m−1) − 1 − n carries into the top bit of the fields that are above n.
    const auto top = std::uint64_t{1} << (width - 1);
    const std::uint64_t raised =
        counts + ones_of_fields * (top - 1 - static_cast<std::uint64_t>(group.n));
    return ones(raised & (ones_of_fields * top));
}

std::int32_t fuller_groups_of_any_size(std::uint64_t word,
                                       std::int64_t block,
                                       const GroupShape& group) {
    std::int32_t fuller = 0;
    for (std::int64_t j = 0; j < block; j += group.m) {
        const std::uint64_t bits = (word >> static_cast<unsigned>(j)) & low_bits(group.m);
        fuller += ones(bits) > group.n ? 1 : 0;
    }
    return fuller;
}

}  // namespace

void read_bitmap(std::span<const std::uint64_t> bitmap,
                 std::int64_t block,
                 BlockFeatures& features) {
    const Rows rows = rows_of(bitmap, block);
    ColumnCounts columns;
    std::uint64_t any = 0;
    std::uint64_t below = 0;  // bit block − 1 − i + j: a diagonal; the first 64 of them
    std::uint64_t above = 0;
    for (std::int64_t i = 0; i < block; ++i) {
        const std::uint64_t row = rows[static_cast<std::size_t>(i)];
        const std::int32_t count = ones(row);
        features.nonzeros += count;
        features.rows_used += row != 0 ? 1 : 0;
        features.fullest_row = std::max(features.fullest_row, count);
        features.runs += ones(row & ~(row << 1U));
        const auto shift = static_cast<unsigned>(block - 1 - i);
        below |= row << shift;
        above |= (row >> 1U) >> (63 - shift);
        columns.add(row);
        any |= row;
    }
    if (any == 0)
        return;
    const auto edge = static_cast<std::int32_t>(block);
    const std::int32_t first = below != 0 ? std::countr_zero(below) : 64 + std::countr_zero(above);
    const auto last = static_cast<std::int32_t>(above != 0 ? 63 + std::bit_width(above)
                                                           : std::bit_width(below) - 1);
    features.bandwidth = std::max(edge - 1 - first, last - (edge - 1));
    features.diagonals_used = ones(below) + ones(above);
    features.columns_used = ones(any);
    features.fullest_column = columns.largest();
    features.longest_run = longest_run(rows, block);
}

float group_conformity(std::span<const std::uint64_t> bitmap,
                       std::int64_t block,
                       const GroupShape& group) {
    if (group.n >= group.m)
        return 1;
    std::int32_t fuller = 0;
    const bool by_fields =
        group.m >= 4 && group.m <= 16 && std::has_single_bit(static_cast<std::uint64_t>(group.m));
    if (by_fields) {  // fields do not care where rows end, since m divides their length
        for (const std::uint64_t word : bitmap)
            fuller += fuller_groups(word, group);
    } else {
        for (std::int64_t i = 0; i < block; ++i)
            fuller += fuller_groups_of_any_size(bits_at(bitmap, i * block, block), block, group);
    }
    const std::int64_t groups = block / group.m * block;
    return 1 - static_cast<float>(fuller) / static_cast<float>(groups);
}

void shift_to_corner(std::span<std::uint64_t> bitmap, std::int64_t block) {
    const Rows rows = rows_of(bitmap, block);
    std::uint64_t any = 0;
    std::int64_t first_row = block;
    for (std::int64_t i = block; i-- > 0;) {
        const std::uint64_t row = rows[static_cast<std::size_t>(i)];
        any |= row;
        first_row = row != 0 ? i : first_row;
    }
    const auto first_column = static_cast<unsigned>(std::countr_zero(any));
    if (first_row == 0 && first_column == 0)
        return;
    std::fill(bitmap.begin(), bitmap.end(), 0);
    for (std::int64_t i = first_row; i < block; ++i) {
        set_bits(bitmap,
                 (i - first_row) * block,
                 block,
                 rows[static_cast<std::size_t>(i)] >> first_column);
    }
}

namespace {

/// Pivots of Gaussian elimination with complete pivoting above tolerance · the first.
std::int64_t numerical_rank(std::vector<double> a, std::size_t edge) {
    const double tolerance =
        static_cast<double>(edge) * static_cast<double>(std::numeric_limits<float>::epsilon());
    double first = 0;
    for (std::size_t k = 0; k < edge; ++k) {
        std::size_t row = k;
        std::size_t column = k;
        for (std::size_t i = k; i < edge; ++i) {
            for (std::size_t j = k; j < edge; ++j) {
                if (std::fabs(a[i * edge + j]) > std::fabs(a[row * edge + column]))
                    std::tie(row, column) = std::pair(i, j);
            }
        }
        const double pivot = a[row * edge + column];
        first = k == 0 ? std::fabs(pivot) : first;
        if (std::fabs(pivot) <= tolerance * first)
            return static_cast<std::int64_t>(k);
        for (std::size_t j = 0; j < edge; ++j)
            std::swap(a[k * edge + j], a[row * edge + j]);
        for (std::size_t i = 0; i < edge; ++i)
            std::swap(a[i * edge + k], a[i * edge + column]);
        for (std::size_t i = k + 1; i < edge; ++i) {
            const double factor = a[i * edge + k] / pivot;
            for (std::size_t j = k; j < edge; ++j)
                a[i * edge + j] -= factor * a[k * edge + j];
        }
    }
    return static_cast<std::int64_t>(edge);
}

}  // namespace

}  // namespace detail

BlockDetail block_detail(const SparseMatrix& matrix,
                         std::int64_t block,
                         std::int64_t block_row,
                         std::int64_t block_column) {
    core::ensure(block >= 1 && block <= 1024, "block edge must be in 1..1024");
    const auto edge = static_cast<std::size_t>(block);
    BlockDetail out{.row_nonzeros = std::vector<std::int32_t>(edge),
                    .column_nonzeros = std::vector<std::int32_t>(edge),
                    .diagonal_nonzeros = std::vector<std::int32_t>(2 * edge - 1),
                    .runs = std::vector<std::int32_t>(edge)};
    std::vector<double> dense(edge * edge);
    const std::int64_t left = block_column * block;
    for (std::size_t i = 0; i < edge; ++i) {
        const std::int64_t r = block_row * block + static_cast<std::int64_t>(i);
        if (r >= matrix.rows)
            break;
        const auto columns = matrix.row(r);
        const auto values = matrix.row_values(r);
        std::size_t run = 0;
        const auto* at = std::lower_bound(columns.data(), columns.data() + columns.size(), left);
        for (; at != columns.data() + columns.size() && *at < left + block; ++at) {
            const auto j = static_cast<std::size_t>(*at - left);
            ++out.row_nonzeros[i];
            ++out.column_nonzeros[j];
            ++out.diagonal_nonzeros[j + edge - 1 - i];
            const auto k = static_cast<std::size_t>(at - columns.data());
            dense[i * edge + j] = values.empty() ? 1.0 : static_cast<double>(values[k]);
            ++run;
            const bool ends = at + 1 == columns.data() + columns.size() || at[1] != at[0] + 1 ||
                              at[1] >= left + block;
            if (ends)
                ++out.runs[std::exchange(run, 0) - 1];
        }
    }
    out.rank = detail::numerical_rank(std::move(dense), edge);
    return out;
}

}  // namespace plexus::workloads
