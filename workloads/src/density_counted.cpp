// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <utility>

#include "plexus/core/error.hpp"

#include "density_models.hpp"
#include "patterns.hpp"

namespace plexus::workloads {

namespace {

using namespace detail;
using Counts = std::map<std::int64_t, std::int64_t>;

class ActualDensity final : public CountedModel {
  public:
    explicit ActualDensity(SparseMatrix matrix)
        : CountedModel(matrix.rows, matrix.columns), matrix_(std::move(matrix)) {
        matrix_.values = {};
    }

    [[nodiscard]] double nonzeros() const override {
        return static_cast<double>(matrix_.nonzeros());
    }

  protected:
    [[nodiscard]] Counts counts(TileShape shape) const override {
        std::vector<std::int64_t> of_tile(
            static_cast<std::size_t>(parts(columns(), shape.columns)));
        std::vector<std::int64_t> histogram(1);
        for (std::int64_t first = 0; first < rows(); first += shape.rows) {
            std::fill(of_tile.begin(), of_tile.end(), 0);
            for (std::int64_t r = first; r < std::min(rows(), first + shape.rows); ++r)
                add_row(r, shape.columns, of_tile);
            for (const std::int64_t nonzeros : of_tile) {
                const auto k = static_cast<std::size_t>(nonzeros);
                if (k >= histogram.size())
                    histogram.resize(k + 1);
                ++histogram[k];
            }
        }
        Counts out;
        for (std::size_t k = 0; k < histogram.size(); ++k) {
            if (histogram[k] > 0)
                out.emplace_hint(out.end(), static_cast<std::int64_t>(k), histogram[k]);
        }
        return out;
    }

  private:
    void add_row(std::int64_t r, std::int64_t width, std::span<std::int64_t> of_tile) const {
        std::int64_t end = width;  // of the tile that the current column lies in
        std::size_t tile = 0;
        for (const std::int32_t column : matrix_.row(r)) {
            if (column >= end) {
                tile = static_cast<std::size_t>(column / width);
                end = (column / width + 1) * width;
            }
            ++of_tile[tile];
        }
    }

    SparseMatrix matrix_;
};

/// Σ max(0, x − start) over ascending `starts`, for x that never falls.
class RampSum {
  public:
    explicit RampSum(std::span<const std::int64_t> starts) : starts_(starts) {}
    std::int64_t at(std::int64_t x) {
        while (passed_ < starts_.size() && starts_[passed_] < x)
            sum_ += starts_[passed_++];
        return static_cast<std::int64_t>(passed_) * x - sum_;
    }

  private:
    std::span<const std::int64_t> starts_;
    std::size_t passed_ = 0;
    std::int64_t sum_ = 0;
};

class BandedDensity final : public CountedModel {
  public:
    BandedDensity(std::int64_t rows, std::int64_t columns, double density)
        : CountedModel(rows, columns) {
        const double wanted = density * static_cast<double>(rows) * static_cast<double>(columns);
        const std::int64_t width = band_width(rows, columns, rounded(wanted));
        for (std::int64_t i = 0; i < rows; ++i) {
            const auto [begin, end] = band(i, rows, columns, width);
            begins_.push_back(begin);
            ends_.push_back(end);
            nonzeros_ += end - begin;
        }
    }

    [[nodiscard]] double nonzeros() const override { return static_cast<double>(nonzeros_); }

  protected:
    [[nodiscard]] Counts counts(TileShape shape) const override {
        Counts out;
        for (std::int64_t first = 0; first < rows(); first += shape.rows)
            count_tile_row(first, std::min(shape.rows, rows() - first), shape.columns, out);
        return out;
    }

  private:
    /// Begins and ends of the band never fall from row to row, so the tiles of a row of tiles that
    /// are empty on either side, and those that are full, are counted without a look at each.
    void count_tile_row(std::int64_t first,
                        std::int64_t height,
                        std::int64_t width,
                        Counts& out) const {
        const auto at = static_cast<std::size_t>(first);
        const auto begins = std::span(begins_).subspan(at, static_cast<std::size_t>(height));
        const auto ends = std::span(ends_).subspan(at, static_cast<std::size_t>(height));
        const std::int64_t across = parts(columns(), width);
        const std::int64_t touched = std::min(across, begins.front() / width);
        const std::int64_t beyond = std::max(touched, std::min(across, parts(ends.back(), width)));
        if (touched + across - beyond > 0)
            out[0] += touched + across - beyond;
        const std::int64_t full_begin = parts(begins.back(), width);
        const std::int64_t full_end = ends.front() / width;
        RampSum begun(begins);
        RampSum ended(ends);
        const auto before = [&](std::int64_t tile) {
            const std::int64_t x = std::min(columns(), tile * width);
            return begun.at(x) - ended.at(x);
        };
        std::int64_t tile = touched;
        std::int64_t previous = before(tile);
        while (tile < beyond) {
            if (tile == full_begin && full_end > full_begin) {
                out[height * width] += full_end - full_begin;
                tile = full_end;
                previous = before(tile);
                continue;
            }
            const std::int64_t next = before(++tile);
            ++out[next - previous];
            previous = next;
        }
    }

    std::vector<std::int64_t> begins_;
    std::vector<std::int64_t> ends_;
    std::int64_t nonzeros_ = 0;
};

}  // namespace

DensityModelPtr actual_density(SparseMatrix matrix) {
    return std::make_unique<ActualDensity>(std::move(matrix));
}

DensityModelPtr banded_density(std::int64_t rows, std::int64_t columns, double density) {
    core::ensure(density >= 0 && density <= 1, "a density must be in 0..1");
    return std::make_unique<BandedDensity>(rows, columns, density);
}

}  // namespace plexus::workloads
