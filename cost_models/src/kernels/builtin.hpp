// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plexus/cost_models/kernels/kernel.hpp"

namespace plexus::cost_models {

// One function per file of kernels.
void register_dense(core::Registry<Kernel>& registry);
void register_compressed(core::Registry<Kernel>& registry);
void register_bitmap(core::Registry<Kernel>& registry);
void register_coo(core::Registry<Kernel>& registry);
void register_group_limited(core::Registry<Kernel>& registry);
void register_banded(core::Registry<Kernel>& registry);
void register_masked(core::Registry<Kernel>& registry);
void register_low_rank(core::Registry<Kernel>& registry);
void register_toeplitz(core::Registry<Kernel>& registry);
void register_position_polynomial(core::Registry<Kernel>& registry);
void register_matrix_polynomial(core::Registry<Kernel>& registry);
void register_ternary(core::Registry<Kernel>& registry);
void register_zero(core::Registry<Kernel>& registry);

}  // namespace plexus::cost_models
