// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "kernels/builtin.hpp"
#include "kernels/fitters.hpp"

namespace plexus::cost_models {
namespace {

class ZeroFitter final : public MaskFitter {
  protected:
    void choose(const Block& /*block*/, std::span<char> /*keep*/) override {}
};

/// Takes the block as zero: nothing stored, nothing done, everything lost.
class Zero final : public Kernel {
  public:
    [[nodiscard]] KernelCost cost(const BlockShape& /*shape*/,
                                  std::int64_t /*value_bits*/) const override {
        return {};
    }
    [[nodiscard]] std::unique_ptr<BlockFitter> fitter(std::int64_t /*edge*/) const override {
        return std::make_unique<ZeroFitter>();
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
