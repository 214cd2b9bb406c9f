// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <vector>

#include "plexus/cost_models/sparsity/tiling.hpp"

namespace plexus::cost_models::sparsity {

/// What one instance of a storage level does for a tensor during the whole operation, in words and
/// as if no element were zero.
struct DenseCounts {
    double tile = 0;       ///< Words held; 0: not held here.
    double reads = 0;      ///< Towards the children, and of partial sums to be added to.
    double fills = 0;      ///< From the parent.
    double updates = 0;    ///< From the children, of a tensor that is written.
    double added = 0;      ///< Updates that are added to what is there (temporal reductions).
    double instances = 1;  ///< That the spatial loops above ask for.
    auto operator<=>(const DenseCounts&) const = default;
};

/// Dense counts of every storage level and tensor.
struct DenseTraffic {
    std::vector<std::vector<DenseCounts>> levels{};  ///< [level][tensor], innermost level first.
    double computes = 0;                             ///< Of all compute units together.
    double units = 1;                                ///< Compute units asked for.
    auto operator<=>(const DenseTraffic&) const = default;
};

/// Dense counts of a nest. A tile is fetched when an outer loop moves on, as far as it does not
/// overlap with the tile before; children side by side that share a tile are served by one read,
/// and their partial sums are added on the way; partial sums start from zero without a read.
/// Windows of neighbouring children that overlap in part are served one by one.
[[nodiscard]] DenseTraffic dense_traffic(const Einsum& einsum, const LoopNest& nest);

}  // namespace plexus::cost_models::sparsity
