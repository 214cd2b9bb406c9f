// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace plexus::results {

/// An estimate between the ends of its confidence interval.
struct Interval {
    double value = 0;
    double low = 0;
    double high = 0;
    bool operator==(const Interval&) const = default;
};

/// How an interval is found by resampling.
struct Bootstrap {
    int resamples = 10'000;
    double confidence = 0.95;
    std::uint64_t seed = 1;
};

/// The mean with its bias-corrected and accelerated bootstrap interval. Deterministic. One value,
/// or values that are all equal, have an interval of no width; no value has NaN. \throws
/// std::logic_error if a value is not finite. \par Source Efron, J. Am. Stat. Assoc. 82 (1987);
/// Efron and Tibshirani, An Introduction to the Bootstrap (1993), section 14.3.
[[nodiscard]] Interval bootstrap_mean(std::span<const double> values, const Bootstrap& how = {});

/// Two-sided p of Wilcoxon's signed-rank test that `differences` are symmetric around 0.
/// Differences of 0 are left out; 1 if none is left. Exact for up to 25, else by the
/// normal approximation with corrections for ties and continuity. \throws std::logic_error if a
/// value is not finite. \par Source Wilcoxon, Biometrics Bull. 1 (1945); Hollander and Wolfe,
/// Nonparametric Statistical Methods (1999), section 3.1.
[[nodiscard]] double wilcoxon_signed_rank(std::span<const double> differences);

/// Holm's adjusted p values, in the order of `p`: rejecting those below 0.05 keeps the chance of
/// any false rejection below 0.05. \throws std::logic_error if one is not in [0, 1].
/// \par Source Holm, Scand. J. Stat. 6 (1979).
[[nodiscard]] std::vector<double> holm(std::span<const double> p);

/// Probability that a value of `a` exceeds one of `b`, equal ones counting half: 0.5 = no effect.
/// NaN if one is empty. \throws std::logic_error if a value is not a number. \par Source Vargha and
/// Delaney, J. Educ. Behav. Stat. 25 (2000).
[[nodiscard]] double vargha_delaney(std::span<const double> a, std::span<const double> b);

/// A linear regression by least squares.
struct Regression {
    struct Term {
        std::string name;
        double coefficient = 0;
        /// HC3: holds for errors of unequal spread. NaN if one observation alone decides.
        double standard_error = 0;
        double p = 1;  ///< Two-sided, by Student's t.
    };
    std::vector<Term> terms;
    std::int64_t observations = 0;
    double r2 = 0;
    double adjusted_r2 = 0;
    std::vector<double> residuals;  ///< In order of the observations.
};

/// Regresses `y` on the columns of `x` (one vector per column, of the size of y), named by `names`;
/// a constant must be given as a column. Columns that depend on the ones before them are left out
/// of `terms`. \throws std::logic_error unless there are more observations than columns, of equal
/// number. \par Source MacKinnon and White, J. Econometrics 29 (1985).
[[nodiscard]] Regression least_squares(const std::vector<std::string>& names,
                                       const std::vector<std::vector<double>>& x,
                                       std::span<const double> y);

}  // namespace plexus::results
