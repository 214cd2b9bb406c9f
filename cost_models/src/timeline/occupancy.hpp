// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "plexus/cost_models/timeline/plan.hpp"

#include "timeline/machine_view.hpp"
#include "timeline/workload_view.hpp"

namespace plexus::cost_models {

namespace timeline {

/// The last two costs of an operator: a search changes one operator at a time, and often back.
class KnownCosts {
  public:
    /// \param evaluate Makes the cost if it is not known.
    template <class Evaluate>
    const CoreCost& get(const Placement& placement,
                        const OnChip& on_chip,
                        const Evaluate& evaluate) {
        for (const Entry& entry : entries_) {
            if (entry.known && entry.placement == placement && entry.on_chip == on_chip) {
                return entry.cost;
            }
        }
        Entry& entry = entries_.at(next_);
        next_ = 1 - next_;
        entry = {true, placement, on_chip, evaluate()};
        return entry.cost;
    }

  private:
    struct Entry {
        bool known = false;
        Placement placement;
        OnChip on_chip;
        CoreCost cost;
    };
    std::array<Entry, 2> entries_;
    std::size_t next_ = 0;
};

}  // namespace timeline

/// What is where while a plan runs.
struct PlanModel::Scratch {
    using KnownCosts = timeline::KnownCosts;

    std::vector<double> requested;  ///< [core]: bits of live tensors that are asked to stay.
    std::vector<double> kept;       ///< [core]: bits of live tensors that do stay.
    std::vector<double> peak;       ///< [core]: largest `kept` so far.
    std::vector<double> placed;     ///< [core]: weight bits placed on it.
    std::vector<double> streamed;   ///< [core]: Σ over the cores before it of the streamed share.
    std::vector<char> stays;        ///< [operator]: its result stays on chip.
    std::vector<std::size_t> last;  ///< [operator]: last operator that needs it there.
    std::vector<double> per_core;   ///< [operator]: bits of its result on each of its cores.
    std::vector<KnownCosts> known;  ///< [operator].
    double peak_tensor_bits = 0;    ///< Of all cores together.
    double resident_bits = 0;
    double weight_bits = 0;

    [[nodiscard]] bool fused(const timeline::EdgeView& edge, const Plan& plan) const {
        return plan.fused[edge.edge] != 0 && stays[edge.producer] != 0;
    }
    /// Share of the weights on a placement that is fetched in every inference.
    [[nodiscard]] double streamed_share(const Placement& placement) const {
        const auto first = static_cast<std::size_t>(placement.first_core);
        const auto end = first + static_cast<std::size_t>(placement.cores);
        return (streamed[end] - streamed[first]) / placement.cores;
    }
};

namespace timeline {

/// Sizes the vectors for a machine and a workload.
void prepare(PlanModel::Scratch& scratch, std::size_t cores, std::size_t operators);

/// Decides which results stay on chip: one stays if it fits beside all that were asked to stay
/// before it and are still needed, whether those fitted or not. So more memory never makes a result
/// leave. \pre Every placement is valid.
void keep_tensors(const MachineView& machine,
                  const WorkloadView& workload,
                  const std::vector<OperatorWork>& work,
                  const Plan& plan,
                  PlanModel::Scratch& scratch);

/// Decides which share of the weights stays on each core: as much as its memory holds beside the
/// peak of the results that stay. \pre keep_tensors() was called.
void keep_weights(const MachineView& machine,
                  const WorkloadView& workload,
                  const Plan& plan,
                  PlanModel::Scratch& scratch);

}  // namespace timeline

}  // namespace plexus::cost_models
