// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "plexus/cost_models/sparsity/mapped_nest.hpp"

#include "sparsity/filter.hpp"

namespace plexus::cost_models::sparsity {

/// One operand of a mapped layer after the filter. Memory level l is level registers + l.
struct FilteredOperand {
    OperandNest nest{};
    SparseCore core{};  ///< The memories of the operand as storage levels.
    std::vector<TensorCost> levels{};
    std::vector<double> packing{};        ///< By level; see packing().
    std::vector<double> metadata_most{};  ///< Bits of the fullest tile, by level.
    Operand compute{};                    ///< As the units see it.
    double imbalance = 1;
};

/// Formats, gating and skipping of the core applied to one operand.
/// \param core Has a `sparsity:` section.
[[nodiscard]] FilteredOperand filter_operand(const SparseProblem& problem,
                                             const dataflow::Layer& layer,
                                             const hardware::DataflowCore& core,
                                             OperandNest nest,
                                             std::vector<core::Violation>& violations);

/// Bits of metadata words of all ranks for one access and outcome, per instance.
[[nodiscard]] double metadata_bits(const FilteredOperand& operand,
                                   std::size_t level,
                                   Access access,
                                   Outcome outcome);

}  // namespace plexus::cost_models::sparsity
