// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/design/front_indicators.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "plexus/core/error.hpp"

namespace plexus::explorers {

namespace {

using Points = std::vector<std::vector<double>>;

void check(const Points& front, const Points& reference) {
    core::ensure(!reference.empty() && !reference.front().empty(),
                 "an indicator needs a reference front");
    for (const Points* const points : {&front, &reference}) {
        for (const std::vector<double>& point : *points) {
            core::ensure(point.size() == reference.front().size(),
                         "points of an indicator differ in length");
            core::ensure(std::ranges::none_of(point, [](double v) { return std::isnan(v); }),
                         "a point of an indicator holds NaN");
        }
    }
}

/// The least of `cost(point, target)` over the points of a front.
template <class Cost>
double nearest(const Points& front, const std::vector<double>& target, const Cost& cost) {
    double least = std::numeric_limits<double>::infinity();
    for (const std::vector<double>& point : front) {
        least = std::min(least, cost(point, target));
    }
    return least;
}

double worse_by(const std::vector<double>& point, const std::vector<double>& target) {
    double sum = 0;
    for (std::size_t i = 0; i < point.size(); ++i) {
        const double excess = point[i] > target[i] ? point[i] - target[i] : 0.0;
        sum += excess * excess;
    }
    return std::sqrt(sum);
}

double most_worse(const std::vector<double>& point, const std::vector<double>& target) {
    double most = -std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < point.size(); ++i) {
        most = std::max(most, point[i] - target[i]);
    }
    return most;
}

}  // namespace

double igd_plus(const Points& front, const Points& reference) {
    check(front, reference);
    double sum = 0;
    for (const std::vector<double>& target : reference) {
        sum += nearest(front, target, worse_by);
    }
    return sum / static_cast<double>(reference.size());
}

double additive_epsilon(const Points& front, const Points& reference) {
    check(front, reference);
    double most = -std::numeric_limits<double>::infinity();
    for (const std::vector<double>& target : reference) {
        most = std::max(most, nearest(front, target, most_worse));
    }
    return most;
}

}  // namespace plexus::explorers
