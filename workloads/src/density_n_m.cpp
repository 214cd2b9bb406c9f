// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <compare>
#include <map>

#include "plexus/core/error.hpp"

#include "density_models.hpp"

namespace plexus::workloads {

namespace {

using namespace detail;

/// Part of a group of `size` elements with `kept` non-zeros that a tile covers.
struct PartialGroup {
    std::int64_t size = 1;
    std::int64_t kept = 0;
    std::int64_t covered = 1;
    auto operator<=>(const PartialGroup&) const = default;
};

/// One row of a tile: groups that lie within it, and at most one cut at each end.
struct Segment {
    std::int64_t fixed = 0;  ///< Non-zeros of whole groups.
    PartialGroup head;       ///< kept = 0 if there is none.
    PartialGroup tail;
    auto operator<=>(const Segment&) const = default;
};

class GroupDensity final : public ClassedModel {
  public:
    GroupDensity(std::int64_t rows, std::int64_t columns, std::int64_t n, std::int64_t m)
        : ClassedModel(rows, columns), n_(n), m_(m) {
        core::ensure(m >= 1 && n >= 0 && n <= m, "groups must have 0 ≤ n ≤ m");
    }

    [[nodiscard]] double nonzeros() const override {
        return static_cast<double>(rows() * kept_before(columns()));
    }

    [[nodiscard]] double empty_probability(TileShape shape) const override {
        const TileShape within = clipped(shape);
        double empty = 0;
        for (const auto& [segment, tiles_across] : segments(within.columns)) {
            const double one_row = segment.fixed > 0 ? 0 : none(segment.head) * none(segment.tail);
            for (const TileLength& r : tile_lengths(rows(), within.rows)) {
                empty += static_cast<double>(tiles_across * r.tiles) *
                         std::pow(one_row, static_cast<double>(r.length));
            }
        }
        return empty / static_cast<double>(tiles(shape));
    }

    [[nodiscard]] std::int64_t most(TileShape shape) const override {
        const TileShape within = clipped(shape);
        std::int64_t most_of_row = 0;
        for (const auto& [segment, tiles_across] : segments(within.columns)) {
            most_of_row =
                std::max(most_of_row,
                         segment.fixed + std::min(segment.head.kept, segment.head.covered) +
                             std::min(segment.tail.kept, segment.tail.covered));
        }
        return most_of_row * within.rows;
    }

  protected:
    [[nodiscard]] std::vector<TileClass> classes(TileShape shape) const override {
        std::vector<TileClass> all;
        for (const auto& [segment, tiles_across] : segments(shape.columns)) {
            const Occupancy row =
                scaled(sum(of_group(segment.head), of_group(segment.tail)), 1, segment.fixed);
            for (const TileLength& r : tile_lengths(rows(), shape.rows))
                all.push_back({sum_of(row, r.length), tiles_across * r.tiles});
        }
        return all;
    }

  private:
    static Occupancy of_group(const PartialGroup& group) {
        return hypergeometric(group.size, group.kept, group.covered);
    }
    static double none(const PartialGroup& group) {
        return std::exp(log_hypergeometric(0, group.size, group.kept, group.covered));
    }

    /// Non-zeros of the first `column` elements of a row, where a group starts or the row ends.
    [[nodiscard]] std::int64_t kept_before(std::int64_t column) const {
        return column / m_ * n_ + std::min(n_, column % m_);
    }

    [[nodiscard]] PartialGroup part(std::int64_t begin, std::int64_t end) const {
        const std::int64_t start = begin / m_ * m_;
        const std::int64_t size = std::min(m_, columns() - start);
        return {size, std::min(n_, size), end - begin};
    }

    [[nodiscard]] Segment segment_of(std::int64_t begin, std::int64_t end) const {
        Segment out;
        const std::int64_t whole_begin = (begin + m_ - 1) / m_ * m_;
        const std::int64_t whole_end = end == columns() ? end : end / m_ * m_;
        if (whole_begin > whole_end) {
            out.head = part(begin, end);
            return out;
        }
        out.fixed = kept_before(whole_end) - kept_before(whole_begin);
        if (begin < whole_begin)
            out.head = part(begin, std::min(whole_begin, end));
        if (whole_end < end)
            out.tail = part(whole_end, end);
        return out;
    }

    /// The kinds of segments that the tiles across a row have, and how many tiles have each.
    [[nodiscard]] std::map<Segment, std::int64_t> segments(std::int64_t width) const {
        std::map<Segment, std::int64_t> kinds;
        for (std::int64_t begin = 0; begin < columns(); begin += width)
            ++kinds[segment_of(begin, std::min(columns(), begin + width))];
        return kinds;
    }

    std::int64_t n_;
    std::int64_t m_;
};

}  // namespace

DensityModelPtr n_m_density(std::int64_t rows,
                            std::int64_t columns,
                            std::int64_t n,
                            std::int64_t m) {
    return std::make_unique<GroupDensity>(rows, columns, n, m);
}

}  // namespace plexus::workloads
