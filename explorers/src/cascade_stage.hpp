// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plexus/core/hash.hpp"
#include "plexus/core/memo.hpp"
#include "plexus/explorers/fusion/mapped_cascade.hpp"

#include "execution.hpp"

namespace plexus::explorers {

/// What is remembered between designs.
using CascadeMemo = core::MemoCache<MappedCascade>;

/// Executes the workload as a cascade of einsums with the best of all mappings, as
/// decisions.fusion.optimal says.
/// \param inputs Hash of the descriptions of machine and workload.
[[nodiscard]] Execution execute_cascade(const DecidedDesign& design,
                                        const core::Hash& inputs,
                                        CascadeMemo& memo);

}  // namespace plexus::explorers
