// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/sparsity/tensor_density.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "plexus/core/error.hpp"

namespace plexus::cost_models::sparsity {

namespace {

double element_count(std::span<const std::int64_t> tile) {
    double product = 1;
    for (const std::int64_t length : tile) {
        product *= static_cast<double>(length);
    }
    return product;
}

/// n·d without the rounding error that would turn 3 · (1/3) into more than 1 element.
double exact_nonzeros(double elements, double density) {
    const double x = elements * density;
    return std::abs(x - std::round(x)) < 1e-9 * std::max(1.0, x) ? std::round(x) : x;
}

double mean_blocks(const workloads::Occupancy& occupancy, double block) {
    double mean = 0;
    for (const auto& [nonzeros, probability] : occupancy.points) {
        mean += probability * std::ceil(static_cast<double>(nonzeros) / block);
    }
    return mean;
}

/// E[max] = Σ_{k ≥ 0} (1 − F(k)^count) = Σ over the points of step · (1 − F(before)^count).
double mean_maximum(const workloads::Occupancy& occupancy, double count) {
    double mean = 0;
    double below = 0;  // F just below the current point.
    std::int64_t last = 0;
    for (const auto& [nonzeros, probability] : occupancy.points) {
        mean += static_cast<double>(nonzeros - last) * (1 - std::pow(below, count));
        below = std::min(1.0, below + probability);
        last = nonzeros;
    }
    return mean;
}

/// Expected maximum of `count` standard normal numbers: ∫ (x ≥ 0) − Φ(x)^count dx.
double normal_maximum(double count) {
    double mean = 0;
    constexpr double step = 1.0 / 64;
    for (double x = -8 + step / 2; x < 12; x += step) {
        const double below = std::pow(0.5 * std::erfc(-x / std::numbers::sqrt2), count);
        mean += step * (x >= 0 ? 1 - below : -below);
    }
    return mean;
}

}  // namespace

TensorDensity TensorDensity::structured(double density) {
    core::ensure(density >= 0 && density <= 1, "a density is in [0, 1]");
    TensorDensity out;
    out.density_ = density;
    return out;
}

TensorDensity TensorDensity::uniform(double density, std::int64_t elements) {
    core::ensure(density >= 0 && density <= 1 && elements >= 1, "a density is in [0, 1]");
    TensorDensity out;
    out.kind_ = Kind::uniform;
    out.elements_ = elements;
    const double nonzeros = std::ceil(exact_nonzeros(static_cast<double>(elements), density));
    out.nonzeros_ = std::min(elements, static_cast<std::int64_t>(nonzeros));
    out.density_ = static_cast<double>(out.nonzeros_) / static_cast<double>(elements);
    return out;
}

TensorDensity TensorDensity::of(std::shared_ptr<const workloads::DensityModel> model,
                                std::vector<std::size_t> columns) {
    TensorDensity out;
    out.kind_ = Kind::model;
    out.density_ = model->density();
    out.model_ = std::move(model);
    out.columns_ = std::move(columns);
    return out;
}

workloads::TileShape TensorDensity::shape(std::span<const std::int64_t> tile) const {
    workloads::TileShape out;
    for (std::size_t axis = 0; axis < tile.size(); ++axis) {
        const bool column = std::ranges::find(columns_, axis) != columns_.end();
        (column ? out.columns : out.rows) *= tile[axis];
    }
    return out;
}

double TensorDensity::empty(std::span<const std::int64_t> tile) const {
    const double elements = element_count(tile);
    if (kind_ == Kind::structured) {
        return std::max(0.0, 1 - exact_nonzeros(elements, density_));
    }
    if (kind_ == Kind::uniform) {
        const auto all = static_cast<double>(elements_);
        return workloads::empty_tile_probability(
            elements_, nonzeros_, static_cast<std::int64_t>(std::min(elements, all)));
    }
    return model_->empty_probability(shape(tile));
}

double TensorDensity::most(std::span<const std::int64_t> tile) const {
    const double elements = element_count(tile);
    if (kind_ == Kind::structured) {
        return std::ceil(exact_nonzeros(elements, density_));
    }
    if (kind_ == Kind::uniform) {
        return std::min(elements, static_cast<double>(nonzeros_));
    }
    return static_cast<double>(model_->most(shape(tile)));
}

double TensorDensity::blocks(std::span<const std::int64_t> tile, double block) const {
    const double elements = element_count(tile);
    const double mean = elements * density_;
    if (block <= 1 || mean == 0) {
        return mean;
    }
    if (kind_ == Kind::structured) {
        const double x = exact_nonzeros(elements, density_);
        const double up = x - std::floor(x);
        return (1 - up) * std::ceil(std::floor(x) / block) + up * std::ceil(std::ceil(x) / block);
    }
    if (kind_ == Kind::uniform) {
        const auto all = static_cast<double>(elements_);
        const double left = all > 1 ? (all - std::min(elements, all)) / (all - 1) : 0;
        const double spread = std::sqrt(mean * (1 - density_) * left);
        // The remainder of k over a block is evenly spread once k itself is spread over more than
        // one block: the error falls as exp(−2π²·(σ/b)²), 3e-9 at σ = b. Otherwise σ < b or k < 64,
        // and the distribution is short.
        if (spread >= block && mean > 8 * spread) {
            return mean / block + (block - 1) / (2 * block);
        }
        return mean_blocks(
            workloads::tile_occupancy(
                elements_, nonzeros_, static_cast<std::int64_t>(std::min(elements, all))),
            block);
    }
    return mean_blocks(model_->occupancy(shape(tile)), block);
}

double TensorDensity::fullest(std::span<const std::int64_t> tile, double count) const {
    const double elements = element_count(tile);
    if (kind_ == Kind::structured) {
        const double x = exact_nonzeros(elements, density_);
        const double up = x - std::floor(x);
        return std::floor(x) + 1 - std::pow(1 - up, count);
    }
    if (kind_ == Kind::uniform) {
        const auto all = static_cast<double>(elements_);
        const double n = std::min(elements, all);
        const double left = all > 1 ? (all - n) / (all - 1) : 0;
        const double spread = std::sqrt(n * density_ * (1 - density_) * left);
        if (spread > 256) {
            return std::min(n, n * density_ + spread * normal_maximum(count));
        }
        return mean_maximum(
            workloads::tile_occupancy(elements_, nonzeros_, static_cast<std::int64_t>(n)), count);
    }
    return mean_maximum(model_->occupancy(shape(tile)), count);
}

double paired_share(const workloads::SparseMatrix& a, const workloads::SparseMatrix& b) {
    core::ensure(a.columns == b.columns, "operands share the indices of the columns");
    const auto counts = [](const workloads::SparseMatrix& m) {
        std::vector<double> per_column(static_cast<std::size_t>(m.columns));
        for (const std::int32_t column : m.column_indices) {
            ++per_column[static_cast<std::size_t>(column)];
        }
        return per_column;
    };
    const std::vector<double> of_a = counts(a);
    const std::vector<double> of_b = counts(b);
    double pairs = 0;
    for (std::size_t c = 0; c < of_a.size(); ++c) {
        pairs += of_a[c] * of_b[c];
    }
    return pairs / (static_cast<double>(a.rows) * static_cast<double>(b.rows) *
                    static_cast<double>(a.columns));
}

}  // namespace plexus::cost_models::sparsity
