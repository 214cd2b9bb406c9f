// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "plexus/core/record.hpp"
#include "plexus/core/units.hpp"
#include "plexus/hardware/architecture.hpp"

namespace plexus::cost_models {

/// Silicon area as far as the description of the machine gives it.
struct AreaEstimate {
    core::Area total;
    bool complete = true;               ///< False if some part has no area in the description.
    std::vector<core::CostItem> parts;  ///< place, cause and count (µm²).
};

/// Σ over cores of the area of MAC array and memories (dataflow) or of the core (event-driven).
[[nodiscard]] AreaEstimate estimate_area(const hardware::Architecture& architecture);

}  // namespace plexus::cost_models
