// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "plexus/cost_models/timeline/node_graph.hpp"
#include "plexus/workloads/workload.hpp"

#include "timeline/operator_grid.hpp"
#include "timeline/tensor_grid.hpp"
#include "timeline/tile_cuts.hpp"

namespace plexus::cost_models::timeline {

/// The blocks of all tensors of a graph.
class GraphBlocks {
  public:
    /// Adds `blocks`, `first_output` and `first_made` to `graph`, and what cannot be cut to its
    /// violations.
    /// \param grids One per operator.
    GraphBlocks(const workloads::Workload& workload,
                const std::vector<OperatorGrid>& grids,
                BlockRule rule,
                NodeGraph& graph);

    /// Where an operator finds the blocks of a tensor that it reads: what is off chip at first,
    /// what an earlier operator writes, or, of a cache, both.
    [[nodiscard]] std::vector<const TensorGrid*> read_by(std::size_t op, std::size_t tensor) const;

  private:
    [[nodiscard]] bool constant(std::size_t tensor) const;
    [[nodiscard]] std::vector<AxisParts> exact_axes(std::size_t tensor) const;
    [[nodiscard]] std::vector<std::optional<std::vector<AxisParts>>> constant_axes() const;
    /// The grid over `axes`; a single block and a violation if there are too many.
    [[nodiscard]] TensorGrid grid_of(std::size_t tensor,
                                     std::vector<AxisParts> axes,
                                     std::vector<core::Violation>& violations);
    void add_constants(NodeGraph& graph);
    void add_written(NodeGraph& graph);
    void add_outputs(std::size_t o, NodeGraph& graph);
    void add_output(std::size_t o,
                    std::int64_t elements,
                    const std::vector<std::int32_t>& indices,
                    NodeGraph& graph);

    const workloads::Workload& workload_;
    const std::vector<OperatorGrid>& grids_;
    std::vector<std::optional<std::size_t>> writer_;    ///< Operator, by tensor.
    std::int64_t total_ = 0;                            ///< Blocks of all grids.
    std::vector<AxisCuts> cuts_;                        ///< By tensor; none of whole blocks.
    std::vector<std::optional<TensorGrid>> constants_;  ///< By tensor.
    std::vector<TensorGrid> written_;                   ///< By operator.
};

}  // namespace plexus::cost_models::timeline
