// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <numeric>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>

#include "kernels/builtin.hpp"
#include "kernels/fitters.hpp"

namespace plexus::cost_models {
namespace {

/// n slots for each group of m: a value and its place in the group. Slots not used hold 0.
class StoredGroups final : public StoredBlock {
  public:
    StoredGroups(const Block& kept, std::int64_t n, std::int64_t m)
        : n_(at(n)), m_(at(m)), groups_((at(kept.columns) + m_ - 1) / m_) {
        values_.resize(at(kept.rows) * groups_ * n_, 0);
        places_.resize(values_.size(), 0);
        std::vector<std::size_t> used(at(kept.rows) * groups_, 0);
        for (const Element& e : kept.elements) {
            const std::size_t group = at(e.row) * groups_ + at(e.column) / m_;
            const std::size_t slot = group * n_ + used[group]++;
            values_[slot] = e.value;
            places_[slot] = at(e.column) % m_;
        }
    }
    void multiply(std::span<const double> x, std::span<double> y) const override {
        for (std::size_t slot = 0; slot < values_.size(); ++slot) {
            const std::size_t group = slot / n_;
            y[group / groups_] += values_[slot] * x[group % groups_ * m_ + places_[slot]];
        }
    }

  private:
    std::size_t n_;
    std::size_t m_;
    std::size_t groups_;  // of a row
    std::vector<double> values_;
    std::vector<std::size_t> places_;
};

class GroupFitter final : public MaskFitter {
  public:
    GroupFitter(std::int64_t n, std::int64_t m) : n_(n), m_(m) {}

  protected:
    void choose(const Block& block, std::span<char> keep) override {
        const auto elements = block.elements;
        for (std::size_t first = 0; first < elements.size();) {
            const Element& e = elements[first];
            const std::int64_t end = (e.column / m_ + 1) * m_;
            std::size_t next = first + 1;
            while (next < elements.size() && elements[next].row == e.row &&
                   elements[next].column < end)
                ++next;
            order_.resize(next - first);
            std::iota(order_.begin(), order_.end(), first);
            keep_largest(block, at(n_), order_, keep);
            first = next;
        }
    }
    [[nodiscard]] std::unique_ptr<const StoredBlock> stored(const Block& kept) const override {
        return std::make_unique<const StoredGroups>(kept, n_, m_);
    }

  private:
    std::int64_t n_;
    std::int64_t m_;
    std::vector<std::size_t> order_;
};

/// Keeps the n largest magnitudes of each m consecutive elements of a row, in n slots per group
/// whether they are used or not: b²·(n/m)·(q + ⌈log₂ m⌉) bits, b²·n/m MACs.
class GroupLimited final : public Kernel {
  public:
    GroupLimited(std::int64_t n, std::int64_t m) : n_(n), m_(m) {
        if (n < 1 || n > m)
            throw std::invalid_argument(fmt::format("n must be in 1..m, got n = {}, m = {}", n, m));
    }

    [[nodiscard]] KernelCost cost(const BlockShape& shape, std::int64_t value_bits) const override {
        const double slots = area(shape) * static_cast<double>(n_) / static_cast<double>(m_);
        return {.storage_bits = slots * static_cast<double>(value_bits + index_bits(m_)),
                .work = slots,
                .lane_work = slots};
    }
    [[nodiscard]] std::unique_ptr<BlockFitter> fitter(std::int64_t /*edge*/) const override {
        return std::make_unique<GroupFitter>(n_, m_);
    }
    [[nodiscard]] std::int64_t granularity() const override { return m_; }
    [[nodiscard]] hardware::SynapseFormat format() const override {
        return hardware::SynapseFormat::n_m;
    }

  private:
    std::int64_t n_;
    std::int64_t m_;
};

}  // namespace

void register_group_limited(core::Registry<Kernel>& registry) {
    constexpr double largest_group = 1024;
    registry.add({.name = "n_m",
                  .summary = "The n largest of each group of m elements of a row; drops the rest",
                  .params = {{.name = "n",
                              .unit = "1",
                              .fallback = std::int64_t{2},
                              .range = {.lower = 1, .upper = largest_group},
                              .doc = "elements kept of each group, at most m"},
                             {.name = "m",
                              .unit = "1",
                              .fallback = std::int64_t{4},
                              .range = {.lower = 1, .upper = largest_group},
                              .doc = "group size; must divide the block edge"}}},
                 [](const core::Params& params) {
                     return std::make_unique<const GroupLimited>(params.integer("n"),
                                                                 params.integer("m"));
                 });
}

}  // namespace plexus::cost_models
