// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/evaluator.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "plexus/core/memo.hpp"
#include "plexus/core/random.hpp"
#include "plexus/cost_models/area/area.hpp"
#include "plexus/cost_models/event_driven/coding_error.hpp"
#include "plexus/cost_models/operator_work.hpp"
#include "plexus/cost_models/timeline/plan.hpp"
#include "plexus/explorers/annealing/cooling.hpp"
#include "plexus/explorers/decisions.hpp"
#include "plexus/explorers/fusion/plan_search.hpp"
#include "plexus/explorers/mapping/mapped_cores.hpp"
#include "plexus/explorers/scheduling/core_sites.hpp"
#include "plexus/hardware/load.hpp"
#include "plexus/workloads/load.hpp"

#include "explanation_tables.hpp"
#include "format_errors.hpp"
#include "kernel_stage.hpp"
#include "problem_values.hpp"
#include "scenarios.hpp"

namespace plexus::explorers {
namespace {

/// A memoised input: the value, or why it cannot be built.
template <class T>
struct Checked {
    T value;
    std::vector<core::Violation> violations;
};

template <class T, class Read>
Checked<T> checked(const core::Node& node, const Read& read) {
    core::Problems problems;
    Checked<T> out{.value = read(node, problems), .violations = {}};
    out.violations = violations_of(problems);
    return out;
}

/// Every value that `path` can take in the experiment: the base value, those of its axis and of
/// scenarios.
std::vector<core::Node> possible_values(const Experiment& experiment, std::string_view path) {
    std::vector<core::Node> values;
    for (const core::Node* base : core::find_path(experiment.tree, path))
        values.push_back(*base);
    for (const Axis& axis : experiment.space.axes())
        if (axis.path == path)
            values.insert(values.end(), axis.values.begin(), axis.values.end());
    for (const Scenario& scenario : experiment.scenarios)
        for (const Setting& setting : scenario.settings)
            if (setting.path == path)
                values.push_back(setting.value);
    return values;
}

KernelStage make_kernel_stage(const Experiment& experiment, int jobs) {
    core::Problems problems;
    std::vector<std::int64_t> blocks;
    for (const core::Node& node : possible_values(experiment, "decisions.kernels.block"))
        blocks.push_back(core::Reader(node, "decisions.kernels.block", problems).integer());
    std::vector<std::vector<std::string>> banks;
    for (const core::Node& node : possible_values(experiment, "decisions.kernels.bank")) {
        banks.emplace_back();
        for (const core::Reader& name :
             core::Reader(node, "decisions.kernels.bank", problems).items())
            banks.back().push_back(name.text());
    }
    problems.throw_if_any();
    // Only event-driven cores ask what every core gets of a matrix.
    bool counts = false;
    for (std::size_t s = 0; s < experiment.scenarios.size() && !counts; ++s) {
        core::Problems elsewhere;
        const hardware::Architecture machine =
            hardware::read_architecture(*scenario_tree(experiment, s).find("hardware"), elsewhere);
        counts = std::ranges::any_of(
            machine.core_types, [](const hardware::Core& core) { return core.event_driven(); });
    }
    return {std::move(blocks), banks, counts, jobs};
}

/// What every operator has to do under the kernels of its weights.
std::vector<cost_models::OperatorWork> works_of(const workloads::Workload& workload,
                                                const KernelPlan& kernels) {
    std::vector<cost_models::OperatorWork> works;
    works.reserve(workload.operators.size());
    for (std::size_t i = 0; i < workload.operators.size(); ++i) {
        const cost_models::KernelMix* mix = nullptr;
        const cost_models::event_driven::PartitionCounts* partition = nullptr;
        for (const workloads::Access& input : workload.operators[i].inputs)
            if (const auto& s = kernels.selections[input.tensor]; s != nullptr) {
                mix = &s->mix;
                partition = kernels.partitions[input.tensor].get();
            }
        works.push_back(cost_models::operator_work(workload, i, mix));
        works.back().partition = partition;
    }
    return works;
}

}  // namespace

/// What evaluations remember, by content: the same in all scenarios of an experiment.
struct Evaluator::Memo {
    Memo(const Experiment& e, int jobs) : kernels(make_kernel_stage(e, jobs)) {}

    KernelStage kernels;
    core::MemoCache<Checked<hardware::Architecture>> machines;
    core::MemoCache<Checked<workloads::Workload>> works;
    FormatErrors format_errors;
    MappingMemo mappings;
};

struct Evaluator::Detail {
    Detail(const Experiment& e, std::size_t scenario, std::shared_ptr<Memo> remembered)
        : experiment(e),
          tree(scenario_tree(e, scenario)),
          schedules(builtin_cooling_schedules()),
          mappers(builtin_mappers()),
          strategies(builtin_placement_strategies()),
          memo(std::move(remembered)) {}

