// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "kernels/builtin.hpp"

namespace plexus::cost_models {
namespace {

/// Compressed rows (or columns, which is the same for square blocks): z·(q + ⌈log₂ b⌉) bits for
/// values and indices, (b + 1)·⌈log₂(b² + 1)⌉ for offsets; z MACs.
class Csr final : public Kernel {
  public:
    [[nodiscard]] KernelCost cost(const BlockFeatures& block,
                                  std::int64_t value_bits) const override {
        const std::int64_t b = block.block;
        const auto z = static_cast<double>(block.nonzeros);
        const auto element = static_cast<double>(value_bits + index_bits(b));
        const auto offsets = static_cast<double>((b + 1) * index_bits(b * b + 1));
        return {.storage_bits = z * element + offsets, .work = z, .lost_energy = 0};
    }
    [[nodiscard]] workloads::SparseMatrix project(
        const workloads::SparseMatrix& matrix) const override {
        return matrix;
    }
};

}  // namespace

void register_csr(core::Registry<Kernel>& registry) {
    registry.add({.name = "csr",
                  .summary = "Compressed rows or columns: non-zeros with their indices; exact",
                  .params = {}},
                 [](const core::Params&) { return std::make_unique<const Csr>(); });
}

}  // namespace plexus::cost_models
