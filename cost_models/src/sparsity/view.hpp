// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "plexus/cost_models/sparsity/sparse_cost.hpp"

namespace plexus::cost_models::sparsity {

/// What every step of the filter looks at.
struct View {
    const SparseProblem& problem;
    const SparseCore& core;
    const LoopNest& nest;
    const DenseTraffic& dense;

    [[nodiscard]] const Tensor& tensor(std::size_t t) const { return problem.einsum.tensors[t]; }
    [[nodiscard]] const TensorFormat& format(std::size_t level, std::size_t t) const {
        return core.levels[level].formats[t];
    }
    /// Does a level hold a tensor with metadata? (no_level: no.)
    [[nodiscard]] bool has_metadata(std::size_t level, std::size_t t) const {
        return level != no_level && format(level, t).has_metadata();
    }
    /// Innermost level from `level` on that holds the tensor; no_level if there is none.
    [[nodiscard]] std::size_t holder(std::size_t level, std::size_t t) const {
        return nest.keeps(level, t) ? level : nest.parent(level, t);
    }
    [[nodiscard]] bool relevant(std::size_t t, std::size_t dimension) const {
        return indexes(tensor(t), dimension);
    }
};

/// P(no non-zero of tensor `t` in what a box of iterations touches). A box that reaches beyond the
/// loops is cut.
[[nodiscard]] double empty_share(const View& view, std::size_t t, const Extents& box);
/// Non-zeros that the fullest such box touches.
[[nodiscard]] double most_nonzeros(const View& view, std::size_t t, const Extents& box);
/// Share of the computes in which no operand is zero.
[[nodiscard]] double effectual_share(const SparseProblem& problem);

}  // namespace plexus::cost_models::sparsity
