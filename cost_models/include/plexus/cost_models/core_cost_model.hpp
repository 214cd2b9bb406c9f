// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "plexus/core/record.hpp"
#include "plexus/core/registry.hpp"
#include "plexus/cost_models/operator_work.hpp"
#include "plexus/hardware/architecture.hpp"

namespace plexus::cost_models {

/// Which cores run an operator: `cores` neighbours from `first_core` on. The output elements are
/// spread evenly over them.
struct Placement {
    int first_core = 0;
    int cores = 1;
    int tiles = 0;  ///< They stand on; 0 = on those of their numbers.
    auto operator<=>(const Placement&) const = default;
};

/// Data of an operator that are on the chip before it starts, or stay there after it.
struct OnChip {
    bool inputs = false;
    bool output = false;
    double weights = 0;  ///< Share of the second operand that is resident, in [0, 1].
    auto operator<=>(const OnChip&) const = default;
};

/// What one operator costs on its cores, without what happens between operators; and without what
/// happens off chip, unless `covers_off_chip`.
struct CoreCost {
    core::Cycles latency;         ///< Of the busiest core, with its barrier.
    core::Energy energy;          ///< Of all cores; static energy is not in here.
    bool feasible = true;         ///< If false, explain() says which rule is broken.
    double packets_sent = 0;      ///< Put into the network; a packet that forks counts once.
    double packets_received = 0;  ///< Taken out of it, by all cores.
    double packet_bits = 0;       ///< Bits of one packet on a link.
    double steps = 1;             ///< Time steps, each of which waits for its packets.
    /// The way of the operands from and to off-chip memory is in latency and energy.
    bool covers_off_chip = false;
    double off_chip_bits = 0;  ///< Read and written, if covered.
};

/// Where a core holds what it reads, if it writes what it makes into another memory.
struct InputMemory {
    double bits = 0;             ///< Capacity.
    bool holds_weights = false;  ///< Weights are in it too.
    double fill_pj_per_bit = 0;
    double drain_pj_per_bit = 0;
};

/// What one core can hold.
struct CoreMemory {
    double weight_bits = 0;  ///< Capacity for weights with their indices.
    double tensor_bits = 0;  ///< Capacity for intermediate tensors: what the core makes.
    bool shared = false;     ///< Both are the same memory.
    /// An element of an intermediate tensor takes a multiple of this.
    std::int64_t element_bits = 1;
    double weight_fill_pj_per_bit = 0;   ///< Writing weights that come from off chip.
    double tensor_fill_pj_per_bit = 0;   ///< Writing a tensor that comes from off chip.
    double tensor_drain_pj_per_bit = 0;  ///< Reading a tensor that goes off chip.
    /// Only timelines know that memory. Nothing: tensors are read where they are written.
    std::optional<InputMemory> inputs{};
};

/// Cost of an operator on one kind of core. Pure and thread-safe.
class CoreCostModel {
  public:
    CoreCostModel() = default;
    CoreCostModel(const CoreCostModel&) = delete;
    CoreCostModel& operator=(const CoreCostModel&) = delete;
    CoreCostModel(CoreCostModel&&) = delete;
    CoreCostModel& operator=(CoreCostModel&&) = delete;
    virtual ~CoreCostModel() = default;

    /// Whether this model describes cores of this kind.
    [[nodiscard]] virtual bool models(const hardware::Core& core) const = 0;

    /// Cost of `work` on `placement`; all cores of the placement are of a kind this model
    /// describes. Allocates nothing when the same work comes again, so that searches can call it in
    /// their inner loop.
    /// \param on_chip Matters to models whose cost covers the way from and to off-chip memory.
    [[nodiscard]] virtual CoreCost evaluate(const hardware::Architecture& architecture,
                                            const OperatorWork& work,
                                            const Placement& placement,
                                            const OnChip& on_chip = {}) const = 0;

    /// The same cost item by item (their energies add up to CoreCost::energy), or the rules broken.
    /// \param name Operator name for the items.
    virtual void explain(const hardware::Architecture& architecture,
                         const OperatorWork& work,
                         const Placement& placement,
                         const OnChip& on_chip,
                         const std::string& name,
                         std::vector<core::CostItem>& items,
                         std::vector<core::Violation>& violations) const = 0;

    /// What one such core can hold beside its work; the off-chip memory is not part of it.
    [[nodiscard]] virtual CoreMemory memory(const hardware::Architecture& architecture,
                                            const hardware::Core& core) const = 0;
};

/// Models of the cores of a machine; the first that models a core is used for it.
using CoreCostModels = std::vector<std::shared_ptr<const CoreCostModel>>;

/// All built-in models with their default parameters.
[[nodiscard]] CoreCostModels default_core_models();

/// `event_driven` (expected event counts) and `roofline` (dataflow cores).
void register_builtin(core::Registry<CoreCostModel>& registry);
[[nodiscard]] core::Registry<CoreCostModel> builtin_core_models();

}  // namespace plexus::cost_models
