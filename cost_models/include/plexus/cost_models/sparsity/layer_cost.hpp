// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "plexus/core/record.hpp"
#include "plexus/cost_models/dataflow/loop_nest_cost.hpp"
#include "plexus/cost_models/sparsity/sparse_cost.hpp"

namespace plexus::cost_models::sparsity {

/// What a layer costs under a mapping on a core that stores, gates and skips zeros as its
/// `sparsity:` section says.
struct SparseLayerCost {
    std::vector<core::Violation> violations;  ///< Not empty: cannot run so.
    /// The loop nest as it runs: accesses and energies of what still happens, cycles with what is
    /// skipped. `energy` is that of everything, with metadata and what is gated.
    dataflow::LoopNestCost nest;
    ComputeCost compute;
    /// Rows beside dataflow::cost_items(nest): metadata, gated and skipped accesses and computes.
    std::vector<core::CostItem> items;
    /// Bits of metadata that each transfer takes along, all instances, whole operation.
    dataflow::PerTransfer<double> metadata_bits{};

    [[nodiscard]] bool feasible() const { return violations.empty(); }
};

/// Filters the traffic that the loop-nest model gives for `mapping`. Where no operand has zeros,
/// the cost is that of the loop-nest model.
/// \param core Has a `sparsity:` section.
/// \param densities One per operand of the layer. A tensor without zeros is stored as it is.
/// \pre The layer has two inputs, and the mapping is feasible without regard to zeros.
[[nodiscard]] SparseLayerCost sparse_layer_cost(const dataflow::Layer& layer,
                                                const hardware::DataflowCore& core,
                                                const dataflow::Mapping& mapping,
                                                dataflow::Rules rules,
                                                std::vector<TensorDensity> densities);

/// dataflow::cost_items() of the nest and the rows beside them.
[[nodiscard]] std::vector<core::CostItem> cost_items(const SparseLayerCost& cost,
                                                     const std::string& work);

}  // namespace plexus::cost_models::sparsity
