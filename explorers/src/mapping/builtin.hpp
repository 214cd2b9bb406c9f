// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plexus/explorers/mapping/mapper.hpp"

namespace plexus::explorers {

// One function per engine, each defined in the file of its name.
void register_exhaustive(core::Registry<Mapper>& registry);
void register_annealing(core::Registry<Mapper>& registry);
void register_optimal(core::Registry<Mapper>& registry);
void register_constrained(core::Registry<Mapper>& registry);

}  // namespace plexus::explorers
