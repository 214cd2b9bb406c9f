// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <vector>

#include <boost/math/distributions/normal.hpp>

#include "plexus/core/error.hpp"
#include "plexus/results/statistics.hpp"

namespace plexus::results {

namespace {

constexpr std::size_t exact_up_to = 25;

/// Ranks of the magnitudes of differences that are not 0, and what ties say of their spread.
struct SignedRanks {
    std::vector<std::size_t>
        doubled;          ///< Twice the ranks, whole numbers even where there are ties.
    double positive = 0;  ///< Sum of the ranks of the positive differences.
    double ties = 0;      ///< Σ t³ − t over groups of t equal magnitudes.
};

SignedRanks signed_ranks(std::span<const double> differences) {
    std::vector<double> left;
    for (const double d : differences)
        if (d != 0)
            left.push_back(d);
    std::ranges::sort(left, {}, [](double d) { return std::abs(d); });
    SignedRanks out;
    for (std::size_t first = 0; first < left.size();) {
        std::size_t last = first;
        while (last < left.size() && std::abs(left[last]) == std::abs(left[first]))
            ++last;
        const double rank = static_cast<double>(first + 1 + last) / 2;
        const auto group = static_cast<double>(last - first);
        out.ties += group * group * group - group;
        for (std::size_t i = first; i < last; ++i) {
            out.doubled.push_back(first + 1 + last);
            out.positive += left[i] > 0 ? rank : 0;
        }
        first = last;
    }
    return out;
}

/// P(sum of ranks ≤ sum) over all signs.
double exact_tail(const std::vector<std::size_t>& doubled, double sum) {
    std::vector<double> ways(std::accumulate(doubled.begin(), doubled.end(), std::size_t{1}), 0);
    ways[0] = 1;
    for (const std::size_t rank : doubled)
        for (std::size_t s = ways.size(); s-- > rank;)
            ways[s] += ways[s - rank];
    const auto end = static_cast<std::ptrdiff_t>(2 * sum) + 1;
    return std::accumulate(ways.begin(), ways.begin() + end, 0.0) /
           std::exp2(static_cast<double>(doubled.size()));
}

}  // namespace

double wilcoxon_signed_rank(std::span<const double> differences) {
    core::ensure(std::ranges::all_of(differences, [](double d) { return std::isfinite(d); }),
                 "wilcoxon_signed_rank: a value is not finite");
    const SignedRanks ranks = signed_ranks(differences);
    if (ranks.doubled.empty())
        return 1;
    const auto n = static_cast<double>(ranks.doubled.size());
    const double all = n * (n + 1) / 2;
    if (ranks.doubled.size() <= exact_up_to) {
        const double smaller = std::min(ranks.positive, all - ranks.positive);
        return std::min(1.0, 2 * exact_tail(ranks.doubled, smaller));
    }
    const double variance = n * (n + 1) * (2 * n + 1) / 24 - ranks.ties / 48;
    const double distance = std::max(0.0, std::abs(ranks.positive - all / 2) - 0.5);
    return std::min(1.0, std::erfc(distance / std::sqrt(2 * variance)));
}

std::vector<double> holm(std::span<const double> p) {
    core::ensure(std::ranges::all_of(p, [](double x) { return x >= 0 && x <= 1; }),
                 "holm: a probability is not in [0, 1]");
    std::vector<std::size_t> order(p.size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return p[i]; });
    std::vector<double> adjusted(p.size());
    double least = 0;
    for (std::size_t k = 0; k < order.size(); ++k) {
        least = std::max(least, static_cast<double>(p.size() - k) * p[order[k]]);
        adjusted[order[k]] = std::min(1.0, least);
    }
    return adjusted;
}

double vargha_delaney(std::span<const double> a, std::span<const double> b) {
    if (a.empty() || b.empty())
        return std::numeric_limits<double>::quiet_NaN();
    const auto number = [](double v) { return !std::isnan(v); };
    core::ensure(std::ranges::all_of(a, number) && std::ranges::all_of(b, number),
                 "vargha_delaney: a value is not a number");
    std::vector<double> sorted(b.begin(), b.end());
    std::ranges::sort(sorted);
    double wins = 0;
    for (const double value : a) {
        const auto [first, last] = std::ranges::equal_range(sorted, value);
        wins += static_cast<double>(first - sorted.begin()) + static_cast<double>(last - first) / 2;
    }
    return wins / (static_cast<double>(a.size()) * static_cast<double>(b.size()));
}

}  // namespace plexus::results
