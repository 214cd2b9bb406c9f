// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "plexus/core/error.hpp"
#include "plexus/cost_models/timeline/node_graph.hpp"
#include "plexus/workloads/workload.hpp"

namespace plexus::cost_models::timeline {

/// Elements 0 … size − 1 in `count` parts.
struct Parts {
    std::int64_t size = 1;
    std::int64_t count = 1;
    std::vector<std::int64_t> begins;  ///< Of every part, and the end; empty = even parts.

    /// First element of part p; of part `count`, the end.
    [[nodiscard]] std::int64_t begin(std::int64_t p) const {
        if (count == 1) {  // most dimensions are not cut: no division
            return p * size;
        }
        return begins.empty() ? p * size / count : begins[static_cast<std::size_t>(p)];
    }
    [[nodiscard]] std::int64_t size_of(std::int64_t p) const { return begin(p + 1) - begin(p); }
    /// The part that holds element x.
    [[nodiscard]] std::int64_t at(std::int64_t x) const {
        return begins.empty() ? ((x + 1) * count - 1) / size
                              : std::ranges::upper_bound(begins, x) - begins.begin() - 1;
    }
};

/// Tiles of one operator: a grid over its loop dimensions.
class OperatorGrid {
  public:
    /// Adds to `violations` what cannot be cut like that.
    OperatorGrid(const workloads::Operator& op,
                 const OperatorTiling& tiling,
                 std::vector<core::Violation>& violations);

    [[nodiscard]] std::int64_t nodes() const { return nodes_; }
    [[nodiscard]] std::int64_t groups() const { return groups_; }
    /// One per loop dimension.
    [[nodiscard]] const std::vector<Parts>& dims() const { return dims_; }
    /// Cuts a dimension elsewhere, in as many parts as before.
    void move_cuts(std::size_t dim, std::vector<std::int64_t> begins) {
        dims_[dim].begins = std::move(begins);
    }
    /// Index of a node is the sum of these over the dimensions.
    [[nodiscard]] std::int64_t offset(std::size_t dim, std::int64_t part) const {
        return offsets_[dim][static_cast<std::size_t>(part)];
    }
    /// Part of every dimension that comes after that of `node`; `parts` are those of node − 1.
    void advance(std::vector<std::int64_t>& parts) const;
    /// Dimensions that do not index the output and are cut, in order.
    [[nodiscard]] const std::vector<std::size_t>& reduced() const { return reduced_; }
    [[nodiscard]] bool complete(const std::vector<std::int64_t>& parts) const;
    /// Dimension that carries a state; dims().size() = none.
    [[nodiscard]] std::size_t carried() const { return carried_; }

  private:
    struct Loop {
        std::size_t dim = 0;
        std::int64_t parts = 1;
        std::int64_t step = 1;  ///< Parts of the dimension that one iteration advances.
    };
    void read_cuts(const workloads::Operator& op,
                   const std::vector<DimCut>& cuts,
                   std::vector<Loop>& loops,
                   std::vector<core::Violation>& violations);
    void number_nodes();

    std::vector<Parts> dims_;
    std::vector<std::vector<std::int64_t>> offsets_;
    std::vector<Loop> loops_;  ///< Slowest first.
    std::vector<std::size_t> reduced_;
    std::size_t carried_ = 0;
    std::int64_t nodes_ = 1;
    std::int64_t groups_ = 1;
};

}  // namespace plexus::cost_models::timeline
