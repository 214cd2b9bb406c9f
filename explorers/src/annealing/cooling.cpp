// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/annealing/cooling.hpp"

#include <algorithm>

#include "annealing/builtin.hpp"

namespace plexus::explorers {

double elapsed_share(const CoolingState& state) {
    const auto steps = static_cast<double>(std::max<std::int64_t>(state.steps, 1));
    return std::clamp(static_cast<double>(state.step) / steps, 0.0, 1.0);
}

// To add a schedule: write its file, declare its function in builtin.hpp, add one line here.
void register_builtin(core::Registry<CoolingSchedule>& registry) {
    register_geometric(registry);
    register_linear(registry);
    register_lundy_mees(registry);
    register_logarithmic(registry);
    register_adaptive(registry);
}

core::Registry<CoolingSchedule> builtin_cooling_schedules() {
    core::Registry<CoolingSchedule> registry("cooling schedule");
    register_builtin(registry);
    return registry;
}

}  // namespace plexus::explorers
