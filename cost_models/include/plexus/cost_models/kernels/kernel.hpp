// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <memory>

#include "plexus/core/registry.hpp"
#include "plexus/cost_models/kernels/block.hpp"
#include "plexus/hardware/core.hpp"

namespace plexus::cost_models {

/// What a kernel asks for on one block.
struct KernelCost {
    double storage_bits = 0;  ///< Values, indices and pointers.
    double work = 0;          ///< MACs per input vector when every input is non-zero.
    double lane_work = 0;     ///< b times the work of the busiest of b rows (or columns): ≥ work.
    double additions = 0;     ///< Part of `work` that adds only.
    double gated = 0;         ///< Part of `work` that takes its time but switches nothing.
    /// Operations, one after the other, before the first product. Prices take them as done while
    /// the block before is executed.
    double set_up = 0;
    double shared_bits = 0;  ///< Held once for all blocks of a matrix.
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

    /// Storage and work on one block whose values have `value_bits` bits.
    [[nodiscard]] virtual KernelCost cost(const BlockShape& shape,
                                          std::int64_t value_bits) const = 0;
    /// Finds best approximations. \param edge Of the blocks, a multiple of granularity().
    [[nodiscard]] virtual std::unique_ptr<BlockFitter> fitter(std::int64_t edge) const = 0;
    /// Whether this kernel holds every block as it is, so that it never loses energy.
    [[nodiscard]] virtual bool exact() const { return false; }
    /// The edge of the blocks must be a multiple of this.
    [[nodiscard]] virtual std::int64_t granularity() const { return 1; }
    /// How a core that tells formats apart stores the synapses.
    [[nodiscard]] virtual hardware::SynapseFormat format() const {
        return hardware::SynapseFormat::dense;
    }
};

/// ⌈log₂ x⌉ for x ≥ 1: bits that tell x things apart.
[[nodiscard]] std::int64_t index_bits(std::int64_t x);

/// The built-in kernels; composites are made of them by make_bank(). Creating one with parameters
/// that do not go together throws std::invalid_argument.
void register_builtin(core::Registry<Kernel>& registry);
[[nodiscard]] core::Registry<Kernel> builtin_kernels();

}  // namespace plexus::cost_models
