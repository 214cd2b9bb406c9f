// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "plexus/cost_models/dataflow/mapping.hpp"

namespace plexus::explorers {

/// The loops on the array in one line: `D1: K 32, D2: C 16 x FX 2`.
[[nodiscard]] std::string spatial_text(const cost_models::dataflow::SpatialMapping& spatial);

/// The loops in time in one line, outermost first: `C 4, OX 8`.
[[nodiscard]] std::string temporal_text(const cost_models::dataflow::Layer& layer,
                                        const cost_models::dataflow::TemporalMapping& temporal);

}  // namespace plexus::explorers
