// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/mapping/mapped_cores.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <mutex>
#include <utility>

#include "plexus/core/text.hpp"
#include "plexus/cost_models/dataflow/loop_nest_cost.hpp"
#include "plexus/cost_models/off_chip.hpp"
#include "plexus/cost_models/placement.hpp"
#include "plexus/cost_models/precision.hpp"
#include "plexus/cost_models/sparsity/layer_cost.hpp"

#include "mapping/core_hierarchy.hpp"
#include "mapping/layer_share.hpp"
#include "mapping/mapped_answer.hpp"
#include "mapping/mapping_line.hpp"
#include "mapping/operand_density.hpp"

namespace plexus::explorers {
namespace {

using core::Cycles;
using cost_models::CoreCost;
using cost_models::OnChip;
using cost_models::OperatorWork;
using cost_models::Placement;
using hardware::Architecture;

}  // namespace

struct MappedCores::Detail {
    const workloads::Workload& workload;
    const MappingDecision& decision;
    const Mapper& mapper;
    MappingMemo& memo;
    DensityMemo& densities;
    std::string engine;
    std::unique_ptr<const cost_models::CoreCostModel> roofline;
    mutable std::mutex mutex;
    mutable std::map<MappingQuestion, std::unique_ptr<const MappedAnswer>>
        answers;  // guarded by mutex

    [[nodiscard]] const MappedAnswer& ask(const Architecture& architecture,
                                          const OperatorWork& work,
                                          const Placement& placement,
                                          const OffChipOperands& off_chip) const {
        const bool alike = architecture.interconnect.links.empty();
        const MappingQuestion question{
            work.index,
            architecture.cores[static_cast<std::size_t>(placement.first_core)],
            alike ? 0 : placement.first_core,
            placement.cores,
            off_chip};
        {
            const std::lock_guard lock(mutex);
            if (const auto known = answers.find(question); known != answers.end()) {
                return *known->second;
            }
        }
        MappedAnswer found = answer(architecture, work, placement, off_chip);
        if (!found.feasible() && off_chip != OffChipOperands{}) {
            // Weights are the largest: without them the others may find room.
            found = ask(architecture,
                        work,
                        placement,
                        off_chip.weights ? OffChipOperands{}
                                         : OffChipOperands{off_chip.inputs, true, off_chip.output});
        }
        const std::lock_guard lock(mutex);
        const auto at = answers.try_emplace(question).first;
        if (at->second == nullptr) {
            at->second = std::make_unique<const MappedAnswer>(std::move(found));
        }
        return *at->second;
    }

    [[nodiscard]] MappedAnswer answer(const Architecture& architecture,
                                      const OperatorWork& work,
                                      const Placement& placement,
                                      const OffChipOperands& off_chip) const {
        MappedAnswer out;
        out.off_chip = off_chip;
        LayerShare share;
        try {
            share = share_of_layer(workload, work, placement.cores);
        } catch (const core::ConfigErrors& wrong) {
            out.violations = {{"loop nest of " + workload.operators[work.index].name,
                               "one that can be mapped",
                               wrong.what()}};
            return out;
        }
        const CoreHierarchy hierarchy = hierarchy_of(architecture, placement.first_core, off_chip);
        if (!hierarchy.core.array.is_imc) {  // those count their bits themselves
            const double passes = cost_models::mac_passes(hierarchy.core.array, work);
            share.layer.work_share *= passes;
            share.layer.time_share *= passes;
        }
        share.layer.time_share *= hierarchy.core.array.cycles_of(work.type);
        MappingRequest request = decision.request;
        request.spatial.hints = hints_for(share.layer, request.spatial.hints);
        if (decision.request.spatial.hints.empty()) {
            request.spatial.given = dataflow_of(hierarchy.core, share.layer);
        }
        const auto result = memo.get(
            mapping_key(share.layer, hierarchy.core, request, engine),
            [&] { return map_operator(share.layer, hierarchy.core, request, mapper, engine); });
        if (!result->feasible()) {
            out.violations = result->violations;
            return out;
        }
        cost_mapping(work, share.layer, hierarchy.core, result->best->mapping, out);
        out.cores = share.cores;
        out.spatial = spatial_text(result->best->mapping.spatial);
        out.temporal = temporal_text(share.layer, result->best->mapping.temporal);
        out.certificate = result->certificate;
        count_off_chip(hierarchy, share.layer, out);
        out.latency = out.nest.latency;
        if (const auto outside = cost_models::off_chip_memory(architecture);
            outside && placement.cores > 1) {
            out.latency =
                std::max({out.latency,
                          Cycles(out.off_chip_read_bits / outside->read_bandwidth.value),
                          Cycles(out.off_chip_written_bits / outside->write_bandwidth.value)});
        }
        return out;
    }

