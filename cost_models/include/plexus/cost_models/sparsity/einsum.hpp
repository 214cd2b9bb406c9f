// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace plexus::cost_models::sparsity {

/// Iterations per loop dimension, in the order of Einsum::dimensions.
using Extents = std::vector<std::int64_t>;

/// One summand of the index of a tensor axis: coefficient · iteration of a dimension.
struct AxisTerm {
    std::size_t dimension = 0;
    std::int64_t coefficient = 1;
    auto operator<=>(const AxisTerm&) const = default;
};

/// A tensor and how its axes are indexed by the loops.
struct Tensor {
    std::string name{};
    std::vector<std::vector<AxisTerm>> axes{};
    bool written = false;  ///< The result: read, added to and written back.
    auto operator<=>(const Tensor&) const = default;
};

/// `Z += A · B` over a loop nest.
struct Einsum {
    std::string name{};
    std::vector<std::string> dimensions{};
    Extents sizes{};
    std::vector<Tensor> tensors{};
    auto operator<=>(const Einsum&) const = default;

    /// Multiply-accumulates with zeros: the product of the sizes.
    [[nodiscard]] double computes() const;
    /// Index of a tensor or dimension; their number if there is none of that name.
    [[nodiscard]] std::size_t tensor(const std::string& wanted) const;
    [[nodiscard]] std::size_t dimension(const std::string& wanted) const;
};

/// Does the dimension index the tensor?
[[nodiscard]] bool indexes(const Tensor& tensor, std::size_t dimension);

/// Elements along each axis that a box of iterations touches: 1 + Σ coefficient · (extent − 1).
[[nodiscard]] std::vector<std::int64_t> axis_lengths(const Tensor& tensor,
                                                     std::span<const std::int64_t> extents);

/// Elements that a box of iterations touches: the product of axis_lengths().
[[nodiscard]] double points(const Tensor& tensor, std::span<const std::int64_t> extents);

}  // namespace plexus::cost_models::sparsity
