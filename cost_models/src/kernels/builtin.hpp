// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plexus/cost_models/kernels/kernel.hpp"

namespace plexus::cost_models {

// One function per kernel, each defined in the file of its name.
void register_dense(core::Registry<Kernel>& registry);
void register_csr(core::Registry<Kernel>& registry);
void register_bitmap(core::Registry<Kernel>& registry);
void register_group_limited(core::Registry<Kernel>& registry);
void register_zero(core::Registry<Kernel>& registry);

/// Elements of a block: b².
[[nodiscard]] inline double area(const BlockFeatures& block) {
    return static_cast<double>(block.block) * static_cast<double>(block.block);
}

}  // namespace plexus::cost_models
