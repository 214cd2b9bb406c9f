// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <numeric>
#include <stdexcept>
#include <utility>
#include <vector>

#include "plexus/cost_models/kernels/kernel_bank.hpp"

#include "kernels/fitters.hpp"

namespace plexus::cost_models {
namespace {

/// Both parts, one after the other.
class StoredSum final : public StoredBlock {
  public:
    StoredSum(std::unique_ptr<const StoredBlock> first, std::unique_ptr<const StoredBlock> second)
        : first_(std::move(first)), second_(std::move(second)) {}
    void multiply(std::span<const double> x, std::span<double> y) const override {
        first_->multiply(x, y);
        second_->multiply(x, y);
    }

  private:
    std::unique_ptr<const StoredBlock> first_;
    std::unique_ptr<const StoredBlock> second_;
};

class CompositeFitter final : public BlockFitter {
  public:
    CompositeFitter(std::unique_ptr<BlockFitter> first, std::unique_ptr<BlockFitter> second)
        : first_(std::move(first)), second_(std::move(second)) {}

    [[nodiscard]] Fit fit(const Block& block) override {
        return second_->fit(rest(block, *first_->store(block)));
    }
    [[nodiscard]] std::unique_ptr<const StoredBlock> store(const Block& block) override {
        auto first = first_->store(block);
        auto second = second_->store(rest(block, *first));
        return std::make_unique<const StoredSum>(std::move(first), std::move(second));
    }

  private:
    /// What the first part leaves of the block; valid until the next call.
    Block rest(const Block& block, const StoredBlock& first) {
        dense_.resize(at(block.rows * block.columns));
        expand(first, block.rows, block.columns, dense_);
        for (double& value : dense_)
            value = -value;
        for (const Element& e : block.elements)
            dense_[at(e.row * block.columns + e.column)] += e.value;
        rest_.clear();
        for (std::int32_t i = 0; i < block.rows; ++i) {
            for (std::int32_t j = 0; j < block.columns; ++j) {
                const double value = dense_[at(i * block.columns + j)];
                if (value != 0)
                    rest_.push_back({.row = i, .column = j, .value = value});
            }
        }
        Block out = block;
        out.elements = rest_;
        return out;
    }

    std::unique_ptr<BlockFitter> first_;
    std::unique_ptr<BlockFitter> second_;
    std::vector<double> dense_;
    std::vector<Element> rest_;
};

/// The sum of two kernels, the second on what the first leaves; it costs what both cost.
class Composite final : public Kernel {
  public:
    Composite(std::shared_ptr<const Kernel> first, std::shared_ptr<const Kernel> second)
        : first_(std::move(first)), second_(std::move(second)) {}

    [[nodiscard]] KernelCost cost(const BlockShape& shape, std::int64_t value_bits) const override {
        const KernelCost a = first_->cost({.block = shape.block}, value_bits);
        const KernelCost b = second_->cost(shape, value_bits);
        return {.storage_bits = a.storage_bits + b.storage_bits,
                .work = a.work + b.work,
                .lane_work = a.lane_work + b.lane_work,
                .additions = a.additions + b.additions,
                .gated = a.gated + b.gated,
                .set_up = a.set_up + b.set_up,
                .shared_bits = a.shared_bits + b.shared_bits};
    }
    [[nodiscard]] std::unique_ptr<BlockFitter> fitter(std::int64_t edge) const override {
        return std::make_unique<CompositeFitter>(first_->fitter(edge), second_->fitter(edge));
    }
    [[nodiscard]] std::int64_t granularity() const override {
        return std::lcm(first_->granularity(), second_->granularity());
    }
    [[nodiscard]] hardware::SynapseFormat format() const override { return first_->format(); }

  private:
    std::shared_ptr<const Kernel> first_;
    std::shared_ptr<const Kernel> second_;
};

}  // namespace

std::shared_ptr<const Kernel> make_composite(std::shared_ptr<const Kernel> first,
                                             std::shared_ptr<const Kernel> second) {
    if (first->exact())
        throw std::invalid_argument("it is exact, so it leaves nothing to a second kernel");
    constexpr std::int64_t any_bits = 8;
    const std::int64_t edge = first->granularity();
    if (first->cost({.block = edge}, any_bits) !=
        first->cost({.block = edge, .nonzeros = 1, .longest_row = 1, .longest_column = 1},
                    any_bits))
        throw std::invalid_argument("it stores non-zeros one by one, so it can only come last");
    return std::make_shared<const Composite>(std::move(first), std::move(second));
}

}  // namespace plexus::cost_models