    /// A design with all its parts; `violations` is set instead if it cannot be built.
    struct Design {
        std::shared_ptr<const Checked<hardware::Architecture>> machine;
        std::shared_ptr<const Checked<workloads::Workload>> work;
        Decisions decisions;
        KernelPlan kernels;
        std::unique_ptr<const Mapper> mapper;
        std::shared_ptr<const MappedCores> mapped;  ///< None at the low fidelity `roofline`.
        std::optional<cost_models::PlanModel> model;
        PlanSearchResult search;
        std::vector<core::Violation> violations;
    };

    /// Fills `design` step by step; stops at the first step that finds the design impossible.
    void build(const DesignPoint& point, Design& design) const;
    [[nodiscard]] cost_models::CoreCostModels core_models(Design& design) const;
    [[nodiscard]] double objective(ObjectiveKind kind, const Design& design) const;

    const Experiment& experiment;
    core::Node tree;
    core::Registry<CoolingSchedule> schedules;
    core::Registry<Mapper> mappers;
    core::Registry<PlacementStrategy> strategies;
    std::shared_ptr<Memo> memo;
};

void Evaluator::Detail::build(const DesignPoint& point, Design& design) const {
    core::Node variant = tree;
    core::Problems problems;
    const DesignSpace& space = experiment.space;
    for (std::size_t i = 0; i < space.dimensions(); ++i)
        if (space.active(point, i))
            core::override_path(
                variant, space.axes()[i].path, space.node(point, i), false, {}, problems);

    const core::Node& hardware_node = *variant.find("hardware");
    design.machine = memo->machines.get(core::content_hash(hardware_node), [&] {
        return checked<hardware::Architecture>(hardware_node, hardware::read_architecture);
    });
    const core::Node& workload_node = *variant.find("workload");
    design.work = memo->works.get(core::content_hash(workload_node), [&] {
        return checked<workloads::Workload>(workload_node, workloads::read_workload);
    });
    design.decisions = read_decisions(
        core::Reader(*variant.find("decisions"), "decisions", problems), schedules, mappers);
    design.decisions.mapping.request.temporal.seed = experiment.seed;
    design.violations = violations_of(problems);
    for (const auto* part : {&design.machine->violations, &design.work->violations})
        design.violations.insert(design.violations.end(), part->begin(), part->end());
    if (!design.violations.empty())
        return;

    design.kernels =
        memo->kernels.select(design.work->value, design.decisions, design.machine->value);
    if (design.kernels.violation) {
        design.violations.push_back(*design.kernels.violation);
        return;
    }

    const workloads::Workload& workload = design.work->value;
    design.model.emplace(
        design.machine->value, workload, works_of(workload, design.kernels), core_models(design));
    // The same random numbers for every design: differences come from the design, not from luck.
    const auto schedule =
        schedules.create(design.decisions.cooling, design.decisions.cooling_params);
    const core::Rng rng = core::Rng(experiment.seed).split("plan");
    design.search = search_plan(*design.model, design.decisions.plan, *schedule, rng);
    if (design.search.cost.feasible) {
        const PlanSearchOptions& options = design.decisions.plan;
        arrange_cores(*design.model,
                      *strategies.create(design.decisions.strategy),
                      {.latency_share = options.latency_share, .annealing = options.annealing},
                      *schedule,
                      rng.split("sites"),
                      design.search);
    }
    if (!design.search.cost.feasible)
        design.violations = design.model->violations(design.search.plan);
}

/// The models that the design's decisions ask for, before the defaults.
cost_models::CoreCostModels Evaluator::Detail::core_models(Design& design) const {
    cost_models::CoreCostModels models = cost_models::default_core_models();
    const MappingDecision& decision = design.decisions.mapping;
    if (!decision.roofline()) {
        design.mapper = mappers.create(decision.engine, decision.params);
        design.mapped = std::make_shared<const MappedCores>(
            design.work->value, decision, *design.mapper, memo->mappings);
        models.insert(models.begin(), design.mapped);
    }
    return models;
}

double Evaluator::Detail::objective(ObjectiveKind kind, const Design& design) const {
    const cost_models::PlanCost& cost = design.search.cost;
    // Blocks that are looked at while the program runs are looked at before they are executed.
    const double latency = (cost.latency + design.kernels.analysis_cycles).value;
    const double energy = (cost.energy + design.kernels.analysis_energy).value;
    switch (kind) {
        case ObjectiveKind::latency_cycles:
            return latency;
        case ObjectiveKind::energy_pj:
            return energy;
        case ObjectiveKind::edp:
            return energy * latency;
        case ObjectiveKind::error:
            return std::hypot(design.kernels.error(),
                              cost_models::event_driven::coding_error(design.machine->value),
                              memo->format_errors.of(design.work->value));
        case ObjectiveKind::peak_memory_bits:
            return cost.peak_memory_bits;
        case ObjectiveKind::area_um2:
            return cost_models::estimate_area(design.machine->value).total.value;
    }
    core::ensure(false, "unknown objective");
    return 0;
}

Evaluator::Evaluator(const Experiment& experiment,
                     std::size_t scenario,
                     int jobs,
                     const Evaluator* sibling)
    : detail_(std::make_unique<Detail>(
          experiment,
          scenario,
          sibling != nullptr ? sibling->detail_->memo : std::make_shared<Memo>(experiment, jobs))) {
    // Reads and profiles the matrices of the base design with all threads before points are
    // evaluated in parallel, and reports malformed matrix files before anything is written.
    core::Problems problems;
    const Detail& d = *detail_;
    const core::Node& workload_node = *d.tree.find("workload");
    const auto work = d.memo->works.get(core::content_hash(workload_node), [&] {
        return checked<workloads::Workload>(workload_node, workloads::read_workload);
    });
    const Decisions decisions = read_decisions(
        core::Reader(*d.tree.find("decisions"), "decisions", problems), d.schedules, d.mappers);
    const core::Node& hardware_node = *d.tree.find("hardware");
    const auto machine = d.memo->machines.get(core::content_hash(hardware_node), [&] {
        return checked<hardware::Architecture>(hardware_node, hardware::read_architecture);
    });
    if (work->violations.empty() && machine->violations.empty() && problems.empty())
        static_cast<void>(d.memo->kernels.select(work->value, decisions, machine->value));
}

Evaluator::~Evaluator() = default;

std::size_t Evaluator::objectives() const {
    return detail_->experiment.objectives.size();
}

Outcome Evaluator::evaluate(const DesignPoint& point) const {
    Detail::Design design;
    detail_->build(point, design);
    Outcome out;
    out.violations = design.violations;
    if (!out.feasible())
        return out;
    for (const ObjectiveKind kind : detail_->experiment.objectives)
        out.objectives.push_back(detail_->objective(kind, design));
    const cost_models::PlanCost& cost = design.search.cost;
    std::int64_t fused = 0;
    for (const char kept : design.model->residency(design.search.plan).kept)
        fused += kept;
    out.metrics = {
        design.kernels.storage_bits(),
        design.kernels.work(),
        cost.off_chip_bits,
        cost.peak_memory_bits,
        cost.resident_weight_share,
        fused,
        design.search.annealing.accepted,
        design.kernels.alpha(),
        design.kernels.regret(),
        design.kernels.switches(),
        design.kernels.mixtures(),
        design.kernels.table_misses(),
        design.kernels.analysis_cycles / (cost.latency + design.kernels.analysis_cycles)};
    return out;
}

std::vector<std::string> Evaluator::metric_names() {
    return {"sparse_storage_bits",
            "sparse_work_macs",
            "off_chip_bits",
            "peak_memory_bits",
            "resident_weight_share",
            "fused_edges",
            "annealing_accepted",
            "alpha",
            "selector_regret",
            "kernel_switches",
            "mixed_blocks",
            "table_misses",
            "selector_latency_share"};
}

Evaluator::Explanation Evaluator::explain(const DesignPoint& point) const {
    Detail::Design design;
    detail_->build(point, design);
    Explanation out;
    if (!design.violations.empty())
        return out;
    const workloads::Workload& workload = design.work->value;
    out.items = design.model->explain(design.search.plan);
    if (design.kernels.analysis_operations > 0)
        out.items.push_back({.work = "kernel selection",
                             .place = "all cores",
                             .cause = "analysis",
                             .count = design.kernels.analysis_operations,
                             .count_unit = "operations",
                             .energy = design.kernels.analysis_energy,
                             .cycles = design.kernels.analysis_cycles});
    out.kernels = kernel_table(workload, design.kernels);
    const auto residency = design.model->residency(design.search.plan);
    out.plan = plan_table(workload, design.search.plan, residency);
    out.sites = site_table(design.machine->value, design.search.plan.sites);
    if (design.mapped != nullptr)
        out.mappings = design.mapped->table(
            design.machine->value, design.model->work(), design.search.plan, residency);
    out.mesh = design.machine->value.interconnect.mesh;
    out.loads = design.model->loads(design.search.plan);
    out.provenance = design.machine->value.provenance;
    out.provenance.insert(
        out.provenance.end(), workload.provenance.begin(), workload.provenance.end());
    return out;
}

}  // namespace plexus::explorers
