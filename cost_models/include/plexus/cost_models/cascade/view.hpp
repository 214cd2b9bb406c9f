// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "plexus/core/error.hpp"
#include "plexus/cost_models/cascade/cascade.hpp"
#include "plexus/cost_models/cascade/machine.hpp"
#include "plexus/hardware/architecture.hpp"
#include "plexus/workloads/workload.hpp"

namespace plexus::cost_models::cascade {

/// A workload seen as a cascade of einsums, in the order of its operators.
/// \par Rules
/// Indices are plain: an axis that an operator indexes by several dimensions (head_size·h + d) is
/// cut into axes of these, everywhere; dimensions of size 1 vanish. Contractions need the array,
/// all else the vector unit. A softmax becomes maximum, exponential, sum and division, a
/// normalisation its statistics and their use, so that none is taken for finished before it is.
/// Activations between operators may stay on chip; caches are written and read off chip.
/// \param violations Gets what cannot be seen as a cascade: gathers, overlapping or strided
/// indices, sparse weights. The cascade is usable if there is nothing.
[[nodiscard]] Cascade view_cascade(const workloads::Workload& workload,
                                   std::vector<core::Violation>& violations);

/// An architecture seen as a machine: one dataflow core, or an array and a smaller core for vector
/// work that shares its outermost on-chip memory and has no other.
/// \par Rules
/// Level 0 is off-chip memory. Level 1 is the outermost on-chip memory that holds inputs and
/// results; tensors may stay in it or pass it by. The memories below it hold what they are said to,
/// always. A memory that serves a dimension of the array gives instances along it one copy of what
/// they share, and adds their partial sums. A bit costs the energy of an access over its width; the
/// ports of a kind work together.
/// \param violations Gets what cannot be seen so. The machine is usable if there is nothing.
[[nodiscard]] Machine view_machine(const hardware::Architecture& architecture,
                                   std::vector<core::Violation>& violations);

}  // namespace plexus::cost_models::cascade
