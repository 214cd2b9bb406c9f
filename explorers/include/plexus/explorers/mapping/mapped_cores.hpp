// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "plexus/core/record.hpp"
#include "plexus/cost_models/core_cost_model.hpp"
#include "plexus/cost_models/timeline/plan.hpp"
#include "plexus/explorers/mapping/mapping_decision.hpp"
#include "plexus/workloads/density_model.hpp"
#include "plexus/workloads/workload.hpp"

namespace plexus::explorers {

/// Density models of matrices already looked at, by content.
using DensityMemo = core::MemoCache<std::shared_ptr<const workloads::DensityModel>>;

/// The core cost model of dataflow cores that are mapped: a contraction costs what the loop-nest
/// model says of the best mapping its engine finds; all other operators, which have no reuse to be
/// mapped for, cost what the roofline says.
///
/// - The cost covers the way from and to off-chip memory: operands that are not on chip have that
///   memory on top of their hierarchy. A share of resident weights mixes the costs of both cases.
/// - An operand that the plan keeps on chip but that finds no room beside the tiles of the others
///   takes the way off chip all the same.
/// - Several cores share out the loops of the output and the bandwidth of the off-chip memory.
/// - On a core with a `sparsity:` section the mapping found without regard to zeros costs what they
///   leave of it; weights that have kernels of their own have no zeros left to save.
class MappedCores final : public cost_models::CoreCostModel {
  public:
    /// Keeps references. \param memo Of this engine with these parameters, or shared with others.
    /// \param densities May be shared with any other.
    MappedCores(const workloads::Workload& workload,
                const MappingDecision& decision,
                const Mapper& mapper,
                MappingMemo& memo,
                DensityMemo& densities);
    ~MappedCores() override;
    MappedCores(const MappedCores&) = delete;
    MappedCores& operator=(const MappedCores&) = delete;
    MappedCores(MappedCores&&) = delete;
    MappedCores& operator=(MappedCores&&) = delete;

    [[nodiscard]] bool models(const hardware::Core& core) const override;
    [[nodiscard]] cost_models::CoreCost evaluate(
        const hardware::Architecture& architecture,
        const cost_models::OperatorWork& work,
        const cost_models::Placement& placement,
        const cost_models::OnChip& on_chip = {}) const override;
    void explain(const hardware::Architecture& architecture,
                 const cost_models::OperatorWork& work,
                 const cost_models::Placement& placement,
                 const cost_models::OnChip& on_chip,
                 const std::string& name,
                 std::vector<core::CostItem>& items,
                 std::vector<core::Violation>& violations) const override;
    [[nodiscard]] cost_models::CoreMemory memory(const hardware::Architecture& architecture,
                                                 const hardware::Core& core) const override;

    /// How each operator of a feasible plan is mapped: one row per operator and, if only a share of
    /// its weights is resident, one row for either case. Empty if the machine has no dataflow core.
    [[nodiscard]] core::Table table(const hardware::Architecture& architecture,
                                    const std::vector<cost_models::OperatorWork>& work,
                                    const cost_models::Plan& plan,
                                    const cost_models::PlanModel::Residency& residency) const;

  private:
    struct Detail;
    std::unique_ptr<Detail> detail_;
};

/// Name of an engine with its parameters: what MapperResult and memo keys call it.
[[nodiscard]] std::string engine_name(const MappingDecision& decision);

}  // namespace plexus::explorers
