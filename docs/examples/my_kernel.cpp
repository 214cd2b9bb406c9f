// SPDX-License-Identifier: Apache-2.0
//
// A kernel of one's own, complete: save it as cost_models/src/kernels/padded_rows.cpp, list it in
// cost_models/CMakeLists.txt, declare register_padded_rows() in kernels/builtin.hpp and call it in
// register_builtin() in kernels/builtin.cpp. `plexus list kernels` then shows it, and every bank
// takes it: `decisions: {kernels: {bank: [csr, padded_rows]}}`.
#include <memory>
#include <vector>

#include "plexus/cost_models/kernels/kernel.hpp"

namespace plexus::cost_models {
namespace {

/// Values and columns of every row, all rows as long as the longest (ELLPACK).
class StoredPaddedRows final : public StoredBlock {
  public:
    explicit StoredPaddedRows(const Block& block) : rows_(static_cast<std::size_t>(block.rows)) {
        for (const Element& e : block.elements)
            rows_[static_cast<std::size_t>(e.row)].push_back(e);
    }
    void multiply(std::span<const double> x, std::span<double> y) const override {
        for (std::size_t i = 0; i < rows_.size(); ++i)
            for (const Element& e : rows_[i])
                y[i] += e.value * x[static_cast<std::size_t>(e.column)];
    }

  private:
    std::vector<std::vector<Element>> rows_;
};

/// Nothing is approximated: every block fits as it is.
class PaddedRowsFitter final : public BlockFitter {
  public:
    [[nodiscard]] Fit fit(const Block& block) override {
        return {.lost_energy = 0, .held = static_cast<std::int64_t>(block.elements.size())};
    }
    [[nodiscard]] std::unique_ptr<const StoredBlock> store(const Block& block) override {
        return std::make_unique<const StoredPaddedRows>(block);
    }
};

/// With l non-zeros in the longest of b rows: b·l·(q + ⌈log₂ b⌉) bits, b·l MACs.
class PaddedRows final : public Kernel {
  public:
    [[nodiscard]] KernelCost cost(const BlockShape& shape, std::int64_t value_bits) const override {
        const auto slots = static_cast<double>(shape.block * shape.longest_row);
        return {.storage_bits = slots * static_cast<double>(value_bits + index_bits(shape.block)),
                .work = slots,
                .lane_work = slots};
    }
    [[nodiscard]] std::unique_ptr<BlockFitter> fitter(std::int64_t /*edge*/) const override {
        return std::make_unique<PaddedRowsFitter>();
    }
    [[nodiscard]] bool exact() const override { return true; }
};

}  // namespace

void register_padded_rows(core::Registry<Kernel>& registry) {
    registry.add({.name = "padded_rows",
                  .summary = "Rows with their columns, all as long as the longest; exact",
                  .params = {}},
                 [](const core::Params&) { return std::make_unique<const PaddedRows>(); });
}

}  // namespace plexus::cost_models
