// SPDX-License-Identifier: Apache-2.0
#include "kernels/builtin.hpp"

#include <bit>
#include <cstdint>

#include "plexus/core/error.hpp"

namespace plexus::cost_models {

std::int64_t index_bits(std::int64_t x) {
    core::ensure(x >= 1, "index_bits: nothing to tell apart");
    return static_cast<std::int64_t>(std::bit_width(static_cast<std::uint64_t>(x - 1)));
}

void register_builtin(core::Registry<Kernel>& registry) {
    register_dense(registry);
    register_masked(registry);
    register_compressed(registry);
    register_bitmap(registry);
    register_coo(registry);
    register_group_limited(registry);
    register_banded(registry);
    register_low_rank(registry);
    register_toeplitz(registry);
    register_position_polynomial(registry);
    register_matrix_polynomial(registry);
    register_ternary(registry);
    register_zero(registry);
}

core::Registry<Kernel> builtin_kernels() {
    core::Registry<Kernel> registry("kernel");
    register_builtin(registry);
    return registry;
}

}  // namespace plexus::cost_models
