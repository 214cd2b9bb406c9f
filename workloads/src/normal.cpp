// SPDX-License-Identifier: Apache-2.0
#include "normal.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace plexus::workloads::detail {

namespace {

/// c[0] + c[1]·x + … by Horner's rule.
template <std::size_t n>
double polynomial(const std::array<double, n>& c, double x) {
    double sum = c[n - 1];
    for (std::size_t i = n - 1; i > 0; --i)
        sum = sum * x + c[i - 1];
    return sum;
}

// Coefficients of AS 241, PPND16: numerators and denominators of three rational functions.
constexpr std::array<double, 8> central_numerator = {3.3871328727963666080e0,
                                                     1.3314166789178437745e+2,
                                                     1.9715909503065514427e+3,
                                                     1.3731693765509461125e+4,
                                                     4.5921953931549871457e+4,
                                                     6.7265770927008700853e+4,
                                                     3.3430575583588128105e+4,
                                                     2.5090809287301226727e+3};
constexpr std::array<double, 8> central_denominator = {1.0,
                                                       4.2313330701600911252e+1,
                                                       6.8718700749205790830e+2,
                                                       5.3941960214247511077e+3,
                                                       2.1213794301586595867e+4,
                                                       3.9307895800092710610e+4,
                                                       2.8729085735721942674e+4,
                                                       5.2264952788528545610e+3};
constexpr std::array<double, 8> middle_numerator = {1.42343711074968357734e0,
                                                    4.63033784615654529590e0,
                                                    5.76949722146069140550e0,
                                                    3.64784832476320460504e0,
                                                    1.27045825245236838258e0,
                                                    2.41780725177450611770e-1,
                                                    2.27238449892691845833e-2,
                                                    7.74545014278341407640e-4};
constexpr std::array<double, 8> middle_denominator = {1.0,
                                                      2.05319162663775882187e0,
                                                      1.67638483018380384940e0,
                                                      6.89767334985100004550e-1,
                                                      1.48103976427480074590e-1,
                                                      1.51986665636164571966e-2,
                                                      5.47593808499534494600e-4,
                                                      1.05075007164441684324e-9};
constexpr std::array<double, 8> tail_numerator = {6.65790464350110377720e0,
                                                  5.46378491116411436990e0,
                                                  1.78482653991729133580e0,
                                                  2.96560571828504891230e-1,
                                                  2.65321895265761230930e-2,
                                                  1.24266094738807843860e-3,
                                                  2.71155556874348757815e-5,
                                                  2.01033439929228813265e-7};
constexpr std::array<double, 8> tail_denominator = {1.0,
                                                    5.99832206555887937690e-1,
                                                    1.36929880922735805310e-1,
                                                    1.48753612908506148525e-2,
                                                    7.86869131145613259100e-4,
                                                    1.84631831751005468180e-5,
                                                    1.42151175831644588870e-7,
                                                    2.04426310338993978564e-15};

}  // namespace

double portable_log(double x) {
    // x = m·2^e with m in [√½, √2); ln m = 2·artanh(s), s = (m − 1)/(m + 1), |s| ≤ 0.1716.
    constexpr std::uint64_t fraction_mask = (std::uint64_t{1} << 52) - 1;
    const auto bits = std::bit_cast<std::uint64_t>(x);
    int exponent = static_cast<int>(bits >> 52) - 1023;
    auto m = std::bit_cast<double>((bits & fraction_mask) | (std::uint64_t{1023} << 52));
    if (m >= 1.4142135623730951) {
        m *= 0.5;
        ++exponent;
    }
    constexpr std::array<double, 10> odd_terms = {
        1.0, 1.0 / 3, 1.0 / 5, 1.0 / 7, 1.0 / 9, 1.0 / 11, 1.0 / 13, 1.0 / 15, 1.0 / 17, 1.0 / 19};
    const double s = (m - 1) / (m + 1);
    return 2 * s * polynomial(odd_terms, s * s) + exponent * 0.69314718055994530942;
}

double normal_magnitude(double u) {
    const double p = 0.5 * u;  // upper tail of one side
    const double q = 0.5 - p;
    if (q <= 0.425) {
        const double r = 0.180625 - q * q;
        return q * polynomial(central_numerator, r) / polynomial(central_denominator, r);
    }
    const double r = std::sqrt(-portable_log(p));
    if (r <= 5) {
        return polynomial(middle_numerator, r - 1.6) / polynomial(middle_denominator, r - 1.6);
    }
    return polynomial(tail_numerator, r - 5) / polynomial(tail_denominator, r - 5);
}

}  // namespace plexus::workloads::detail
