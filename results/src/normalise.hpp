// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "plexus/results/front.hpp"

namespace plexus::results {

/// Objectives of the points of a front scaled to [0, 1], [point][objective]: by logarithm where all
/// values of an objective are positive, else linearly; 0 where all are equal.
[[nodiscard]] std::vector<std::vector<double>> normalised(const Front& front);

/// Which of `among` is nearest to the ideal (0, …, 0) in the given objectives; ties: the first.
[[nodiscard]] std::size_t nearest_to_ideal(const std::vector<std::vector<double>>& points,
                                           const std::vector<std::size_t>& among,
                                           const std::vector<std::size_t>& objectives);

}  // namespace plexus::results
