// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace plexus::cost_models {

/// How a polynomial is evaluated.
enum class PolynomialForm : std::uint8_t {
    horner,  ///< (…(c_d x + c_{d−1})x + …)x + c₀: d multiply-adds, one after the other.
    estrin,  ///< Pairs, pairs of pairs …: ⌊log₂ d⌋ squarings more, depth ⌈log₂(d + 1)⌉.
    clenshaw,  ///< Coefficients of Chebyshev polynomials; stable at high degrees.
};

[[nodiscard]] PolynomialForm polynomial_form(const std::string& name);

/// Value at x of the polynomial of these coefficients, lowest power first; 0 if there are none.
/// Clenshaw takes them as those of T₀, T₁ ….
[[nodiscard]] double evaluate(PolynomialForm form, std::span<const double> c, double x);

/// Multiply-adds of one evaluation at degree d.
[[nodiscard]] double operations(PolynomialForm form, std::int64_t degree);
/// Those that wait for each other.
[[nodiscard]] std::int64_t depth(PolynomialForm form, std::int64_t degree);

/// Coefficients of powers of x from those of T₀, T₁ ….
[[nodiscard]] std::vector<double> powers_of_chebyshev(std::span<const double> c);

/// Bound of the rounding error of Horner's method: γ_{2d}·Σ|c_j||x|^j, γ_k = ku/(1 − ku), with unit
/// round-off u = 2⁻⁵³.
/// \par Source N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., eq. (5.3).
[[nodiscard]] double horner_error_bound(std::span<const double> c, double x);

/// A square sparse matrix by rows that polynomials are formed of.
struct PolynomialBase {
    std::int64_t size = 0;
    std::vector<std::int32_t> row_offsets{};
    std::vector<std::int32_t> columns{};
    std::vector<double> values{};

    /// y = A·x.
    void multiply(std::span<const double> x, std::span<double> y) const;
};

/// ½(S + Sᵀ), S the shift by one: what neighbours in a line average to. Its eigenvalues are
/// cos(kπ/(n + 1)), so all lie inside (−1, 1).
[[nodiscard]] PolynomialBase path_average(std::int64_t size);

/// p(A)·v without forming a power of A: z ← A z + c_j v for falling j (Horner), or Clenshaw's
/// recurrence.
/// \param form horner or clenshaw.
[[nodiscard]] std::vector<double> apply_polynomial(PolynomialForm form,
                                                   const PolynomialBase& a,
                                                   std::span<const double> c,
                                                   std::span<const double> v);

}  // namespace plexus::cost_models
