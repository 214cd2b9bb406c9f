// SPDX-License-Identifier: Apache-2.0
// Ways of data between cores and from and to off-chip memory.
#include <algorithm>
#include <string>

#include "plexus/core/error.hpp"
#include "plexus/cost_models/placement.hpp"

#include "timeline/occupancy.hpp"
#include "timeline/plan_detail.hpp"

namespace plexus::cost_models {

using core::Cycles;
using core::Energy;
using timeline::EdgeView;
using timeline::OperatorView;
using timeline::WayCost;

Cycles PlanModel::Detail::fetch(
    Run& run, std::size_t op, double bits, const char* cause, double fill_pj_per_bit) const {
    if (bits <= 0 || !machine.off_chip()) {
        return Cycles(0);
    }
    const WayCost way = machine.fetch(run.plan.placement[op]);
    if (!way.possible()) {
        run.broken([&] {
            return core::Violation{
                "route", "from off-chip memory to the cores of " + name(op), "none"};
        });
        return Cycles(0);
    }
    const Cycles time(bits * way.cycles_per_bit);
    run.cost.off_chip_bits += bits;
    const Energy read(bits * way.pj_per_bit);
    const Energy fill(bits * fill_pj_per_bit);
    if (run.report == nullptr) {
        run.cost.energy += read + fill;
        return time;
    }
    run.item(name(op), machine.off_chip()->name, cause, bits, "bits", read, time);
    run.item(name(op),
             place_of(machine.architecture(), run.plan.placement[op]),
             "fill",
             bits,
             "bits",
             fill,
             Cycles(0));
    return time;
}

Cycles PlanModel::Detail::store(Run& run, std::size_t op, double bits) const {
    if (bits <= 0 || !machine.off_chip()) {
        return Cycles(0);
    }
    const Placement& placement = run.plan.placement[op];
    const WayCost way = machine.store(placement);
    if (!way.possible()) {
        run.broken([&] {
            return core::Violation{
                "route", "from the cores of " + name(op) + " to off-chip memory", "none"};
        });
        return Cycles(0);
    }
    const Cycles time(bits * way.cycles_per_bit);
    run.cost.off_chip_bits += bits;
    const Energy written(bits * way.pj_per_bit);
    const Energy drained(bits *
                         machine.kind_of(placement.first_core).memory.tensor_drain_pj_per_bit);
    if (run.report == nullptr) {
        run.cost.energy += written + drained;
        return time;
    }
    run.item(name(op), machine.off_chip()->name, "results", bits, "bits", written, time);
    run.item(name(op),
             place_of(machine.architecture(), placement),
             "drain",
             bits,
             "bits",
             drained,
             Cycles(0));
    return time;
}

Cycles PlanModel::Detail::transfer(Run& run, const EdgeView& edge) const {
    const WayCost way = machine.transfer(run.plan.placement[edge.producer],
                                         run.plan.placement[edge.consumer],
                                         workload.op(edge.consumer).whole_input);
    if (!way.possible()) {
        run.broken([&] {
            return core::Violation{
                "route",
                "from the cores of " + name(edge.producer) + " to those of " + name(edge.consumer),
                "none"};
        });
        return Cycles(0);
    }
    const Cycles time(edge.bits * way.cycles_per_bit);
    const Energy moved(edge.bits * way.pj_per_bit);
    if (run.report == nullptr) {
        run.cost.energy += moved;
    } else if (time.value != 0 || moved.value != 0) {
        run.item(name(edge.consumer), "links", "transfer", edge.bits, "bits", moved, time);
    }
    return time;
}

/// Time of an operator whose cores take `computed` and leave the way off chip to the plan: weights
/// come while the cores compute, inputs before and results after.
Cycles PlanModel::Detail::move_off_chip(Run& run,
                                        std::size_t op,
                                        Cycles computed,
                                        bool spilled) const {
    const OperatorView& view = workload.op(op);
    const Placement& placement = run.plan.placement[op];
    const CoreMemory& memory = machine.kind_of(placement.first_core).memory;
    const double streamed = view.weight_bits * run.scratch.streamed_share(placement);
    const Cycles fetched =
        fetch(run, op, streamed, "weights", memory.weight_fill_pj_per_bit) +
        fetch(run, op, view.always_fetched_bits, "cache_or_table", memory.weight_fill_pj_per_bit);
    double read = view.input_bits;
    for (const EdgeView& edge : workload.into(op)) {
        read += run.scratch.fused(edge, run.plan) ? 0 : edge.bits;
    }
    const Cycles before = fetch(run, op, read, "inputs", memory.tensor_fill_pj_per_bit);
    const bool written = spilled || view.always_stored;
    const Cycles after = store(run, op, written ? work[op].output_bits : 0);
    return std::max(computed, fetched) + before + after;
}

/// Constants that no operand of the core model stands for (biases).
Cycles PlanModel::Detail::fetch_constants(Run& run, std::size_t op, double streamed_share) const {
    const CoreMemory& memory = machine.kind_of(run.plan.placement[op].first_core).memory;
    const double bits = workload.op(op).other_constant_bits * streamed_share;
    return fetch(run, op, bits, "weights", memory.weight_fill_pj_per_bit);
}

}  // namespace plexus::cost_models
