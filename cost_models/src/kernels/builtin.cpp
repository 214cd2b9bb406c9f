// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <span>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "plexus/core/error.hpp"
#include "plexus/cost_models/kernels/kernel.hpp"

namespace plexus::cost_models {

namespace {

double area(const BlockFeatures& block) {
    return static_cast<double>(block.block) * static_cast<double>(block.block);
}

/// Stores and multiplies every element: b²·q bits, b² MACs.
class Dense final : public Kernel {
  public:
    [[nodiscard]] KernelCost cost(const BlockFeatures& block,
                                  std::int64_t value_bits) const override {
        return {.storage_bits = area(block) * static_cast<double>(value_bits),
                .work = area(block),
                .lost_energy = 0};
    }
    [[nodiscard]] workloads::SparseMatrix project(
        const workloads::SparseMatrix& matrix) const override {
        return matrix;
    }
};

/// Compressed rows (or columns, which is the same for square blocks): z·(q + ⌈log₂ b⌉) bits for
/// values and indices, (b + 1)·⌈log₂(b² + 1)⌉ for offsets; z MACs.
class Csr final : public Kernel {
  public:
    [[nodiscard]] KernelCost cost(const BlockFeatures& block,
                                  std::int64_t value_bits) const override {
        const std::int64_t b = block.block;
        const auto z = static_cast<double>(block.nonzeros);
        const auto element = static_cast<double>(value_bits + index_bits(b));
        const auto offsets = static_cast<double>((b + 1) * index_bits(b * b + 1));
        return {.storage_bits = z * element + offsets, .work = z, .lost_energy = 0};
    }
    [[nodiscard]] workloads::SparseMatrix project(
        const workloads::SparseMatrix& matrix) const override {
        return matrix;
    }
};

/// One bit per element and the non-zero values: b² + z·q bits, z MACs.
class Bitmap final : public Kernel {
  public:
    [[nodiscard]] KernelCost cost(const BlockFeatures& block,
                                  std::int64_t value_bits) const override {
        const auto z = static_cast<double>(block.nonzeros);
        return {.storage_bits = area(block) + z * static_cast<double>(value_bits),
                .work = z,
                .lost_energy = 0};
    }
    [[nodiscard]] workloads::SparseMatrix project(
        const workloads::SparseMatrix& matrix) const override {
        return matrix;
    }
};

/// Takes the block as zero: nothing stored, nothing done, everything lost.
class Zero final : public Kernel {
  public:
    [[nodiscard]] KernelCost cost(const BlockFeatures& block,
                                  std::int64_t /*value_bits*/) const override {
        return {.storage_bits = 0, .work = 0, .lost_energy = block.energy};
    }
    [[nodiscard]] bool exact() const override { return false; }
    [[nodiscard]] workloads::SparseMatrix project(
        const workloads::SparseMatrix& matrix) const override {
        workloads::SparseMatrix zero;
        zero.rows = matrix.rows;
        zero.columns = matrix.columns;
        zero.row_offsets.assign(static_cast<std::size_t>(matrix.rows) + 1, 0);
        return zero;
    }
};

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

template <class T>
core::Registry<Kernel>::Factory plain() {
    return [](const core::Params&) { return std::make_unique<const T>(); };
}

}  // namespace

std::int64_t index_bits(std::int64_t x) {
    core::ensure(x >= 1, "index_bits: nothing to tell apart");
    return static_cast<std::int64_t>(std::bit_width(static_cast<std::uint64_t>(x - 1)));
}

void register_builtin(core::Registry<Kernel>& registry) {
    registry.add(
        {.name = "dense", .summary = "Every element stored and multiplied; exact", .params = {}},
        plain<Dense>());
    registry.add({.name = "csr",
                  .summary = "Compressed rows or columns: non-zeros with their indices; exact",
                  .params = {}},
                 plain<Csr>());
    registry.add(
        {.name = "bitmap", .summary = "One bit per element and the non-zeros; exact", .params = {}},
        plain<Bitmap>());
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
    registry.add({.name = "zero",
                  .summary = "Nothing stored, nothing done; drops the whole block",
                  .params = {}},
                 plain<Zero>());
}

core::Registry<Kernel> builtin_kernels() {
    core::Registry<Kernel> registry("kernel");
    register_builtin(registry);
    return registry;
}

}  // namespace plexus::cost_models
