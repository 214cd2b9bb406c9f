// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "plexus/core/error.hpp"

#include "density_models.hpp"

namespace plexus::workloads {

namespace {

using namespace detail;

/// `count` tiles of `elements` elements each.
struct TileSize {
    std::int64_t elements = 1;
    std::int64_t count = 1;
};

/// The at most four sizes of the tiles of a grid: whole ones, cut at the right, below, and both.
std::vector<TileSize> tile_sizes(const DensityModel& model, TileShape shape) {
    const TileShape within = model.clipped(shape);
    std::vector<TileSize> sizes;
    for (const TileLength& r : tile_lengths(model.rows(), within.rows)) {
        for (const TileLength& c : tile_lengths(model.columns(), within.columns))
            sizes.push_back({r.length * c.length, r.tiles * c.tiles});
    }
    return sizes;
}

class UniformDensity final : public ClassedModel {
  public:
    UniformDensity(std::int64_t rows, std::int64_t columns, std::int64_t nonzeros)
        : ClassedModel(rows, columns), nonzeros_(nonzeros) {
        core::ensure(nonzeros >= 0 && nonzeros <= rows * columns, "non-zeros must fit the matrix");
    }

    [[nodiscard]] double nonzeros() const override { return static_cast<double>(nonzeros_); }

    [[nodiscard]] double empty_probability(TileShape shape) const override {
        double empty = 0;
        for (const auto& [elements, count] : tile_sizes(*this, shape)) {
            empty += static_cast<double>(count) *
                     std::exp(log_hypergeometric(0, rows() * columns(), nonzeros_, elements));
        }
        return empty / static_cast<double>(tiles(shape));
    }

    [[nodiscard]] std::int64_t most(TileShape shape) const override {
        const TileShape within = clipped(shape);
        return std::min(within.rows * within.columns, nonzeros_);
    }

    /// The tiles share the non-zeros of the matrix, so each is a little less free than the sum of
    /// independent tiles would be: exchangeable numbers x of fixed sum spread like independent
    /// ones of variance σ²·T/(T − 1) about their own mean.
    [[nodiscard]] double expected_maximum(TileShape shape) const override {
        const double mean = mean_occupancy(shape);
        const auto count = static_cast<double>(tiles(shape));
        const double independent = ClassedModel::expected_maximum(shape);
        const double spread = count > 1 ? std::sqrt(count / (count - 1)) : 1;
        return std::min(static_cast<double>(most(shape)), mean + (independent - mean) * spread);
    }

  protected:
    [[nodiscard]] std::vector<TileClass> classes(TileShape shape) const override {
        std::vector<TileClass> all;
        for (const auto& [elements, count] : tile_sizes(*this, shape))
            all.push_back({hypergeometric(rows() * columns(), nonzeros_, elements), count});
        return all;
    }

  private:
    std::int64_t nonzeros_;
};

class StructuredDensity final : public ClassedModel {
  public:
    StructuredDensity(std::int64_t rows, std::int64_t columns, double density)
        : ClassedModel(rows, columns), density_(density) {
        core::ensure(density >= 0 && density <= 1, "a density must be in 0..1");
    }

    [[nodiscard]] double nonzeros() const override {
        return density_ * static_cast<double>(rows()) * static_cast<double>(columns());
    }

    [[nodiscard]] double empty_probability(TileShape shape) const override {
        double empty = 0;
        for (const auto& [elements, count] : tile_sizes(*this, shape))
            empty += static_cast<double>(count) * of_size(elements).at(0);
        return empty / static_cast<double>(tiles(shape));
    }

    [[nodiscard]] std::int64_t most(TileShape shape) const override {
        const TileShape within = clipped(shape);
        return of_size(within.rows * within.columns).most();
    }

  protected:
    [[nodiscard]] std::vector<TileClass> classes(TileShape shape) const override {
        std::vector<TileClass> all;
        for (const auto& [elements, count] : tile_sizes(*this, shape))
            all.push_back({of_size(elements), count});
        return all;
    }

  private:
    /// ⌊x⌋ or ⌈x⌉ of x = elements · density, so that the mean is x.
    [[nodiscard]] Occupancy of_size(std::int64_t elements) const {
        const double x = static_cast<double>(elements) * density_;
        const double below = std::floor(x);
        const auto low = static_cast<std::int64_t>(below);
        if (x == below)
            return certain(low);
        return {.points = {{low, 1 - (x - below)}, {low + 1, x - below}}};
    }

    double density_;
};

}  // namespace

double empty_tile_probability(std::int64_t total, std::int64_t nonzeros, std::int64_t elements) {
    core::ensure(nonzeros >= 0 && nonzeros <= total && elements >= 0 && elements <= total,
                 "non-zeros and tile must fit");
    return std::exp(log_hypergeometric(0, total, nonzeros, elements));
}

Occupancy tile_occupancy(std::int64_t total, std::int64_t nonzeros, std::int64_t elements) {
    core::ensure(nonzeros >= 0 && nonzeros <= total && elements >= 0 && elements <= total,
                 "non-zeros and tile must fit");
    return hypergeometric(total, nonzeros, elements);
}

DensityModelPtr uniform_density(std::int64_t rows, std::int64_t columns, std::int64_t nonzeros) {
    return std::make_unique<UniformDensity>(rows, columns, nonzeros);
}

DensityModelPtr structured_density(std::int64_t rows, std::int64_t columns, double density) {
    return std::make_unique<StructuredDensity>(rows, columns, density);
}

}  // namespace plexus::workloads
