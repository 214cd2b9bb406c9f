// SPDX-License-Identifier: Apache-2.0
#include "plexus/workloads/sparse_matrix.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "patterns.hpp"

namespace plexus::workloads {

namespace {

constexpr std::int64_t most_elements = std::int64_t{1} << 36;
constexpr std::int64_t most_nonzeros = std::numeric_limits<std::int32_t>::max();

/// Collects what is wrong with the arguments of make_matrix().
class Checks {
  public:
    void that(bool condition, const char* path, const std::string& message) {
        if (!condition)
            problems_.add({}, path, message);
    }
    void throw_if_any() const { problems_.throw_if_any(); }

  private:
    core::Problems problems_;
};

SparseMatrix matrix_of_file(const Sparsity& sparsity,
                            std::int64_t rows,
                            std::int64_t columns,
                            int jobs) {
    SparseMatrix matrix = read_matrix(sparsity.file, sparsity.tensor, jobs);
    if (matrix.rows != rows || matrix.columns != columns) {
        core::Problems problems;
        problems.add({sparsity.file, 1, 1},
                     "",
                     fmt::format("the matrix is {} × {}, but the tensor it stands for is {} × {}",
                                 matrix.rows,
                                 matrix.columns,
                                 rows,
                                 columns));
        problems.throw_if_any();
    }
    if (matrix.values.empty())
        matrix.values = detail::draw_values(matrix, sparsity, jobs);
    return matrix;
}

}  // namespace

namespace detail {

void check_parameters(const Sparsity& s, std::int64_t rows, std::int64_t columns) {
    Checks check;
    check.that(
        rows >= 1 && rows <= most_elements, "rows", fmt::format("must be ≥ 1, got {}", rows));
    check.that(columns >= 1 && columns <= std::numeric_limits<std::int32_t>::max(),
               "columns",
               fmt::format("must be in 1..2^31 − 1, got {}", columns));
    check.throw_if_any();
    check.that(rows <= most_elements / columns,
               "rows",
               fmt::format("{} × {} elements are more than 2^36", rows, columns));
    double density = 1;
    if (s.pattern == Pattern::n_m) {
        check.that(s.m >= 1, "sparsity.m", fmt::format("must be ≥ 1, got {}", s.m));
        check.that(s.n >= 0 && s.n <= s.m,
                   "sparsity.n",
                   fmt::format("must be in 0..m = {}, got {}", s.m, s.n));
        density = s.m > 0 ? static_cast<double>(s.n) / static_cast<double>(s.m) : 1;
    } else if (s.pattern != Pattern::dense && s.pattern != Pattern::file) {
        check.that(s.density >= 0 && s.density <= 1,
                   "sparsity.density",
                   fmt::format("must be in 0..1, got {}", s.density));
        density = s.density;
    }
    check.that(s.pattern != Pattern::block || s.block >= 1,
               "sparsity.block",
               fmt::format("must be ≥ 1, got {}", s.block));
    check.that(s.pattern != Pattern::power_law || (s.exponent >= 0 && std::isfinite(s.exponent)),
               "sparsity.exponent",
               fmt::format("must be ≥ 0 and finite, got {}", s.exponent));
    check.throw_if_any();
    const double nonzeros = density * static_cast<double>(rows) * static_cast<double>(columns);
    check.that(s.pattern == Pattern::file || nonzeros <= static_cast<double>(most_nonzeros),
               "sparsity",
               fmt::format("a matrix of {} × {} would have {:.0f} non-zeros, more than 2^31 − 1",
                           rows,
                           columns,
                           nonzeros));
    check.throw_if_any();
}

}  // namespace detail

double SparseMatrix::density() const {
    if (rows == 0 || columns == 0)
        return 0;
    return static_cast<double>(nonzeros()) / static_cast<double>(rows) /
           static_cast<double>(columns);
}

std::span<const std::int32_t> SparseMatrix::row(std::int64_t r) const {
    const auto begin = row_offsets[static_cast<std::size_t>(r)];
    const auto end = row_offsets[static_cast<std::size_t>(r) + 1];
    return std::span(column_indices)
        .subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
}

std::span<const float> SparseMatrix::row_values(std::int64_t r) const {
    if (values.empty())
        return {};
    const auto begin = row_offsets[static_cast<std::size_t>(r)];
    const auto end = row_offsets[static_cast<std::size_t>(r) + 1];
    return std::span(values).subspan(static_cast<std::size_t>(begin),
                                     static_cast<std::size_t>(end - begin));
}

SparseMatrix make_matrix(const Sparsity& sparsity,
                         std::int64_t rows,
                         std::int64_t columns,
                         int jobs) {
    detail::check_parameters(sparsity, rows, columns);
    if (sparsity.pattern == Pattern::file)
        return matrix_of_file(sparsity, rows, columns, jobs);
    return detail::generate(sparsity, rows, columns, jobs);
}

void check_structure(const SparseMatrix& matrix) {
    using core::ensure;
    ensure(matrix.rows >= 0 && matrix.columns >= 0, "matrix: negative size");
    ensure(matrix.row_offsets.size() == static_cast<std::size_t>(matrix.rows) + 1,
           "matrix: number of row offsets");
    ensure(matrix.row_offsets.front() == 0 && matrix.row_offsets.back() == matrix.nonzeros(),
           "matrix: first or last row offset");
    ensure(matrix.values.empty() || matrix.values.size() == matrix.column_indices.size(),
           "matrix: number of values");
    for (std::size_t r = 0; r + 1 < matrix.row_offsets.size(); ++r) {
        ensure(matrix.row_offsets[r] <= matrix.row_offsets[r + 1], "matrix: row offsets fall");
    }
    for (std::int64_t r = 0; r < matrix.rows; ++r) {
        std::int64_t previous = -1;
        for (const std::int32_t column : matrix.row(r)) {
            ensure(column > previous && column < matrix.columns, "matrix: columns of a row");
            previous = column;
        }
    }
    for (const float value : matrix.values)
        ensure(std::isfinite(value), "matrix: value");
}

}  // namespace plexus::workloads
