// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace plexus::cost_models {

/// What one kernel of a mix covers.
struct KernelShare {
    std::string kernel;
    std::int64_t blocks = 0;
    double nonzeros = 0;
    double storage_bits = 0;
    double work = 0;  ///< MACs per input vector when every input is non-zero.
    double lost_energy = 0;
    auto operator<=>(const KernelShare&) const = default;
};

/// A sparse matrix as executed: the sum of its blocks under their selected kernels.
struct KernelMix {
    double storage_bits = 0;
    double work = 0;
    double lost_energy = 0;
    double total_energy = 0;          ///< ‖K‖_F² of the matrix before approximation.
    std::vector<KernelShare> shares;  ///< In order of the bank.

    /// Relative Frobenius error ‖K − K̂‖ / ‖K‖; exactly 0 if nothing was lost.
    [[nodiscard]] double error() const {
        return lost_energy == 0 ? 0.0 : std::sqrt(lost_energy / total_energy);
    }
    auto operator<=>(const KernelMix&) const = default;
};

}  // namespace plexus::cost_models
