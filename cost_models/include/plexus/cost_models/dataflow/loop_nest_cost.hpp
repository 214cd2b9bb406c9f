// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <vector>

#include "plexus/core/error.hpp"
#include "plexus/core/record.hpp"
#include "plexus/core/units.hpp"
#include "plexus/cost_models/dataflow/imc.hpp"
#include "plexus/cost_models/dataflow/loop_nest_model.hpp"
#include "plexus/workloads/workload.hpp"

namespace plexus::cost_models::dataflow {

/// One direction of transfer of an operand at a memory level.
struct TransferCost {
    double transfers = 0;  ///< Of the whole operation, per instance; 0 = does not happen.
    double period = 0;     ///< Cycles from one to the next.
    double bits = 0;       ///< Of one transfer.
    double accesses = 0;   ///< Of the full width, all instances, whole operation.
    core::Energy energy;
    core::Cycles allowed;  ///< One transfer may take this long without a stall.
    core::Cycles real;     ///< One transfer takes this long.
    core::Cycles loading;  ///< Of the first (O: last) transfer that is not hidden in computing.
    bool operator==(const TransferCost&) const = default;
};

/// An operand at one memory level.
struct LevelCost {
    std::string memory;
    double elements = 0;        ///< Held by one instance.
    double bits = 0;            ///< The same in bits.
    double utilisation = 0;     ///< bits / size of the memory.
    double effective_bits = 0;  ///< Without what is dead before the period ends.
    bool partial_sums = false;  ///< O comes back to be added to.
    bool double_buffered = false;
    double instances = 0;                                 ///< That have work, on average.
    std::array<TransferCost, direction_count> transfers;  ///< By Direction.
    bool operator==(const LevelCost&) const = default;
};

struct OperandCost {
    std::string operand;
    std::vector<LevelCost> levels;  ///< Innermost first.
    bool operator==(const OperandCost&) const = default;
};

/// One transfer that a port carries.
struct PortActivity {
    std::string operand;
    std::size_t level = 0;
    Direction direction = to_low;
    core::Cycles stall;  ///< Positive: late; negative: slack. Of all transfers together.
    bool operator==(const PortActivity&) const = default;
};

struct PortCost {
    std::string memory;
    std::string port;
    std::vector<PortActivity> activities;
    core::Cycles window_union;  ///< Cycles in which at least one of them may run.
    core::Cycles stall;         ///< Negative: slack.
    bool operator==(const PortCost&) const = default;
};

/// Cycles of the first loads of an input, by whether the port at both ends, at one end, or at none
/// serves both inputs.
struct LoadParts {
    std::string operand;
    core::Cycles individual;
    core::Cycles half_shared;
    core::Cycles shared;
    bool operator==(const LoadParts&) const = default;
};

/// Cost of one layer under one mapping with everything it is made of.
struct LoopNestCost {
    std::vector<core::Violation> violations;  ///< Not empty: the mapping cannot run; no numbers.

    core::Energy energy;  ///< mac_energy + memory_energy
    core::Energy mac_energy;
    core::Energy memory_energy;
    ImcEnergy imc;  ///< Parts of mac_energy of an in-memory-compute array.

    std::vector<OperandCost> operands;  ///< In the order of Layer::operands.
    std::vector<PortCost> ports;        ///< With at least one activity.
    std::vector<LoadParts> loads;       ///< Per input.

    core::Cycles ideal;     ///< All units busy in every cycle.
    core::Cycles temporal;  ///< Product of the temporal loops.
    core::Cycles stall;
    core::Cycles onload;
    core::Cycles offload;
    core::Cycles latency;  ///< temporal + stall + onload + offload
    double cycles_per_operation = 1;

    double spatial_utilisation = 0;  ///< ideal / temporal
    double utilisation = 0;          ///< ideal / latency

    [[nodiscard]] bool feasible() const { return violations.empty(); }
    /// temporal + stall, and that + onload.
    [[nodiscard]] core::Cycles latency_without_loads() const { return temporal + stall; }
    [[nodiscard]] core::Cycles latency_without_offload() const { return temporal + stall + onload; }
    bool operator==(const LoopNestCost&) const = default;
};

/// Cost of a mapping that has been evaluated into `state`.
[[nodiscard]] LoopNestCost explain(const LoopNestModel& model,
                                   const hardware::DataflowCore& core,
                                   const LoopNestState& state);

/// Cost of `layer` on `core` under `mapping`. An impossible mapping is a cost with violations.
/// \param flow As for LoopNestModel.
[[nodiscard]] LoopNestCost evaluate_mapping(const Layer& layer,
                                            const hardware::DataflowCore& core,
                                            const Mapping& mapping,
                                            Rules rules = Rules::physical,
                                            const PerTransfer<double>* flow = nullptr);

/// The same for operator `index` of a workload.
[[nodiscard]] LoopNestCost evaluate_mapping(const workloads::Workload& workload,
                                            std::size_t index,
                                            const hardware::DataflowCore& core,
                                            const Mapping& mapping,
                                            Rules rules = Rules::physical);

/// Name of a direction of transfer: `read to low` …
[[nodiscard]] const char* to_string(Direction direction);

/// The cost item by item: the array, then each operand at each memory level and direction; their
/// energies add up to cost.energy.
[[nodiscard]] std::vector<core::CostItem> cost_items(const LoopNestCost& cost,
                                                     const std::string& work);

}  // namespace plexus::cost_models::dataflow
