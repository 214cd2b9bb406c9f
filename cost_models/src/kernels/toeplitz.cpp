// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>
#include <memory>
#include <utility>
#include <vector>

#include "kernels/builtin.hpp"
#include "kernels/fitters.hpp"

namespace plexus::cost_models {
namespace {

/// One value for each of the diagonals −h..h.
class StoredDiagonals final : public StoredBlock {
  public:
    StoredDiagonals(std::int64_t half_width, std::vector<double> values)
        : half_width_(half_width), values_(std::move(values)) {}
    void multiply(std::span<const double> x, std::span<double> y) const override {
        const auto columns = static_cast<std::int64_t>(x.size());
        for (std::size_t r = 0; r < y.size(); ++r) {
            const auto i = static_cast<std::int64_t>(r);
            const std::int64_t last = std::min(columns - 1, i + half_width_);
            for (std::int64_t j = std::max<std::int64_t>(0, i - half_width_); j <= last; ++j)
                y[r] += values_[at(j - i + half_width_)] * x[at(j)];
        }
    }

  private:
    std::int64_t half_width_;
    std::vector<double> values_;
};

/// The weighted mean of each diagonal.
class DiagonalFitter final : public BlockFitter {
  public:
    explicit DiagonalFitter(std::int64_t half_width)
        : half_width_(half_width), means_(at(2 * half_width + 1)), held_(means_.size()) {}

    [[nodiscard]] Fit fit(const Block& block) override {
        find_means(block);
        Fit fit;
        for (const Element& e : block.elements) {
            const double w = block.weight(e.column);
            const double missed = near(e) ? e.value - means_[diagonal(e)] : e.value;
            fit.lost_energy += w * missed * missed;
        }
        // A zero on a diagonal is taken for its mean.
        for (std::size_t d = 0; d < means_.size(); ++d) {
            const double zeros = weight_of(block, static_cast<std::int64_t>(d)) - held_[d];
            fit.lost_energy += std::max(0.0, zeros) * means_[d] * means_[d];
        }
        return fit;
    }
    [[nodiscard]] std::unique_ptr<const StoredBlock> store(const Block& block) override {
        find_means(block);
        return std::make_unique<const StoredDiagonals>(half_width_, means_);
    }

  private:
    [[nodiscard]] bool near(const Element& e) const {
        return std::abs(e.column - e.row) <= half_width_;
    }
    [[nodiscard]] std::size_t diagonal(const Element& e) const {
        return at(e.column - e.row + half_width_);
    }
    /// Σ σ_j² over the elements of a diagonal that exist.
    [[nodiscard]] double weight_of(const Block& block, std::int64_t diagonal) const {
        const std::int64_t shift = diagonal - half_width_;
        const std::int64_t first = std::max<std::int64_t>(0, shift);
        const std::int64_t last = std::min(block.columns, block.rows + shift);
        return first < last ? sums_[at(last)] - sums_[at(first)] : 0.0;
    }
    void find_means(const Block& block) {
        sums_.assign(at(block.columns) + 1, 0);
        for (std::int64_t j = 0; j < block.columns; ++j)
            sums_[at(j) + 1] = sums_[at(j)] + block.weight(j);
        std::fill(means_.begin(), means_.end(), 0.0);
        std::fill(held_.begin(), held_.end(), 0.0);
        for (const Element& e : block.elements) {
            if (!near(e))
                continue;
            means_[diagonal(e)] += block.weight(e.column) * e.value;
            held_[diagonal(e)] += block.weight(e.column);
        }
        for (std::size_t d = 0; d < means_.size(); ++d) {
            const double weight = weight_of(block, static_cast<std::int64_t>(d));
            means_[d] = weight > 0 ? means_[d] / weight : 0.0;
        }
    }

    std::int64_t half_width_;
    std::vector<double> means_;  // by diagonal
    std::vector<double> held_;   // weights of its non-zeros
    std::vector<double> sums_;   // of the weights of columns, from the first on
};

/// One value per diagonal: (2b − 1)·q bits, b² MACs. Exact on matrices that do not change along
/// their diagonals.
class Toeplitz final : public Kernel {
  public:
    [[nodiscard]] KernelCost cost(const BlockShape& shape, std::int64_t value_bits) const override {
        return {.storage_bits = static_cast<double>((2 * shape.block - 1) * value_bits),
                .work = area(shape),
                .lane_work = area(shape)};
    }
    [[nodiscard]] std::unique_ptr<BlockFitter> fitter(std::int64_t edge) const override {
        return std::make_unique<DiagonalFitter>(edge - 1);
    }
};

/// One value for each of the diagonals −h..h: (2h + 1)·q bits, (2h + 1)·b − h·(h + 1) MACs.
class Stencil final : public Kernel {
  public:
    explicit Stencil(std::int64_t half_width) : half_width_(half_width) {}

    [[nodiscard]] KernelCost cost(const BlockShape& shape, std::int64_t value_bits) const override {
        const std::int64_t h = std::min(half_width_, shape.block - 1);
        const double work = near_diagonal(shape.block, h);
        return {.storage_bits = static_cast<double>((2 * h + 1) * value_bits),
                .work = work,
                .lane_work = work};
    }
    [[nodiscard]] std::unique_ptr<BlockFitter> fitter(std::int64_t edge) const override {
        return std::make_unique<DiagonalFitter>(std::min(half_width_, edge - 1));
    }

  private:
    std::int64_t half_width_;
};

}  // namespace

void register_toeplitz(core::Registry<Kernel>& registry) {
    registry.add(
        {.name = "toeplitz", .summary = "One value for each diagonal of the block", .params = {}},
        [](const core::Params&) { return std::make_unique<const Toeplitz>(); });
    registry.add({.name = "stencil",
                  .summary = "One value for each diagonal near the main one; drops the rest",
                  .params = {half_width_param()}},
                 [](const core::Params& params) {
                     return std::make_unique<const Stencil>(params.integer("half_width"));
                 });
}

}  // namespace plexus::cost_models
