// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include <rapidcheck/catch.h>

#include "plexus/cost_models/kernels/polynomial.hpp"

#include "catch.hpp"

namespace test_polynomial {

using namespace plexus::cost_models;

namespace {

/// Coefficients in [−2, 2], steps of 1/8.
std::vector<double> any_coefficients(int most) {
    std::vector<double> c(static_cast<std::size_t>(*rc::gen::inRange(1, most + 2)));
    for (double& v : c)
        v = *rc::gen::inRange(-16, 17) / 8.0;
    return c;
}

long double exact(const std::vector<double>& c, double x) {
    long double sum = 0;
    for (std::size_t j = c.size(); j-- > 0;)
        sum = sum * static_cast<long double>(x) + static_cast<long double>(c[j]);
    return sum;
}

}  // namespace

TEST_CASE("Horner and Estrin evaluate a polynomial by hand, Clenshaw Chebyshev's") {
    const std::vector<double> c{1, -2, 0, 3};  // 1 − 2x + 3x³
    CHECK(evaluate(PolynomialForm::horner, c, 2) == 21);
    CHECK(evaluate(PolynomialForm::estrin, c, 2) == 21);
    // T₀ − 2T₁ + 3T₃ at ½: 1 − 1 + 3(4/8 − 3/2)
    CHECK(evaluate(PolynomialForm::clenshaw, c, 0.5) == -3);
    CHECK(evaluate(PolynomialForm::horner, {}, 2) == 0);
    CHECK(powers_of_chebyshev(c) == std::vector<double>{1, -11, 0, 12});
}

TEST_CASE("all forms agree, and Horner within its rounding bound") {
    rc::prop("on [−1, 1]", [] {
        const std::vector<double> c = any_coefficients(8);
        const double x = *rc::gen::inRange(-1000, 1001) / 1000.0;
        const auto value = static_cast<double>(exact(c, x));
        const double bound = horner_error_bound(c, x) + 1e-300;
        RC_ASSERT(std::fabs(evaluate(PolynomialForm::horner, c, x) - value) <= bound);
        RC_ASSERT(std::fabs(evaluate(PolynomialForm::estrin, c, x) - value) <= 2 * bound + 1e-15);
        const std::vector<double> powers = powers_of_chebyshev(c);
        RC_ASSERT(std::fabs(evaluate(PolynomialForm::clenshaw, c, x) -
                            evaluate(PolynomialForm::horner, powers, x)) <= 1e-12);
    });
}

TEST_CASE("operations and depth of the forms") {
    CHECK(operations(PolynomialForm::horner, 5) == 5);
    CHECK(operations(PolynomialForm::estrin, 5) == 7);  // x², x⁴
    CHECK(operations(PolynomialForm::estrin, 0) == 0);
    CHECK(operations(PolynomialForm::clenshaw, 5) == 10);
    CHECK(depth(PolynomialForm::horner, 5) == 5);
    CHECK(depth(PolynomialForm::estrin, 5) == 3);
    CHECK(depth(PolynomialForm::estrin, 3) == 2);
    CHECK(depth(PolynomialForm::clenshaw, 5) == 10);
}

TEST_CASE("a matrix polynomial is the sum of its powers") {
    rc::prop("Horner and Clenshaw against powers", [] {
        const std::vector<double> c = any_coefficients(6);
        const std::int64_t n = *rc::gen::inRange(1, 12);
        const PolynomialBase a = path_average(n);
        std::vector<double> v(static_cast<std::size_t>(n));
        for (double& x : v)
            x = *rc::gen::inRange(-8, 9);
        std::vector<double> power = v;
        std::vector<double> expected(v.size(), 0);
        for (const double coefficient : c) {
            for (std::size_t i = 0; i < v.size(); ++i)
                expected[i] += coefficient * power[i];
            std::vector<double> next(v.size());
            a.multiply(power, next);
            power = next;
        }
        const auto horner = apply_polynomial(PolynomialForm::horner, a, c, v);
        for (std::size_t i = 0; i < v.size(); ++i)
            RC_ASSERT(std::fabs(horner[i] - expected[i]) <= 1e-12);
        const auto clenshaw = apply_polynomial(PolynomialForm::clenshaw, a, c, v);
        const auto same = apply_polynomial(PolynomialForm::horner, a, powers_of_chebyshev(c), v);
        for (std::size_t i = 0; i < v.size(); ++i)
            RC_ASSERT(std::fabs(clenshaw[i] - same[i]) <= 1e-11);
    });
    CHECK_THROWS_AS(apply_polynomial(PolynomialForm::estrin,
                                     path_average(2),
                                     std::vector<double>{1},
                                     std::vector<double>{1, 1}),
                    std::logic_error);
}

TEST_CASE(
    "block Jacobi: the Neumann polynomial approaches the inverse of a diagonal matrix plus A") {
    // K = 2 − ½A', A' = 2·path average: D = 2, A_J = ½·path average, ρ(A_J) < ½.
    const std::int64_t n = 9;
    PolynomialBase jacobi = path_average(n);
    for (double& v : jacobi.values)
        v /= 2;
    std::vector<double> x(static_cast<std::size_t>(n));
    for (std::size_t i = 0; i < x.size(); ++i)
        x[i] = std::sin(static_cast<double>(i + 1));
    // b = K x, K = 2 − path average.
    std::vector<double> b(x.size());
    path_average(n).multiply(x, b);
    for (std::size_t i = 0; i < x.size(); ++i)
        b[i] = (2 * x[i] - b[i]) / 2;  // D⁻¹ K x
    double before = INFINITY;
    for (const std::size_t degree : {1U, 4U, 16U, 40U}) {
        const std::vector<double> ones(degree + 1, 1);
        const auto y = apply_polynomial(PolynomialForm::horner, jacobi, ones, b);
        double worst = 0;
        for (std::size_t i = 0; i < x.size(); ++i)
            worst = std::max(worst, std::fabs(y[i] - x[i]));
        CHECK(worst < before);
        CHECK(worst <= std::pow(0.5, static_cast<double>(degree + 1)) * 3 + 1e-12);
        before = worst;
    }
}

}  // namespace test_polynomial
