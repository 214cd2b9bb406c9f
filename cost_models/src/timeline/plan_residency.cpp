// SPDX-License-Identifier: Apache-2.0
// What stays on chip under a plan.
#include <algorithm>

#include "timeline/occupancy.hpp"
#include "timeline/plan_detail.hpp"

namespace plexus::cost_models {

using timeline::EdgeView;
using timeline::OperatorView;

void PlanModel::Detail::keep(const Plan& plan, Scratch& scratch) const {
    timeline::keep_tensors(machine, workload, work, plan, scratch);
    timeline::keep_weights(machine, workload, plan, scratch);
}

bool PlanModel::Detail::spills(const Plan& plan, const Scratch& scratch, std::size_t op) const {
    const auto out = workload.out_of(op);
    return std::any_of(
        out.begin(), out.end(), [&](const EdgeView& edge) { return !scratch.fused(edge, plan); });
}

OnChip PlanModel::Detail::on_chip(const Plan& plan, const Scratch& scratch, std::size_t op) const {
    const OperatorView& view = workload.op(op);
    OnChip on;
    on.output = !spills(plan, scratch, op) && !view.always_stored;
    on.inputs = view.input_bits == 0;
    if (view.constant_weights) {
        on.weights = 1 - scratch.streamed_share(plan.placement[op]);
    }
    for (const EdgeView& edge : workload.into(op)) {
        const bool fused = scratch.fused(edge, plan);
        if (edge.as_weights) {
            on.weights = fused ? 1 : 0;
        } else {
            on.inputs = on.inputs && fused;
        }
    }
    return on;
}

PlanModel::Residency PlanModel::residency(const Plan& plan) const {
    const ScratchPointer scratch = make_scratch();
    detail_->keep(plan, *scratch);
    Residency out;
    out.kept.assign(edges(), 0);
    for (std::size_t op = 0; op < operators(); ++op) {
        out.on_chip.push_back(detail_->on_chip(plan, *scratch, op));
        for (const EdgeView& edge : detail_->workload.into(op)) {
            out.kept[edge.edge] = scratch->fused(edge, plan) ? 1 : 0;
        }
    }
    return out;
}

}  // namespace plexus::cost_models
