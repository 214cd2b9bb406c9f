// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <utility>

#include "plexus/core/error.hpp"
#include "plexus/core/text.hpp"
#include "plexus/cost_models/timeline/plan.hpp"

#include "placement.hpp"
#include "timeline/mesh_traffic.hpp"
#include "timeline/occupancy.hpp"
#include "timeline/plan_detail.hpp"

namespace plexus::cost_models {

using core::Cycles;
using core::Energy;
using timeline::EdgeView;
using timeline::OperatorView;
using timeline::Report;
using timeline::WayCost;

namespace {

PlanCost infeasible() {
    PlanCost cost;
    cost.feasible = false;
    return cost;
}

std::string bits_text(double bits) {
    return core::readable(bits) + " bit";
}

}  // namespace

bool PlanModel::Detail::placed(Run& run) const {
    for (std::size_t op = 0; op < work.size(); ++op) {
        const Placement& p = run.plan.placement[op];
        if (!machine.valid(p)) {
            run.broken([&] {
                const auto last = static_cast<long long>(p.first_core) + p.cores - 1;
                return core::Violation{"placement",
                                       name(op) + " on cores " + std::to_string(p.first_core) +
                                           " to " + std::to_string(last),
                                       "neighbouring cores of one kind among 0 to " +
                                           std::to_string(machine.architecture().core_count() - 1)};
            });
            if (run.report == nullptr) {
                return false;
            }
        }
    }
    return run.cost.feasible;
}

/// Time of the cores and the mesh together.
Cycles PlanModel::Detail::compute(Run& run, std::size_t op) const {
    const Placement& placement = run.plan.placement[op];
    const CoreCostModel& model = *machine.kind_of(placement.first_core).model;
    const CoreCost cost = model.evaluate(machine.architecture(), work[op], placement);
    if (run.report != nullptr) {
        model.explain(machine.architecture(),
                      work[op],
                      placement,
                      name(op),
                      run.report->items,
                      run.report->violations);
    }
    if (!cost.feasible) {
        run.cost.feasible = false;
        return Cycles(0);
    }
    run.cost.energy += cost.energy;
    return machine.architecture().interconnect.mesh ? mesh(run, op, cost) : cost.latency;
}

Cycles PlanModel::Detail::mesh(Run& run, std::size_t op, const CoreCost& cost) const {
    const hardware::Mesh& m = *machine.architecture().interconnect.mesh;
    const Placement& here = run.plan.placement[op];
    timeline::MeanHops hops;
    Placement box = here;
    double bits = 0;
    for (const EdgeView& edge : workload.into(op)) {
        const Placement& from = run.plan.placement[edge.producer];
        const timeline::MeanHops way = timeline::mean_hops(m, from, here);
        hops.x += way.x * edge.bits;
        hops.y += way.y * edge.bits;
        bits += edge.bits;
        const int end = std::max(box.first_core + box.cores, from.first_core + from.cores);
        box.first_core = std::min(box.first_core, from.first_core);
        box.cores = end - box.first_core;
    }
    if (bits > 0) {
        hops.x /= bits;
        hops.y /= bits;
    } else {
        hops = timeline::mean_hops(m, here, here);
    }
    const timeline::MeshCost way =
        timeline::mesh_cost(m, machine.architecture().technology.clock, cost, hops, here, box);
    run.item(name(op), "mesh", "hops", way.hops, "hops", way.energy, way.load + way.way);
    return std::max(cost.latency, way.load) + way.way;
}

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

void PlanModel::Detail::add_operator(Run& run, std::size_t op) const {
    const OperatorView& view = workload.op(op);
    const Placement& placement = run.plan.placement[op];
    const CoreMemory& memory = machine.kind_of(placement.first_core).memory;
    const double streamed = view.weight_bits * run.scratch.streamed_share(placement);
    run.off_chip_footprint += streamed + view.off_chip_bits;

    const Cycles computed = compute(run, op);
    const Cycles fetched =
        fetch(run, op, streamed, "weights", memory.weight_fill_pj_per_bit) +
        fetch(run, op, view.always_fetched_bits, "cache_or_table", memory.weight_fill_pj_per_bit);
    double read = view.input_bits;
    Cycles moved(0);
    for (const EdgeView& edge : workload.into(op)) {
        if (run.scratch.fused(edge, run.plan)) {
            moved += transfer(run, edge);
        } else {
            read += edge.bits;
        }
    }
    const auto out = workload.out_of(op);
    const bool spilled = std::any_of(out.begin(), out.end(), [&](const EdgeView& edge) {
        return !run.scratch.fused(edge, run.plan);
    });
    if (spilled && !machine.off_chip()) {
        run.broken([&] {
            return core::Violation{
                "off-chip memory",
                "room for the result of " + name(op) + ", which does not stay on chip",
                "none"};
        });
    }
    const double written = spilled || view.always_stored ? work[op].output_bits : 0.0;
    run.off_chip_footprint += view.input_bits + written;
    const Cycles before = fetch(run, op, read, "inputs", memory.tensor_fill_pj_per_bit);
    const Cycles after = store(run, op, written);
    run.cost.latency += std::max(computed, fetched) + moved + before + after;
}

void PlanModel::Detail::check_off_chip(Run& run) const {
    const auto& off_chip = machine.off_chip();
    const Scratch& s = run.scratch;
    if (!off_chip) {
        if (s.resident_bits < s.weight_bits * (1 - 1e-12)) {
            run.broken([&] {
                return core::Violation{
                    "weight memory", bits_text(s.weight_bits), bits_text(s.resident_bits)};
            });
        }
        return;
    }
    const auto size = static_cast<double>(off_chip->size.value);
    if (size > 0 && run.off_chip_footprint > size) {
        run.broken([&] {
            return core::Violation{
                "off-chip memory", bits_text(run.off_chip_footprint), bits_text(size)};
        });
    }
    if (off_chip->read_bandwidth.value <= 0 || off_chip->write_bandwidth.value <= 0) {
        run.broken([] {
            return core::Violation{"off-chip bandwidth", "more than 0 bit/cycle", "0 bit/cycle"};
        });
    }
}

PlanCost PlanModel::Detail::run(const Plan& plan, Scratch& scratch, Report* report) const {
    core::ensure(plan.placement.size() == work.size(), "one placement per operator");
    core::ensure(plan.fused.size() == source->edges.size(), "one fusion choice per edge");
    Run run{.plan = plan, .scratch = scratch, .report = report};
    if (!placed(run)) {
        return infeasible();
    }
    timeline::keep_tensors(machine, workload, work, plan, scratch);
    timeline::keep_weights(machine, workload, plan, scratch);
    for (std::size_t op = 0; op < work.size(); ++op) {
        add_operator(run, op);
    }
    check_off_chip(run);
    if (!run.cost.feasible) {
        return infeasible();
    }
    const hardware::Technology& t = machine.architecture().technology;
    const core::Power power =
        t.static_core * static_cast<double>(machine.architecture().core_count()) + t.static_chip;
    run.item("(all)",
             "chip",
             "static",
             run.cost.latency.value,
             "cycles",
             core::energy(power, core::duration(run.cost.latency, t.clock)),
             run.cost.latency);
    run.cost.peak_memory_bits = scratch.resident_bits + scratch.peak_tensor_bits;
    run.cost.resident_weight_share =
        scratch.weight_bits > 0 ? scratch.resident_bits / scratch.weight_bits : 1.0;
    return run.cost;
}

PlanModel::PlanModel(const hardware::Architecture& architecture,
                     const workloads::Workload& workload,
                     std::vector<OperatorWork> work)
    : detail_(std::make_unique<const Detail>(architecture, workload, std::move(work))) {}

PlanModel::~PlanModel() = default;

void PlanModel::ScratchDeleter::operator()(Scratch* scratch) const {
    delete scratch;  // NOLINT(cppcoreguidelines-owning-memory): this is the owner's deleter
}

PlanModel::ScratchPointer PlanModel::make_scratch() const {
    ScratchPointer scratch(new Scratch);
    timeline::prepare(
        *scratch, static_cast<std::size_t>(architecture().core_count()), detail_->work.size());
    return scratch;
}

PlanCost PlanModel::evaluate(const Plan& plan, Scratch& scratch) const {
    return detail_->run(plan, scratch, nullptr);
}

std::vector<core::CostItem> PlanModel::explain(const Plan& plan) const {
    Report report;
    const PlanCost cost = detail_->run(plan, *make_scratch(), &report);
    if (!cost.feasible) {
        report.items.clear();
    }
    return std::move(report.items);
}

std::vector<core::Violation> PlanModel::violations(const Plan& plan) const {
    Report report;
    (void)detail_->run(plan, *make_scratch(), &report);
    return std::move(report.violations);
}

Plan PlanModel::uniform_plan(bool fused) const {
    Plan plan;
    plan.fused.assign(edges(), fused ? 1 : 0);
    const auto kinds = static_cast<int>(architecture().core_types.size());
    for (const OperatorWork& work : detail_->work) {
        Placement chosen = detail_->machine.first_run(0);
        for (int kind = 0; kind < kinds; ++kind) {
            const Placement run = detail_->machine.first_run(kind);
            if (run.cores == 0) {
                continue;
            }
            const auto& model = *detail_->machine.kind_of(run.first_core).model;
            if (model.evaluate(architecture(), work, run).feasible) {
                chosen = run;
                break;
            }
        }
        plan.placement.push_back(chosen);
    }
    return plan;
}

std::size_t PlanModel::operators() const {
    return detail_->work.size();
}

std::size_t PlanModel::edges() const {
    return detail_->source->edges.size();
}

const hardware::Architecture& PlanModel::architecture() const {
    return detail_->machine.architecture();
}

}  // namespace plexus::cost_models
