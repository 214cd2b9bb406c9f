// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "kernels/builtin.hpp"
#include "kernels/fitters.hpp"

namespace plexus::cost_models {
namespace {

/// Dense storage and dense time; where a weight is zero the multiplier is gated and switches
/// nothing: b²·q bits, b² MACs of which b² − z are gated.
class Masked final : public Kernel {
  public:
    [[nodiscard]] KernelCost cost(const BlockShape& shape, std::int64_t value_bits) const override {
        const double all = area(shape);
        return {.storage_bits = all * static_cast<double>(value_bits),
                .work = all,
                .lane_work = all,
                .gated = all - static_cast<double>(shape.nonzeros)};
    }
    [[nodiscard]] std::unique_ptr<BlockFitter> fitter(std::int64_t edge) const override {
        return builtin_kernels().create("dense")->fitter(edge);
    }
    [[nodiscard]] bool exact() const override { return true; }
};

}  // namespace

void register_masked(core::Registry<Kernel>& registry) {
    registry.add({.name = "masked",
                  .summary = "Every element stored; zeros take time but no energy; exact",
                  .params = {}},
                 [](const core::Params&) { return std::make_unique<const Masked>(); });
}

}  // namespace plexus::cost_models
