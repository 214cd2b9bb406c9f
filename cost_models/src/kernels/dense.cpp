// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <vector>

#include "kernels/builtin.hpp"
#include "kernels/fitters.hpp"

namespace plexus::cost_models {
namespace {

class StoredDense final : public StoredBlock {
  public:
    explicit StoredDense(const Block& block)
        : columns_(at(block.columns)), values_(at(block.rows * block.columns), 0) {
        for (const Element& e : block.elements)
            values_[at(e.row) * columns_ + at(e.column)] = e.value;
    }
    void multiply(std::span<const double> x, std::span<double> y) const override {
        for (std::size_t i = 0; i < y.size(); ++i)
            for (std::size_t j = 0; j < columns_; ++j)
                y[i] += values_[i * columns_ + j] * x[j];
    }

  private:
    std::size_t columns_;
    std::vector<double> values_;
};

/// Stores and multiplies every element: b²·q bits, b² MACs.
class Dense final : public Kernel {
  public:
    [[nodiscard]] KernelCost cost(const BlockShape& shape, std::int64_t value_bits) const override {
        const double all = area(shape);
        return {
            .storage_bits = all * static_cast<double>(value_bits), .work = all, .lane_work = all};
    }
    [[nodiscard]] std::unique_ptr<BlockFitter> fitter(std::int64_t /*edge*/) const override {
        return std::make_unique<ExactFitter<StoredDense>>();
    }
    [[nodiscard]] bool exact() const override { return true; }
};

}  // namespace

void register_dense(core::Registry<Kernel>& registry) {
    registry.add(
        {.name = "dense", .summary = "Every element stored and multiplied; exact", .params = {}},
        [](const core::Params&) { return std::make_unique<const Dense>(); });
}

}  // namespace plexus::cost_models
