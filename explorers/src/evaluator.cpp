// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/evaluator.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "plexus/core/memo.hpp"
#include "plexus/cost_models/area/area.hpp"
#include "plexus/cost_models/event_driven/coding_error.hpp"
#include "plexus/explorers/decisions.hpp"
#include "plexus/hardware/load.hpp"
#include "plexus/workloads/load.hpp"

#include "cascade_stage.hpp"
#include "depth_first_stage.hpp"
#include "execution.hpp"
#include "explanation_tables.hpp"
#include "format_errors.hpp"
#include "kernel_stage.hpp"
#include "plan_stage.hpp"
#include "problem_values.hpp"
#include "scenarios.hpp"
#include "tile_stage.hpp"

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

}  // namespace

/// What evaluations remember, by content: the same in all scenarios of an experiment.
struct Evaluator::Memo {
    Memo(const Experiment& e, int jobs) : kernels(make_kernel_stage(e, jobs)) {}

    KernelStage kernels;
    core::MemoCache<Checked<hardware::Architecture>> machines;
    core::MemoCache<Checked<workloads::Workload>> works;
    FormatErrors format_errors;
    MappingMemo mappings;
    DensityMemo densities;
    DepthFirstMemo depth_first;
    CascadeMemo cascades;
};

struct Evaluator::Detail {
    Detail(const Experiment& e, std::size_t scenario, std::shared_ptr<Memo> remembered)
        : experiment(e), tree(scenario_tree(e, scenario)), memo(std::move(remembered)) {}

    /// A design and how it is executed, whose violations say why it cannot be built, if it cannot.
    struct Design {
        DecidedDesign decided;
        Execution execution;

        [[nodiscard]] bool feasible() const { return execution.violations.empty(); }
    };

    /// The description of a design.
    [[nodiscard]] core::Node describe(const DesignPoint& point, core::Problems& problems) const;
    /// Fills `design` step by step; stops at the first step that finds the design impossible.
    void build(const DesignPoint& point, Design& design) const;
    [[nodiscard]] Execution execute(const core::Node& variant, const DecidedDesign& design) const;
    [[nodiscard]] double objective(ObjectiveKind kind, const Design& design) const;

    const Experiment& experiment;
    core::Node tree;
    SearchParts parts;
    std::shared_ptr<Memo> memo;
};

core::Node Evaluator::Detail::describe(const DesignPoint& point, core::Problems& problems) const {
    core::Node variant = tree;
    const DesignSpace& space = experiment.space;
    for (std::size_t i = 0; i < space.dimensions(); ++i)
        if (space.active(point, i))
            core::override_path(
                variant, space.axes()[i].path, space.node(point, i), false, {}, problems);
    return variant;
}

void Evaluator::Detail::build(const DesignPoint& point, Design& design) const {
    core::Problems problems;
    const core::Node variant = describe(point, problems);
    const core::Node& hardware_node = *variant.find("hardware");
    const auto machine = memo->machines.get(core::content_hash(hardware_node), [&] {
        return checked<hardware::Architecture>(hardware_node, hardware::read_architecture);
    });
    const core::Node& workload_node = *variant.find("workload");
    const auto work = memo->works.get(core::content_hash(workload_node), [&] {
        return checked<workloads::Workload>(workload_node, workloads::read_workload);
    });
    DecidedDesign& decided = design.decided;
    decided.machine = {machine, &machine->value};
    decided.workload = {work, &work->value};
    decided.decisions =
        read_decisions(core::Reader(*variant.find("decisions"), "decisions", problems),
                       parts.schedules,
                       parts.mappers);
    decided.decisions.mapping.request.temporal.seed = experiment.seed;
    decided.seed = experiment.seed;
    std::vector<core::Violation>& violations = design.execution.violations;
    violations = violations_of(problems);
    for (const auto* part : {&machine->violations, &work->violations})
        violations.insert(violations.end(), part->begin(), part->end());
    if (!violations.empty())
        return;

    decided.kernels = memo->kernels.select(work->value, decided.decisions, machine->value);
    if (decided.kernels.violation) {
        violations.push_back(*decided.kernels.violation);
        return;
    }
    design.execution = execute(variant, decided);
}

