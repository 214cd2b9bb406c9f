// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "plexus/cost_models/dataflow/loop_nest_cost.hpp"
#include "plexus/cost_models/sparsity/dense_traffic.hpp"
#include "plexus/cost_models/sparsity/einsum.hpp"
#include "plexus/cost_models/sparsity/tiling.hpp"

namespace plexus::cost_models::sparsity {

/// A mapped layer as an einsum, its operands in the order of Layer::operands: one axis per
/// dimension that indexes an operand, one per pair of dimensions that slide. Sizes are those of the
/// loops of the mapping; where lanes do not divide a loop they are a little larger than the layer.
[[nodiscard]] Einsum einsum_of(const dataflow::Layer& layer,
                               const dataflow::SpatialMapping& spatial,
                               dataflow::Rules rules);

/// One operand of a mapped layer: the loops of the mapping, cut where the memories that hold this
/// operand end, and the dense counts that the loop-nest model gives for them. Cuts and lanes differ
/// from operand to operand, so each has a nest of its own.
struct OperandNest {
    std::size_t tensor = 0;  ///< Into Einsum::tensors and Layer::operands.
    /// 1 if level 0 are the registers of the units, where an input stays while loops run that do
    /// not index it; else 0. Memory level l is level registers + l.
    std::size_t registers = 0;
    Tiling tiling{};  ///< Holds this tensor only.
    DenseTraffic dense{};
};

/// \param cost What `mapping` costs; feasible.
[[nodiscard]] OperandNest operand_nest(const Einsum& einsum,
                                       const dataflow::Layer& layer,
                                       const hardware::DataflowCore& core,
                                       const dataflow::Mapping& mapping,
                                       dataflow::Rules rules,
                                       const dataflow::LoopNestCost& cost,
                                       std::size_t operand);

}  // namespace plexus::cost_models::sparsity
