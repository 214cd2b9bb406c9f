// SPDX-License-Identifier: Apache-2.0
#include "plan_stage.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "plexus/core/random.hpp"
#include "plexus/cost_models/operator_work.hpp"
#include "plexus/explorers/fusion/plan_search.hpp"
#include "plexus/explorers/mapping/mapped_cores.hpp"
#include "plexus/explorers/scheduling/core_sites.hpp"

#include "explanation_tables.hpp"

namespace plexus::explorers {
namespace {

/// A plan with the model that costs it.
struct Planned {
    std::unique_ptr<const Mapper> mapper;
    std::shared_ptr<const MappedCores> mapped;  ///< None at the low fidelity `roofline`.
    std::optional<cost_models::PlanModel> model;
    PlanSearchResult search;
};

/// The models that the design's decisions ask for, before the defaults.
cost_models::CoreCostModels core_models(const DecidedDesign& design,
                                        const SearchParts& parts,
                                        MappingMemo& memo,
                                        DensityMemo& densities,
                                        Planned& planned) {
    cost_models::CoreCostModels models = cost_models::default_core_models();
    const MappingDecision& decision = design.decisions.mapping;
    if (!decision.roofline()) {
        planned.mapper = parts.mappers.create(decision.engine, decision.params);
        planned.mapped = std::make_shared<const MappedCores>(
            *design.workload, decision, *planned.mapper, memo, densities);
        models.insert(models.begin(), planned.mapped);
    }
    return models;
}

std::vector<cost_models::OperatorWork> work_of(const DecidedDesign& design) {
    const workloads::Workload& workload = *design.workload;
    std::vector<cost_models::OperatorWork> work;
    work.reserve(workload.operators.size());
    for (std::size_t i = 0; i < workload.operators.size(); ++i) {
        const cost_models::KernelMix* mix = nullptr;
        const cost_models::event_driven::PartitionCounts* partition = nullptr;
        for (const workloads::Access& input : workload.operators[i].inputs)
            if (const auto& s = design.kernels.selections[input.tensor]; s != nullptr) {
                mix = &s->mix;
                partition = design.kernels.partitions[input.tensor].get();
            }
        work.push_back(cost_models::operator_work(workload, i, mix));
        work.back().partition = partition;
    }
    return work;
}

void explain(const DecidedDesign& design, const Planned& planned, Evaluator::Explanation& out) {
    const cost_models::PlanModel& model = *planned.model;
    const cost_models::Plan& plan = planned.search.plan;
    out.items = model.explain(plan);
    const auto residency = model.residency(plan);
    out.plan = plan_table(*design.workload, plan, residency);
    out.sites = site_table(*design.machine, plan.sites);
    if (planned.mapped != nullptr)
        out.mappings = planned.mapped->table(*design.machine, model.work(), plan, residency);
    out.mesh = design.machine->interconnect.mesh;
    out.loads = model.loads(plan);
}

}  // namespace

Execution execute_plan(const DecidedDesign& design,
                       const SearchParts& parts,
                       MappingMemo& memo,
                       DensityMemo& densities) {
    const auto planned = std::make_shared<Planned>();
    planned->model.emplace(*design.machine,
                           *design.workload,
                           work_of(design),
                           core_models(design, parts, memo, densities, *planned));
    const cost_models::PlanModel& model = *planned->model;
    PlanSearchResult& search = planned->search;
    // The same random numbers for every design: differences come from the design, not from luck.
    const auto schedule =
        parts.schedules.create(design.decisions.cooling, design.decisions.cooling_params);
    const core::Rng rng = core::Rng(design.seed).split("plan");
    const PlanSearchOptions& options = design.decisions.plan;
    search = search_plan(model, options, *schedule, rng);
    if (search.cost.feasible)
        arrange_cores(model,
                      *parts.strategies.create(design.decisions.strategy),
                      {.latency_share = options.latency_share, .annealing = options.annealing},
                      *schedule,
                      rng.split("sites"),
                      search);
    Execution out;
    if (!search.cost.feasible) {
        out.violations = model.violations(search.plan);
        return out;
    }
    out.cost = search.cost;
    out.fused_edges = std::ranges::count(model.residency(search.plan).kept, char{1});
    out.accepted = search.annealing.accepted;
    out.explain = [&design, planned](Evaluator::Explanation& why) {
        explain(design, *planned, why);
    };
    return out;
}

}  // namespace plexus::explorers
