// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "plexus/explorers/fusion/cascade_search.hpp"

#include "fusion/einsum_fronts.hpp"

namespace plexus::explorers::fusion {

/// One einsum of the best cascade.
struct Chosen {
    std::uint32_t recipe = 0;
    std::size_t shared = 0;  ///< Fused loops shared with the einsum before.
};

struct JoinResult {
    bool feasible = false;
    std::vector<Chosen> chosen;  ///< [einsum]
    double objective = 0;
    double relaxed_bound = 0;
    std::int64_t joined = 0;
    std::int64_t states = 0;
};

/// Joins the fronts of all einsums, first to last, into the best cascade.
/// \param fronts [einsum]; einsums of one shape may share one.
[[nodiscard]] JoinResult join(const cost_models::cascade::Cascade& cascade,
                              const cost_models::cascade::Machine& machine,
                              const std::vector<const EinsumFronts*>& fronts,
                              CascadeObjective objective);

}  // namespace plexus::explorers::fusion
