// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "plexus/core/reader.hpp"
#include "plexus/core/registry.hpp"
#include "plexus/explorers/fusion/cascade_decision.hpp"
#include "plexus/explorers/fusion/depth_first_decision.hpp"
#include "plexus/explorers/fusion/plan_search.hpp"
#include "plexus/explorers/kernel_selection/select.hpp"
#include "plexus/explorers/mapping/mapping_decision.hpp"
#include "plexus/explorers/scheduling/tile_decision.hpp"

namespace plexus::explorers {

/// Which blocks are taken for alike where they are not looked at one by one: kernels.classes
enum class BlockClasses : std::uint8_t {
    density,   ///< Those of like density.
    patterns,  ///< Those that locality-sensitive hashes find alike: workloads::analyse_patterns().
};

/// How kernels are chosen from the bank: kernels.*
struct KernelDecision {
    std::string selector = "oracle";  ///< kernels.selector
    core::Params selector_params;     ///< kernels.<name of selector>.*
    SelectionPath path = SelectionPath::compile_time;
    BlockClasses classes = BlockClasses::density;
    std::int64_t mixture = 1;                       ///< kernels.mixture: most kernels of a block.
    std::string solver = "exponentiated_gradient";  ///< kernels.weights: solver of mixtures.
    std::filesystem::path table;                    ///< kernels.table; empty = from the models.
    std::uint64_t seed = 1;                         ///< kernels.seed: of selectors that draw lots.
};

/// How the operators of a network are executed: fusion.stacks.
enum class ExecutionKind : std::uint8_t {
    whole,        ///< One after another, each as a whole.
    depth_first,  ///< Stack after stack, tile by tile, on one core: in closed form.
    tiles,        ///< Tile by tile on the cores of the machine: as a timeline.
    optimal,      ///< As a cascade of einsums with the best of all mappings.
};

/// Every decision that is not hardware or workload, as the `decisions:` section gives it. Defaults
/// are the values below.
struct Decisions {
    std::vector<std::string> bank{"dense", "bitmap", "csr"};  ///< kernels.bank
    std::int64_t block = 32;                                  ///< kernels.block: edge length.
    KernelDecision kernels;                                   ///< kernels.*
    Weighting weighting;                                      ///< weighting.*
    PlanSearchOptions
        plan;  ///< fusion.stacks, placement.{mode, neurons_per_core, latency_share}, annealing.*
    ExecutionKind execution = ExecutionKind::whole;  ///< fusion.stacks
    DepthFirstDecision depth_first;                  ///< fusion.depth_first.*
    CascadeDecision cascade;                         ///< fusion.optimal.*
    TileDecision timeline;  ///< timeline.*, but for what needs the network; its searches as below.
    std::string strategy = "contiguous";  ///< placement.strategy: where cores stand on the mesh.
    std::string cooling = "geometric";    ///< annealing.cooling
    core::Params cooling_params;          ///< annealing.<name of schedule>.*
    MappingDecision mapping;              ///< mapping.*
};

/// Reads the `decisions:` section; an invalid reader gives the defaults.
[[nodiscard]] Decisions read_decisions(const core::Reader& section,
                                       const core::Registry<CoolingSchedule>& schedules,
                                       const core::Registry<Mapper>& mappers);

}  // namespace plexus::explorers
