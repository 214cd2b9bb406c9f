// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <vector>

#include "kernels/builtin.hpp"
#include "kernels/fitters.hpp"

namespace plexus::cost_models {
namespace {

constexpr std::int64_t thousand = 1000;

/// Keeps the elements of most energy, up to a share of the block.
class TopFitter final : public MaskFitter {
  public:
    explicit TopFitter(std::int64_t most) : most_(at(most)) {}

  protected:
    void choose(const Block& block, std::span<char> keep) override {
        order_.resize(keep.size());
        std::iota(order_.begin(), order_.end(), std::size_t{0});
        keep_largest(block, most_, order_, keep);
    }

  private:
    std::size_t most_;
    std::vector<std::size_t> order_;
};

/// Coordinates: z·(q + 2·⌈log₂ b⌉) bits, a row and a column index beside each value; z MACs. At
/// most ⌈b²·share/1000⌉ elements.
class Coo final : public Kernel {
  public:
    explicit Coo(std::int64_t per_mille) : per_mille_(per_mille) {}

    [[nodiscard]] KernelCost cost(const BlockShape& shape, std::int64_t value_bits) const override {
        const auto z = static_cast<double>(std::min(shape.nonzeros, most(shape.block)));
        const auto element = static_cast<double>(value_bits + 2 * index_bits(shape.block));
        return {.storage_bits = z * element, .work = z, .lane_work = z};
    }
    [[nodiscard]] std::unique_ptr<BlockFitter> fitter(std::int64_t edge) const override {
        return std::make_unique<TopFitter>(most(edge));
    }
    [[nodiscard]] bool exact() const override { return per_mille_ == thousand; }
    [[nodiscard]] hardware::SynapseFormat format() const override {
        return hardware::SynapseFormat::csr;
    }

  private:
    [[nodiscard]] std::int64_t most(std::int64_t edge) const {
        return (edge * edge * per_mille_ + thousand - 1) / thousand;
    }

    std::int64_t per_mille_;
};

}  // namespace

void register_coo(core::Registry<Kernel>& registry) {
    registry.add({.name = "coo", .summary = "Non-zeros with row and column; exact", .params = {}},
                 [](const core::Params&) { return std::make_unique<const Coo>(thousand); });
    registry.add({.name = "coo_top",
                  .summary = "The largest elements with row and column; drops the rest",
                  .params = {{.name = "per_mille",
                              .unit = "1",
                              .fallback = std::int64_t{50},
                              .range = {.lower = 1, .upper = thousand - 1},
                              .doc = "most elements kept, per thousand of the block"}}},
                 [](const core::Params& params) {
                     return std::make_unique<const Coo>(params.integer("per_mille"));
                 });
}

}  // namespace plexus::cost_models
