// SPDX-License-Identifier: Apache-2.0
// The kernel of the documentation, compiled and run as it stands.
#include "../../docs/examples/my_kernel.cpp"
#include "catch.hpp"

using namespace plexus::cost_models;

TEST_CASE("the kernel of the documentation joins the built-in ones") {
    auto registry = builtin_kernels();
    register_coo(registry);
    const KernelCost cost = registry.create("coo")->cost({.block = 32, .nonzeros = 10}, 8);
    CHECK(cost.storage_bits == 10 * (8 + 5 + 5));
    CHECK(cost.work == 10);
    CHECK(cost.lost_energy == 0);
}
