// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "plexus/explorers/design/explorer.hpp"

namespace plexus::explorers {

/// How many designs an explorer hands over that needs no answer before the next.
inline constexpr std::size_t designs_at_a_time = 1024;

// One function per explorer, each defined in the file of its name.
void register_exhaustive(core::Registry<Explorer>& registry);
void register_random(core::Registry<Explorer>& registry);
void register_annealing(core::Registry<Explorer>& registry);
void register_nsga2(core::Registry<Explorer>& registry);

}  // namespace plexus::explorers
