// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace plexus::core {

/// How one objective vector compares with another when every objective is minimised.
enum class Dominance : std::uint8_t { better, worse, equal, incomparable };

/// \throws std::logic_error if the lengths differ or a value is NaN.
[[nodiscard]] Dominance compare(std::span<const double> a, std::span<const double> b);

/// All non-dominated vectors seen so far; any number of objectives, all minimised, no size limit.
/// What it holds does not depend on the order of insertion: of equal vectors the one with the
/// lowest id stays.
class ParetoArchive {
  public:
    struct Entry {
        std::vector<double> objectives;
        std::int64_t id = 0;
        bool operator==(const Entry&) const = default;
    };

    /// \param objectives Number of objectives, ≥ 1.
    explicit ParetoArchive(std::size_t objectives);

    /// Whether this vector is now in the archive under this id.
    /// \throws std::invalid_argument for NaN or a wrong number of objectives.
    bool insert(std::span<const double> objectives, std::int64_t id);

    [[nodiscard]] std::size_t size() const noexcept { return ids_.size(); }
    [[nodiscard]] std::size_t objectives() const noexcept { return objectives_; }
    /// Sorted by objectives (lexicographic), then id.
    [[nodiscard]] std::vector<Entry> sorted() const;

  private:
    /// The objectives of row `i`.
    [[nodiscard]] std::span<const double> values(std::size_t i) const {
        return std::span(rows_).subspan(i * objectives_, objectives_);
    }
    [[nodiscard]] std::ptrdiff_t offset(std::size_t i) const {
        return static_cast<std::ptrdiff_t>(i * objectives_);
    }
    /// Number of rows that come before `row` in lexicographic order.
    [[nodiscard]] std::size_t lower_bound(std::span<const double> row) const;
    void remove_dominated(std::size_t from, std::span<const double> by);

    std::size_t objectives_;
    std::vector<double> rows_;  ///< One after the other in lexicographic order.
    std::vector<std::int64_t> ids_;
};

}  // namespace plexus::core
