// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "timeline/operator_grid.hpp"

namespace plexus::cost_models::timeline {

/// One axis of a tensor, in parts.
struct AxisParts {
    Parts parts;
    std::int64_t scale = 1;             ///< Elements of the axis per element of `parts`.
    std::vector<std::int64_t> offsets;  ///< Of the block index, by part.

    [[nodiscard]] std::int64_t part_of(std::int64_t element) const {
        const std::int64_t x = element / scale;
        return parts.at(x < parts.size ? x : parts.size - 1);
    }
};

/// Blocks of a tensor: a regular grid.
struct TensorGrid {
    std::int64_t base = 0;  ///< Index of a block = this + the offsets of its parts.
    std::vector<AxisParts> axes;
};

/// What a tile reads along one axis of a tensor.
struct AxisRead {
    std::vector<workloads::IndexTerm> terms;
    std::int64_t shift = 0;  ///< Padding in front.
    std::int64_t size = 1;   ///< Elements that exist.
};

/// How an operator reads one of its inputs.
struct TensorRead {
    const TensorGrid* grid = nullptr;
    std::vector<AxisRead> axes;
};

/// The axes of `access`, which reads `tensor`.
[[nodiscard]] std::vector<AxisRead> axis_reads(const workloads::Operator& op,
                                               const workloads::Access& access,
                                               const workloads::Tensor& tensor);

/// The blocks that the nodes of an operator write: block of node 0 is `first`.
[[nodiscard]] TensorGrid written_grid(const workloads::Operator& op,
                                      const OperatorGrid& grid,
                                      std::int64_t first,
                                      std::vector<core::Violation>& violations);

/// A tensor that no node writes, in as many parts per axis as `parts` says: block 0 is `first`.
[[nodiscard]] TensorGrid constant_grid(const workloads::Tensor& tensor,
                                       const std::vector<std::int64_t>& parts,
                                       std::int64_t first);

/// Appends the blocks that the tile at `parts` reads to `blocks`.
void append_read(const TensorRead& read,
                 const OperatorGrid& grid,
                 const std::vector<std::int64_t>& parts,
                 std::vector<std::int32_t>& blocks);

}  // namespace plexus::cost_models::timeline
