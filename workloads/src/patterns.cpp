// SPDX-License-Identifier: Apache-2.0
#include "patterns.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <span>

#include "plexus/core/parallel.hpp"

#include "normal.hpp"

namespace plexus::workloads::detail {

namespace {

// Name of the stream of values that do not depend on the pattern.
constexpr std::uint64_t value_stream = 0x76616c7565ULL;  // "value"

/// Work is split into chunks of whole rows with about this many elements each.
constexpr std::int64_t chunk_elements = 1 << 18;

/// Rows of one chunk while a matrix is made.
struct Chunk {
    std::vector<std::int32_t> columns;
    std::vector<float> values;
};

/// Space for one row: `columns` entries each, filled from the front.
struct RowBuffer {
    explicit RowBuffer(std::int64_t size)
        : columns(static_cast<std::size_t>(size)), priorities(static_cast<std::size_t>(size)) {}
    std::vector<std::int32_t> columns;
    std::vector<std::uint64_t> priorities;
    std::vector<std::uint64_t> scratch;
};

/// What kind of number a kept element gets from its priority.
class ValueOf {
  public:
    /// \param conditional Magnitudes are drawn beyond the threshold of `density`; else the priority
    /// is the magnitude itself.
    ValueOf(Values values, bool conditional, double density)
        : values_(values), scale_(conditional ? density : 1.0) {}

    [[nodiscard]] bool ones() const { return values_ == Values::ones; }
    [[nodiscard]] float operator()(std::uint64_t priority) const {
        std::uint64_t bits = priority;
        if (values_ == Values::normal)
            bits = Priorities::mix(priority ^ value_stream);
        const double scale = values_ == Values::normal ? 1.0 : scale_;
        const auto magnitude = static_cast<float>(normal_magnitude(unit(bits) * scale));
        return (bits & 1) != 0 ? -magnitude : magnitude;
    }

  private:
    Values values_;
    double scale_;
};

/// Makes a matrix row by row in parallel. `select(row, buffer)` fills the buffer with the kept
/// columns in ascending order and their priorities, and returns how many there are.
template <class Select>
SparseMatrix build(std::int64_t rows,
                   std::int64_t columns,
                   int jobs,
                   const ValueOf& value_of,
                   const Select& select) {
    SparseMatrix matrix;
    matrix.rows = rows;
    matrix.columns = columns;
    matrix.row_offsets.assign(static_cast<std::size_t>(rows) + 1, 0);
    const std::int64_t step = std::max<std::int64_t>(1, chunk_elements / columns);
    const std::int64_t chunks = (rows + step - 1) / step;
    std::vector<Chunk> parts(static_cast<std::size_t>(chunks));
    core::parallel_for(chunks, jobs, [&](std::int64_t c) {
        RowBuffer buffer(columns);
        Chunk& part = parts[static_cast<std::size_t>(c)];
        for (std::int64_t r = c * step; r < std::min(rows, (c + 1) * step); ++r) {
            const auto kept = static_cast<std::ptrdiff_t>(select(r, buffer));
            part.columns.insert(
                part.columns.end(), buffer.columns.begin(), buffer.columns.begin() + kept);
            if (!value_of.ones()) {
                for (std::ptrdiff_t i = 0; i < kept; ++i) {
                    part.values.push_back(value_of(buffer.priorities[static_cast<std::size_t>(i)]));
                }
            }
            matrix.row_offsets[static_cast<std::size_t>(r) + 1] = kept;
        }
    });
    std::partial_sum(
        matrix.row_offsets.begin(), matrix.row_offsets.end(), matrix.row_offsets.begin());
    const auto nonzeros = static_cast<std::size_t>(matrix.row_offsets.back());
    matrix.column_indices.resize(nonzeros);
    if (!value_of.ones())
        matrix.values.resize(nonzeros);
    core::parallel_for(chunks, jobs, [&](std::int64_t c) {
        const Chunk& part = parts[static_cast<std::size_t>(c)];
        const auto at = matrix.row_offsets[static_cast<std::size_t>(c * step)];
        std::copy(part.columns.begin(), part.columns.end(), matrix.column_indices.begin() + at);
        std::copy(part.values.begin(), part.values.end(), matrix.values.begin() + at);
    });
    return matrix;
}

/// Keeps the elements of `row` with a priority ≤ `limit`; \return how many.
std::int64_t keep_up_to(const Priorities& priorities,
                        std::int64_t row,
                        std::int64_t columns,
                        std::uint64_t limit,
                        RowBuffer& buffer) {
    const auto first = static_cast<std::uint64_t>(row) * static_cast<std::uint64_t>(columns);
    std::int32_t* const out_columns = buffer.columns.data();
    std::uint64_t* const out_priorities = buffer.priorities.data();
    std::int64_t kept = 0;
    for (std::int64_t j = 0; j < columns; ++j) {  // no branch: which are kept is unpredictable
        const std::uint64_t priority = priorities.at(first + static_cast<std::uint64_t>(j));
        out_columns[kept] = static_cast<std::int32_t>(j);
        out_priorities[kept] = priority;
        kept += static_cast<std::int64_t>(priority <= limit);
    }
    return kept;
}

/// Drops what is above `limit` from the first `size` elements of the buffer; \return how many stay.
std::int64_t drop_above(std::uint64_t limit, std::int64_t size, RowBuffer& buffer) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(size); ++i) {
        const std::uint64_t priority = buffer.priorities[i];
        buffer.columns[kept] = buffer.columns[i];
        buffer.priorities[kept] = priority;
        kept += static_cast<std::size_t>(priority <= limit);
    }
    return static_cast<std::int64_t>(kept);
}

