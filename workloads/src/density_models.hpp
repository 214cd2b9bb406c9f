// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <vector>

#include "plexus/workloads/density_model.hpp"

#include "probability.hpp"

namespace plexus::workloads::detail {

/// A length that tiles of one axis have, and how many tiles have it: full ones and the one cut at
/// the end.
struct TileLength {
    std::int64_t length = 1;
    std::int64_t tiles = 1;
};
[[nodiscard]] std::vector<TileLength> tile_lengths(std::int64_t size, std::int64_t step);

/// A model whose tiles fall into classes of known distribution, independent of each other.
class ClassedModel : public DensityModel {
  public:
    using DensityModel::DensityModel;
    [[nodiscard]] Occupancy occupancy(TileShape shape) const final;
    [[nodiscard]] double expected_maximum(TileShape shape) const override;

  protected:
    /// \param shape Within the matrix.
    [[nodiscard]] virtual std::vector<TileClass> classes(TileShape shape) const = 0;
};

/// A model that knows exactly how many tiles hold how many non-zeros.
class CountedModel : public DensityModel {
  public:
    using DensityModel::DensityModel;
    [[nodiscard]] double empty_probability(TileShape shape) const final;
    [[nodiscard]] Occupancy occupancy(TileShape shape) const final;
    [[nodiscard]] std::int64_t most(TileShape shape) const final;
    [[nodiscard]] double expected_maximum(TileShape shape) const final;

  protected:
    /// Number of tiles by occupancy. \param shape Within the matrix.
    [[nodiscard]] virtual std::map<std::int64_t, std::int64_t> counts(TileShape shape) const = 0;
};

}  // namespace plexus::workloads::detail
