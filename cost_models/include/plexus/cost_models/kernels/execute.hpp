// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "plexus/cost_models/kernels/kernel_bank.hpp"
#include "plexus/cost_models/kernels/kernel_mix.hpp"
#include "plexus/workloads/sparse_matrix.hpp"

namespace plexus::cost_models {

/// Y = K̂·X computed by the kernels themselves: every block is stored in the formats of its kernels
/// and multiplied by their algorithms. The reference against which predictions are held.
/// \param x `columns` rows of `vectors` numbers. \param choice Kernels of every block of edge
/// `block`. \param column_weights What the approximations were fitted for; empty = all 1.
/// \return `rows` rows of `vectors` numbers.
[[nodiscard]] std::vector<double> execute(const workloads::SparseMatrix& matrix,
                                          std::int64_t block,
                                          const KernelBank& bank,
                                          const KernelChoice& choice,
                                          std::span<const double> x,
                                          std::int64_t vectors,
                                          std::span<const double> column_weights = {});

/// ‖(K − K̂)Σ^½‖ / ‖KΣ^½‖ from executed products with scaled unit vectors; 0 of a matrix of zeros
/// that stays one, infinity of one that does not.
[[nodiscard]] double executed_error(const workloads::SparseMatrix& matrix,
                                    std::int64_t block,
                                    const KernelBank& bank,
                                    const KernelChoice& choice,
                                    std::span<const double> column_weights = {});

}  // namespace plexus::cost_models
