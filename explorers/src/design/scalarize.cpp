// SPDX-License-Identifier: Apache-2.0
#include "design/scalarize.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace plexus::explorers {

std::vector<double> simplex_weights(std::size_t objectives, std::int64_t index) {
    const std::size_t n = objectives - 1;
    // The generalised golden ratio: the positive root of x^(n+1) = x + 1, by fixed-point iteration.
    double ratio = 1.5;
    for (int i = 0; i < 64; ++i) {
        ratio = std::pow(1 + ratio, 1 / static_cast<double>(n + 1));
    }
    std::vector<double> cuts(n);
    for (std::size_t i = 0; i < n; ++i) {
        const double x =
            0.5 + static_cast<double>(index) * std::pow(ratio, -static_cast<double>(i + 1));
        cuts[i] = x - std::floor(x);
    }
    cuts.push_back(1);
    std::sort(cuts.begin(), cuts.end());
    std::vector<double> weights(objectives);
    double last = 0;
    for (std::size_t i = 0; i < objectives; ++i) {
        weights[i] = cuts[i] - last;
        last = cuts[i];
    }
    return weights;
}

ObjectiveScale::ObjectiveScale(std::size_t objectives)
    : ideal_(objectives, std::numeric_limits<double>::infinity()), nadir_(objectives, 0.0) {}

void ObjectiveScale::learn_ideal(std::span<const double> objectives) {
    for (std::size_t i = 0; i < ideal_.size(); ++i) {
        ideal_[i] = std::min(ideal_[i], objectives[i]);
    }
}

void ObjectiveScale::learn_nadir(std::span<const core::ParetoArchive::Entry> front) {
    if (front.empty()) {
        return;
    }
    std::fill(nadir_.begin(), nadir_.end(), -std::numeric_limits<double>::infinity());
    for (const core::ParetoArchive::Entry& entry : front) {
        for (std::size_t i = 0; i < nadir_.size(); ++i) {
            nadir_[i] = std::max(nadir_[i], entry.objectives[i]);
        }
    }
}

double ObjectiveScale::normalised(std::size_t objective, double value) const {
    const double best = ideal_[objective];
    const double worst = nadir_[objective];
    const bool log = best > 0;
    const auto scaled = [log](double x) { return log ? std::log(x) : x; };
    const double range = scaled(worst) - scaled(best);
    const double distance = scaled(value) - scaled(best);
    return range > 0 ? distance / range : distance;
}

double ObjectiveScale::tchebycheff(std::span<const double> objectives,
                                   std::span<const double> weights) const {
    constexpr double augmentation = 0.05;
    double largest = 0;
    double sum = 0;
    for (std::size_t i = 0; i < objectives.size(); ++i) {
        const double part = weights[i] * normalised(i, objectives[i]);
        largest = std::max(largest, part);
        sum += part;
    }
    return largest + augmentation * sum;
}

}  // namespace plexus::explorers
