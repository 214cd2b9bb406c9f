// SPDX-License-Identifier: Apache-2.0
#include "kernels/linear_fitter.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/fitters.hpp"

namespace plexus::cost_models {

namespace {

/// A pivot below this share of its diagonal element is rounding: the function depends on others.
constexpr double dependent = 1e-11;

/// Below this share of the energy the difference of energies has too few digits left.
constexpr double cancelled = 1e-2;

/// With a pivot below this share the coefficients have too few digits for that difference.
constexpr double well_apart = 1e-3;

}  // namespace

LinearFitter::LinearFitter(std::size_t functions)
    : factor_(functions * functions), right_(functions), coefficients_(functions) {}

void LinearFitter::factor(const Block& block) {
    const std::size_t n = right_.size();
    std::fill(factor_.begin(), factor_.end(), 0.0);
    accurate_ = true;
    for (std::int64_t i = 0; i < block.rows; ++i) {
        for (std::int64_t j = 0; j < block.columns; ++j) {
            const std::span<const double> phi = functions(i, j);
            const double w = block.weight(j);
            for (std::size_t k = 0; k < n; ++k)
                for (std::size_t l = 0; l <= k; ++l)
                    factor_[k * n + l] += w * phi[k] * phi[l];
        }
    }
    for (std::size_t k = 0; k < n; ++k) {
        for (std::size_t l = 0; l <= k; ++l) {
            double rest = factor_[k * n + l];
            const double whole = rest;
            for (std::size_t m = 0; m < l; ++m)
                rest -= factor_[k * n + m] * factor_[l * n + m];
            if (l == k) {
                factor_[k * n + k] = rest > dependent * whole ? std::sqrt(rest) : 0.0;
                accurate_ = accurate_ && rest > well_apart * whole;
            } else {
                factor_[k * n + l] = factor_[l * n + l] > 0 ? rest / factor_[l * n + l] : 0.0;
            }
        }
    }
    rows_ = block.rows;
    columns_ = block.columns;
    weighted_ = !block.column_weights.empty();
}

double LinearFitter::solve(const Block& block) {
    if (weighted_ || !block.column_weights.empty() || rows_ != block.rows ||
        columns_ != block.columns)
        factor(block);
    const std::size_t n = right_.size();
    std::fill(right_.begin(), right_.end(), 0.0);
    for (const Element& e : block.elements) {
        const std::span<const double> phi = functions(e.row, e.column);
        const double value = block.weight(e.column) * e.value;
        for (std::size_t k = 0; k < n; ++k)
            right_[k] += value * phi[k];
    }
    double energy = 0;
    for (std::size_t k = 0; k < n; ++k) {
        double rest = right_[k];
        for (std::size_t l = 0; l < k; ++l)
            rest -= factor_[k * n + l] * coefficients_[l];
        const double pivot = factor_[k * n + k];
        coefficients_[k] = pivot > 0 ? rest / pivot : 0.0;
        energy += coefficients_[k] * coefficients_[k];
    }
    for (std::size_t k = n; k-- > 0;) {
        double rest = coefficients_[k];
        for (std::size_t l = k + 1; l < n; ++l)
            rest -= factor_[l * n + k] * coefficients_[l];
        const double pivot = factor_[k * n + k];
        coefficients_[k] = pivot > 0 ? rest / pivot : 0.0;
    }
    return energy;
}

double LinearFitter::residual(const Block& block) {
    dense_.assign(at(block.rows * block.columns), 0);
    for (const Element& e : block.elements)
        dense_[at(e.row * block.columns + e.column)] = e.value;
    double sum = 0;
    for (std::int64_t i = 0; i < block.rows; ++i) {
        for (std::int64_t j = 0; j < block.columns; ++j) {
            const std::span<const double> phi = functions(i, j);
            double missed = dense_[at(i * block.columns + j)];
            for (std::size_t k = 0; k < phi.size(); ++k)
                missed -= coefficients_[k] * phi[k];
            sum += block.weight(j) * missed * missed;
        }
    }
    return sum;
}

Fit LinearFitter::fit(const Block& block) {
    const double energy = block.energy();
    if (energy == 0)
        return {};
    const double lost = energy - solve(block);
    const bool trusted = accurate_ && lost > cancelled * energy;
    return {.lost_energy = trusted ? lost : residual(block), .held = 0};
}

std::unique_ptr<const StoredBlock> LinearFitter::store(const Block& block) {
    solve(block);
    return stored(coefficients_);
}

}  // namespace plexus::cost_models
