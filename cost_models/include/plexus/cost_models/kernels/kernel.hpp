// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "plexus/core/registry.hpp"
#include "plexus/cost_models/kernels/block_profile.hpp"
#include "plexus/workloads/sparse_matrix.hpp"

namespace plexus::cost_models {

/// One block as a kernel sees it.
struct BlockFeatures {
    std::int64_t block = 0;  ///< Edge length b.
    std::int64_t nonzeros = 0;
    double energy = 0;   ///< Σ k².
    double dropped = 0;  ///< Σ k² lost to this kernel's group limit (0 if it has none).
};

/// What a kernel makes of one block.
struct KernelCost {
    double storage_bits = 0;  ///< Values, indices and pointers.
    double work = 0;          ///< MACs per input vector when every input is non-zero.
    double lost_energy = 0;   ///< ‖K_p − Π(K_p)‖_F².
    auto operator<=>(const KernelCost&) const = default;
};

/// A specialised kernel: a storage format, the work it takes, and the best approximation of a block
/// that it can represent. Stateless and thread-safe.
class Kernel {
  public:
    Kernel() = default;
    Kernel(const Kernel&) = delete;
    Kernel& operator=(const Kernel&) = delete;
    Kernel(Kernel&&) = delete;
    Kernel& operator=(Kernel&&) = delete;
    virtual ~Kernel() = default;

    /// Storage, work and error on one block whose values have `value_bits` bits. Storage and work
    /// depend on the edge and the non-zeros of the block only.
    [[nodiscard]] virtual KernelCost cost(const BlockFeatures& block,
                                          std::int64_t value_bits) const = 0;
    /// Whether this kernel holds every block as it is, so that it never loses energy.
    [[nodiscard]] virtual bool exact() const { return true; }
    /// The group limit whose BlockProfile::dropped this kernel needs, if any.
    [[nodiscard]] virtual std::optional<GroupLimit> group_limit() const { return std::nullopt; }
    /// Π of a whole matrix, numerically; what executing this kernel on every block would compute.
    [[nodiscard]] virtual workloads::SparseMatrix project(
        const workloads::SparseMatrix& matrix) const = 0;
};

/// ⌈log₂ x⌉ for x ≥ 1: bits that tell x things apart.
[[nodiscard]] std::int64_t index_bits(std::int64_t x);

/// dense, csr, bitmap, n_m (parameters n and m) and zero. Creating n_m with n > m throws
/// std::invalid_argument.
void register_builtin(core::Registry<Kernel>& registry);
[[nodiscard]] core::Registry<Kernel> builtin_kernels();

}  // namespace plexus::cost_models
