// SPDX-License-Identifier: Apache-2.0
#include "mapping/builtin.hpp"

namespace plexus::explorers {

// To add an engine: write its file, declare its function in builtin.hpp, add one line here.
void register_builtin(core::Registry<Mapper>& registry) {
    register_exhaustive(registry);
    register_annealing(registry);
    register_optimal(registry);
    register_constrained(registry);
}

core::Registry<Mapper> builtin_mappers() {
    core::Registry<Mapper> registry("mapping engine");
    register_builtin(registry);
    return registry;
}

}  // namespace plexus::explorers
