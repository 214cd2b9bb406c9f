// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "plexus/core/error.hpp"
#include "plexus/core/random.hpp"
#include "plexus/core/units.hpp"
#include "plexus/cost_models/timeline/depth_first_model.hpp"
#include "plexus/explorers/annealing/annealer.hpp"
#include "plexus/explorers/mapping/mapper.hpp"
#include "plexus/hardware/core.hpp"
#include "plexus/workloads/workload.hpp"

namespace plexus::explorers {

namespace depth_first = cost_models::depth_first;

/// The operators [first, last) of a workload, executed tile by tile.
struct StackDecision {
    std::size_t first = 0;
    std::size_t last = 0;
    depth_first::TileChoice tile;
    auto operator<=>(const StackDecision&) const = default;
};

/// What stacks cost that run one after another.
struct ScheduleCost {
    core::Energy energy;
    core::Cycles latency;
    core::Cycles latency_without_offload;
    core::Energy mac_energy;
    core::Energy copy_energy;
    core::Cycles copy_latency;
    core::Cycles temporal;
    double macs = 0;
    double recomputed_macs = 0;
    double off_chip_bits = 0;
    double compulsory_bits = 0;  ///< Of the stacks, cut as they are.
    double peak_bits = 0;
    std::vector<core::Energy> memory_energy;  ///< By memory of the core.

    [[nodiscard]] dataflow::LayerFigures figures() const { return {energy, latency}; }
    ScheduleCost& operator+=(const ScheduleCost& next);
    auto operator<=>(const ScheduleCost&) const = default;
};
[[nodiscard]] ScheduleCost summary(const depth_first::StackCost& cost);

/// A workload cut into stacks, or why it cannot be.
struct DepthFirstSchedule {
    std::vector<StackDecision> stacks;
    ScheduleCost cost;
    std::vector<core::Violation> violations;
    std::int64_t evaluated = 0;  ///< Stacks with their tiles whose cost was asked for.

    [[nodiscard]] bool feasible() const { return violations.empty() && !stacks.empty(); }
};

/// What no schedule of a workload on a core can beat.
struct DepthFirstBounds {
    double off_chip_bits = 0;  ///< Inputs, weights and outputs of the network, once.
    core::Energy energy;       ///< Of the array and of that traffic.
    core::Cycles latency;      ///< The larger of all units busy, and of that traffic.
};
[[nodiscard]] DepthFirstBounds depth_first_bounds(const workloads::Workload& workload,
                                                  const hardware::DataflowCore& core);

/// Tiles and modes that a search tries in every stack.
struct TileSpace {
    std::vector<std::int64_t> x{1};
    std::vector<std::int64_t> y{1};
    std::vector<depth_first::OverlapMode> modes{depth_first::OverlapMode::cache_hv};

    /// All combinations, in order of x, y and mode.
    [[nodiscard]] std::vector<depth_first::TileChoice> choices() const;
};

/// Costs of the stacks of one workload on one core, each worked out once. Thread-safe if the costs
/// of tiles are.
class StackCosts {
  public:
    /// Keeps references to workload and core.
    StackCosts(const workloads::Workload& workload,
               const hardware::DataflowCore& core,
               depth_first::TileCosts tiles);
    ~StackCosts();
    StackCosts(const StackCosts&) = delete;
    StackCosts& operator=(const StackCosts&) = delete;
    StackCosts(StackCosts&&) = delete;
    StackCosts& operator=(StackCosts&&) = delete;

    [[nodiscard]] const workloads::Workload& workload() const;
    [[nodiscard]] const depth_first::DepthFirstModel& model() const;
    [[nodiscard]] std::size_t operators() const { return workload().operators.size(); }
    /// The stack, whether it can run or not.
    [[nodiscard]] const depth_first::Stack& stack(std::size_t first, std::size_t last) const;
    [[nodiscard]] depth_first::StackCost evaluate(const StackDecision& decision) const;

  private:
    struct Detail;
    std::unique_ptr<Detail> detail_;
};

/// Ends of the stacks that the weight rule makes: as many operators as have room for their weights
/// in the second-highest memory of weights. Only maps between which no other is alive are cut; what
/// is too large between two such maps is cut after every operator.
/// \par Source Mei et al., DeFiNES, HPCA 2023.
[[nodiscard]] std::vector<std::size_t> weight_rule_cuts(const StackCosts& costs);

/// Schedule with stacks that end at `ends`, each with the best of the choices.
/// \param ends Rising; the last is the number of operators.
[[nodiscard]] DepthFirstSchedule schedule_stacks(const StackCosts& costs,
                                                 const std::vector<std::size_t>& ends,
                                                 const TileSpace& space,
                                                 MappingObjective objective,
                                                 int jobs);

/// The best schedule over all ways to cut the workload and all choices for every stack: dynamic
/// programming over cut positions, with all pairs of energy and latency that no other beats, so
/// that it is exact for their product too. Of equals the one with the earliest cuts.
[[nodiscard]] DepthFirstSchedule search_stacks(const StackCosts& costs,
                                               const TileSpace& space,
                                               MappingObjective objective,
                                               int jobs);

/// A schedule found by annealing cuts and choices, from the best of stacks by the weight rule.
[[nodiscard]] DepthFirstSchedule anneal_stacks(const StackCosts& costs,
                                               const TileSpace& space,
                                               MappingObjective objective,
                                               const CoolingSchedule& schedule,
                                               const AnnealingOptions& options,
                                               core::Rng rng);

}  // namespace plexus::explorers
