// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <utility>

#include "plexus/core/error.hpp"
#include "plexus/core/text.hpp"
#include "plexus/cost_models/placement.hpp"
#include "plexus/cost_models/timeline/plan.hpp"

#include "event_driven/spread.hpp"
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

/// Cores of `all` on which an operator gets at most so many neurons each, if there are as many.
int cores_for(const hardware::Architecture& architecture,
              const OperatorWork& work,
              const Placement& all,
              std::int64_t neurons_per_core) {
    const auto* const core =
        std::get_if<hardware::EventDrivenCore>(&architecture.core(all.first_core).kind);
    if (core == nullptr || neurons_per_core == 0) {
        return all.cores;
    }
    const std::int64_t needed =
        event_driven::ceil_div(event_driven::neurons_of(*core, work), neurons_per_core);
    return static_cast<int>(std::clamp<std::int64_t>(needed, 1, all.cores));
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
    if (!machine.architecture().memory_sharing.empty()) {
        run.broken([] {
            return core::Violation{
                "memory of a core", "its own", "one that cores share, which only timelines know"};
        });
    }
    if (!machine.valid(run.plan.sites)) {
        run.broken([] {
            return core::Violation{"placement",
                                   "a place of its own for every core",
                                   "places of cores of the same kind, each once"};
        });
    }
    return run.cost.feasible;
}

/// Cost on the cores; with the mesh in its latency.
CoreCost PlanModel::Detail::compute(Run& run, std::size_t op, const OnChip& on_chip) const {
    const Placement placement = run.standing(op);
    const CoreCostModel& model = *machine.kind_of(placement.first_core).model;
    CoreCost cost = run.scratch.known[op].get(placement, on_chip, [&] {
        return model.evaluate(machine.architecture(), work[op], placement, on_chip);
    });
    if (run.report != nullptr) {
        model.explain(machine.architecture(),
                      work[op],
                      placement,
                      on_chip,
                      name(op),
                      run.report->items,
                      run.report->violations);
    }
    if (!cost.feasible) {
        run.cost.feasible = false;
        return {};
    }
    run.cost.energy += cost.energy;
    run.cost.off_chip_bits += cost.off_chip_bits;
    if (machine.architecture().interconnect.mesh) {
        cost.latency = mesh(run, op, cost);
    }
    return cost;
}

PlanModel::Detail::Incoming PlanModel::Detail::incoming(const Plan& plan,
                                                        const timeline::MeshSites& sites,
                                                        std::size_t op) const {
    const Placement& here = plan.placement[op];
    Incoming in{.hops = {}, .box = here};
    timeline::MeanHops& hops = in.hops;
    for (const EdgeView& edge : workload.into(op)) {
        const Placement& from = plan.placement[edge.producer];
        const timeline::MeanHops way = timeline::mean_hops(sites, from, here);
        hops.x += way.x * edge.bits;
        hops.y += way.y * edge.bits;
        hops.chips += way.chips * edge.bits;
        in.bits += edge.bits;
        const int end = std::max(in.box.first_core + in.box.cores, from.first_core + from.cores);
        in.box.first_core = std::min(in.box.first_core, from.first_core);
        in.box.cores = end - in.box.first_core;
    }
    if (in.bits > 0) {
        hops.x /= in.bits;
        hops.y /= in.bits;
        hops.chips /= in.bits;
    } else {
        hops = timeline::mean_hops(sites, here, here);
    }
    return in;
}

timeline::MeshCost PlanModel::Detail::mesh_cost_of(const Plan& plan,
                                                   const timeline::MeshSites& sites,
                                                   std::size_t op,
                                                   const CoreCost& cost,
                                                   const Incoming& in) const {
    return timeline::mesh_cost(
        sites, machine.architecture().technology.clock, cost, in.hops, plan.placement[op], in.box);
}

Cycles PlanModel::Detail::mesh(Run& run, std::size_t op, const CoreCost& cost) const {
    const timeline::MeshSites& sites = run.sites();
    const timeline::MeshCost way =
        mesh_cost_of(run.plan, sites, op, cost, incoming(run.plan, sites, op));
    run.item(name(op), "mesh", "hops", way.hops, "hops", way.energy, way.load + way.way);
    return std::max(cost.latency, way.load) + way.way;
}

void PlanModel::Detail::add_operator(Run& run, std::size_t op) const {
    const OperatorView& view = workload.op(op);
    const double share = run.scratch.streamed_share(run.plan.placement[op]);
    const bool spilled = spills(run.plan, run.scratch, op);
    if (spilled && !machine.off_chip()) {
        run.broken([&] {
            return core::Violation{
                "off-chip memory",
                "room for the result of " + name(op) + ", which does not stay on chip",
                "none"};
        });
    }
    const double written = spilled || view.always_stored ? work[op].output_bits : 0.0;
    run.off_chip_footprint +=
        view.weight_bits * share + view.off_chip_bits + view.input_bits + written;

    const CoreCost cost = compute(run, op, on_chip(run.plan, run.scratch, op));
    for (const EdgeView& edge : workload.into(op)) {
        if (run.scratch.fused(edge, run.plan)) {
            run.cost.latency += transfer(run, edge);
        }
    }
    run.cost.latency += cost.covers_off_chip ? cost.latency + fetch_constants(run, op, share)
                                             : move_off_chip(run, op, cost.latency, spilled);
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
    Run run{.plan = plan, .scratch = scratch, .report = report, .machine = machine};
    if (!placed(run)) {
        return infeasible();
    }
    if (!plan.sites.empty() && machine.sites()) {
        run.moved.emplace(machine.sites()->mesh(), plan.sites);
    }
    keep(plan, scratch);
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
                     std::vector<OperatorWork> work,
                     CoreCostModels models)
    : detail_(std::make_unique<const Detail>(
          architecture, workload, std::move(work), std::move(models))) {}

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

event_driven::BlockNetwork PlanModel::traffic(const Plan& plan) const {
    return detail_->traffic(plan);
}

Plan PlanModel::uniform_plan(bool fused, std::int64_t neurons_per_core) const {
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
        chosen.cores = cores_for(architecture(), work, chosen, neurons_per_core);
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

const std::vector<OperatorWork>& PlanModel::work() const {
    return detail_->work;
}

}  // namespace plexus::cost_models