    /// Costs a mapping, with what the core saves where operands are zero.
    void cost_mapping(const OperatorWork& work,
                      const dataflow::Layer& layer,
                      const hardware::DataflowCore& core,
                      const dataflow::Mapping& mapping,
                      MappedAnswer& out) const {
        const dataflow::Rules rules = decision.request.rules;
        if (!core.sparsity || layer.operands.size() != 3) {
            out.nest = dataflow::evaluate_mapping(layer, core, mapping, rules);
            out.violations = out.nest.violations;
            return;
        }
        auto sparse = cost_models::sparsity::sparse_layer_cost(
            layer, core, mapping, rules, operand_densities(workload, work, layer, densities));
        out.violations = std::move(sparse.violations);
        out.nest = std::move(sparse.nest);
        out.savings = std::move(sparse.items);
        out.metadata_bits = sparse.metadata_bits;
    }

    /// An answer and how much of the operator it stands for.
    struct Part {
        const MappedAnswer* answer = nullptr;
        double share = 1;
    };

    /// Resident and streamed weights; one of both if the share is 0 or 1.
    [[nodiscard]] std::array<Part, 2> parts(const Architecture& architecture,
                                            const OperatorWork& work,
                                            const Placement& placement,
                                            const OnChip& on_chip) const {
        const double resident = std::clamp(on_chip.weights, 0.0, 1.0);
        std::array<Part, 2> out{{{nullptr, resident}, {nullptr, 1 - resident}}};
        for (const bool streamed : {false, true}) {
            Part& part = out[streamed ? 1 : 0];
            if (part.share > 0) {
                part.answer = &ask(
                    architecture, work, placement, {!on_chip.inputs, streamed, !on_chip.output});
            }
        }
        auto& [kept, streamed] = out;
        if (kept.answer != nullptr && streamed.answer != nullptr &&
            kept.answer->off_chip == streamed.answer->off_chip) {
            kept.answer = nullptr;  // found no room
            streamed.share = 1;
        }
        return out;
    }

