// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "plexus/core/record.hpp"
#include "plexus/cost_models/dataflow/loop_nest_cost.hpp"
#include "plexus/explorers/mapping/mapping_file.hpp"

namespace plexus::apps {

/// What became of one layer.
struct MappedLayer {
    std::string engine;  ///< "given" if the mapping was complete.
    /// None if the search was interrupted before it.
    std::shared_ptr<const explorers::MapperResult> result;
    cost_models::dataflow::LoopNestCost cost;  ///< Of the best mapping, if there is one.

    [[nodiscard]] bool feasible() const { return result != nullptr && result->feasible(); }
};

/// All layers of a workload on one core.
struct MappedWorkload {
    const workloads::Workload* workload = nullptr;
    const hardware::DataflowCore* core = nullptr;
    std::vector<explorers::MapTask> tasks;
    std::vector<MappedLayer> layers;  ///< One per task.
    std::size_t distinct = 0;         ///< Searches that were done for them.
};

/// Index of the task of an operator; tasks.size() if it is not mapped.
[[nodiscard]] std::size_t task_of(const MappedWorkload& mapped, std::size_t op);
/// What became of a task: "mapped", "infeasible", "interrupted", or "not mapped" if there is none.
[[nodiscard]] const char* status_of(const MappedWorkload& mapped, std::size_t task);
/// The table of layers for people, the totals, and below why layers have no mapping.
[[nodiscard]] std::string layers_text(const MappedWorkload& mapped);
/// One row per operator of the workload, all figures in full.
[[nodiscard]] core::Table layers_table(const MappedWorkload& mapped);
/// Energy by operand, memory and direction, and latency by cause: per layer and quantity the values
/// add up to that of the layer. Then the compulsory traffic of each memory.
[[nodiscard]] core::Table map_breakdown_table(const MappedWorkload& mapped);
/// The points of all Pareto fronts.
[[nodiscard]] core::Table map_fronts_table(const MappedWorkload& mapped);
/// A mapping file with the best mapping of each layer.
[[nodiscard]] std::string mappings_yaml(const MappedWorkload& mapped);

}  // namespace plexus::apps
