// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "plexus/core/record.hpp"
#include "plexus/cost_models/timeline/plan.hpp"
#include "plexus/hardware/architecture.hpp"
#include "plexus/workloads/workload.hpp"

#include "kernel_stage.hpp"

namespace plexus::explorers {

// Tables of Evaluator::Explanation.

[[nodiscard]] core::Table kernel_table(const workloads::Workload& workload,
                                       const KernelPlan& kernels);

[[nodiscard]] core::Table plan_table(const workloads::Workload& workload,
                                     const cost_models::Plan& plan,
                                     const cost_models::PlanModel::Residency& residency);

/// \param sites By core, as in Plan::sites.
[[nodiscard]] core::Table site_table(const hardware::Architecture& machine,
                                     const std::vector<std::int32_t>& sites);

}  // namespace plexus::explorers
