// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "plexus/core/registry.hpp"
#include "plexus/explorers/kernel_selection/fusion_weights.hpp"
#include "plexus/explorers/kernel_selection/selector.hpp"

namespace plexus::explorers {

// One function per file of a selector or of a solver.
void register_oracle_selector(core::Registry<KernelSelector>& registry);
void register_dynamic_selector(core::Registry<KernelSelector>& registry);
void register_static_selector(core::Registry<KernelSelector>& registry);
void register_random_selector(core::Registry<KernelSelector>& registry);
void register_density_selector(core::Registry<KernelSelector>& registry);

/// The parameter `iterations` of solvers that step.
[[nodiscard]] inline core::ParamSpec iterations_param(std::int64_t fallback) {
    return {.name = "iterations",
            .unit = "1",
            .fallback = fallback,
            .range = {.lower = 1, .upper = 1e9},
            .doc = "most steps"};
}

void register_exponentiated_gradient(core::Registry<WeightSolver>& registry);
void register_projected_gradient(core::Registry<WeightSolver>& registry);
void register_frank_wolfe(core::Registry<WeightSolver>& registry);
void register_active_set(core::Registry<WeightSolver>& registry);

}  // namespace plexus::explorers
