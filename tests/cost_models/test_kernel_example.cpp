// SPDX-License-Identifier: Apache-2.0
// The kernel of the documentation, compiled and run as it stands.
#include "plexus/cost_models/kernels/execute.hpp"
#include "plexus/cost_models/kernels/kernel_bank.hpp"

#include "../../docs/examples/my_kernel.cpp"
#include "catch.hpp"

namespace test_kernel_example {

using namespace plexus::cost_models;

TEST_CASE("the kernel of the documentation joins the built-in ones") {
    auto registry = builtin_kernels();
    register_padded_rows(registry);
    const BlockShape shape{.block = 32, .nonzeros = 10, .longest_row = 3, .longest_column = 2};
    const KernelCost cost = registry.create("padded_rows")->cost(shape, 8);
    CHECK(cost.storage_bits == 32 * 3 * (8 + 5));
    CHECK(cost.work == 32 * 3);

    plexus::core::Problems problems;
    const KernelBank bank = make_bank({"csr", "padded_rows"}, {}, "bank", problems, registry);
    CHECK(problems.empty());
    const auto matrix = plexus::workloads::make_matrix(
        {.pattern = plexus::workloads::Pattern::unstructured, .density = 0.2}, 40, 50);
    KernelChoice choice;
    for (int p = 0; p < 4; ++p)
        choice.add(1);
    CHECK(executed_error(matrix, 32, bank, choice) == 0);
}

}  // namespace test_kernel_example
