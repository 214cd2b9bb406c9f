// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "plexus/cost_models/core_cost_model.hpp"

namespace plexus::cost_models::event_driven {

/// The core cost model `event_driven`.
[[nodiscard]] std::unique_ptr<const CoreCostModel> make_expected_events();

}  // namespace plexus::cost_models::event_driven
