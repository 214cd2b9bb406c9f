// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>

#include "plexus/core/error.hpp"
#include "plexus/workloads/density_model.hpp"

#include "patterns.hpp"

namespace plexus::workloads {

namespace {

std::vector<std::int64_t> row_counts(const SparseMatrix& matrix) {
    std::vector<std::int64_t> counts;
    counts.reserve(static_cast<std::size_t>(matrix.rows));
    for (std::int64_t r = 0; r < matrix.rows; ++r)
        counts.push_back(static_cast<std::int64_t>(matrix.row(r).size()));
    return counts;
}

bool describes(const DensityModel& model, const DensityModel& actual) {
    constexpr std::array probes{TileShape{1, 8}, TileShape{8, 8}, TileShape{32, 32}};
    constexpr double most_empty_missed = 0.01;
    constexpr double most_spread_missed = 0.05;
    for (const TileShape probe : probes) {
        const double missed = model.empty_probability(probe) - actual.empty_probability(probe);
        if (std::fabs(missed) > most_empty_missed)
            return false;
        const double spread = std::sqrt(model.occupancy(probe).variance());
        const double wanted = std::sqrt(actual.occupancy(probe).variance());
        const double noise = 3 / std::sqrt(2 * static_cast<double>(actual.tiles(probe)));
        if (std::fabs(spread - wanted) > (most_spread_missed + noise) * spread)
            return false;
    }
    return true;
}

}  // namespace

const char* to_string(DensityKind kind) {
    switch (kind) {
        case DensityKind::uniform:
            return "uniform";
        case DensityKind::rows:
            return "rows";
        case DensityKind::actual:
            return "actual";
    }
    core::ensure(false, "no such density model");
    return "";
}

DensityModelPtr make_density_model(DensityKind kind, const SparseMatrix& matrix) {
    switch (kind) {
        case DensityKind::uniform:
            return uniform_density(matrix.rows, matrix.columns, matrix.nonzeros());
        case DensityKind::rows:
            return row_density(row_counts(matrix), matrix.columns);
        case DensityKind::actual:
            break;
    }
    return actual_density(matrix);
}

DensityKind choose_density_model(const SparseMatrix& matrix) {
    const DensityModelPtr actual = actual_density(matrix);
    for (const DensityKind kind : {DensityKind::uniform, DensityKind::rows}) {
        if (describes(*make_density_model(kind, matrix), *actual))
            return kind;
    }
    return DensityKind::actual;
}

DensityModelPtr make_density_model(const Sparsity& sparsity,
                                   std::int64_t rows,
                                   std::int64_t columns) {
    detail::check_parameters(sparsity, rows, columns);
    const double elements = static_cast<double>(rows) * static_cast<double>(columns);
    switch (sparsity.pattern) {
        case Pattern::dense:
            return structured_density(rows, columns, 1);
        case Pattern::unstructured:
            return uniform_density(rows, columns, detail::rounded(sparsity.density * elements));
        case Pattern::row_balanced:
            return row_density(
                std::vector(static_cast<std::size_t>(rows),
                            detail::rounded(sparsity.density * static_cast<double>(columns))),
                columns);
        case Pattern::n_m:
            return n_m_density(rows, columns, sparsity.n, sparsity.m);
        case Pattern::block: {
            const std::int64_t edge = sparsity.block;
            const std::int64_t blocks = detail::parts(rows, edge) * detail::parts(columns, edge);
            return block_density(rows,
                                 columns,
                                 edge,
                                 detail::rounded(sparsity.density * static_cast<double>(blocks)));
        }
        case Pattern::banded:
            return banded_density(rows, columns, sparsity.density);
        case Pattern::power_law:
            return row_density(
                detail::power_law_counts(sparsity.seed,
                                         sparsity.exponent,
                                         rows,
                                         columns,
                                         detail::rounded(sparsity.density * elements)),
                columns);
        case Pattern::file:
            break;
    }
    return actual_density(make_matrix(sparsity, rows, columns));
}

}  // namespace plexus::workloads
