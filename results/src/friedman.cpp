// SPDX-License-Identifier: Apache-2.0
#include "plexus/results/friedman.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include <boost/math/distributions/chi_squared.hpp>

#include "plexus/core/error.hpp"

namespace plexus::results {

namespace {

constexpr double significance = 0.05;

/// Ranks from 1 on, ties with the mean of theirs.
struct Ranks {
    std::vector<double> rank;  ///< Of each value.
    double ties = 0;           ///< Σ t³ − t over groups of t equal values.
};

Ranks ranks_of(std::span<const double> values) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    Ranks out;
    out.rank.resize(values.size());
    for (std::size_t first = 0; first < order.size();) {
        std::size_t last = first;
        while (last + 1 < order.size() && values[order[last + 1]] == values[order[first]]) {
            ++last;
        }
        const auto count = static_cast<double>(last - first + 1);
        for (std::size_t i = first; i <= last; ++i) {
            out.rank[order[i]] = static_cast<double>(first + last) / 2 + 1;
        }
        out.ties += count * count * count - count;
        first = last + 1;
    }
    return out;
}

double normal_share(double z) {
    return 0.5 * std::erfc(-z / std::sqrt(2.0));
}

/// P(largest − smallest of `count` standard normal variables > q), q ≥ 0: the studentised range
/// with infinitely many degrees of freedom.
double range_tail(double q, std::size_t count) {
    // P(range ≤ q) = count ∫ φ(z) (Φ(z) − Φ(z − q))^(count − 1) dz over the place z of the largest.
    // The trapezoidal rule converges faster than any power on this smooth, vanishing function.
    constexpr double reach = 9;
    constexpr int steps = 720;
    constexpr double step = 2 * reach / steps;
    const double density = step / std::sqrt(2 * 3.14159265358979323846);
    const auto others = static_cast<double>(count - 1);
    double sum = 0;
    for (int i = 0; i <= steps; ++i) {
        const double z = -reach + step * i;
        sum += std::exp(-z * z / 2) * std::pow(normal_share(z) - normal_share(z - q), others);
    }
    return std::clamp(1 - static_cast<double>(count) * density * sum, 0.0, 1.0);
}

/// The q of which range_tail() is p, 0 < p < 1.
double range_quantile(double p, std::size_t count) {
    double low = 0;
    double high = 40;
    for (int i = 0; i < 100; ++i) {
        const double middle = (low + high) / 2;
        (range_tail(middle, count) > p ? low : high) = middle;
    }
    return (low + high) / 2;
}

double chi_squared_tail(double x, double freedom) {
    const boost::math::chi_squared distribution(freedom);
    return boost::math::cdf(boost::math::complement(distribution, std::max(0.0, x)));
}

/// Checks the table. \return its number of treatments.
std::size_t treatments_of(const std::vector<std::vector<double>>& values) {
    core::ensure(values.size() >= 2 && values.front().size() >= 2,
                 "friedman: at least two blocks and two treatments");
    for (const std::vector<double>& block : values) {
        core::ensure(block.size() == values.front().size(), "friedman: blocks of equal length");
        core::ensure(std::ranges::all_of(block, [](double v) { return std::isfinite(v); }),
                     "friedman: a value is not finite");
    }
    return values.front().size();
}

}  // namespace

FriedmanTest friedman(const std::vector<std::vector<double>>& values) {
    const std::size_t treatments = treatments_of(values);
    const auto k = static_cast<double>(treatments);
    const auto n = static_cast<double>(values.size());
    FriedmanTest out;
    out.blocks = values.size();
    out.mean_ranks.assign(treatments, 0);
    double ties = 0;
    for (const std::vector<double>& block : values) {
        const Ranks ranks = ranks_of(block);
        ties += ranks.ties;
        for (std::size_t t = 0; t < treatments; ++t) {
            out.mean_ranks[t] += ranks.rank[t];
        }
    }
    double squares = 0;
    for (double& rank : out.mean_ranks) {
        squares += rank * rank;
        rank /= n;
    }
    const double correction = 1 - ties / (n * (k * k * k - k));
    if (correction > 0) {  // else all values of each block are equal
        out.statistic = (12 * squares / (n * k * (k + 1)) - 3 * n * (k + 1)) / correction;
        out.p = chi_squared_tail(out.statistic, k - 1);
    }
    // The difference of two mean ranks has √2 times this standard deviation.
    const double deviation = std::sqrt(k * (k + 1) / (12 * n));
    out.critical_difference = range_quantile(significance, treatments) * deviation;
    out.pair_p.assign(treatments * treatments, 1);
    for (std::size_t a = 0; a < treatments; ++a) {
        for (std::size_t b = 0; b < a; ++b) {
            const double apart = std::abs(out.mean_ranks[a] - out.mean_ranks[b]) / deviation;
            const double p = range_tail(apart, treatments);
            out.pair_p[a * treatments + b] = p;
            out.pair_p[b * treatments + a] = p;
        }
    }
    return out;
}

}  // namespace plexus::results
