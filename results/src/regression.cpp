// SPDX-License-Identifier: Apache-2.0
#include <Eigen/Dense>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <boost/math/distributions/students_t.hpp>

#include "plexus/core/error.hpp"
#include "plexus/results/statistics.hpp"

namespace plexus::results {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// Columns that do not depend on those before them, by Gram and Schmidt.
std::vector<std::size_t> independent(const MatrixXd& x) {
    constexpr double tolerance = 1e-9;
    std::vector<std::size_t> kept;
    std::vector<VectorXd> basis;
    for (Index j = 0; j < x.cols(); ++j) {
        VectorXd rest = x.col(j);
        const double length = rest.norm();
        for (int pass = 0; pass < 2; ++pass)  // once more against rounding
            for (const VectorXd& b : basis)
                rest -= b.dot(rest) * b;
        if (length == 0 || rest.norm() <= tolerance * length)
            continue;
        basis.push_back(rest.normalized());
        kept.push_back(static_cast<std::size_t>(j));
    }
    return kept;
}

/// Variances of coefficients after HC3: every squared residual over (1 − leverage)². What an
/// observation alone decides (leverage 1) has no residual to tell its spread: not a number.
VectorXd hc3(const MatrixXd& design, const MatrixXd& inverse, const VectorXd& residual) {
    constexpr double rounding = 1e-9;
    VectorXd variance = VectorXd::Zero(design.cols());
    for (Index i = 0; i < design.rows(); ++i) {
        const VectorXd pull = inverse * design.row(i).transpose();
        const double free = 1 - design.row(i) * pull;
        if (free > rounding) {
            variance += (pull * (residual(i) / free)).array().square().matrix();
            continue;
        }
        const double most = pull.cwiseAbs().maxCoeff();
        for (Index j = 0; j < pull.size(); ++j)
            if (std::abs(pull(j)) > rounding * most)
                variance(j) = std::numeric_limits<double>::quiet_NaN();
    }
    return variance;
}

double two_sided(double t, double freedom) {
    if (std::isnan(t))
        return 1;
    const boost::math::students_t student(freedom);
    return 2 * boost::math::cdf(boost::math::complement(student, std::abs(t)));
}

}  // namespace

Regression least_squares(const std::vector<std::string>& names,
                         const std::vector<std::vector<double>>& x,
                         std::span<const double> y) {
    core::ensure(names.size() == x.size() && !x.empty(), "least_squares: a name per column");
    core::ensure(y.size() > x.size(), "least_squares: more observations than columns");
    const auto n = static_cast<Index>(y.size());
    MatrixXd all(n, static_cast<Index>(x.size()));
    for (std::size_t j = 0; j < x.size(); ++j) {
        core::ensure(x[j].size() == y.size(), "least_squares: columns of equal length");
        all.col(static_cast<Index>(j)) = Eigen::Map<const VectorXd>(x[j].data(), n);
    }
    const VectorXd response = Eigen::Map<const VectorXd>(y.data(), n);
    core::ensure(all.allFinite() && response.allFinite(), "least_squares: a value is not finite");

    const std::vector<std::size_t> kept = independent(all);
    MatrixXd design(n, static_cast<Index>(kept.size()));
    for (std::size_t j = 0; j < kept.size(); ++j)
        design.col(static_cast<Index>(j)) = all.col(static_cast<Index>(kept[j]));
    const Eigen::HouseholderQR<MatrixXd> qr(design);
    const VectorXd beta = qr.solve(response);
    const VectorXd residual = response - design * beta;
    const MatrixXd inverse = (design.transpose() * design).inverse();

    const VectorXd variance = hc3(design, inverse, residual);

    Regression out;
    out.observations = n;
    out.residuals.assign(residual.begin(), residual.end());
    const double total = (response.array() - response.mean()).square().sum();
    const auto freedom = static_cast<double>(n - static_cast<Index>(kept.size()));
    out.r2 = total > 0 ? 1 - residual.squaredNorm() / total : 1.0;
    out.adjusted_r2 = 1 - (1 - out.r2) * static_cast<double>(n - 1) / freedom;
    for (std::size_t j = 0; j < kept.size(); ++j) {
        const auto at = static_cast<Index>(j);
        const double error = std::sqrt(variance(at));
        out.terms.push_back({.name = names[kept[j]],
                             .coefficient = beta(at),
                             .standard_error = error,
                             .p = two_sided(beta(at) / error, freedom)});
    }
    return out;
}

}  // namespace plexus::results
