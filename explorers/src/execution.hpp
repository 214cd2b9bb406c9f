// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "plexus/core/error.hpp"
#include "plexus/core/registry.hpp"
#include "plexus/cost_models/timeline/plan.hpp"
#include "plexus/explorers/annealing/cooling.hpp"
#include "plexus/explorers/decisions.hpp"
#include "plexus/explorers/evaluator.hpp"
#include "plexus/explorers/mapping/mapper.hpp"
#include "plexus/explorers/scheduling/placement_search.hpp"
#include "plexus/hardware/architecture.hpp"
#include "plexus/workloads/workload.hpp"

#include "kernel_stage.hpp"

namespace plexus::explorers {

/// What a search is made of.
struct SearchParts {
    core::Registry<CoolingSchedule> schedules = builtin_cooling_schedules();
    core::Registry<Mapper> mappers = builtin_mappers();
    core::Registry<PlacementStrategy> strategies = builtin_placement_strategies();
};

/// A design with all that is decided before it is executed.
struct DecidedDesign {
    std::shared_ptr<const hardware::Architecture> machine;
    std::shared_ptr<const workloads::Workload> workload;
    Decisions decisions;
    KernelPlan kernels;
    std::uint64_t seed = 1;
};

/// What a design costs as it is executed.
struct Execution {
    cost_models::PlanCost cost;
    std::int64_t fused_edges = 0;             ///< Tensors between operators that stay on chip.
    std::int64_t accepted = 0;                ///< Moves of the annealer.
    std::vector<core::Violation> violations;  ///< Why it cannot be; then the rest is unspecified.
    /// Adds items, plan and what else there is to an explanation. The design must still be there.
    std::function<void(Evaluator::Explanation&)> explain;
};

/// Leakage of a machine over `latency`, as an item of an explanation.
[[nodiscard]] core::CostItem static_item(const hardware::Architecture& machine,
                                         core::Cycles latency);

/// Why a design cannot be executed tile by tile on whatever machine: no mapping, sparse tensors.
/// \param rule What fusion.stacks says, for the violations.
[[nodiscard]] std::vector<core::Violation> sparse_obstacles(const DecidedDesign& design,
                                                            const std::string& rule);

/// Operators of the design whose operations do not take one cycle on some core, for executions
/// that count one for each.
/// \param rule What fusion.stacks says, for the violations.
[[nodiscard]] std::vector<core::Violation> slow_operations(const DecidedDesign& design,
                                                           const std::string& rule);

}  // namespace plexus::explorers
