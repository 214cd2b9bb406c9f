// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <limits>
#include <string>

#include "plexus/results/plot.hpp"

namespace plexus::results {

namespace detail {

/// The range of some values.
struct Limits {
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();

    void add(double value) {
        low = std::min(low, value);
        high = std::max(high, value);
    }
};

}  // namespace detail

/// Commands that give gnuplot's axis `axis` (x, y, cb) these ticks, range and scale.
/// \param texts Whether the marks have texts; a panel leaves them to its neighbour.
[[nodiscard]] std::string axis_commands(const char* axis, const Ticks& ticks, bool texts = true);

/// The same marks with texts on at most four of them, for a narrow panel.
[[nodiscard]] Ticks spaced(Ticks ticks);

}  // namespace plexus::results
