// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "plexus/cost_models/core_cost_model.hpp"

namespace plexus::cost_models::dataflow {

/// The core cost model `roofline`.
[[nodiscard]] std::unique_ptr<const CoreCostModel> make_roofline();

}  // namespace plexus::cost_models::dataflow