/// Share of candidates to look at so that fewer than `count` of `n` are practically never among
/// them: eight standard deviations above.
double generous_share(std::int64_t count, std::int64_t n) {
    const auto k = static_cast<double>(count);
    const auto total = static_cast<double>(n);
    return (k + 8 * std::sqrt(k * (1 - k / total)) + 16) / total;
}

/// Keeps the `count` elements of a row with the lowest priorities; \return `count`.
std::int64_t keep_lowest(const Priorities& priorities,
                         std::int64_t row,
                         std::int64_t columns,
                         std::int64_t count,
                         RowBuffer& buffer) {
    if (count <= 0)
        return 0;
    std::int64_t candidates = keep_up_to(
        priorities, row, columns, threshold(std::min(1.0, generous_share(count, columns))), buffer);
    if (candidates < count)
        candidates = keep_up_to(priorities, row, columns, all_priorities, buffer);
    if (candidates == count)
        return count;
    buffer.scratch.assign(buffer.priorities.begin(), buffer.priorities.begin() + candidates);
    return drop_above(largest_of_lowest(buffer.scratch, count), candidates, buffer);
}

/// Keeps the n lowest of each group of m elements of a row.
std::int64_t keep_n_of_m(const Priorities& priorities,
                         std::int64_t row,
                         std::int64_t columns,
                         const Sparsity& sparsity,
                         RowBuffer& buffer) {
    const auto first = static_cast<std::uint64_t>(row) * static_cast<std::uint64_t>(columns);
    std::vector<std::uint64_t>& group = buffer.scratch;
    std::size_t kept = 0;
    for (std::int64_t start = 0; start < columns; start += sparsity.m) {
        const std::int64_t end = std::min(columns, start + sparsity.m);
        const std::int64_t count = std::min(sparsity.n, end - start);
        if (count == 0)
            continue;
        group.clear();
        for (std::int64_t j = start; j < end; ++j) {
            group.push_back(priorities.at(first + static_cast<std::uint64_t>(j)));
        }
        const std::uint64_t limit = largest_of_lowest(group, count);
        for (std::int64_t j = start; j < end; ++j) {
            const std::uint64_t priority = priorities.at(first + static_cast<std::uint64_t>(j));
            if (priority > limit)
                continue;
            buffer.columns[kept] = static_cast<std::int32_t>(j);
            buffer.priorities[kept++] = priority;
        }
    }
    return static_cast<std::int64_t>(kept);
}

/// Appends elements [begin, end) of a row to the `kept` there are; \return how many there are then.
std::int64_t keep_range(const Priorities& priorities,
                        std::int64_t row,
                        std::int64_t columns,
                        std::int64_t begin,
                        std::int64_t end,
                        std::int64_t kept,
                        RowBuffer& buffer) {
    const auto first = static_cast<std::uint64_t>(row) * static_cast<std::uint64_t>(columns);
    auto at = static_cast<std::size_t>(kept);
    for (std::int64_t j = begin; j < end; ++j, ++at) {
        buffer.columns[at] = static_cast<std::int32_t>(j);
        buffer.priorities[at] = priorities.at(first + static_cast<std::uint64_t>(j));
    }
    return static_cast<std::int64_t>(at);
}

