// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/kernels/polynomial.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

#include "plexus/core/error.hpp"

namespace plexus::cost_models {

namespace {

double horner(std::span<const double> c, double x) {
    double sum = c.back();
    for (std::size_t j = c.size() - 1; j-- > 0;)
        sum = sum * x + c[j];
    return sum;
}

/// Neighbours are joined with x, then with x², x⁴ ….
double estrin(std::span<const double> c, double x) {
    constexpr std::size_t most = 64;
    core::ensure(c.size() <= most, "estrin: too many coefficients");
    std::array<double, most> level{};
    std::copy(c.begin(), c.end(), level.begin());
    for (std::size_t n = c.size(); n > 1; n = (n + 1) / 2) {
        for (std::size_t k = 0; k < n / 2; ++k)
            level[k] = level[2 * k] + x * level[2 * k + 1];
        if (n % 2 != 0)
            level[n / 2] = level[n - 1];
        x *= x;
    }
    return level[0];
}

double clenshaw(std::span<const double> c, double x) {
    double next = 0;
    double after = 0;
    for (std::size_t j = c.size() - 1; j > 0; --j) {
        const double current = c[j] + 2 * x * next - after;
        after = next;
        next = current;
    }
    return c[0] + x * next - after;
}

}  // namespace

PolynomialForm polynomial_form(const std::string& name) {
    if (name == "estrin")
        return PolynomialForm::estrin;
    core::ensure(name == "horner" || name == "clenshaw", "unknown form of a polynomial");
    return name == "horner" ? PolynomialForm::horner : PolynomialForm::clenshaw;
}

double evaluate(PolynomialForm form, std::span<const double> c, double x) {
    if (c.empty())
        return 0;
    switch (form) {
        case PolynomialForm::horner:
            return horner(c, x);
        case PolynomialForm::estrin:
            return estrin(c, x);
        case PolynomialForm::clenshaw:
            break;
    }
    return clenshaw(c, x);
}

double operations(PolynomialForm form, std::int64_t degree) {
    const auto d = static_cast<double>(degree);
    switch (form) {
        case PolynomialForm::horner:
            return d;
        case PolynomialForm::estrin:
            return degree == 0 ? 0
                               : d + static_cast<double>(
                                         std::bit_width(static_cast<std::uint64_t>(degree)) - 1);
        case PolynomialForm::clenshaw:
            break;
    }
    return 2 * d;  // c_j + 2x·b and − b
}

std::int64_t depth(PolynomialForm form, std::int64_t degree) {
    switch (form) {
        case PolynomialForm::horner:
            return degree;
        case PolynomialForm::estrin:
            return static_cast<std::int64_t>(std::bit_width(static_cast<std::uint64_t>(degree)));
        case PolynomialForm::clenshaw:
            break;
    }
    return 2 * degree;
}

std::vector<double> powers_of_chebyshev(std::span<const double> c) {
    std::vector<double> out(c.size(), 0);
    std::vector<double> before(c.size(), 0);   // T_{k−1}
    std::vector<double> current(c.size(), 0);  // T_k
    for (std::size_t k = 0; k < c.size(); ++k) {
        if (k == 0) {
            current[0] = 1;
        } else {
            const double factor = k == 1 ? 1 : 2;
            std::vector<double> next(c.size(), 0);
            for (std::size_t j = 0; j + 1 < c.size(); ++j)
                next[j + 1] = factor * current[j];
            for (std::size_t j = 0; k > 1 && j < c.size(); ++j)
                next[j] -= before[j];
            before = std::move(current);
            current = std::move(next);
        }
        for (std::size_t j = 0; j <= k; ++j)
            out[j] += c[k] * current[j];
    }
    return out;
}

double horner_error_bound(std::span<const double> c, double x) {
    if (c.empty())
        return 0;
    constexpr double u = std::numeric_limits<double>::epsilon() / 2;
    const double ku = 2 * static_cast<double>(c.size() - 1) * u;
    double sum = 0;
    double power = 1;
    for (const double a : c) {
        sum += std::fabs(a) * power;
        power *= std::fabs(x);
    }
    return ku / (1 - ku) * sum;
}

void PolynomialBase::multiply(std::span<const double> x, std::span<double> y) const {
    for (std::size_t i = 0; i < y.size(); ++i) {
        double sum = 0;
        const auto end = static_cast<std::size_t>(row_offsets[i + 1]);
        for (auto k = static_cast<std::size_t>(row_offsets[i]); k < end; ++k)
            sum += values[k] * x[static_cast<std::size_t>(columns[k])];
        y[i] = sum;
    }
}

PolynomialBase path_average(std::int64_t size) {
    PolynomialBase a{.size = size};
    a.row_offsets.push_back(0);
    for (std::int32_t i = 0; i < size; ++i) {
        for (const std::int32_t j : {i - 1, i + 1}) {
            if (j < 0 || j >= size)
                continue;
            a.columns.push_back(j);
            a.values.push_back(0.5);
        }
        a.row_offsets.push_back(static_cast<std::int32_t>(a.columns.size()));
    }
    return a;
}

std::vector<double> apply_polynomial(PolynomialForm form,
                                     const PolynomialBase& a,
                                     std::span<const double> c,
                                     std::span<const double> v) {
    core::ensure(form != PolynomialForm::estrin, "a matrix polynomial is evaluated step by step");
    std::vector<double> z(v.size(), 0);
    if (c.empty())
        return z;
    std::vector<double> product(v.size());
    if (form == PolynomialForm::horner) {
        for (std::size_t i = 0; i < v.size(); ++i)
            z[i] = c.back() * v[i];
        for (std::size_t j = c.size() - 1; j-- > 0;) {
            a.multiply(z, product);
            for (std::size_t i = 0; i < v.size(); ++i)
                z[i] = product[i] + c[j] * v[i];
        }
        return z;
    }
    std::vector<double> after(v.size(), 0);
    for (std::size_t j = c.size(); j-- > 0;) {
        a.multiply(z, product);
        const double factor = j == 0 ? 1 : 2;
        for (std::size_t i = 0; i < v.size(); ++i) {
            const double current = c[j] * v[i] + factor * product[i] - after[i];
            after[i] = z[i];
            z[i] = current;
        }
    }
    return z;
}

}  // namespace plexus::cost_models
