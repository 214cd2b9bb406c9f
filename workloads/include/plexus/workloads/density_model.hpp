// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <vector>

#include "plexus/workloads/sparse_matrix.hpp"

namespace plexus::workloads {

/// Size of a tile in elements. Tiles lie on a grid that starts at the first element; those at the
/// end of a matrix are cut. A tile larger than the matrix is the matrix.
struct TileShape {
    std::int64_t rows = 1;
    std::int64_t columns = 1;
    auto operator<=>(const TileShape&) const = default;
};

/// Distribution of the number of non-zeros in a tile drawn at random from the grid.
struct Occupancy {
    struct Point {
        std::int64_t nonzeros = 0;
        double probability = 1;
        auto operator<=>(const Point&) const = default;
    };
    std::vector<Point> points;  ///< Ascending; probabilities sum to 1, those below 1e-20 are cut.

    [[nodiscard]] double at(std::int64_t nonzeros) const;  ///< Probability of exactly that many.
    [[nodiscard]] double mean() const;
    [[nodiscard]] double variance() const;
    /// Least occupancy that is not exceeded with a probability of at least `confidence`, in (0, 1].
    [[nodiscard]] std::int64_t quantile(double confidence) const;
    [[nodiscard]] std::int64_t most() const { return points.back().nonzeros; }
};

/// Probability that a tile of `elements` holds none of the `nonzeros` that lie anywhere in `total`
/// elements (hypergeometric). Accurate for any size.
[[nodiscard]] double empty_tile_probability(std::int64_t total,
                                            std::int64_t nonzeros,
                                            std::int64_t elements);
/// Distribution of the number of non-zeros of such a tile. O(√elements).
[[nodiscard]] Occupancy tile_occupancy(std::int64_t total,
                                       std::int64_t nonzeros,
                                       std::int64_t elements);

/// What is known of where the non-zeros of a matrix lie, asked by tile shape. Immutable and
/// thread-safe. Shapes are ≥ 1 × 1.
class DensityModel {
  public:
    /// \param rows,columns Size of the matrix, ≥ 1.
    DensityModel(std::int64_t rows, std::int64_t columns);
    DensityModel(const DensityModel&) = delete;
    DensityModel& operator=(const DensityModel&) = delete;
    DensityModel(DensityModel&&) = delete;
    DensityModel& operator=(DensityModel&&) = delete;
    virtual ~DensityModel() = default;

    /// Expected non-zeros of the whole matrix.
    [[nodiscard]] virtual double nonzeros() const = 0;
    /// Share of the tiles that hold no non-zero.
    [[nodiscard]] virtual double empty_probability(TileShape shape) const = 0;
    [[nodiscard]] virtual Occupancy occupancy(TileShape shape) const = 0;
    /// Non-zeros that no tile ever exceeds.
    [[nodiscard]] virtual std::int64_t most(TileShape shape) const = 0;
    /// Expected occupancy of the fullest of all tiles of the grid.
    [[nodiscard]] virtual double expected_maximum(TileShape shape) const = 0;

    [[nodiscard]] std::int64_t rows() const { return rows_; }
    [[nodiscard]] std::int64_t columns() const { return columns_; }
    [[nodiscard]] double density() const;
    /// The part of a tile that lies within the matrix.
    [[nodiscard]] TileShape clipped(TileShape shape) const;
    /// Tiles on the grid, cut ones included.
    [[nodiscard]] std::int64_t tiles(TileShape shape) const;
    /// nonzeros / tiles: the tiles cover the matrix, so this holds for every model.
    [[nodiscard]] double mean_occupancy(TileShape shape) const;
    [[nodiscard]] double nonempty_tiles(TileShape shape) const;  ///< Expected number.

  private:
    std::int64_t rows_;
    std::int64_t columns_;
};

using DensityModelPtr = std::unique_ptr<const DensityModel>;

/// `nonzeros` of all elements, each set of them alike: occupancies are hypergeometric. A tile that
/// is known to hold r non-zeros is such a matrix itself.
[[nodiscard]] DensityModelPtr uniform_density(std::int64_t rows,
                                              std::int64_t columns,
                                              std::int64_t nonzeros);
/// Every tile of n elements holds n·density non-zeros, rounded up or down so that the mean is kept.
/// \param density In [0, 1].
[[nodiscard]] DensityModelPtr structured_density(std::int64_t rows,
                                                 std::int64_t columns,
                                                 double density);
/// n of each m consecutive elements of a row (all of a shorter last group), anywhere in the group.
[[nodiscard]] DensityModelPtr n_m_density(std::int64_t rows,
                                          std::int64_t columns,
                                          std::int64_t n,
                                          std::int64_t m);
/// `blocks` of the edge × edge blocks are full, each set of them alike; the others are empty.
[[nodiscard]] DensityModelPtr block_density(std::int64_t rows,
                                            std::int64_t columns,
                                            std::int64_t edge,
                                            std::int64_t blocks);
/// Full band along the stretched diagonal that comes nearest to `density`, as Pattern::banded.
[[nodiscard]] DensityModelPtr banded_density(std::int64_t rows,
                                             std::int64_t columns,
                                             double density);
/// A given number of non-zeros in each row, anywhere in it: power-law and balanced rows.
[[nodiscard]] DensityModelPtr row_density(std::vector<std::int64_t> row_nonzeros,
                                          std::int64_t columns);
/// Exact counts. O(non-zeros + tiles) per question, so ask once per shape.
[[nodiscard]] DensityModelPtr actual_density(SparseMatrix matrix);

/// The model of what make_matrix() draws from; of a file, its actual data.
/// \throws core::ConfigErrors as make_matrix().
[[nodiscard]] DensityModelPtr make_density_model(const Sparsity& sparsity,
                                                 std::int64_t rows,
                                                 std::int64_t columns);

/// The kind of model that describes a matrix.
enum class DensityKind : std::uint8_t { uniform, rows, actual };
[[nodiscard]] const char* to_string(DensityKind kind);

/// The simplest model that describes a matrix: the first of uniform and rows that, for tiles of
/// 1 × 8, 8 × 8 and 32 × 32, misses the share of empty tiles by at most 0.01 and the standard
/// deviation of the occupancy by at most 5 % plus three of its standard errors 1/√(2·tiles); else
/// its actual data.
[[nodiscard]] DensityKind choose_density_model(const SparseMatrix& matrix);
[[nodiscard]] DensityModelPtr make_density_model(DensityKind kind, const SparseMatrix& matrix);

}  // namespace plexus::workloads
