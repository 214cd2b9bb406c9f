// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/core_cost_model.hpp"

#include "dataflow/roofline.hpp"
#include "event_driven/expected_events.hpp"

namespace plexus::cost_models {

void register_builtin(core::Registry<CoreCostModel>& registry) {
    registry.add(
        {"event_driven",
         "Expected event counts of a neuromorphic core, priced event by event; the busiest "
         "core sets the time step",
         {}},
        [](const core::Params&) { return event_driven::make_expected_events(); });
    registry.add({"roofline",
                  "MAC array and memory levels of a dataflow core, each at its own bound; the "
                  "slowest sets the time",
                  {}},
                 [](const core::Params&) { return dataflow::make_roofline(); });
}

core::Registry<CoreCostModel> builtin_core_models() {
    core::Registry<CoreCostModel> registry("core cost model");
    register_builtin(registry);
    return registry;
}

CoreCostModels default_core_models() {
    const core::Registry<CoreCostModel> registry = builtin_core_models();
    CoreCostModels models;
    for (const std::string& name : registry.names()) {
        models.push_back(registry.create(name));
    }
    return models;
}

}  // namespace plexus::cost_models
