// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "kernels/builtin.hpp"

namespace plexus::cost_models {
namespace {

/// Stores and multiplies every element: b²·q bits, b² MACs.
class Dense final : public Kernel {
  public:
    [[nodiscard]] KernelCost cost(const BlockFeatures& block,
                                  std::int64_t value_bits) const override {
        return {.storage_bits = area(block) * static_cast<double>(value_bits),
                .work = area(block),
                .lost_energy = 0};
    }
    [[nodiscard]] workloads::SparseMatrix project(
        const workloads::SparseMatrix& matrix) const override {
        return matrix;
    }
};

}  // namespace

void register_dense(core::Registry<Kernel>& registry) {
    registry.add(
        {.name = "dense", .summary = "Every element stored and multiplied; exact", .params = {}},
        [](const core::Params&) { return std::make_unique<const Dense>(); });
}

}  // namespace plexus::cost_models
