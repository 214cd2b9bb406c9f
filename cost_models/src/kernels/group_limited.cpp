// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <numeric>
#include <span>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>

#include "kernels/builtin.hpp"

namespace plexus::cost_models {
namespace {

/// Marks in `keep` the `n` largest magnitudes of a group; of equal ones the first.
/// \param order Scratch, reordered.
void keep_largest(std::span<const float> values,
                  std::size_t n,
                  std::vector<std::size_t>& order,
                  std::vector<bool>& keep) {
    order.resize(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return std::fabs(values[a]) > std::fabs(values[b]);
    });
    keep.assign(values.size(), false);
    for (std::size_t i = 0; i < std::min(n, order.size()); ++i)
        keep[order[i]] = true;
}

/// Keeps the n largest magnitudes of each m consecutive elements of a row, in n slots per group
/// whether they are used or not: b²·(n/m)·(q + ⌈log₂ m⌉) bits, b²·n/m MACs.
class GroupLimited final : public Kernel {
  public:
    explicit GroupLimited(GroupLimit limit) : limit_(limit) {
        if (limit.n < 1 || limit.n > limit.m) {
            throw std::invalid_argument(
                fmt::format("n must be in 1..m, got n = {}, m = {}", limit.n, limit.m));
        }
    }

    [[nodiscard]] KernelCost cost(const BlockFeatures& block,
                                  std::int64_t value_bits) const override {
        const double slots =
            area(block) * static_cast<double>(limit_.n) / static_cast<double>(limit_.m);
        return {.storage_bits = slots * static_cast<double>(value_bits + index_bits(limit_.m)),
                .work = slots,
                .lost_energy = block.dropped};
    }
    [[nodiscard]] bool exact() const override { return false; }
    [[nodiscard]] std::optional<GroupLimit> group_limit() const override { return limit_; }

    [[nodiscard]] workloads::SparseMatrix project(
        const workloads::SparseMatrix& matrix) const override {
        workloads::SparseMatrix out;
        out.rows = matrix.rows;
        out.columns = matrix.columns;
        out.row_offsets.assign(1, 0);
        std::vector<float> group;
        std::vector<std::size_t> order;
        std::vector<bool> keep;
        for (std::int64_t r = 0; r < matrix.rows; ++r) {
            const auto columns = matrix.row(r);
            const auto values = matrix.row_values(r);
            for (std::size_t i = 0; i < columns.size();) {
                const std::int64_t end = (columns[i] / limit_.m + 1) * limit_.m;
                group.clear();
                for (std::size_t k = i; k < columns.size() && columns[k] < end; ++k) {
                    group.push_back(values.empty() ? 1.0F : values[k]);
                }
                keep_largest(group, static_cast<std::size_t>(limit_.n), order, keep);
                for (std::size_t k = 0; k < group.size(); ++k) {
                    if (!keep[k])
                        continue;
                    out.column_indices.push_back(columns[i + k]);
                    if (!values.empty())
                        out.values.push_back(group[k]);
                }
                i += group.size();
            }
            out.row_offsets.push_back(out.nonzeros());
        }
        return out;
    }

  private:
    GroupLimit limit_;
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
                     return std::make_unique<const GroupLimited>(
                         GroupLimit{.n = params.integer("n"), .m = params.integer("m")});
                 });
}

}  // namespace plexus::cost_models
