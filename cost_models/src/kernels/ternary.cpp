// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>

#include "kernels/builtin.hpp"
#include "kernels/fitters.hpp"

namespace plexus::cost_models {
namespace {

/// One scale for each group of g elements of a row, and −1, 0 or +1 for each element.
struct TernaryValues {
    std::size_t group = 1;
    std::size_t columns = 0;
    std::vector<double> scales;      // [row · groups of a row + group]
    std::vector<std::int8_t> signs;  // [row · columns + column]

    [[nodiscard]] std::size_t groups() const { return (columns + group - 1) / group; }
};

/// Adds and subtracts inputs, and multiplies once per group.
class StoredTernary final : public StoredBlock {
  public:
    explicit StoredTernary(TernaryValues values) : t_(std::move(values)) {}
    void multiply(std::span<const double> x, std::span<double> y) const override {
        for (std::size_t i = 0; i < y.size(); ++i) {
            for (std::size_t g = 0; g < t_.groups(); ++g) {
                const std::size_t end = std::min(t_.columns, (g + 1) * t_.group);
                double sum = 0;
                for (std::size_t j = g * t_.group; j < end; ++j) {
                    const std::int8_t sign = t_.signs[i * t_.columns + j];
                    sum += sign > 0 ? x[j] : sign < 0 ? -x[j] : 0.0;
                }
                y[i] += t_.scales[i * t_.groups() + g] * sum;
            }
        }
    }

  private:
    TernaryValues t_;
};

/// Looks up the sum of k signed inputs in a table that all rows share; the table of k inputs holds
/// all 3^k sums.
class StoredLookUp final : public StoredBlock {
  public:
    StoredLookUp(TernaryValues values, std::size_t width)
        : t_(std::move(values)), width_(width), codes_(t_.scales.size() * per_group()) {
        for (std::size_t c = 0; c < codes_.size(); ++c) {
            const std::size_t row = c / per_group() / t_.groups();
            const std::size_t first =
                (c / per_group() % t_.groups()) * t_.group + c % per_group() * width_;
            for (std::size_t k = width_; k-- > 0;) {
                const std::size_t j = first + k;
                const int sign = j < t_.columns ? t_.signs[row * t_.columns + j] : 0;
                codes_[c] = codes_[c] * 3 + static_cast<std::size_t>(sign + 1);
            }
        }
    }
    void multiply(std::span<const double> x, std::span<double> y) const override {
        std::vector<std::vector<double>> tables(t_.groups() * per_group());
        for (std::size_t k = 0; k < tables.size(); ++k)
            tables[k] = sums(x, (k / per_group()) * t_.group + k % per_group() * width_);
        for (std::size_t i = 0; i < y.size(); ++i) {
            for (std::size_t g = 0; g < t_.groups(); ++g) {
                double sum = 0;
                for (std::size_t k = 0; k < per_group(); ++k) {
                    const std::size_t look_up = g * per_group() + k;
                    sum += tables[look_up][codes_[i * tables.size() + look_up]];
                }
                y[i] += t_.scales[i * t_.groups() + g] * sum;
            }
        }
    }

  private:
    [[nodiscard]] std::size_t per_group() const { return (t_.group + width_ - 1) / width_; }
    /// Every signed sum of the inputs from `first` on; the first input is the lowest digit.
    [[nodiscard]] std::vector<double> sums(std::span<const double> x, std::size_t first) const {
        std::vector<double> all{0};
        for (std::size_t k = 0; k < width_; ++k) {
            const double value = first + k < x.size() ? x[first + k] : 0.0;
            const std::size_t known = all.size();
            std::vector<double> next(known * 3);
            for (std::size_t digit = 0; digit < 3; ++digit)
                for (std::size_t c = 0; c < known; ++c)
                    next[digit * known + c] = all[c] + (static_cast<double>(digit) - 1) * value;
            all = std::move(next);
        }
        return all;
    }

    TernaryValues t_;
    std::size_t width_;
    std::vector<std::size_t> codes_;  // [row · look-ups of a row + look-up]
};

/// The best scale and signs of every group: the largest magnitudes, as many as capture most energy.
class TernaryFitter final : public BlockFitter {
  public:
    TernaryFitter(std::int64_t group, std::int64_t width) : group_(group), width_(width) {}

    [[nodiscard]] Fit fit(const Block& block) override {
        Fit fit;
        for (std::size_t first = 0; first < block.elements.size();) {
            const std::size_t next = end_of_group(block, first);
            const Best best = best_of(block, first, next);
            for (std::size_t i = 0; i < order_.size(); ++i) {
                const Element& e = block.elements[order_[i]];
                const double missed = std::fabs(e.value) - (i < best.count ? best.scale : 0.0);
                fit.lost_energy += block.weight(e.column) * missed * missed;
            }
            first = next;
        }
        return fit;
    }

