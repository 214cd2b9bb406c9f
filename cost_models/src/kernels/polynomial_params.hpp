// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>

#include "plexus/core/registry.hpp"
#include "plexus/cost_models/kernels/polynomial.hpp"

namespace plexus::cost_models {

/// Above this degree powers of x lose too many digits to each other.
inline constexpr std::int64_t max_power_degree = 8;
inline constexpr std::int64_t max_clenshaw_degree = 32;

[[nodiscard]] inline core::ParamSpec degree_param(std::int64_t largest) {
    return {.name = "degree",
            .unit = "1",
            .fallback = std::int64_t{3},
            .range = {.lower = 0, .upper = static_cast<double>(largest)},
            .doc = "of the polynomial"};
}

/// \throws std::invalid_argument if powers of x are too ill-conditioned for the degree.
inline void check_degree(std::int64_t degree, PolynomialForm form) {
    if (form != PolynomialForm::clenshaw && degree > max_power_degree)
        throw std::invalid_argument(fmt::format(
            "a degree above {} needs clenshaw, got degree {}", max_power_degree, degree));
}

/// What `form` evaluates, from coefficients of T₀, T₁ ….
[[nodiscard]] inline std::vector<double> coefficients_of(PolynomialForm form,
                                                         std::span<const double> chebyshev) {
    return form == PolynomialForm::clenshaw
               ? std::vector<double>(chebyshev.begin(), chebyshev.end())
               : powers_of_chebyshev(chebyshev);
}

}  // namespace plexus::cost_models