Execution Evaluator::Detail::execute(const core::Node& variant, const DecidedDesign& design) const {
    const core::Node& decisions = *variant.find("decisions");
    switch (design.decisions.execution) {
        case ExecutionKind::whole:
            return execute_plan(design, parts, memo->mappings, memo->densities);
        case ExecutionKind::tiles:
            return execute_tiles(design, *decisions.find("timeline"), memo->mappings);
        case ExecutionKind::depth_first:
        case ExecutionKind::optimal:
            break;
    }
    core::Hasher inputs;
    for (const char* part : {"hardware", "workload"})
        inputs.add(core::content_hash(*variant.find(part)));
    if (design.decisions.execution == ExecutionKind::optimal)
        return execute_cascade(design, inputs.finish(), memo->cascades);
    inputs.add(core::content_hash(*decisions.find("mapping")));
    return execute_depth_first(design, parts, inputs.finish(), memo->depth_first);
}

double Evaluator::Detail::objective(ObjectiveKind kind, const Design& design) const {
    const cost_models::PlanCost& cost = design.execution.cost;
    const KernelPlan& kernels = design.decided.kernels;
    // Blocks that are looked at while the program runs are looked at before they are executed.
    const double latency = (cost.latency + kernels.analysis_cycles).value;
    const double energy = (cost.energy + kernels.analysis_energy).value;
    switch (kind) {
        case ObjectiveKind::latency_cycles:
            return latency;
        case ObjectiveKind::energy_pj:
            return energy;
        case ObjectiveKind::edp:
            return energy * latency;
        case ObjectiveKind::error:
            return std::hypot(kernels.error(),
                              cost_models::event_driven::coding_error(*design.decided.machine),
                              memo->format_errors.of(*design.decided.workload));
        case ObjectiveKind::peak_memory_bits:
            return cost.peak_memory_bits;
        case ObjectiveKind::area_um2:
            return cost_models::estimate_area(*design.decided.machine).total.value;
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
    const Decisions decisions =
        read_decisions(core::Reader(*d.tree.find("decisions"), "decisions", problems),
                       d.parts.schedules,
                       d.parts.mappers);
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
    out.violations = design.execution.violations;
    if (!out.feasible())
        return out;
    for (const ObjectiveKind kind : detail_->experiment.objectives)
        out.objectives.push_back(detail_->objective(kind, design));
    const cost_models::PlanCost& cost = design.execution.cost;
    const KernelPlan& kernels = design.decided.kernels;
    out.metrics = {kernels.storage_bits(),
                   kernels.work(),
                   cost.off_chip_bits,
                   cost.peak_memory_bits,
                   cost.resident_weight_share,
                   design.execution.fused_edges,
                   design.execution.accepted,
                   kernels.alpha(),
                   kernels.regret(),
                   kernels.switches(),
                   kernels.mixtures(),
                   kernels.table_misses(),
                   kernels.analysis_cycles / (cost.latency + kernels.analysis_cycles)};
    return out;
}

std::vector<std::string> Evaluator::metric_names() {
    return {"sparse_storage_bits",
            "sparse_work_macs",
            "off_chip_bits",
            "peak_on_chip_bits",
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
    if (!design.feasible())
        return out;
    design.execution.explain(out);
    const DecidedDesign& decided = design.decided;
    if (decided.kernels.analysis_operations > 0)
        out.items.push_back({.work = "kernel selection",
                             .place = "all cores",
                             .cause = "analysis",
                             .count = decided.kernels.analysis_operations,
                             .count_unit = "operations",
                             .energy = decided.kernels.analysis_energy,
                             .cycles = decided.kernels.analysis_cycles});
    out.kernels = kernel_table(*decided.workload, decided.kernels);
    out.provenance = decided.machine->provenance;
    out.provenance.insert(out.provenance.end(),
                          decided.workload->provenance.begin(),
                          decided.workload->provenance.end());
    return out;
}

}  // namespace plexus::explorers
