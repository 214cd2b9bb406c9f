// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "plexus/core/error.hpp"
#include "plexus/core/record.hpp"
#include "plexus/core/units.hpp"
#include "plexus/cost_models/cascade/cascade.hpp"
#include "plexus/cost_models/cascade/machine.hpp"
#include "plexus/explorers/fusion/cascade_search.hpp"
#include "plexus/hardware/architecture.hpp"
#include "plexus/workloads/workload.hpp"

namespace plexus::explorers {

/// A workload and an architecture as the search sees them, with the best mapping.
struct MappedCascade {
    cost_models::cascade::Cascade cascade;
    cost_models::cascade::Machine machine;
    CascadeSearchResult found;
    std::vector<core::Violation> violations;  ///< Why there is no mapping; then `found` has none.
};

/// Looks at both as view_cascade() and view_machine() do, and searches.
[[nodiscard]] MappedCascade map_cascade(const workloads::Workload& workload,
                                        const hardware::Architecture& machine,
                                        const CascadeSearchOptions& options);

/// A tensor that einsums hand to each other on chip.
struct KeptOnChip {
    std::size_t tensor = 0;       ///< Index into Cascade::tensors.
    std::size_t producer = 0;     ///< Einsum that makes it.
    std::size_t last_reader = 0;  ///< Last einsum that reads it.
    std::size_t fused_loops = 0;  ///< Above its tile.
    double tile_bits = 0;         ///< Held at a time.
};

/// What stays on chip, in the order in which it is made.
[[nodiscard]] std::vector<KeptOnChip> kept_on_chip(const MappedCascade& mapped);

/// The fused loops of an einsum, outermost first: "L in 256".
[[nodiscard]] std::vector<std::string> fused_loops(const MappedCascade& mapped, std::size_t einsum);

/// The level or unit that takes longest for an einsum.
[[nodiscard]] std::string slowest_part(const MappedCascade& mapped, std::size_t einsum);

/// One row per einsum: unit, fused loops, tensors taken and left on chip, latency, what bounds it.
/// \param clock Of the cycles.
[[nodiscard]] core::Table cascade_table(const MappedCascade& mapped, core::Frequency clock);

/// The lines of the mapping, einsum by einsum.
[[nodiscard]] core::Table nest_table(const MappedCascade& mapped);

/// Bits, energy and cycles of every level and unit by einsum; the energies add up to the total.
[[nodiscard]] std::vector<core::CostItem> cost_items(const MappedCascade& mapped,
                                                     core::Frequency clock);

}  // namespace plexus::explorers
