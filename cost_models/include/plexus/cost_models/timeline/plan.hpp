// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <vector>

#include "plexus/core/record.hpp"
#include "plexus/cost_models/core_cost_model.hpp"
#include "plexus/cost_models/event_driven/block_network.hpp"
#include "plexus/hardware/architecture.hpp"
#include "plexus/workloads/workload.hpp"

namespace plexus::cost_models {

/// Where every operator runs and which intermediate tensors are asked to stay on chip.
struct Plan {
    std::vector<Placement> placement;  ///< One per operator.
    /// One per Workload::edges: 1 = the two operators are fused, the tensor stays on chip if it
    /// fits (else it goes off chip all the same); 0 = it goes off chip and back.
    std::vector<char> fused;
    /// Place of each core on the mesh, as the number of the core that would stand there otherwise;
    /// empty = each at the place of its number. Cores change places with those of their kind only.
    std::vector<std::int32_t> sites;
    auto operator<=>(const Plan&) const = default;
};

/// What a plan costs as a whole.
struct PlanCost {
    core::Cycles latency;
    core::Energy energy;
    double peak_memory_bits = 0;  ///< On-chip: resident weights and live intermediates, all cores.
    double off_chip_bits = 0;     ///< Read and written.
    double resident_weight_share =
        1;                 ///< Share of weight bits that stay on chip between inferences.
    bool feasible = true;  ///< If false, PlanModel::violations() says why.
};

/// Cost of plans of one workload on one machine: operators one after another in workload order,
/// streamed weights fetched while the cores compute, tensors that are not kept going off chip and
/// back, packets crossing the mesh between the cores of producer and consumer.
///
/// Resident weights: each core keeps as large a share of the weights placed on it as its memory
/// holds beside the live intermediates; the rest is fetched in every inference.
class PlanModel {
  public:
    /// Keeps references to `architecture` and `workload`.
    /// \param work One entry per operator.
    /// \param models At least one for every kind of core.
    PlanModel(const hardware::Architecture& architecture,
              const workloads::Workload& workload,
              std::vector<OperatorWork> work,
              CoreCostModels models = default_core_models());
    ~PlanModel();
    PlanModel(const PlanModel&) = delete;
    PlanModel& operator=(const PlanModel&) = delete;
    PlanModel(PlanModel&&) = delete;
    PlanModel& operator=(PlanModel&&) = delete;

    /// Scratch memory of one thread, so that evaluate() allocates nothing after the first call.
    struct Scratch;
    struct ScratchDeleter {
        void operator()(Scratch* scratch) const;
    };
    using ScratchPointer = std::unique_ptr<Scratch, ScratchDeleter>;
    [[nodiscard]] ScratchPointer make_scratch() const;

    /// \param scratch Made by this model.
    [[nodiscard]] PlanCost evaluate(const Plan& plan, Scratch& scratch) const;

    /// Every cost item of the plan; energies add up to PlanCost::energy.
    [[nodiscard]] std::vector<core::CostItem> explain(const Plan& plan) const;

    /// The rules that the plan breaks; empty if it is feasible.
    [[nodiscard]] std::vector<core::Violation> violations(const Plan& plan) const;

    /// What becomes of the operands under a plan.
    struct Residency {
        std::vector<OnChip> on_chip;  ///< One per operator.
        /// One per Workload::edges: 1 = the tensor stays on chip: it is fused and it fits.
        std::vector<char> kept;
    };
    /// \pre Every placement of the plan is valid, as in a feasible plan.
    [[nodiscard]] Residency residency(const Plan& plan) const;

    /// What the cores of a plan send to each other in one inference: one block per core, and what
    /// every operator's packets, spread evenly over the cores they come from and go to, add up to.
    /// The blocks take nothing and do nothing else; without a mesh there are no flows.
    /// \pre Every placement of the plan is valid, as in a feasible plan.
    [[nodiscard]] event_driven::BlockNetwork traffic(const Plan& plan) const;

    /// How the work of one inference lies on the machine.
    struct Loads {
        /// By place on the mesh, which is the number of the core unless the plan moves it: time in
        /// which the operators there compute, in cycles.
        std::vector<double> core_cycles;
        /// Packets by link of the mesh, 4 · tile + {west, south, north, east} of the tile that it
        /// leaves, spread evenly over the cores of producers and consumers; empty without a mesh.
        /// They add up to the hops of explain().
        std::vector<double> link_packets;
    };
    /// \pre The plan is feasible.
    [[nodiscard]] Loads loads(const Plan& plan) const;

    /// Every operator on all cores of the first kind that can run it; all or no edges fused.
    /// \param neurons_per_core Event-driven cores: an operator takes no more cores than give each
    /// so many neurons; 0 = all cores.
    [[nodiscard]] Plan uniform_plan(bool fused, std::int64_t neurons_per_core = 0) const;

    [[nodiscard]] std::size_t operators() const;
    [[nodiscard]] std::size_t edges() const;
    [[nodiscard]] const hardware::Architecture& architecture() const;
    [[nodiscard]] const std::vector<OperatorWork>& work() const;

  private:
    struct Detail;
    std::unique_ptr<const Detail> detail_;
};

}  // namespace plexus::cost_models
