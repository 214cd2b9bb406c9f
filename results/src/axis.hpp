// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "plexus/results/plot.hpp"

namespace plexus::results {

/// Commands that give gnuplot's axis `axis` (x, y, cb) these ticks, range and scale.
/// \param texts Whether the marks have texts; a panel leaves them to its neighbour.
[[nodiscard]] std::string axis_commands(const char* axis, const Ticks& ticks, bool texts = true);

}  // namespace plexus::results
