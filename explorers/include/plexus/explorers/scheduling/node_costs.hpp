// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "plexus/cost_models/timeline/timeline.hpp"
#include "plexus/explorers/mapping/mapping_decision.hpp"
#include "plexus/hardware/architecture.hpp"
#include "plexus/workloads/workload.hpp"

namespace plexus::explorers {

/// What of an operator streams also where there is room for it.
struct Streamed {
    bool all = false;  ///< That it reads or writes.
    bool output = false;
};

/// What the nodes of a graph cost on the cores of a machine: one entry per shape and type of core.
///
/// - Products of two operands, poolings and additions cost what the loop-nest model says of the
///   best mapping found, with first and last loads, on the core as it is with its operands in its
///   outermost memory on chip. Loops that the description of the core puts on its array stand there
///   and no others, unless the tile has none of them. All else costs what the core's own model says
///   of that much work.
/// - What a node reads and writes must fit that memory together with nothing else. Operands are
///   let in from the smallest on while they fit; those that remain stream: off-chip memory, seen
///   over the links to the first core of that type, is on top of their hierarchy.
/// - A partial sum leaves the core at its own precision.
/// - Operands that are wider than the units of an array take as many passes as mac_passes() says.
/// \param decision Engine `roofline`: no mapping, the roofline of each tile.
/// \param mapper Of decision.engine. \param memo Of this engine; equal tiles are mapped once.
/// \param streamed By operator; empty = of none but for want of room.
/// \param jobs Threads (≤ 0: all); the result does not depend on them.
[[nodiscard]] cost_models::timeline::NodeCosts node_costs(
    const workloads::Workload& workload,
    const cost_models::timeline::NodeGraph& graph,
    const hardware::Architecture& architecture,
    const MappingDecision& decision,
    const Mapper& mapper,
    MappingMemo& memo,
    const std::vector<Streamed>& streamed = {},
    int jobs = 1);

/// Marks outputs that no reader can hold: on every core that it may run on, it streams its tensors.
/// \param cores Allowed ones by operator. \return whether there is one.
bool mark_unheld_outputs(const cost_models::timeline::NodeGraph& graph,
                         const cost_models::timeline::TileMachine& machine,
                         const cost_models::timeline::NodeCosts& costs,
                         const std::vector<std::vector<std::int32_t>>& cores,
                         std::vector<Streamed>& streamed);

}  // namespace plexus::explorers
