// SPDX-License-Identifier: Apache-2.0
#include "cascade_stage.hpp"

#include <algorithm>
#include <iterator>
#include <string>

namespace plexus::explorers {

Execution execute_cascade(const DecidedDesign& design,
                          const core::Hash& inputs,
                          CascadeMemo& memo) {
    Execution out;
    const std::string rule = "fusion.stacks: optimal";
    out.violations = sparse_obstacles(design, rule);
    std::ranges::move(slow_operations(design, rule), std::back_inserter(out.violations));
    if (!out.violations.empty())
        return out;
    const CascadeDecision& decision = design.decisions.cascade;
    const core::Hash key = core::Hasher()
                               .add(inputs)
                               .add(decision.fuse)
                               .add(static_cast<std::uint64_t>(decision.max_fused_loops))
                               .add(static_cast<int>(decision.objective))
                               .finish();
    // Designs are evaluated side by side, so each search has one thread.
    const std::shared_ptr<const MappedCascade> mapped = memo.get(
        key, [&] { return map_cascade(*design.workload, *design.machine, decision.options(1)); });
    out.violations = mapped->violations;
    if (!out.violations.empty())
        return out;
    const auto& cost = mapped->found.cost;
    const core::Frequency clock = design.machine->technology.clock;
    const core::CostItem leakage =
        static_item(*design.machine, core::cycles_in(cost.latency, clock));
    out.cost = {.latency = core::cycles_in(cost.latency, clock),
                .energy = cost.energy + leakage.energy,
                .peak_memory_bits = cost.peak_on_chip_bits,
                .off_chip_bits = cost.off_chip_bits,
                .resident_weight_share = 0,  // fetched once in every inference
                .feasible = true};
    out.fused_edges = static_cast<std::int64_t>(kept_on_chip(*mapped).size());
    out.explain = [mapped, leakage, clock](Evaluator::Explanation& why) {
        why.items = cost_items(*mapped, clock);
        why.items.push_back(leakage);
        why.plan = cascade_table(*mapped, clock);
        why.mappings = nest_table(*mapped);
        why.cascade = mapped;
    };
    return out;
}

}  // namespace plexus::explorers
