// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <utility>

#include "plexus/core/error.hpp"

#include "probability.hpp"

namespace plexus::workloads {

double Occupancy::at(std::int64_t nonzeros) const {
    const auto found = std::lower_bound(
        points.begin(), points.end(), nonzeros, [](const Point& point, std::int64_t k) {
            return point.nonzeros < k;
        });
    return found != points.end() && found->nonzeros == nonzeros ? found->probability : 0;
}

double Occupancy::mean() const {
    double sum = 0;
    for (const auto& [k, p] : points)
        sum += static_cast<double>(k) * p;
    return sum;
}

double Occupancy::variance() const {
    const double centre = mean();
    double sum = 0;
    for (const auto& [k, p] : points)
        sum += (static_cast<double>(k) - centre) * (static_cast<double>(k) - centre) * p;
    return sum;
}

std::int64_t Occupancy::quantile(double confidence) const {
    core::ensure(confidence > 0 && confidence <= 1, "a confidence must be in (0, 1]");
    double above = 0;
    for (std::size_t i = points.size(); i-- > 1;) {
        above += points[i].probability;
        if (above > 1 - confidence)
            return points[i].nonzeros;
    }
    return points.front().nonzeros;
}

namespace detail {

namespace {

/// Sorts by number of non-zeros, adds what is alike and leaves out what is negligible.
Occupancy tidy(std::vector<Occupancy::Point> points) {
    std::sort(points.begin(), points.end());
    Occupancy out;
    for (const auto& point : points) {
        if (!out.points.empty() && out.points.back().nonzeros == point.nonzeros)
            out.points.back().probability += point.probability;
        else
            out.points.push_back(point);
    }
    std::erase_if(out.points, [](const auto& point) { return point.probability < negligible; });
    return out;
}

}  // namespace

Occupancy scaled(Occupancy x, std::int64_t factor, std::int64_t offset) {
    for (auto& point : x.points)
        point.nonzeros = point.nonzeros * factor + offset;
    return x;
}

Occupancy sum(const Occupancy& x, const Occupancy& y) {
    const std::int64_t first = x.points.front().nonzeros + y.points.front().nonzeros;
    const auto span = static_cast<std::size_t>(x.most() + y.most() - first + 1);
    const std::size_t pairs = x.points.size() * y.points.size();
    std::vector<Occupancy::Point> points;
    if (span <= 4 * pairs) {
        std::vector<double> dense(span);
        for (const auto& [i, p] : x.points) {
            for (const auto& [j, q] : y.points)
                dense[static_cast<std::size_t>(i + j - first)] += p * q;
        }
        points.reserve(span);
        for (std::size_t k = 0; k < span; ++k) {
            if (dense[k] >= negligible)
                points.push_back({first + static_cast<std::int64_t>(k), dense[k]});
        }
        return {.points = std::move(points)};
    }
    points.reserve(pairs);
    for (const auto& [i, p] : x.points) {
        for (const auto& [j, q] : y.points)
            points.push_back({i + j, p * q});
    }
    return tidy(std::move(points));
}

Occupancy sum_of(Occupancy x, std::int64_t count) {
    Occupancy out = certain(0);
    for (;;) {
        if (count % 2 == 1)
            out = sum(out, x);
        count /= 2;
        if (count == 0)
            return out;
        x = sum(x, x);
    }
}

Occupancy mixture(const std::vector<TileClass>& classes) {
    if (classes.size() == 1)
        return classes.front().occupancy;
    double tiles = 0;
    for (const TileClass& c : classes)
        tiles += static_cast<double>(c.tiles);
    std::vector<Occupancy::Point> points;
    for (const TileClass& c : classes) {
        const double share = static_cast<double>(c.tiles) / tiles;
        for (const auto& [k, p] : c.occupancy.points)
            points.push_back({k, p * share});
    }
    return tidy(std::move(points));
}

double expected_maximum(const std::vector<TileClass>& classes) {
    constexpr double impossible = -1e6;  // the logarithm of no probability; finite, to subtract
    std::int64_t first = 0;  // the fullest tile holds at least as much as the least of any class
    for (const TileClass& c : classes)
        first = std::max(first, c.occupancy.points.front().nonzeros);
    // Steps of log P(max ≤ k) = Σ tiles · log F(k), where k passes a point of a class.
    std::vector<std::pair<std::int64_t, double>> steps;
    for (const TileClass& c : classes) {
        double above = 0;
        double later = 0;  // tiles · log F at the point after this one
        for (std::size_t i = c.occupancy.points.size(); i-- > 0;) {
            const double here = std::max(
                impossible, static_cast<double>(c.tiles) * std::log1p(-std::min(above, 1.0)));
            if (i + 1 < c.occupancy.points.size())
                steps.emplace_back(c.occupancy.points[i + 1].nonzeros, later - here);
            later = here;
            above += c.occupancy.points[i].probability;
        }
    }
    std::sort(steps.rbegin(), steps.rend());
    double log_at_most = 0;
    auto sum = static_cast<double>(first);
    for (std::size_t i = 0; i < steps.size(); ++i) {
        log_at_most -= steps[i].second;
        const std::int64_t next =
            std::max(first, i + 1 < steps.size() ? steps[i + 1].first : first);
        if (steps[i].first > next)
            sum += static_cast<double>(steps[i].first - next) * -std::expm1(log_at_most);
    }
    return sum;
}

}  // namespace detail

}  // namespace plexus::workloads
