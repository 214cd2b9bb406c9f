// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include <rapidcheck/catch.h>

#include "plexus/core/random.hpp"
#include "plexus/results/statistics.hpp"

#include "catch.hpp"

namespace test_statistics {

using namespace plexus;
using results::Interval;

TEST_CASE("the bootstrap interval of a mean") {
    CHECK(std::isnan(results::bootstrap_mean({}).value));
    const std::vector<double> one{3};
    CHECK(results::bootstrap_mean(one) == Interval{3, 3, 3});
    const std::vector<double> equal{2, 2, 2};
    CHECK(results::bootstrap_mean(equal) == Interval{2, 2, 2});
    const std::vector<double> bad{1, std::numeric_limits<double>::quiet_NaN()};
    CHECK_THROWS_AS(results::bootstrap_mean(bad), std::logic_error);

    // Symmetric values: no bias and no skewness, so the percentiles of the means, which are normal
    // with deviation 28.87/√100 = 2.887 here.
    std::vector<double> even(100);
    std::iota(even.begin(), even.end(), 0.5);
    const Interval interval = results::bootstrap_mean(even);
    CHECK(interval.value == Approx(50));
    CHECK(interval.low == Approx(50 - 1.96 * 2.887).epsilon(0.01));
    CHECK(interval.high == Approx(50 + 1.96 * 2.887).epsilon(0.01));
    CHECK(results::bootstrap_mean(even) == interval);
    CHECK_FALSE(results::bootstrap_mean(even, {.seed = 2}) == interval);

    // A long tail to the right moves both ends to the right of the plain percentiles.
    std::vector<double> skewed;
    for (int i = 1; i <= 20; ++i)
        skewed.push_back(-std::log((i - 0.5) / 20));
    const Interval right = results::bootstrap_mean(skewed);
    CHECK(right.high - right.value > right.value - right.low);
}

TEST_CASE("the interval contains the mean of the distribution as often as it says") {
    core::Rng rng(7);
    int covered = 0;
    constexpr int trials = 400;
    for (int t = 0; t < trials; ++t) {
        std::vector<double> drawn(40);
        for (double& value : drawn)
            value = -std::log(1 - rng.uniform());  // exponential, mean 1
        const Interval i = results::bootstrap_mean(drawn, {.resamples = 1000});
        covered += i.low <= 1 && 1 <= i.high ? 1 : 0;
    }
    // 95 % asked; at n = 40 of a skewed distribution BCa is known to cover a little less. Three
    // standard errors of 400 trials are 3.3 %.
    CHECK(covered >= 0.895 * trials);
    CHECK(covered <= 0.985 * trials);
}

TEST_CASE("a bootstrap interval leans as the values do") {
    // Quantiles of an exponential distribution. BCa ends are quantiles of resampled means at
    // z₀ + (z₀ + z)/(1 − a(z₀ + z)) with z₀ = a = γ/(6√n) for a mean; their distribution is normal
    // up to the skewness γ/√n (Cornish and Fisher).
    std::vector<double> values;
    for (int i = 1; i <= 40; ++i)
        values.push_back(-std::log(1 - (i - 0.5) / 40));
    double mean = 0;
    for (const double v : values)
        mean += v / 40;
    double squares = 0;
    double cubes = 0;
    for (const double v : values) {
        squares += (v - mean) * (v - mean) / 40;
        cubes += std::pow(v - mean, 3) / 40;
    }
    const double spread = std::sqrt(squares / 40);
    const double a = cubes / std::pow(squares, 1.5) / (6 * std::sqrt(40.0));
    const auto end = [&](double z) {
        const double shifted = a + (a + z) / (1 - a * (a + z));
        return mean + spread * (shifted + a * (shifted * shifted - 1));
    };
    const results::Interval interval = results::bootstrap_mean(values);
    CHECK(std::abs(interval.low - end(-1.959964)) < 0.08 * spread);
    CHECK(std::abs(interval.high - end(1.959964)) < 0.08 * spread);
}

TEST_CASE("Wilcoxon's signed-rank test by hand and by tables") {
    // All 5 differences positive: P = 2 · 2^-5.
    const std::vector<double> positive{1, 2, 3, 4, 5};
    CHECK(results::wilcoxon_signed_rank(positive) == Approx(2.0 / 32));
    // Depression scores of nine patients (Hollander and Wolfe 1999, table 3.1): T+ = 5, p = 0.039.
    const std::vector<double> depression{0.952, -0.147, 1.022, 0.43, 0.62, 0.59, 0.49, -0.08, 0.01};
    CHECK(results::wilcoxon_signed_rank(depression) == Approx(20.0 / 512));
    const std::vector<double> none{0, 0};
    CHECK(results::wilcoxon_signed_rank(none) == 1);
    // 30 differences 1 … 30 with the first ten negative: T = 55 of 465, mean 232.5, variance
    // 2363.75, z = 177/48.62.
    std::vector<double> many;
    for (int i = 1; i <= 30; ++i)
        many.push_back(i <= 10 ? -i : i);
    CHECK(results::wilcoxon_signed_rank(many) ==
          Approx(std::erfc(177 / std::sqrt(2363.75) / std::sqrt(2.0))));
    // Ties: ranks 1.5, 1.5 and 3; three of the eight signs have a sum of at most 1.5.
    const std::vector<double> tied{1, -1, 2};
    CHECK(results::wilcoxon_signed_rank(tied) == Approx(2 * 3.0 / 8));
    // ±1, 2, 2, … 13, 13: T+ = 351 − 3 of 26 ranks, with 13 pairs of ties.
    std::vector<double> pairs{-1, -1};
    for (int i = 2; i <= 13; ++i)
        pairs.insert(pairs.end(), {1.0 * i, 1.0 * i});
    CHECK(results::wilcoxon_signed_rank(pairs) ==
          Approx(std::erfc((348 - 175.5 - 0.5) /
                           std::sqrt(2 * (26.0 * 27 * 53 / 24 - 13 * 6.0 / 48)))));
    CHECK_THROWS_AS(results::wilcoxon_signed_rank(std::vector<double>{std::nan("")}),
                    std::logic_error);
    rc::prop("order and common sign do not count", [] {
        auto values = *rc::gen::container<std::vector<int>>(rc::gen::inRange(-20, 21));
        std::vector<double> a(values.begin(), values.end());
        std::vector<double> b(values.rbegin(), values.rend());
        for (double& x : b)
            x = -x;
        RC_ASSERT(std::abs(results::wilcoxon_signed_rank(a) - results::wilcoxon_signed_rank(b)) <
                  1e-12);
    });
}

TEST_CASE("Holm's adjustment steps down") {
    const std::vector<double> p{0.01, 0.04, 0.03, 0.005};
    CHECK(results::holm(p) == std::vector<double>{0.03, 0.06, 0.06, 0.02});
    CHECK(results::holm({}).empty());
    const std::vector<double> large{0.9, 0.8};
    CHECK(results::holm(large) == std::vector<double>{1, 1});
    CHECK_THROWS_AS(results::holm(std::vector<double>{0.5, std::nan("")}), std::logic_error);
}

TEST_CASE("the probability of being larger") {
    const std::vector<double> a{1, 2, 3};
    const std::vector<double> b{2, 2, 4};
    CHECK(results::vargha_delaney(a, b) == Approx((0 + 1 + 2) / 9.0));
    CHECK(results::vargha_delaney(a, a) == 0.5);
    CHECK(std::isnan(results::vargha_delaney(a, {})));
    CHECK_THROWS_AS(results::vargha_delaney(a, std::vector<double>{std::nan("")}),
                    std::logic_error);
    rc::prop("both directions add up to one", [] {
        const auto x = *rc::gen::nonEmpty<std::vector<int>>();
        const auto y = *rc::gen::nonEmpty<std::vector<int>>();
        const std::vector<double> c(x.begin(), x.end());
        const std::vector<double> d(y.begin(), y.end());
        RC_ASSERT(std::abs(results::vargha_delaney(c, d) + results::vargha_delaney(d, c) - 1) <
                  1e-12);
    });
}

TEST_CASE("a regression by hand") {
    // y = 1, 3, 2, 5 at x = 0, 1, 2, 3: slope 1.1, intercept 1.1, residuals −0.1, 0.8, −1.3, 0.6.
    const std::vector<double> y{1, 3, 2, 5};
    const results::Regression r = results::least_squares(
        {"constant", "x", "twice x"}, {{1, 1, 1, 1}, {0, 1, 2, 3}, {0, 2, 4, 6}}, y);
    REQUIRE(r.terms.size() == 2);  // the third column says nothing new
    CHECK(r.terms[0].coefficient == Approx(1.1));
    CHECK(r.terms[1].coefficient == Approx(1.1));
    CHECK(r.residuals[2] == Approx(-1.3));
    CHECK(r.r2 == Approx(1 - 2.7 / 8.75));
    CHECK(r.adjusted_r2 == Approx(1 - 2.7 / 2 / (8.75 / 3)));
    // HC3 of the slope: Σ (x − x̄)² (e/(1 − h))² / (Σ (x − x̄)²)², h = 0.7, 0.3, 0.3, 0.7.
    const double sum = 2.25 * std::pow(0.1 / 0.3, 2) + 0.25 * std::pow(0.8 / 0.7, 2) +
                       0.25 * std::pow(1.3 / 0.7, 2) + 2.25 * std::pow(0.6 / 0.3, 2);
    CHECK(r.terms[1].standard_error == Approx(std::sqrt(sum) / 5));
    // Two degrees of freedom: P(|T| > t) = 1 − t/√(2 + t²).
    const double t = 1.1 / r.terms[1].standard_error;
    CHECK(r.terms[1].p == Approx(1 - t / std::sqrt(2 + t * t)));
    // What one observation alone decides has no known error, and does not touch the others.
    const results::Regression alone = results::least_squares(
        {"constant", "last"}, {{1, 1, 1, 1}, {0, 0, 0, 1}}, std::vector<double>{1, 2, 3, 7});
    CHECK(alone.terms[1].coefficient == Approx(5));
    CHECK(std::isnan(alone.terms[1].standard_error));
    CHECK(alone.terms[1].p == 1);
    CHECK(alone.terms[0].standard_error == Approx(std::sqrt(2 * 1.5 * 1.5 / 9)));
    CHECK_THROWS_AS(results::least_squares({"a"}, {{1, 2}}, std::vector<double>{1}),
                    std::logic_error);
}

}  // namespace test_statistics
