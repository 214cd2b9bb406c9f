// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plexus/explorers/annealing/cooling.hpp"

namespace plexus::explorers {

// One function per cooling schedule, each defined in the file of its name.
void register_geometric(core::Registry<CoolingSchedule>& registry);
void register_linear(core::Registry<CoolingSchedule>& registry);
void register_lundy_mees(core::Registry<CoolingSchedule>& registry);
void register_logarithmic(core::Registry<CoolingSchedule>& registry);
void register_adaptive(core::Registry<CoolingSchedule>& registry);

/// Share of the run that is over, in [0, 1].
[[nodiscard]] double elapsed_share(const CoolingState& state);

/// Default of every `final_ratio`: a move that is accepted with probability 0.8 at the start
/// (exp(-x) = 0.8) has probability exp(-x/0.005) ≈ 4e-20 at the end, so the run ends as a descent.
inline constexpr double default_final_ratio = 0.005;

}  // namespace plexus::explorers
