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

    /// Whether the vector is now in the archive.
    /// \throws std::invalid_argument for NaN or a wrong number of objectives.
    bool insert(std::span<const double> objectives, std::int64_t id);

    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
    [[nodiscard]] std::size_t objectives() const noexcept { return objectives_; }
    /// Sorted by objectives (lexicographic), then id.
    [[nodiscard]] std::vector<Entry> sorted() const;

  private:
    std::size_t objectives_;
    std::vector<Entry> entries_;
};

}  // namespace plexus::core
