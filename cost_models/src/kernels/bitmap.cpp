// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <cmath>
#include <cstdint>
#include <memory>
#include <vector>

#include "kernels/builtin.hpp"
#include "kernels/fitters.hpp"

namespace plexus::cost_models {
namespace {

constexpr std::size_t word_bits = 64;

/// One bit per element, row by row, and the non-zero values in that order.
class StoredBitmap final : public StoredBlock {
  public:
    explicit StoredBitmap(const Block& block)
        : columns_(at(block.columns)),
          words_((at(block.rows * block.columns) + word_bits - 1) / word_bits, 0) {
        for (const Element& e : block.elements) {
            const std::size_t bit = at(e.row) * columns_ + at(e.column);
            words_[bit / word_bits] |= std::uint64_t{1} << (bit % word_bits);
            values_.push_back(e.value);
        }
    }
    void multiply(std::span<const double> x, std::span<double> y) const override {
        auto value = values_.begin();
        for (std::size_t w = 0; w < words_.size(); ++w) {
            for (std::uint64_t word = words_[w]; word != 0; word &= word - 1) {
                const std::size_t bit =
                    w * word_bits + static_cast<std::size_t>(std::countr_zero(word));
                y[bit / columns_] += *value++ * x[bit % columns_];
            }
        }
    }

  private:
    std::size_t columns_;
    std::vector<std::uint64_t> words_;
    std::vector<double> values_;
};

/// One bit per element and the non-zero values: b² + z·q bits, z MACs; a population count per word
/// finds where the values of a word begin.
class Bitmap final : public Kernel {
  public:
    [[nodiscard]] KernelCost cost(const BlockShape& shape, std::int64_t value_bits) const override {
        const auto z = static_cast<double>(shape.nonzeros);
        return {.storage_bits = area(shape) + z * static_cast<double>(value_bits),
                .work = z,
                .lane_work = z,
                .set_up = std::ceil(area(shape) / static_cast<double>(word_bits))};
    }
    [[nodiscard]] std::unique_ptr<BlockFitter> fitter(std::int64_t /*edge*/) const override {
        return std::make_unique<ExactFitter<StoredBitmap>>();
    }
    [[nodiscard]] bool exact() const override { return true; }
    [[nodiscard]] hardware::SynapseFormat format() const override {
        return hardware::SynapseFormat::bitmap;
    }
};

}  // namespace

void register_bitmap(core::Registry<Kernel>& registry) {
    registry.add(
        {.name = "bitmap", .summary = "One bit per element and the non-zeros; exact", .params = {}},
        [](const core::Params&) { return std::make_unique<const Bitmap>(); });
}

}  // namespace plexus::cost_models
