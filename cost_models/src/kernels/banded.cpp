// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>
#include <memory>
#include <vector>

#include "kernels/builtin.hpp"
#include "kernels/fitters.hpp"

namespace plexus::cost_models {
namespace {

/// The diagonals −h..h, each at full length.
class StoredBand final : public StoredBlock {
  public:
    StoredBand(const Block& kept, std::int64_t half_width)
        : half_width_(half_width), values_(at((2 * half_width + 1) * kept.rows), 0) {
        for (const Element& e : kept.elements)
            values_[slot(e.row, e.column)] = e.value;
    }
    void multiply(std::span<const double> x, std::span<double> y) const override {
        const auto columns = static_cast<std::int64_t>(x.size());
        for (std::size_t r = 0; r < y.size(); ++r) {
            const auto i = static_cast<std::int64_t>(r);
            const std::int64_t last = std::min(columns - 1, i + half_width_);
            for (std::int64_t j = std::max<std::int64_t>(0, i - half_width_); j <= last; ++j)
                y[r] += values_[slot(i, j)] * x[at(j)];
        }
    }

  private:
    [[nodiscard]] std::size_t slot(std::int64_t i, std::int64_t j) const {
        return at(i * (2 * half_width_ + 1) + j - i + half_width_);
    }

    std::int64_t half_width_;
    std::vector<double> values_;
};

class BandFitter final : public MaskFitter {
  public:
    explicit BandFitter(std::int64_t half_width) : half_width_(half_width) {}

  protected:
    void choose(const Block& block, std::span<char> keep) override {
        for (std::size_t i = 0; i < keep.size(); ++i) {
            const Element& e = block.elements[i];
            keep[i] = std::abs(e.row - e.column) <= half_width_ ? 1 : 0;
        }
    }
    [[nodiscard]] std::unique_ptr<const StoredBlock> stored(const Block& kept) const override {
        return std::make_unique<const StoredBand>(kept, half_width_);
    }

  private:
    std::int64_t half_width_;
};

/// Elements within h of the diagonal: (2h + 1)·b − h·(h + 1) values and as many MACs.
class Banded final : public Kernel {
  public:
    explicit Banded(std::int64_t half_width) : half_width_(half_width) {}

    [[nodiscard]] KernelCost cost(const BlockShape& shape, std::int64_t value_bits) const override {
        const double values = near_diagonal(shape.block, half_width_);
        return {.storage_bits = values * static_cast<double>(value_bits),
                .work = values,
                .lane_work = values};
    }
    [[nodiscard]] std::unique_ptr<BlockFitter> fitter(std::int64_t edge) const override {
        return std::make_unique<BandFitter>(std::min(half_width_, edge - 1));
    }

  private:
    std::int64_t half_width_;
};

}  // namespace

void register_banded(core::Registry<Kernel>& registry) {
    registry.add({.name = "banded",
                  .summary = "Elements near the diagonal of the block; drops the rest",
                  .params = {half_width_param()}},
                 [](const core::Params& params) {
                     return std::make_unique<const Banded>(params.integer("half_width"));
                 });
}

}  // namespace plexus::cost_models
