// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <vector>

#include <boost/math/distributions/normal.hpp>

#include "plexus/core/error.hpp"
#include "plexus/core/random.hpp"
#include "plexus/results/statistics.hpp"

namespace plexus::results {

namespace {

double mean_of(std::span<const double> values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// Skewness of the estimate from leaving out one value after the other. For the mean these
/// estimates differ from their own mean as the values do from theirs, with the sign changed.
double acceleration(std::span<const double> values, double mean) {
    double squares = 0;
    double cubes = 0;
    for (const double value : values) {
        const double distance = value - mean;
        squares += distance * distance;
        cubes += distance * distance * distance;
    }
    return squares > 0 ? cubes / (6 * std::pow(squares, 1.5)) : 0.0;
}

/// Means of resamples, ascending.
std::vector<double> resampled_means(std::span<const double> values, const Bootstrap& how) {
    core::Rng rng = core::Rng(how.seed).split("bootstrap");
    std::vector<double> means(static_cast<std::size_t>(how.resamples));
    const auto n = static_cast<double>(values.size());
    for (double& mean : means) {
        double sum = 0;
        for (std::size_t i = 0; i < values.size(); ++i)
            sum += values[static_cast<std::size_t>(rng.below(values.size()))];
        mean = sum / n;
    }
    std::ranges::sort(means);
    return means;
}

/// Quantile between neighbours of a sorted list.
double quantile(const std::vector<double>& sorted, double share) {
    const double place = share * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return std::lerp(sorted[below], sorted[above], place - static_cast<double>(below));
}

}  // namespace

Interval bootstrap_mean(std::span<const double> values, const Bootstrap& how) {
    core::ensure(how.resamples >= 1, "bootstrap: at least one resample");
    core::ensure(how.confidence > 0 && how.confidence < 1, "bootstrap: confidence in (0, 1)");
    core::ensure(std::ranges::all_of(values, [](double v) { return std::isfinite(v); }),
                 "bootstrap: a value is not finite");
    if (values.empty()) {
        constexpr double none = std::numeric_limits<double>::quiet_NaN();
        return {none, none, none};
    }
    const auto [least, most] = std::ranges::minmax(values);
    if (least == most)
        return {least, least, least};
    // Ascending, so that their order does not count.
    std::vector<double> sample(values.begin(), values.end());
    std::ranges::sort(sample);
    const double mean = mean_of(sample);
    const std::vector<double> means = resampled_means(sample, how);
    const double rounding = 1e-12 * std::max(std::abs(least), std::abs(most));  // of the sums
    const auto below = std::ranges::lower_bound(means, mean - rounding) - means.begin();
    const auto up_to = std::ranges::upper_bound(means, mean + rounding) - means.begin();
    const auto count = static_cast<double>(means.size());
    // Half of those that are equal count as below; never all or none.
    const double share =
        std::clamp(static_cast<double>(below + up_to) / 2 / count, 0.5 / count, 1 - 0.5 / count);
    const boost::math::normal normal;
    const double bias = boost::math::quantile(normal, share);
    const double skew = acceleration(sample, mean);
    const auto end = [&](double probability) {
        const double z = bias + boost::math::quantile(normal, probability);
        return quantile(means, boost::math::cdf(normal, bias + z / (1 - skew * z)));
    };
    const double tail = (1 - how.confidence) / 2;
    return {mean, end(tail), end(1 - tail)};
}

}  // namespace plexus::results
