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
    std::int64_t scale = 1;   ///< Elements of the axis per element of `parts`.
    std::int64_t stride = 1;  ///< From the index of a block to that of the next along the axis.

    [[nodiscard]] std::int64_t part_of(std::int64_t element) const {
        const std::int64_t x = scale == 1 ? element : element / scale;
        return parts.at(x < parts.size ? x : parts.size - 1);
    }
};

/// Blocks of a tensor: a grid. Indices run over it row by row, the last axis fastest.
struct TensorGrid {
    std::vector<AxisParts> axes;
    std::vector<std::int32_t> blocks;  ///< By index.

    explicit TensorGrid(std::vector<AxisParts> parts);
    /// Elements of the tensor in the block at `index`, if it is cut by elements (`scale` 1).
    [[nodiscard]] std::int64_t elements(std::int64_t index) const;
};

/// Elements of an axis, `first` … `last`; none if `last` is before `first`.
struct Interval {
    std::int64_t first = 0;
    std::int64_t last = -1;

    [[nodiscard]] bool empty() const { return last < first; }
};

/// What a tile reads along one axis of a tensor.
struct AxisRead {
    std::vector<workloads::IndexTerm> terms;
    std::int64_t shift = 0;  ///< Padding in front.
    std::int64_t size = 1;   ///< Elements that exist.

    /// Elements that the tile at `parts` of `grid` reads; none if all of it is padding, all if
    /// nothing indexes the axis.
    [[nodiscard]] Interval at(const OperatorGrid& grid,
                              const std::vector<std::int64_t>& parts) const;
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

/// The term of an axis of the output that counts in the largest steps; none if nothing indexes it.
[[nodiscard]] const workloads::IndexTerm* leading_term(const workloads::IndexExpr& index);

/// The axes of what an operator writes, cut like its tiles.
[[nodiscard]] std::vector<AxisParts> written_axes(const workloads::Operator& op,
                                                  const OperatorGrid& grid,
                                                  std::vector<core::Violation>& violations);

/// Appends the indices of what the tile at `parts` writes to `indices`.
void append_written(const workloads::Operator& op,
                    const OperatorGrid& grid,
                    const TensorGrid& written,
                    const std::vector<std::int64_t>& parts,
                    std::vector<std::int32_t>& indices);

/// Appends the blocks that the tile at `parts` reads to `blocks`.
void append_read(const TensorRead& read,
                 const OperatorGrid& grid,
                 const std::vector<std::int64_t>& parts,
                 std::vector<std::int32_t>& blocks);

}  // namespace plexus::cost_models::timeline
