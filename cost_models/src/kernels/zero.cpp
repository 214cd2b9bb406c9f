// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "kernels/builtin.hpp"

namespace plexus::cost_models {
namespace {

/// Takes the block as zero: nothing stored, nothing done, everything lost.
class Zero final : public Kernel {
  public:
    [[nodiscard]] KernelCost cost(const BlockFeatures& block,
                                  std::int64_t /*value_bits*/) const override {
        return {.storage_bits = 0, .work = 0, .lost_energy = block.energy};
    }
    [[nodiscard]] bool exact() const override { return false; }
    [[nodiscard]] workloads::SparseMatrix project(
        const workloads::SparseMatrix& matrix) const override {
        workloads::SparseMatrix zero;
        zero.rows = matrix.rows;
        zero.columns = matrix.columns;
        zero.row_offsets.assign(static_cast<std::size_t>(matrix.rows) + 1, 0);
        return zero;
    }
};

}  // namespace

void register_zero(core::Registry<Kernel>& registry) {
    registry.add({.name = "zero",
                  .summary = "Nothing stored, nothing done; drops the whole block",
                  .params = {}},
                 [](const core::Params&) { return std::make_unique<const Zero>(); });
}

}  // namespace plexus::cost_models
