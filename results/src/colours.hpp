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

/// From little to much on white.
/// \par Source ColorBrewer, sequential YlOrRd of 9 classes, Brewer and Harrower, 2002.
inline constexpr const char* load_palette =
    "set palette defined (0 '#ffffcc', 1 '#ffeda0', 2 '#fed976', 3 '#feb24c', 4 '#fd8d3c', "
    "5 '#fc4e2a', 6 '#e31a1c', 7 '#bd0026', 8 '#800026')\n";

/// From less to more around white.
/// \par Source ColorBrewer, diverging RdBu of 11 classes, reversed, Brewer and Harrower, 2002.
inline constexpr const char* ratio_palette =
    "set palette defined (0 '#053061', 1 '#2166ac', 2 '#4393c3', 3 '#92c5de', 4 '#d1e5f0', "
    "5 '#f7f7f7', 6 '#fddbc7', 7 '#f4a582', 8 '#d6604d', 9 '#b2182b', 10 '#67001f')\n";

}  // namespace plexus::results
