// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plexus/core/node.hpp"
#include "plexus/cost_models/dataflow/mapping.hpp"
#include "plexus/explorers/mapping/map_operator.hpp"
#include "plexus/workloads/workload.hpp"

namespace plexus::explorers {

/// One layer to be mapped, and what a mapping file says about it.
struct MapTask {
    std::size_t op = 0;  ///< Index into Workload::operators.
    dataflow::Layer layer;
    SpatialRequest spatial;
    std::vector<OrderedLoop> ordering;  ///< Given loop order; empty = searched.
    /// A complete mapping, as written by plexus map: nothing is left to search.
    std::optional<dataflow::Mapping> given;
};

/// Whether operators of this kind are mapped to arrays: contractions, elementwise operators and
/// reductions.
[[nodiscard]] bool mappable(workloads::OperatorKind kind);

/// The mappable layers of a workload.
/// \param mappings A mapping file: a list of entries `name` (of a layer, of a type of operators, or
///        `default`) with `spatial_mapping`, `spatial_mapping_hint`, `memory_operand_links`,
///        `temporal_ordering` and `allocation`; nullptr = everything is searched. The entry of the
///        layer goes before that of its type, and this before `default`.
/// \param spatial What is searched where the file says nothing.
[[nodiscard]] std::vector<MapTask> map_tasks(const workloads::Workload& workload,
                                             const hardware::DataflowCore& core,
                                             const SpatialRequest& spatial,
                                             const core::Node* mappings,
                                             core::Problems& problems);

}  // namespace plexus::explorers
