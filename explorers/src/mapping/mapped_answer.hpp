// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <string>
#include <vector>

#include "plexus/core/record.hpp"
#include "plexus/cost_models/dataflow/loop_nest_cost.hpp"
#include "plexus/explorers/mapping/map_operator.hpp"

#include "mapping/core_hierarchy.hpp"

namespace plexus::explorers {

/// What tells one mapping problem of a design from another.
struct MappingQuestion {
    std::size_t work = 0;
    int core_type = 0;
    int core = 0;  ///< Only if cores of a kind differ in their way off chip; else 0.
    int cores = 1;
    OffChipOperands off_chip;
    auto operator<=>(const MappingQuestion&) const = default;
};

/// The mapping of an operator and its cost on all its cores, without barrier.
struct MappedAnswer {
    std::vector<core::Violation> violations;
    OffChipOperands off_chip;     ///< At least those asked for.
    dataflow::LoopNestCost nest;  ///< Of the busiest core.
    /// Beside the rows of the nest: metadata, and what zeros save. For a core with a `sparsity:`.
    std::vector<core::CostItem> savings;
    dataflow::PerTransfer<double> metadata_bits{};
    double cores = 1;  ///< All cores do `cores` times its work.
    core::Cycles latency;
    double off_chip_read_bits = 0;  ///< By all cores.
    double off_chip_written_bits = 0;
    std::string spatial;   ///< Loops on the array: `D1: K 32, D2: C 32`.
    std::string temporal;  ///< Loops in time, outermost first: `C 4, OX 8`.
    MappingCertificate certificate;

    [[nodiscard]] bool feasible() const { return violations.empty(); }
};

/// Rows of what an answer costs: those of its nest, and those of what zeros save.
[[nodiscard]] std::vector<core::CostItem> cost_items(const MappedAnswer& answer,
                                                     const std::string& name);

/// Counts the bits that one core moves over the ports of its top memory, if that is the off-chip
/// memory.
void count_off_chip(const CoreHierarchy& hierarchy,
                    const dataflow::Layer& layer,
                    MappedAnswer& answer);

/// The hints that mean something to a layer: those that name at least one of its loops.
[[nodiscard]] std::vector<SpatialHint> hints_for(const dataflow::Layer& layer,
                                                 const std::vector<SpatialHint>& hints);

}  // namespace plexus::explorers
