// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "kernels/builtin.hpp"

namespace plexus::cost_models {
namespace {

/// One bit per element and the non-zero values: b² + z·q bits, z MACs.
class Bitmap final : public Kernel {
  public:
    [[nodiscard]] KernelCost cost(const BlockFeatures& block,
                                  std::int64_t value_bits) const override {
        const auto z = static_cast<double>(block.nonzeros);
        return {.storage_bits = area(block) + z * static_cast<double>(value_bits),
                .work = z,
                .lost_energy = 0};
    }
    [[nodiscard]] workloads::SparseMatrix project(
        const workloads::SparseMatrix& matrix) const override {
        return matrix;
    }
};

}  // namespace

void register_bitmap(core::Registry<Kernel>& registry) {
    registry.add(
        {.name = "bitmap", .summary = "One bit per element and the non-zeros; exact", .params = {}},
        [](const core::Params&) { return std::make_unique<const Bitmap>(); });
}

}  // namespace plexus::cost_models
