// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "plexus/cost_models/core_cost_model.hpp"
#include "plexus/cost_models/kernels/kernel.hpp"
#include "plexus/hardware/architecture.hpp"

namespace plexus::cost_models {

/// The layer that a block belongs to, as far as the price of its kernel depends on it.
struct KernelUse {
    std::int64_t vectors = 1;     ///< Input vectors that meet the block: m.
    double input_density = 1;     ///< Share of the inputs that is not zero.
    std::int64_t value_bits = 8;  ///< q.
    std::int64_t input_bits = 8;
    auto operator<=>(const KernelUse&) const = default;
};

/// What one block costs on one core of a machine.
struct KernelPrice {
    bool feasible = true;  ///< False if the core cannot decode the kernel's format.
    double cycles = 0;     ///< Of m vectors, with set-up.
    double set_up_cycles = 0;
    double energy_pj = 0;   ///< Of m vectors.
    double work_slots = 0;  ///< Places of multiply-accumulate units taken: lane work · m.
    double storage_bits = 0;
    std::vector<std::pair<std::string, double>> energy_pj_by_cause;
    std::vector<std::pair<std::string, double>> bits_by_place;
    auto operator<=>(const KernelPrice&) const = default;
};

/// Prices kernels with the model of a machine's core: as the mean over the blocks of a square layer
/// of `layer_blocks` × `layer_blocks` equal blocks on one core, whose capacity does not limit it
/// (where the layer lies is decided elsewhere).
class KernelPricer {
  public:
    static constexpr std::int64_t layer_blocks = 16;

    /// \param core Id of a core of the machine.
    KernelPricer(const hardware::Architecture& machine, int core);

    /// Cycles, energy, slots and storage; no breakdown.
    [[nodiscard]] KernelPrice price(const Kernel& kernel,
                                    const BlockShape& shape,
                                    const KernelUse& use) const;
    /// The same with energies by cause and bits by place.
    [[nodiscard]] KernelPrice explain(const Kernel& kernel,
                                      const BlockShape& shape,
                                      const KernelUse& use) const;
    /// What a dense block costs, even on a core that decodes other formats only.
    [[nodiscard]] KernelPrice dense(std::int64_t block, const KernelUse& use) const;
    [[nodiscard]] const std::string& core_name() const { return core_name_; }

    /// What looking at `operations` non-zeros, hashes and table entries at run time costs: one
    /// after the other on a dataflow core, one synaptic operation each on the lanes of an
    /// event-driven core.
    [[nodiscard]] KernelPrice analysis(double operations) const;

  private:
    [[nodiscard]] OperatorWork layer(const Kernel& kernel,
                                     const BlockShape& shape,
                                     const KernelUse& use) const;
    [[nodiscard]] double set_up_cycles(double operations) const;

    hardware::Architecture machine_;  ///< One core, without limits.
    std::string core_name_;
    std::shared_ptr<const CoreCostModel> model_;
};

}  // namespace plexus::cost_models
