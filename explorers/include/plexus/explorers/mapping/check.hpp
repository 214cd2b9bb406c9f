// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "plexus/core/error.hpp"
#include "plexus/cost_models/dataflow/loop_nest_model.hpp"
#include "plexus/hardware/core.hpp"

namespace plexus::explorers {

/// What is wrong with a mapping, found without the cost model: array dimensions and lanes, loops
/// that do not cover the layer, cuts that fall or leave loops over, data larger than its memory;
/// then, with a fresh evaluation, figures that the mapping does not have. Empty if it is sound.
[[nodiscard]] std::vector<core::Violation> check_mapping(
    const cost_models::dataflow::Layer& layer,
    const hardware::DataflowCore& core,
    const cost_models::dataflow::Mapping& mapping,
    const cost_models::dataflow::LayerFigures& figures,
    cost_models::dataflow::Rules rules);

}  // namespace plexus::explorers
