// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

namespace plexus::results {

/// Colours that differ also for colour-blind readers.
/// \par Source Okabe and Ito, "Color Universal Design", 2008 (black and yellow left out).
inline constexpr std::array<const char*, 6> colours{
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"};
/// \par Source viridis, van der Walt and Smith, 2015: 9 of its 256 steps.
inline constexpr const char* palette =
    "set palette defined (0 '#440154', 1 '#472d7b', 2 '#3b528b', 3 '#2c728e', 4 '#21918c', "
    "5 '#28ae80', 6 '#5ec962', 7 '#addc30', 8 '#fde725')\n";

}  // namespace plexus::results
