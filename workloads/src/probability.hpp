// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "plexus/workloads/density_model.hpp"

namespace plexus::workloads::detail {

/// Probabilities below this are cut off at both ends of a distribution.
inline constexpr double negligible = 1e-20;

/// Logarithm of the binomial probability of `x` successes in `n` trials, 0 ≤ x ≤ n. n need not be
/// an integer. Accurate to about 1e-14 for any size.
/// \par Source Loader, "Fast and accurate computation of binomial probabilities", 2000.
[[nodiscard]] double log_binomial(double x, double n, double p);

/// Logarithm of the probability that `draws` of `total` elements, of which `marked` are marked,
/// hold exactly `k` of these; −∞ if that is impossible.
[[nodiscard]] double log_hypergeometric(std::int64_t k,
                                        std::int64_t total,
                                        std::int64_t marked,
                                        std::int64_t draws);

/// How many of `draws` of `total` elements are marked.
[[nodiscard]] Occupancy hypergeometric(std::int64_t total, std::int64_t marked, std::int64_t draws);

/// Binomial distribution with this mean and variance, 0 ≤ variance ≤ mean: what a sum of many
/// independent draws that need not be alike comes to.
/// \par Source Ehm, "Binomial approximation to the Poisson binomial distribution", Statistics &
/// Probability Letters 11, 1991; a hypergeometric number is such a sum (Vatutin, Mikhailov 1982).
[[nodiscard]] Occupancy matched_binomial(double mean, double variance);

/// Always exactly `nonzeros`.
[[nodiscard]] Occupancy certain(std::int64_t nonzeros);

/// Each number times `factor`, plus `offset`.
[[nodiscard]] Occupancy scaled(Occupancy x, std::int64_t factor, std::int64_t offset);

/// Distribution of the sum of two independent numbers, and of `count` ≥ 0 alike.
[[nodiscard]] Occupancy sum(const Occupancy& x, const Occupancy& y);
[[nodiscard]] Occupancy sum_of(Occupancy x, std::int64_t count);

/// A number of tiles that have the same distribution.
struct TileClass {
    Occupancy occupancy;
    std::int64_t tiles = 1;
};

/// Distribution of a tile drawn from all classes.
[[nodiscard]] Occupancy mixture(const std::vector<TileClass>& classes);

/// E[max] = Σ_{k ≥ 0} (1 − Π F_c(k)^tiles_c) of independent tiles.
[[nodiscard]] double expected_maximum(const std::vector<TileClass>& classes);

}  // namespace plexus::workloads::detail
