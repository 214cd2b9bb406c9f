// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "plexus/cost_models/kernels/kernel_bank.hpp"
#include "plexus/workloads/sparse_matrix.hpp"

namespace plexus::cost_models {

/// Inner products of the approximations of every block, all that mixing them needs.
struct GramProfile {
    std::size_t kernels = 0;
    std::vector<double> gram;   ///< ⟨Π_i, Π_j⟩_Σ: [block][i][j].
    std::vector<double> right;  ///< ⟨Π_i, K_p⟩_Σ: [block][i].

    [[nodiscard]] std::span<const double> gram_of(std::size_t block) const {
        return std::span(gram).subspan(block * kernels * kernels, kernels * kernels);
    }
    [[nodiscard]] std::span<const double> right_of(std::size_t block) const {
        return std::span(right).subspan(block * kernels, kernels);
    }
    bool operator==(const GramProfile&) const = default;
};

/// \param block Edge length. \param jobs Threads; the result does not depend on it.
/// \param column_weights σ_j² of the inputs; empty = all 1.
[[nodiscard]] GramProfile profile_grams(const workloads::SparseMatrix& matrix,
                                        std::int64_t block,
                                        const KernelBank& bank,
                                        int jobs = 1,
                                        std::span<const double> column_weights = {});

}  // namespace plexus::cost_models
