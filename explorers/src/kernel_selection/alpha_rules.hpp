// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "plexus/explorers/kernel_selection/selector.hpp"

namespace plexus::explorers {

/// α that makes ‖α·∇ε̂²‖ and ‖β·∇R‖ equal over all blocks, the gradients taken along the simplex of
/// weights (less their mean over the kernels of a block). ½ if neither changes.
[[nodiscard]] double balanced_alpha(const KernelScores& scores);

/// What the dual rule settles on.
struct DualResult {
    double alpha = 0;
    std::vector<std::int32_t> member;
    double error = 0;  ///< ε of the assignment.
};

/// Least Σ R_p with ε ≤ budget as far as weights α/β = μ reach it: dual ascent along ε/ε_max − 1,
/// with steps that double until its sign changes and halve from then on. If no μ keeps the budget,
/// the assignment of the largest μ.
/// \param choose The assignment at a given α.
[[nodiscard]] DualResult dual_alpha(const KernelScores& scores,
                                    double budget,
                                    const std::function<std::vector<std::int32_t>(double)>& choose);

/// Moves α of every class by what estimates miss. Block by block in stored order, r_c ← (1 − ρ)r_c
/// + ρ(J_estimated choice − J_best choice), both by the full model at `weighting.alpha`, which
/// stays what is wanted; where r_c exceeds the hysteresis, ln(α_c/β_c), by which the class is
/// estimated, takes one step: up if its choices lost too much lately, down if they lost too little.
/// \param alpha By class; changed in place, kept within [10⁻⁴, 1 − 10⁻⁴].
void adapt_alpha_by_class(const KernelScores& scores,
                          const KernelScores& estimates,
                          const Weighting& weighting,
                          std::vector<double>& alpha);

/// ε of an assignment.
[[nodiscard]] double error_of(const KernelScores& scores, const std::vector<std::int32_t>& member);

}  // namespace plexus::explorers
