// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plexus/core/reader.hpp"
#include "plexus/explorers/mapping/map_operator.hpp"

#include "execution.hpp"

namespace plexus::explorers {

/// The decision of a timeline among the decisions of an experiment.
/// \param section decisions.timeline.
[[nodiscard]] TileDecision tile_decision_of(const Decisions& decisions,
                                            std::uint64_t seed,
                                            const core::Reader& section,
                                            const workloads::Workload& workload,
                                            const hardware::Architecture& machine);

/// Executes tiles on the cores of the machine, as decisions.timeline says.
/// \param section decisions.timeline.
[[nodiscard]] Execution execute_tiles(const DecidedDesign& design,
                                      const core::Node& section,
                                      MappingMemo& memo);

}  // namespace plexus::explorers