    [[nodiscard]] std::unique_ptr<const StoredBlock> store(const Block& block) override {
        TernaryValues t{
            .group = at(group_), .columns = at(block.columns), .scales = {}, .signs = {}};
        t.scales.resize(at(block.rows) * t.groups(), 0);
        t.signs.resize(at(block.rows * block.columns), 0);
        for (std::size_t first = 0; first < block.elements.size();) {
            const std::size_t next = end_of_group(block, first);
            const Best best = best_of(block, first, next);
            const Element& head = block.elements[first];
            t.scales[at(head.row) * t.groups() + at(head.column / group_)] = best.scale;
            for (std::size_t i = 0; i < best.count; ++i) {
                const Element& e = block.elements[order_[i]];
                t.signs[at(e.row) * t.columns + at(e.column)] = e.value > 0 ? 1 : -1;
            }
            first = next;
        }
        if (width_ > 1)
            return std::make_unique<const StoredLookUp>(std::move(t), at(width_));
        return std::make_unique<const StoredTernary>(std::move(t));
    }

  private:
    struct Best {
        double scale = 0;
        std::size_t count = 0;  ///< The first ones of order_ are not zero.
    };

    [[nodiscard]] std::size_t end_of_group(const Block& block, std::size_t first) const {
        const Element& e = block.elements[first];
        const std::int64_t end = (e.column / group_ + 1) * group_;
        std::size_t next = first + 1;
        while (next < block.elements.size() && block.elements[next].row == e.row &&
               block.elements[next].column < end)
            ++next;
        return next;
    }
    /// With S the weighted sum of the magnitudes kept and W their weights, scale S/W captures S²/W.
    Best best_of(const Block& block, std::size_t first, std::size_t next) {
        order_.resize(next - first);
        std::iota(order_.begin(), order_.end(), first);
        std::sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
            const double va = std::fabs(block.elements[a].value);
            const double vb = std::fabs(block.elements[b].value);
            return va > vb || (va == vb && a < b);
        });
        Best best;
        double most = 0;
        double sum = 0;
        double weight = 0;
        for (std::size_t i = 0; i < order_.size(); ++i) {
            const Element& e = block.elements[order_[i]];
            const double w = block.weight(e.column);
            sum += w * std::fabs(e.value);
            weight += w;
            if (weight > 0 && sum * sum / weight > most) {
                most = sum * sum / weight;
                best = {.scale = sum / weight, .count = i + 1};
            }
        }
        return best;
    }

    std::int64_t group_;
    std::int64_t width_;
    std::vector<std::size_t> order_;
};

/// Signs and one scale per group of g elements of a row: 2·b² + (b²/g)·q bits. By addition b²
/// additions; by look-up of k inputs at a time b²/k look-ups, and (3^k − 1)/2 additions for each
/// table of a block (the other half are their negatives).
class Ternary final : public Kernel {
  public:
    /// \param width Inputs per look-up; 1 = additions.
    Ternary(std::int64_t group, std::int64_t width) : group_(group), width_(width) {
        if (group % width != 0)
            throw std::invalid_argument(
                fmt::format("width must divide group, got group = {}, width = {}", group, width));
    }

    [[nodiscard]] KernelCost cost(const BlockShape& shape, std::int64_t value_bits) const override {
        const double scales = area(shape) / static_cast<double>(group_);
        const auto k = static_cast<double>(width_);
        const double tables =
            width_ > 1 ? static_cast<double>(shape.block) / k * (std::pow(3.0, k) - 1) / 2 : 0.0;
        const double work = area(shape) / k + tables;
        return {.storage_bits = 2 * area(shape) + scales * static_cast<double>(value_bits),
                .work = work,
                .lane_work = work,
                .additions = work};
    }
    [[nodiscard]] std::unique_ptr<BlockFitter> fitter(std::int64_t /*edge*/) const override {
        return std::make_unique<TernaryFitter>(group_, width_);
    }
    [[nodiscard]] std::int64_t granularity() const override { return group_; }

  private:
    std::int64_t group_;
    std::int64_t width_;
};

}  // namespace

void register_ternary(core::Registry<Kernel>& registry) {
    const core::ParamSpec group{.name = "group",
                                .unit = "1",
                                .fallback = std::int64_t{16},
                                .range = {.lower = 1, .upper = 1024},
                                .doc = "elements of a row that share a scale; divides the block"};
    registry.add({.name = "ternary",
                  .summary = "Signs with one scale per group; additions only",
                  .params = {group}},
                 [](const core::Params& params) {
                     return std::make_unique<const Ternary>(params.integer("group"), 1);
                 });
    registry.add({.name = "ternary_lut",
                  .summary = "Signs with one scale per group; sums of inputs looked up in tables",
                  .params = {group,
                             {.name = "width",
                              .unit = "1",
                              .fallback = std::int64_t{4},
                              .range = {.lower = 2, .upper = 8},
                              .doc = "inputs per look-up; divides the group"}}},
                 [](const core::Params& params) {
                     return std::make_unique<const Ternary>(params.integer("group"),
                                                            params.integer("width"));
                 });
}

}  // namespace plexus::cost_models