SparseMatrix generate_blocks(const Sparsity& sparsity,
                             std::int64_t rows,
                             std::int64_t columns,
                             int jobs,
                             const ValueOf& value_of) {
    const std::int64_t edge = sparsity.block;
    const std::int64_t tile_columns = (columns + edge - 1) / edge;
    const std::int64_t tiles = (rows + edge - 1) / edge * tile_columns;
    const std::int64_t count = rounded(sparsity.density * static_cast<double>(tiles));
    const Priorities tile_priorities(Priorities::mix(sparsity.seed ^ rank_stream));
    const std::uint64_t limit =
        count == 0 ? 0 : lowest_priorities(tile_priorities, tiles, count, jobs);
    const Priorities priorities(sparsity.seed);
    return build(rows, columns, jobs, value_of, [&](std::int64_t row, RowBuffer& buffer) {
        std::int64_t kept = 0;
        for (std::int64_t t = 0; count > 0 && t < tile_columns; ++t) {
            const auto tile = static_cast<std::uint64_t>(row / edge * tile_columns + t);
            if (tile_priorities.at(tile) > limit)
                continue;
            const std::int64_t end = std::min(columns, (t + 1) * edge);
            kept = keep_range(priorities, row, columns, t * edge, end, kept, buffer);
        }
        return kept;
    });
}

}  // namespace

SparseMatrix generate(const Sparsity& sparsity, std::int64_t rows, std::int64_t columns, int jobs) {
    const Priorities priorities(sparsity.seed);
    const double density = sparsity.pattern == Pattern::dense ? 1.0 : sparsity.density;
    const std::int64_t count = rounded(density * static_cast<double>(rows * columns));
    const ValueOf by_magnitude(sparsity.values, false, density);
    const ValueOf conditional(sparsity.values, true, density);
    const auto make = [&](const ValueOf& value_of, const auto& select) {
        return build(rows, columns, jobs, value_of, select);
    };
    switch (sparsity.pattern) {
        case Pattern::unstructured: {
            if (count == 0)
                return make(by_magnitude, [](std::int64_t, RowBuffer&) { return 0; });
            const auto limit = lowest_priorities(priorities, rows * columns, count, jobs);
            return make(by_magnitude, [&](std::int64_t row, RowBuffer& buffer) {
                return keep_up_to(priorities, row, columns, limit, buffer);
            });
        }
        case Pattern::row_balanced: {
            const std::int64_t per_row = rounded(density * static_cast<double>(columns));
            return make(by_magnitude, [&](std::int64_t row, RowBuffer& buffer) {
                return keep_lowest(priorities, row, columns, per_row, buffer);
            });
        }
        case Pattern::n_m:
            return make(by_magnitude, [&](std::int64_t row, RowBuffer& buffer) {
                return keep_n_of_m(priorities, row, columns, sparsity, buffer);
            });
        case Pattern::power_law: {
            const std::vector<std::int64_t> per_row =
                power_law_counts(sparsity.seed, sparsity.exponent, rows, columns, count);
            return make(by_magnitude, [&](std::int64_t row, RowBuffer& buffer) {
                const std::int64_t wanted = per_row[static_cast<std::size_t>(row)];
                return keep_lowest(priorities, row, columns, wanted, buffer);
            });
        }
        case Pattern::banded: {
            const std::int64_t width = band_width(rows, columns, count);
            return make(conditional, [&](std::int64_t row, RowBuffer& buffer) {
                const auto [begin, end] = band(row, rows, columns, width);
                return keep_range(priorities, row, columns, begin, end, 0, buffer);
            });
        }
        case Pattern::block:
            return generate_blocks(sparsity, rows, columns, jobs, conditional);
        case Pattern::dense:
        case Pattern::file:
            break;
    }
    return make(by_magnitude, [&](std::int64_t row, RowBuffer& buffer) {
        return keep_range(priorities, row, columns, 0, columns, 0, buffer);
    });
}

std::vector<float> draw_values(const SparseMatrix& pattern, const Sparsity& sparsity, int jobs) {
    if (sparsity.values == Values::ones)
        return {};
    const ValueOf value_of(sparsity.values, true, pattern.density());
    const Priorities priorities(sparsity.seed);
    std::vector<float> values(pattern.column_indices.size());
    constexpr std::int64_t chunk_rows = 64;
    core::parallel_for((pattern.rows + chunk_rows - 1) / chunk_rows, jobs, [&](std::int64_t c) {
        for (std::int64_t r = c * chunk_rows; r < std::min(pattern.rows, (c + 1) * chunk_rows);
             ++r) {
            const auto first = static_cast<std::uint64_t>(r * pattern.columns);
            auto at = static_cast<std::size_t>(pattern.row_offsets[static_cast<std::size_t>(r)]);
            for (const std::int32_t j : pattern.row(r)) {
                values[at++] = value_of(priorities.at(first + static_cast<std::uint64_t>(j)));
            }
        }
    });
    return values;
}

}  // namespace plexus::workloads::detail
