// SPDX-License-Identifier: Apache-2.0
//
// A kernel of one's own, complete: save it as cost_models/src/kernels/coo.cpp, list it in
// cost_models/CMakeLists.txt, declare register_coo() in kernels/builtin.hpp and call it in
// register_builtin() in kernels/builtin.cpp. `plexus list kernels` then shows it, and every bank
// takes it: `decisions: {kernels: {bank: [csr, coo]}}`.
#include <memory>

#include "plexus/cost_models/kernels/kernel.hpp"

namespace plexus::cost_models {
namespace {

/// Coordinates: z·(q + 2·⌈log₂ b⌉) bits, a row and a column index beside each value; z MACs.
class Coo final : public Kernel {
  public:
    [[nodiscard]] KernelCost cost(const BlockFeatures& block,
                                  std::int64_t value_bits) const override {
        const auto z = static_cast<double>(block.nonzeros);
        const auto element = static_cast<double>(value_bits + 2 * index_bits(block.block));
        return {.storage_bits = z * element, .work = z, .lost_energy = 0};
    }
    [[nodiscard]] workloads::SparseMatrix project(
        const workloads::SparseMatrix& matrix) const override {
        return matrix;  // exact: nothing is approximated
    }
};

}  // namespace

void register_coo(core::Registry<Kernel>& registry) {
    registry.add(
        {.name = "coo", .summary = "Non-zeros with row and column index; exact", .params = {}},
        [](const core::Params&) { return std::make_unique<const Coo>(); });
}

}  // namespace plexus::cost_models
