// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "plexus/core/error.hpp"
#include "plexus/core/node.hpp"
#include "plexus/cost_models/timeline/node_graph.hpp"
#include "plexus/cost_models/timeline/tile_machine.hpp"
#include "plexus/explorers/mapping/map_operator.hpp"
#include "plexus/explorers/scheduling/tile_search.hpp"

namespace plexus::explorers {

/// A network cut into tiles on a machine, with the timeline that was found for it.
struct TiledNetwork {
    std::vector<std::string> operators;  ///< Their names.
    cost_models::timeline::NodeGraph graph;
    cost_models::timeline::TileMachine machine;
    cost_models::timeline::NodeCosts costs;
    TileSearchResult found;
    std::vector<core::Violation> violations;  ///< Why there is no timeline.
};

/// Cuts, prices, places: everything from a decision to a timeline. Pure.
/// \param jobs Threads that map tiles (≤ 0: all); the result does not depend on them.
[[nodiscard]] TiledNetwork run_tiles(const workloads::Workload& workload,
                                     const hardware::Architecture& architecture,
                                     const TileDecision& decision,
                                     int jobs = 1);
/// The same with mappings that are remembered.
[[nodiscard]] TiledNetwork run_tiles(const workloads::Workload& workload,
                                     const hardware::Architecture& architecture,
                                     const TileDecision& decision,
                                     MappingMemo& memo,
                                     int jobs = 1);

/// A network, a machine and how one is to run on the other.
struct TileExperiment {
    std::string name;
    core::Node resolved;  ///< As read.
    hardware::Architecture architecture;
    workloads::Workload workload;
    TileDecision decision;
    std::vector<core::Problem> warnings;
};

/// Reads `{version, name, description, hardware, workload, schedule}`: files, and what
/// read_tile_decision() reads. Without `schedule` the file is an experiment, whose decisions count
/// as they stand there, without what its space varies.
/// \throws core::ConfigErrors listing every problem of the file and of those it names.
[[nodiscard]] TileExperiment load_tile_experiment(const std::filesystem::path& file);

}  // namespace plexus::explorers
