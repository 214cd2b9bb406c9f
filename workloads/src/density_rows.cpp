// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <span>
#include <utility>

#include "plexus/core/error.hpp"

#include "density_models.hpp"

namespace plexus::workloads {

namespace {

using namespace detail;

/// Rows of a tile add up exactly until their variance reaches this; from there on a binomial
/// distribution of the same mean and variance takes their place.
constexpr double exact_variance = 25;

class RowDensity final : public ClassedModel {
  public:
    RowDensity(std::vector<std::int64_t> row_nonzeros, std::int64_t columns)
        : ClassedModel(static_cast<std::int64_t>(row_nonzeros.size()), columns),
          row_nonzeros_(std::move(row_nonzeros)) {
        for (const std::int64_t count : row_nonzeros_)
            core::ensure(count >= 0 && count <= columns, "non-zeros of a row must fit it");
    }

    [[nodiscard]] double nonzeros() const override {
        return static_cast<double>(
            std::accumulate(row_nonzeros_.begin(), row_nonzeros_.end(), std::int64_t{0}));
    }

    [[nodiscard]] double empty_probability(TileShape shape) const override {
        const TileShape within = clipped(shape);
        double empty = 0;
        for (const TileLength& c : tile_lengths(columns(), within.columns)) {
            std::map<std::int64_t, double> none;  // log P(no non-zero), by non-zeros of the row
            for (std::int64_t r = 0; r < rows(); r += within.rows) {
                double log_empty = 0;
                for (const std::int64_t count : rows_from(r, within.rows)) {
                    const auto [entry, added] = none.try_emplace(count);
                    if (added)
                        entry->second = log_hypergeometric(0, columns(), count, c.length);
                    log_empty += entry->second;
                }
                empty += static_cast<double>(c.tiles) * std::exp(log_empty);
            }
        }
        return empty / static_cast<double>(tiles(shape));
    }

    [[nodiscard]] std::int64_t most(TileShape shape) const override {
        const TileShape within = clipped(shape);
        std::int64_t fullest = 0;
        for (std::int64_t r = 0; r < rows(); r += within.rows) {
            std::int64_t sum = 0;
            for (const std::int64_t count : rows_from(r, within.rows))
                sum += std::min(count, within.columns);
            fullest = std::max(fullest, sum);
        }
        return fullest;
    }

  protected:
    [[nodiscard]] std::vector<TileClass> classes(TileShape shape) const override {
        std::vector<TileClass> all;
        for (const TileLength& c : tile_lengths(columns(), shape.columns)) {
            std::map<std::vector<std::int64_t>, std::int64_t> alike;  // tiles by their rows
            for (std::int64_t r = 0; r < rows(); r += shape.rows) {
                const auto in_order = rows_from(r, shape.rows);
                std::vector<std::int64_t> key(in_order.begin(), in_order.end());
                std::sort(key.begin(), key.end());
                alike[std::move(key)] += c.tiles;
            }
            for (const auto& [counts, tiles] : alike)
                all.push_back({of_rows(counts, c.length), tiles});
        }
        return all;
    }

  private:
    [[nodiscard]] std::span<const std::int64_t> rows_from(std::int64_t first,
                                                          std::int64_t height) const {
        const auto begin = static_cast<std::size_t>(first);
        const auto count = static_cast<std::size_t>(std::min(height, rows() - first));
        return std::span(row_nonzeros_).subspan(begin, count);
    }

    /// \param counts Non-zeros of each row, ascending; \param width Columns of the tile.
    [[nodiscard]] Occupancy of_rows(std::span<const std::int64_t> counts,
                                    std::int64_t width) const {
        const auto n = static_cast<double>(columns());
        const double share = static_cast<double>(width) / n;
        double mean = 0;
        double variance = 0;
        for (const std::int64_t count : counts) {
            const double density = static_cast<double>(count) / n;
            mean += static_cast<double>(count) * share;
            if (width < columns()) {
                variance += static_cast<double>(count) * share * (1 - density) *
                            static_cast<double>(columns() - width) / (n - 1);
            }
        }
        if (counts.size() > 1 && variance >= exact_variance)
            return matched_binomial(mean, variance);
        Occupancy out = certain(0);
        for (std::size_t i = 0; i < counts.size();) {
            const auto alike =
                std::upper_bound(
                    counts.begin() + static_cast<std::ptrdiff_t>(i), counts.end(), counts[i]) -
                counts.begin() - static_cast<std::ptrdiff_t>(i);
            out = sum(out, sum_of(hypergeometric(columns(), counts[i], width), alike));
            i += static_cast<std::size_t>(alike);
        }
        return out;
    }

    std::vector<std::int64_t> row_nonzeros_;
};

}  // namespace

DensityModelPtr row_density(std::vector<std::int64_t> row_nonzeros, std::int64_t columns) {
    return std::make_unique<RowDensity>(std::move(row_nonzeros), columns);
}

}  // namespace plexus::workloads
