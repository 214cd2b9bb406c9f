// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <memory>
#include <vector>

#include "kernels/builtin.hpp"
#include "kernels/fitters.hpp"

namespace plexus::cost_models {
namespace {

/// Offsets of the rows, and value and column of every non-zero.
class StoredRows final : public StoredBlock {
  public:
    explicit StoredRows(const Block& block) : offsets_(at(block.rows) + 1, 0) {
        for (const Element& e : block.elements) {
            ++offsets_[at(e.row) + 1];
            columns_.push_back(e.column);
            values_.push_back(e.value);
        }
        for (std::size_t i = 1; i < offsets_.size(); ++i)
            offsets_[i] += offsets_[i - 1];
    }
    void multiply(std::span<const double> x, std::span<double> y) const override {
        for (std::size_t i = 0; i < y.size(); ++i)
            for (std::size_t k = offsets_[i]; k < offsets_[i + 1]; ++k)
                y[i] += values_[k] * x[at(columns_[k])];
    }

  private:
    std::vector<std::size_t> offsets_;
    std::vector<std::int32_t> columns_;
    std::vector<double> values_;
};

/// Offsets of the columns, and value and row of every non-zero.
class StoredColumns final : public StoredBlock {
  public:
    explicit StoredColumns(const Block& block)
        : offsets_(at(block.columns) + 1, 0),
          rows_(block.elements.size()),
          values_(block.elements.size()) {
        for (const Element& e : block.elements)
            ++offsets_[at(e.column) + 1];
        for (std::size_t j = 1; j < offsets_.size(); ++j)
            offsets_[j] += offsets_[j - 1];
        std::vector<std::size_t> next(offsets_.begin(), offsets_.end() - 1);
        for (const Element& e : block.elements) {
            const std::size_t k = next[at(e.column)]++;
            rows_[k] = e.row;
            values_[k] = e.value;
        }
    }
    void multiply(std::span<const double> x, std::span<double> y) const override {
        for (std::size_t j = 0; j < x.size(); ++j) {
            if (x[j] == 0)
                continue;  // an input that is zero sends nothing
            for (std::size_t k = offsets_[j]; k < offsets_[j + 1]; ++k)
                y[at(rows_[k])] += values_[k] * x[j];
        }
    }

  private:
    std::vector<std::size_t> offsets_;
    std::vector<std::int32_t> rows_;
    std::vector<double> values_;
};

/// Compressed rows or columns: z·(q + ⌈log₂ b⌉) bits for values and indices,
/// (b + 1)·⌈log₂(b² + 1)⌉ for offsets; z MACs, and the longest row (column) sets the time.
template <class Stored, std::int64_t BlockShape::*Longest>
class Compressed final : public Kernel {
  public:
    [[nodiscard]] KernelCost cost(const BlockShape& shape, std::int64_t value_bits) const override {
        const std::int64_t b = shape.block;
        const auto z = static_cast<double>(shape.nonzeros);
        const auto element = static_cast<double>(value_bits + index_bits(b));
        const auto offsets = static_cast<double>((b + 1) * index_bits(b * b + 1));
        return {.storage_bits = z * element + offsets,
                .work = z,
                .lane_work = std::max(z, static_cast<double>(b * (shape.*Longest))),
                .set_up = static_cast<double>(b + 1)};
    }
    [[nodiscard]] std::unique_ptr<BlockFitter> fitter(std::int64_t /*edge*/) const override {
        return std::make_unique<ExactFitter<Stored>>();
    }
    [[nodiscard]] bool exact() const override { return true; }
    [[nodiscard]] hardware::SynapseFormat format() const override {
        return hardware::SynapseFormat::csr;
    }
};

}  // namespace

void register_compressed(core::Registry<Kernel>& registry) {
    registry.add(
        {.name = "csr",
         .summary = "Compressed rows: non-zeros with their columns; exact",
         .params = {}},
        [](const core::Params&) {
            return std::make_unique<const Compressed<StoredRows, &BlockShape::longest_row>>();
        });
    registry.add(
        {.name = "csc",
         .summary = "Compressed columns: non-zeros with their rows; exact",
         .params = {}},
        [](const core::Params&) {
            return std::make_unique<const Compressed<StoredColumns, &BlockShape::longest_column>>();
        });
}

}  // namespace plexus::cost_models
