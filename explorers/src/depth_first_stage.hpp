// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "plexus/core/memo.hpp"

#include "execution.hpp"

namespace plexus::explorers {

class DepthFirstMachine;

/// What is remembered between designs: workloads on machines, with all their tiles mapped so far.
using DepthFirstMemo = core::MemoCache<std::shared_ptr<const DepthFirstMachine>>;

/// Executes stacks of operators tile by tile on the one core of the machine, as
/// decisions.fusion.depth_first says.
/// \param inputs Hash of the descriptions of machine, workload and mapping.
[[nodiscard]] Execution execute_depth_first(const DecidedDesign& design,
                                            const SearchParts& parts,
                                            const core::Hash& inputs,
                                            DepthFirstMemo& memo);

}  // namespace plexus::explorers
