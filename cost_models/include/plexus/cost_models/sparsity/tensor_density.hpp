// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "plexus/workloads/density_model.hpp"
#include "plexus/workloads/sparse_matrix.hpp"

namespace plexus::cost_models::sparsity {

/// Where the non-zeros of a tensor lie, asked by the lengths of a tile along the tensor's axes.
/// Every answer takes a bounded number of steps, whatever the size of the tile.
class TensorDensity {
  public:
    /// No zeros at all.
    TensorDensity() = default;
    /// Every tile of n elements holds n·density non-zeros, rounded up or down so that the mean is
    /// kept: n:m sparsity seen in multiples of its groups. \param density In [0, 1].
    [[nodiscard]] static TensorDensity structured(double density);
    /// ⌈elements·density⌉ non-zeros anywhere in the tensor (hypergeometric).
    /// \param elements Of the whole tensor, ≥ 1.
    [[nodiscard]] static TensorDensity uniform(double density, std::int64_t elements);
    /// As a matrix is: the tensor's axes in `columns` are its columns, the others its rows. Copies
    /// share the model, which never changes.
    [[nodiscard]] static TensorDensity of(std::shared_ptr<const workloads::DensityModel> model,
                                          std::vector<std::size_t> columns);

    [[nodiscard]] double density() const { return density_; }
    /// P(tile holds no non-zero).
    [[nodiscard]] double empty(std::span<const std::int64_t> tile) const;
    /// Non-zeros that no tile exceeds.
    [[nodiscard]] double most(std::span<const std::int64_t> tile) const;
    /// E[⌈k/block⌉] of the k non-zeros of a tile: accesses that fetch them `block` at a time.
    [[nodiscard]] double blocks(std::span<const std::int64_t> tile, double block) const;

    /// E[max] of the non-zeros of `count` ≥ 1 such tiles that are independent of each other.
    [[nodiscard]] double fullest(std::span<const std::int64_t> tile, double count) const;

  private:
    enum class Kind : std::uint8_t { structured, uniform, model };

    [[nodiscard]] workloads::TileShape shape(std::span<const std::int64_t> tile) const;

    Kind kind_ = Kind::structured;
    double density_ = 1;
    std::int64_t elements_ = 0;
    std::int64_t nonzeros_ = 0;
    std::shared_ptr<const workloads::DensityModel> model_;
    std::vector<std::size_t> columns_;
};

/// Share of the computes in which neither of two counted operands is zero, exactly. Both matrices
/// have a column for each value of the indices that the operands share, in the same order.
[[nodiscard]] double paired_share(const workloads::SparseMatrix& a,
                                  const workloads::SparseMatrix& b);

}  // namespace plexus::cost_models::sparsity
