// SPDX-License-Identifier: Apache-2.0
#include "plexus/workloads/density_model.hpp"

#include <algorithm>
#include <utility>

#include "plexus/core/error.hpp"

#include "density_models.hpp"
#include "patterns.hpp"

namespace plexus::workloads {

DensityModel::DensityModel(std::int64_t rows, std::int64_t columns)
    : rows_(rows), columns_(columns) {
    core::ensure(rows >= 1 && columns >= 1, "a matrix must have rows and columns");
}

double DensityModel::density() const {
    return nonzeros() / static_cast<double>(rows_) / static_cast<double>(columns_);
}

TileShape DensityModel::clipped(TileShape shape) const {
    core::ensure(shape.rows >= 1 && shape.columns >= 1, "a tile must have rows and columns");
    return {std::min(shape.rows, rows_), std::min(shape.columns, columns_)};
}

std::int64_t DensityModel::tiles(TileShape shape) const {
    const TileShape within = clipped(shape);
    return detail::parts(rows_, within.rows) * detail::parts(columns_, within.columns);
}

double DensityModel::mean_occupancy(TileShape shape) const {
    return nonzeros() / static_cast<double>(tiles(shape));
}

double DensityModel::nonempty_tiles(TileShape shape) const {
    return static_cast<double>(tiles(shape)) * (1 - empty_probability(shape));
}

namespace detail {

std::vector<TileLength> tile_lengths(std::int64_t size, std::int64_t step) {
    std::vector<TileLength> lengths;
    if (size / step > 0)
        lengths.push_back({step, size / step});
    if (size % step > 0)
        lengths.push_back({size % step, 1});
    return lengths;
}

Occupancy ClassedModel::occupancy(TileShape shape) const {
    return mixture(classes(clipped(shape)));
}

double ClassedModel::expected_maximum(TileShape shape) const {
    return detail::expected_maximum(classes(clipped(shape)));
}

double CountedModel::empty_probability(TileShape shape) const {
    const auto by_occupancy = counts(clipped(shape));
    const auto empty = by_occupancy.find(0);
    return empty == by_occupancy.end()
               ? 0
               : static_cast<double>(empty->second) / static_cast<double>(tiles(shape));
}

Occupancy CountedModel::occupancy(TileShape shape) const {
    const auto all = static_cast<double>(tiles(shape));
    Occupancy out;
    for (const auto& [nonzeros, count] : counts(clipped(shape)))
        out.points.push_back({nonzeros, static_cast<double>(count) / all});
    return out;
}

std::int64_t CountedModel::most(TileShape shape) const {
    return counts(clipped(shape)).rbegin()->first;
}

double CountedModel::expected_maximum(TileShape shape) const {
    return static_cast<double>(most(shape));
}

}  // namespace detail

}  // namespace plexus::workloads
