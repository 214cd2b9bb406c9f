// SPDX-License-Identifier: Apache-2.0
#include "design/builtin.hpp"

namespace plexus::explorers {

// To add an explorer: write its file, declare its function in builtin.hpp, add one line here.
void register_builtin(core::Registry<Explorer>& registry) {
    register_exhaustive(registry);
    register_random(registry);
    register_annealing(registry);
    register_nsga2(registry);
}

core::Registry<Explorer> builtin_explorers() {
    core::Registry<Explorer> registry("explorer");
    register_builtin(registry);
    return registry;
}

}  // namespace plexus::explorers
