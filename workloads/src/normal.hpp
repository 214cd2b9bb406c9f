// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace plexus::workloads::detail {

/// The x with P(|X| > x) = `u` for X ~ N(0, 1); `u` in (0, 1]. Relative accuracy about 1e-15, and
/// made of +, −, ·, / and √ only, so that it is the same on every IEEE machine.
/// \par Source Wichura, "Algorithm AS 241: The percentage points of the normal distribution",
/// Applied Statistics 37(3), 1988, routine PPND16.
[[nodiscard]] double normal_magnitude(double u);

/// Natural logarithm of a positive, finite, normal number, without the mathematical library.
[[nodiscard]] double portable_log(double x);

}  // namespace plexus::workloads::detail
