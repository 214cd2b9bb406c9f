// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "plexus/cost_models/kernels/block_profile.hpp"
#include "plexus/cost_models/kernels/kernel_bank.hpp"
#include "plexus/cost_models/kernels/kernel_price.hpp"

namespace plexus::cost_models {

/// What a table entry is found by.
struct TableKey {
    std::string kernel;
    std::string core;             ///< Name of the kind of core.
    std::int64_t block = 0;       ///< b.
    std::int64_t value_bits = 8;  ///< q.
    std::int64_t vectors = 1;     ///< m.
    std::int64_t nonzeros = 0;    ///< Of the block: the feature that entries are binned by.
    auto operator<=>(const TableKey&) const = default;
};

/// One line of the performance table.
struct TableEntry {
    TableKey key;
    KernelPrice price;
    double work = 0;  ///< KernelCost::work.
    /// Deciles 10, 50 and 90 % of ε_p = ‖K_p − Π(K_p)‖ / ‖K_p‖ over the blocks of the bin; empty if
    /// none was looked at.
    std::vector<double> error_quantiles;
    std::string source;  ///< "model", or what the figures were measured with.
    auto operator<=>(const TableEntry&) const = default;
};

/// Bin of the modified histogram that a block of `nonzeros` of b² lies in: 0 without non-zeros, k
/// if 2^−k is the power of two nearest above its density, plus one.
/// \return 0, or 1 (dense) … 1 + ⌈log₂ b²⌉.
[[nodiscard]] std::size_t density_bin(std::int64_t nonzeros, std::int64_t block);

/// What kernels cost, by kernel, core, block, precision, vectors and non-zeros; looked up in place
/// of the models.
class PerformanceTable {
  public:
    PerformanceTable() = default;
    /// Sorts the entries. \throws std::logic_error if two have the same key.
    explicit PerformanceTable(std::vector<TableEntry> entries);

    /// Cost between the entries of the key's neighbours in vectors and non-zeros: interpolated by
    /// the logarithms of both (linearly next to 0); nothing outside of them, or if an entry that is
    /// needed is missing or not feasible.
    [[nodiscard]] std::optional<TableEntry> find(const TableKey& key) const;
    [[nodiscard]] const std::vector<TableEntry>& entries() const { return entries_; }

    void save(const std::filesystem::path& file) const;
    /// \throws core::ConfigErrors if the file cannot be read, or an entry is malformed.
    [[nodiscard]] static PerformanceTable load(const std::filesystem::path& file);
    bool operator==(const PerformanceTable&) const = default;

  private:
    [[nodiscard]] const TableEntry* at(const TableKey& key) const;
    [[nodiscard]] std::optional<TableEntry> between_nonzeros(const TableKey& key) const;

    std::vector<TableEntry> entries_;
};

/// Vectors that a table has entries for.
inline constexpr std::int64_t table_vectors[] = {1, 8, 64, 512};

/// The table of a bank on one core, from the models: for all of table_vectors, and for 0, 1, 2, 4 …
/// b² non-zeros.
/// \param profile Blocks whose errors the entries quote; nullptr = none.
[[nodiscard]] PerformanceTable make_performance_table(const KernelBank& bank,
                                                      const KernelPricer& pricer,
                                                      std::int64_t block,
                                                      const KernelUse& use,
                                                      const BlockProfile* profile = nullptr);

/// A block of as many non-zeros, with the rows and columns that are to be expected where each
/// element is as likely as any other: the longest of b is about μ + √(2·μ·(1 − μ/b)·ln b).
[[nodiscard]] BlockShape typical_shape(std::int64_t block, std::int64_t nonzeros);

}  // namespace plexus::cost_models