    [[nodiscard]] static bool mapped(const OperatorWork& work) {
        return work.kind == workloads::OperatorKind::contraction && work.weight_elements > 0;
    }
};

MappedCores::MappedCores(const workloads::Workload& workload,
                         const MappingDecision& decision,
                         const Mapper& mapper,
                         MappingMemo& memo,
                         DensityMemo& densities)
    : detail_(new Detail{workload,
                         decision,
                         mapper,
                         memo,
                         densities,
                         engine_name(decision),
                         cost_models::builtin_core_models().create("roofline"),
                         {},
                         {}}) {}

MappedCores::~MappedCores() = default;

bool MappedCores::models(const hardware::Core& core) const {
    return !core.event_driven();
}

CoreCost MappedCores::evaluate(const Architecture& architecture,
                               const OperatorWork& work,
                               const Placement& placement,
                               const OnChip& on_chip) const {
    CoreCost cost = detail_->roofline->evaluate(architecture, work, placement, on_chip);
    if (!Detail::mapped(work)) {
        return cost;
    }
    cost.latency = barrier(architecture, placement);
    cost.energy = architecture.sync.energy;
    cost.covers_off_chip = true;
    for (const Detail::Part& part : detail_->parts(architecture, work, placement, on_chip)) {
        if (part.answer == nullptr) {
            continue;
        }
        cost.feasible = cost.feasible && part.answer->feasible();
        cost.latency += part.answer->latency * part.share;
        cost.energy += part.answer->nest.energy * (part.answer->cores * part.share);
        cost.off_chip_bits +=
            part.share * (part.answer->off_chip_read_bits + part.answer->off_chip_written_bits);
    }
    return cost;
}

void MappedCores::explain(const Architecture& architecture,
                          const OperatorWork& work,
                          const Placement& placement,
                          const OnChip& on_chip,
                          const std::string& name,
                          std::vector<core::CostItem>& items,
                          std::vector<core::Violation>& violations) const {
    if (!Detail::mapped(work)) {
        detail_->roofline->explain(architecture, work, placement, on_chip, name, items, violations);
        return;
    }
    const std::string place = place_of(architecture, placement);
    for (const Detail::Part& part : detail_->parts(architecture, work, placement, on_chip)) {
        if (part.answer == nullptr) {
            continue;
        }
        for (const core::Violation& violation : part.answer->violations) {
            if (std::find(violations.begin(), violations.end(), violation) == violations.end()) {
                violations.push_back(violation);
            }
        }
        if (!part.answer->feasible()) {
            continue;
        }
        const double everywhere = part.answer->cores * part.share;
        for (core::CostItem item : cost_items(*part.answer, name)) {
            item.place = place + "." + item.place;
            item.count *= everywhere;
            item.energy = item.energy * everywhere;
            item.cycles = item.cycles * part.share;
            items.push_back(std::move(item));
        }
        const Cycles waiting = part.answer->latency - part.answer->nest.latency;
        if (waiting.value > 0) {
            items.push_back({name,
                             place + ".off_chip",
                             "shared bandwidth",
                             1,
                             "layers",
                             core::Energy(0),
                             waiting * part.share});
        }
    }
    items.push_back({name,
                     place,
                     "sync",
                     1,
                     "barriers",
                     architecture.sync.energy,
                     barrier(architecture, placement)});
}

cost_models::CoreMemory MappedCores::memory(const Architecture& architecture,
                                            const hardware::Core& core) const {
    return detail_->roofline->memory(architecture, core);
}

core::Table MappedCores::table(const Architecture& architecture,
                               const std::vector<OperatorWork>& work,
                               const cost_models::Plan& plan,
                               const cost_models::PlanModel::Residency& residency) const {
    core::Table table{.name = "mappings",
                      .columns = {"operator",
                                  "weights",
                                  "share",
                                  "engine",
                                  "spatial",
                                  "temporal",
                                  "latency_cycles",
                                  "ideal_cycles",
                                  "utilisation",
                                  "energy_pj",
                                  "proven_gap",
                                  "evaluated"},
                      .rows = {}};
    for (std::size_t op = 0; op < work.size(); ++op) {
        const Placement& placement = plan.placement[op];
        if (!Detail::mapped(work[op]) || !models(architecture.core(placement.first_core))) {
            continue;
        }
        const auto parts = detail_->parts(architecture, work[op], placement, residency.on_chip[op]);
        for (std::size_t i = 0; i < parts.size(); ++i) {
            const MappedAnswer* const a = parts[i].answer;
            if (a == nullptr || !a->feasible()) {
                continue;
            }
            const double gap = a->certificate.proven_gap;
            table.rows.push_back({detail_->workload.operators[op].name,
                                  i == 0 ? "resident" : "streamed",
                                  parts[i].share,
                                  a->certificate.engine,
                                  a->spatial,
                                  a->temporal,
                                  a->latency.value,
                                  a->nest.ideal.value,
                                  a->nest.utilisation,
                                  a->nest.energy.value * a->cores,
                                  std::isfinite(gap) ? core::Cell(gap) : core::Cell(),
                                  a->certificate.evaluated});
        }
    }
    return table;
}

std::string engine_name(const MappingDecision& decision) {
    std::vector<std::string> values;
    for (const auto& [name, value] : decision.params.values()) {
        values.push_back(name + "=" + core::to_string(value));
    }
    return values.empty() ? decision.engine : decision.engine + "(" + core::join(values) + ")";
}

}  // namespace plexus::explorers
