// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plexus/core/reader.hpp"
#include "plexus/explorers/fusion/cascade_search.hpp"

namespace plexus::explorers {

/// How a cascade is searched for its best mapping, as the section `fusion.optimal` says.
struct CascadeDecision {
    bool fuse = true;
    std::size_t max_fused_loops = 1;
    CascadeObjective objective = CascadeObjective::energy_delay;

    /// \param jobs Threads of the search.
    [[nodiscard]] CascadeSearchOptions options(int jobs) const {
        return {
            .objective = objective, .fuse = fuse, .max_fused_loops = max_fused_loops, .jobs = jobs};
    }
};

/// Reads `fusion.optimal`; an invalid reader leaves `out` as it is.
void read_cascade_decision(const core::Reader& section, CascadeDecision& out);

/// `fusion.optimal` with its defaults.
[[nodiscard]] core::Node default_cascade_tree();

}  // namespace plexus::explorers
