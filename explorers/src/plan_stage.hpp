// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plexus/explorers/mapping/map_operator.hpp"
#include "plexus/explorers/mapping/mapped_cores.hpp"

#include "execution.hpp"

namespace plexus::explorers {

/// Executes operators one after another, under the best plan found: which tensors stay on chip, on
/// which cores operators run, where these stand.
[[nodiscard]] Execution execute_plan(const DecidedDesign& design,
                                     const SearchParts& parts,
                                     MappingMemo& memo,
                                     DensityMemo& densities);

}  // namespace plexus::explorers
