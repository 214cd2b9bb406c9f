// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "plexus/cost_models/cascade/cascade.hpp"
#include "plexus/cost_models/cascade/cost.hpp"
#include "plexus/cost_models/cascade/machine.hpp"
#include "plexus/cost_models/cascade/mapping.hpp"

namespace plexus::explorers {

/// What is made as small as possible.
enum class CascadeObjective : std::uint8_t { energy_delay, energy, latency };

inline constexpr std::size_t most_fused_loops = 3;

struct CascadeSearchOptions {
    CascadeObjective objective = CascadeObjective::energy_delay;
    bool fuse = true;                 ///< Else every tensor between einsums goes off chip.
    std::size_t max_fused_loops = 1;  ///< Loops that einsums share, at most; 0 to most_fused_loops.
    int jobs = 1;                     ///< Threads; 0 = all processors. Does not change the result.
};

/// What the search did, and what its answer is worth.
struct CascadeSearchProof {
    bool complete = false;              ///< Everything left out was proven no better.
    double bound = 0;                   ///< No mapping has a smaller objective than this.
    double relaxed_bound = 0;           ///< Of each einsum alone, whatever its neighbours do.
    std::int64_t templates = 0;         ///< Orders of storages and places of tensors, all einsums.
    double mapspace = 0;                ///< Mappings of single einsums in those templates.
    std::int64_t evaluated = 0;         ///< Of these, those whose cost was computed.
    std::int64_t cut = 0;               ///< Parts of the space left out by a bound or a capacity.
    std::int64_t partial_mappings = 0;  ///< On the Pareto fronts of single einsums.
    std::int64_t joined = 0;            ///< Pairs of partial mappings put together.
    std::int64_t states = 0;            ///< Partial cascades kept, all steps.
};

struct CascadeSearchResult {
    bool feasible = false;
    cost_models::cascade::FusedMapping mapping;
    cost_models::cascade::CascadeCost cost;
    double objective = 0;  ///< pJ·s, pJ or s.
    CascadeSearchProof proof;
};

/// The best mapping of a cascade: tiles, loop orders and places of every einsum, which tensors stay
/// on chip, and which loops einsums share. Nothing is sampled.
/// \pre cascade.faults() and machine.faults() are empty; options.max_fused_loops <=
/// most_fused_loops; the machine has a unit for the work of each einsum.
[[nodiscard]] CascadeSearchResult search_cascade(const cost_models::cascade::Cascade& cascade,
                                                 const cost_models::cascade::Machine& machine,
                                                 const CascadeSearchOptions& options);

}  // namespace plexus::explorers
