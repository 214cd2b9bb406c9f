// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "plexus/explorers/scheduling/tile_network.hpp"

#include "pictures.hpp"

namespace plexus::apps {

/// `timeline`: cores and links as rows, nodes in the colours of their stacks, and how full each
/// memory is. \pre There is a timeline.
[[nodiscard]] Picture timeline_picture(const std::string& title,
                                       const explorers::TiledNetwork& tiled);

/// The same as a trace for ui.perfetto.dev.
[[nodiscard]] std::string timeline_trace(const explorers::TiledNetwork& tiled);

}  // namespace plexus::apps
