// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "plexus/core/registry.hpp"
#include "plexus/cost_models/kernels/block.hpp"

namespace plexus::cost_models {

/// Index of a row or column of a block into a vector.
[[nodiscard]] inline std::size_t at(std::int64_t index) {
    return static_cast<std::size_t>(index);
}

/// Elements of a block: b².
[[nodiscard]] inline double area(const BlockShape& shape) {
    return static_cast<double>(shape.block) * static_cast<double>(shape.block);
}

/// Fitter of a kernel that holds blocks as they are, in the format `Stored`.
template <class Stored>
class ExactFitter final : public BlockFitter {
  public:
    [[nodiscard]] Fit fit(const Block& block) override {
        return {.lost_energy = 0, .held = static_cast<std::int64_t>(block.elements.size())};
    }
    [[nodiscard]] std::unique_ptr<const StoredBlock> store(const Block& block) override {
        return std::make_unique<const Stored>(block);
    }
};

/// Value, row and column of each element.
class Coordinates final : public StoredBlock {
  public:
    explicit Coordinates(const Block& block)
        : elements_(block.elements.begin(), block.elements.end()) {}
    void multiply(std::span<const double> x, std::span<double> y) const override {
        for (const Element& e : elements_)
            y[at(e.row)] += e.value * x[at(e.column)];
    }

  private:
    std::vector<Element> elements_;
};

/// Fitter of a kernel that keeps some elements as they are and drops the others: nothing with the
/// same zeros comes nearer to the block.
class MaskFitter : public BlockFitter {
  public:
    [[nodiscard]] Fit fit(const Block& block) final {
        keep_.assign(block.elements.size(), 0);
        choose(block, keep_);
        Fit fit;
        for (std::size_t i = 0; i < keep_.size(); ++i) {
            const Element& e = block.elements[i];
            if (keep_[i] != 0)
                ++fit.held;
            else
                fit.lost_energy += block.weight(e.column) * e.value * e.value;
        }
        return fit;
    }
    [[nodiscard]] std::unique_ptr<const StoredBlock> store(const Block& block) final {
        keep_.assign(block.elements.size(), 0);
        choose(block, keep_);
        std::vector<Element> kept;
        for (std::size_t i = 0; i < keep_.size(); ++i)
            if (keep_[i] != 0)
                kept.push_back(block.elements[i]);
        Block masked = block;
        masked.elements = kept;
        return stored(masked);
    }

  protected:
    /// Marks what is kept; `keep` is all 0.
    virtual void choose(const Block& block, std::span<char> keep) = 0;
    /// The format of what is kept.
    [[nodiscard]] virtual std::unique_ptr<const StoredBlock> stored(const Block& kept) const {
        return std::make_unique<const Coordinates>(kept);
    }

  private:
    std::vector<char> keep_;
};

/// Elements of a block within `half_width` of its diagonal.
[[nodiscard]] inline double near_diagonal(std::int64_t block, std::int64_t half_width) {
    const std::int64_t h = std::min(half_width, block - 1);
    return static_cast<double>((2 * h + 1) * block - h * (h + 1));
}

/// The parameter `half_width` of kernels that keep what is near the diagonal.
[[nodiscard]] inline core::ParamSpec half_width_param() {
    constexpr double widest = 1023;
    return {.name = "half_width",
            .unit = "1",
            .fallback = std::int64_t{1},
            .range = {.lower = 0, .upper = widest},
            .doc = "diagonals kept on each side of the main one"};
}

/// Marks the `count` elements of most weighted energy among those of indices in `order`, which is
/// reordered; of equal ones the first.
inline void keep_largest(const Block& block,
                         std::size_t count,
                         std::vector<std::size_t>& order,
                         std::span<char> keep) {
    const auto energy = [&](std::size_t i) {
        const Element& e = block.elements[i];
        return block.weight(e.column) * e.value * e.value;
    };
    if (count < order.size()) {
        std::nth_element(order.begin(),
                         order.begin() + static_cast<std::ptrdiff_t>(count),
                         order.end(),
                         [&](std::size_t a, std::size_t b) {
                             const double ea = energy(a);
                             const double eb = energy(b);
                             return ea > eb || (ea == eb && a < b);
                         });
        order.resize(count);
    }
    for (const std::size_t i : order)
        keep[i] = 1;
}

}  // namespace plexus::cost_models
