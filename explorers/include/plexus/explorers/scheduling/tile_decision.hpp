// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plexus/core/reader.hpp"
#include "plexus/core/registry.hpp"
#include "plexus/cost_models/timeline/timeline.hpp"
#include "plexus/explorers/mapping/mapping_decision.hpp"
#include "plexus/hardware/architecture.hpp"
#include "plexus/workloads/workload.hpp"

namespace plexus::explorers {

/// How operators are cut into tiles, and where these may run.
struct TileMapping {
    std::vector<cost_models::timeline::OperatorTiling> tiling;  ///< One per operator.
    std::vector<std::vector<std::int32_t>> cores;               ///< Allowed, one list per operator.
};

/// Reads a list in the form of Stream's mapping files: entries `{name, core_allocation,
/// intra_core_tiling: ["OY, all"], inter_core_tiling: ["K, 4"]}`. An entry is for the operator of
/// that name, else of that type, else for all (`default`); what names one operator wins over what
/// names a type. Cores are those of the program's numbering. `all` is every element of a dimension,
/// `*` as many parts as cores are allowed. In entries for a type or for all, dimensions that an
/// operator has not, or needs as a whole, are passed over and parts are at most its elements.
/// Beside Stream's keys: `carried`, a dimension whose iterations hand a state on.
[[nodiscard]] TileMapping read_tile_mapping(const core::Reader& list,
                                            const workloads::Workload& workload,
                                            const hardware::Architecture& architecture);

/// Which operators are executed together.
enum class StackRule : std::uint8_t {
    one,      ///< All in one stack.
    layers,   ///< Each alone.
    weights,  ///< As many, in order, as the weight memories of all cores hold together.
    listed,
};

/// How groups get their cores.
enum class AllocationRule : std::uint8_t {
    listed,     ///< Group i of an operator on the i-th of its cores, in turn.
    greedy,     ///< One after another where each ends first.
    annealing,  ///< Cores and order annealed, from the better of both.
    nsga2,      ///< Cores and order evolved for latency, energy and peak memory.
};

/// All decisions that make the timeline of a network on a machine.
struct TileDecision {
    TileMapping mapping;
    StackRule stack_rule = StackRule::one;
    std::vector<std::int32_t> listed_stacks;  ///< Of `listed`: one per operator.
    AllocationRule allocation = AllocationRule::listed;
    std::int64_t steps = 2000;  ///< Timelines that a search may compute.
    std::uint64_t seed = 1;
    double latency_share =
        1;  ///< λ of the annealed cost λ·latency/latency₀ + (1−λ)·energy/energy₀.
    std::string cooling = "geometric";
    core::Params cooling_params;      ///< Of that schedule; as its registry entry says.
    std::int64_t probes = 32;         ///< Moves that set the start temperature.
    double initial_acceptance = 0.2;  ///< The search starts near a good schedule.
    cost_models::timeline::Priority priority = cost_models::timeline::Priority::latency;
    bool overlap = true;
    cost_models::timeline::Prefetch prefetch = cost_models::timeline::Prefetch::missing;
    bool preload_weights = false;
    bool keep_between_stacks = true;
    /// What an operator that is alone in its stack reads and writes streams, whether there is room
    /// for it or not.
    bool stream_alone = false;
    bool write_through = false;  ///< Outputs that no reader can hold stream while they are made.
    cost_models::timeline::BlockRule blocks = cost_models::timeline::BlockRule::whole;
    cost_models::timeline::CutRule cuts = cost_models::timeline::CutRule::even;
    MappingDecision node_mapping;  ///< Of every tile on its core.
};

/// Reads of a section what does not depend on the network: `allocation, priority, overlap,
/// prefetch, preload_weights, keep_between_stacks, stream_alone, write_through, blocks,
/// cuts`, and `stacks` if it is a StackRule by name.
void read_tile_rules(const core::Reader& section, TileDecision& out);

/// Reads of a section what does: `tiles`, as read_tile_mapping() says, or a file with such a list;
/// and `stacks` if it lists names of operators (those named nowhere are alone).
void read_tile_layout(const core::Reader& section,
                      const workloads::Workload& workload,
                      const hardware::Architecture& architecture,
                      TileDecision& out);

/// Whether read_tile_layout() has anything to read.
[[nodiscard]] bool has_tile_layout(const core::Reader& section);

/// Reads `{tiles, stacks, allocation, steps, seed, latency_share, cooling, priority, overlap,
/// prefetch, preload_weights, keep_between_stacks, stream_alone, write_through, blocks,
/// cuts, mapping}`: rules, layout and the settings of searches.
[[nodiscard]] TileDecision read_tile_decision(const core::Reader& section,
                                              const workloads::Workload& workload,
                                              const hardware::Architecture& architecture);

}  // namespace plexus::explorers
