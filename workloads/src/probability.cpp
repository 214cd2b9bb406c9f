// SPDX-License-Identifier: Apache-2.0
#include "probability.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace plexus::workloads::detail {

namespace {

/// log n! − log(√(2πn) (n/e)^n).
double stirling_error(double n) {
    constexpr double long_enough = 16;  // there the series is good to 1e-15
    if (n < long_enough) {
        int sign = 0;  // std::lgamma would keep it in a global variable
        return ::lgamma_r(n + 1, &sign) - (n + 0.5) * std::log(n) + n -
               0.5 * std::log(2 * std::numbers::pi);
    }
    const double s = 1 / (n * n);
    return (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - (1.0 / 1680 - s / 1188) * s) * s) * s) / n;
}

/// x log(x/m) + m − x without cancellation where x ≈ m.
double deviance(double x, double m) {
    if (std::fabs(x - m) >= 0.1 * (x + m))
        return x * std::log(x / m) + m - x;
    const double v = (x - m) / (x + m);
    double sum = (x - m) * v;
    double term = 2 * x * v;
    for (int j = 1; j < 1000; ++j) {
        term *= v * v;
        const double next = sum + term / (2 * j + 1);
        if (next == sum)
            break;
        sum = next;
    }
    return sum;
}

/// A distribution from its logarithm at `start` and its ratios to the neighbours.
/// \param up P(k + 1) / P(k), 0 at the last; \param down P(k − 1) / P(k), 0 at the first.
template <class Up, class Down>
Occupancy outward(std::int64_t start, double log_start, const Up& up, const Down& down) {
    const double peak = std::exp(log_start);
    std::vector<Occupancy::Point> below;
    double p = peak;
    for (std::int64_t k = start; (p *= down(static_cast<double>(k))) > negligible; --k)
        below.push_back({k - 1, p});
    Occupancy out;
    out.points.assign(below.rbegin(), below.rend());
    out.points.push_back({start, peak});
    p = peak;
    for (std::int64_t k = start; (p *= up(static_cast<double>(k))) > negligible; ++k)
        out.points.push_back({k + 1, p});
    double total = 0;
    for (const auto& point : out.points)
        total += point.probability;
    for (auto& point : out.points)
        point.probability /= total;
    return out;
}

}  // namespace

double log_binomial(double x, double n, double p) {
    constexpr double never = -std::numeric_limits<double>::infinity();
    if (p <= 0 || p >= 1)
        return x == (p <= 0 ? 0 : n) ? 0 : never;
    if (x == 0)
        return n * std::log1p(-p);
    if (x == n)
        return n * std::log(p);
    const double exponent = stirling_error(n) - stirling_error(x) - stirling_error(n - x) -
                            deviance(x, n * p) - deviance(n - x, n * (1 - p));
    return exponent - 0.5 * (std::log(2 * std::numbers::pi * x) + std::log1p(-x / n));
}

double log_hypergeometric(std::int64_t k,
                          std::int64_t total,
                          std::int64_t marked,
                          std::int64_t draws) {
    if (k < std::max<std::int64_t>(0, draws + marked - total) || k > std::min(draws, marked))
        return -std::numeric_limits<double>::infinity();
    if (draws == 0 || draws == total)
        return 0;
    const auto drawn = static_cast<double>(draws);
    const double p = drawn / static_cast<double>(total);
    return log_binomial(static_cast<double>(k), static_cast<double>(marked), p) +
           log_binomial(static_cast<double>(draws - k), static_cast<double>(total - marked), p) -
           log_binomial(drawn, static_cast<double>(total), p);
}

Occupancy hypergeometric(std::int64_t total, std::int64_t marked, std::int64_t draws) {
    const auto n = static_cast<double>(draws);
    const auto r = static_cast<double>(marked);
    const double others = static_cast<double>(total - marked) - n;
    const std::int64_t lowest = std::max<std::int64_t>(0, draws + marked - total);
    const auto mode =
        std::clamp(static_cast<std::int64_t>((n + 1) * (r + 1) / static_cast<double>(total + 2)),
                   lowest,
                   std::min(draws, marked));
    return outward(
        mode,
        log_hypergeometric(mode, total, marked, draws),
        [&](double k) { return (r - k) * (n - k) / ((k + 1) * (others + k + 1)); },
        [&](double k) { return k * (others + k) / ((r - k + 1) * (n - k + 1)); });
}

Occupancy matched_binomial(double mean, double variance) {
    if (variance <= 0)
        return certain(std::llround(mean));
    const double p = std::max(1 - variance / mean, 1e-12);
    const double n = mean / p;
    const double odds = p / (1 - p);
    const auto mode = static_cast<std::int64_t>(std::min((n + 1) * p, std::floor(n)));
    return outward(
        mode,
        log_binomial(static_cast<double>(mode), n, p),
        [&](double k) { return k + 1 > n ? 0 : (n - k) / (k + 1) * odds; },
        [&](double k) { return k / ((n - k + 1) * odds); });
}

Occupancy certain(std::int64_t nonzeros) {
    return {.points = {{nonzeros, 1}}};
}

}  // namespace plexus::workloads::detail
