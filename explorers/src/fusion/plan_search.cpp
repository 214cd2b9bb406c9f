// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/fusion/plan_search.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "plexus/core/error.hpp"

namespace plexus::explorers {
namespace {

using cost_models::Placement;
using cost_models::Plan;
using cost_models::PlanCost;
using cost_models::PlanModel;

/// Neighbouring cores of one kind; an operator never spans two of them.
struct CoreRun {
    int first = 0;
    int cores = 0;
};

std::vector<CoreRun> core_runs(const hardware::Architecture& architecture) {
    std::vector<CoreRun> runs;
    for (int id = 0; id < architecture.core_count(); ++id) {
        const auto index = static_cast<std::size_t>(id);
        if (id == 0 || architecture.cores[index] != architecture.cores[index - 1])
            runs.push_back({.first = id});
        ++runs.back().cores;
    }
    return runs;
}

/// The annealed state: a plan whose fusion bits and placements change one at a time.
class PlanProblem {
  public:
    PlanProblem(const PlanModel& model, const PlanSearchOptions& options, Plan start)
        : model_(model),
          scratch_(model.make_scratch()),
          runs_(core_runs(model.architecture())),
          latency_share_(options.latency_share),
          search_fusion_(options.fusion == FusionMode::searched && model.edges() > 0),
          search_placement_(options.placement == PlacementMode::searched && model.operators() > 0 &&
                            model.architecture().core_count() > 1),
          plan_(std::move(start)),
          best_(plan_),
          least_cores_(plan_.placement.size(), 1) {
        if (options.neurons_per_core > 0) {
            for (std::size_t op = 0; op < least_cores_.size(); ++op)
                least_cores_[op] = plan_.placement[op].cores;
        }
        const PlanCost reference = model_.evaluate(model_.uniform_plan(false), *scratch_);
        if (reference.feasible && reference.latency.value > 0 && reference.energy.value > 0) {
            reference_latency_ = reference.latency.value;
            reference_energy_ = reference.energy.value;
        }
    }

    [[nodiscard]] bool has_moves() const { return search_fusion_ || search_placement_; }
    [[nodiscard]] const Plan& best() const { return best_; }

    double cost() { return judge(plan_); }

    void restart(Plan start) {
        plan_ = std::move(start);
        best_ = plan_;
    }

    /// J of any plan: +inf if it is infeasible.
    double judge(const Plan& plan) {
        const PlanCost cost = model_.evaluate(plan, *scratch_);
        if (!cost.feasible)
            return std::numeric_limits<double>::infinity();
        return latency_share_ * cost.latency.value / reference_latency_ +
               (1 - latency_share_) * cost.energy.value / reference_energy_;
    }

    double propose(core::Rng& rng) {
        const bool flip = search_fusion_ && (!search_placement_ || rng.below(4) == 0);
        undo_fusion_ = flip;
        if (flip) {
            at_ = rng.below(model_.edges());
            plan_.fused[at_] = static_cast<char>(plan_.fused[at_] == 0);
        } else {
            at_ = rng.below(model_.operators());
            before_ = plan_.placement[at_];
            plan_.placement[at_] = moved(before_, rng);
        }
        return judge(plan_);
    }

    void undo() {
        if (undo_fusion_) {
            plan_.fused[at_] = static_cast<char>(plan_.fused[at_] == 0);
        } else {
            plan_.placement[at_] = before_;
        }
    }

    void keep_best() { best_ = plan_; }

  private:
    /// Another placement: half the cores, twice as many, one more or less, elsewhere, or as another
    /// operator has it.
    Placement moved(const Placement& from, core::Rng& rng) const {
        const std::uint64_t kind = rng.below(6);
        if (kind == 5) {
            const Placement& other = plan_.placement[rng.below(plan_.placement.size())];
            return other.cores < least_cores_[at_] ? from : other;
        }
        const CoreRun& run = kind == 4 ? runs_[rng.below(runs_.size())] : run_of(from.first_core);
        Placement to = from;
        if (kind == 0)
            to.cores = from.cores / 2;
        if (kind == 1)
            to.cores = from.cores * 2;
        if (kind == 2)
            to.cores = from.cores + (rng.below(2) == 0 ? 1 : -1);
        to.cores = std::clamp(to.cores, std::min(least_cores_[at_], run.cores), run.cores);
        const auto room = static_cast<std::uint64_t>(run.cores - to.cores + 1);
        if (kind >= 3)
            to.first_core = run.first + static_cast<int>(rng.below(room));
        to.first_core = std::clamp(to.first_core, run.first, run.first + run.cores - to.cores);
        return to;
    }

    [[nodiscard]] const CoreRun& run_of(int core) const {
        for (const CoreRun& run : runs_)
            if (core < run.first + run.cores)
                return run;
        return runs_.back();
    }

    const PlanModel& model_;
    PlanModel::ScratchPointer scratch_;
    std::vector<CoreRun> runs_;
    double latency_share_;
    bool search_fusion_;
    bool search_placement_;
    double reference_latency_ = 1;
    double reference_energy_ = 1;
    Plan plan_;
    Plan best_;
    std::vector<int> least_cores_;  ///< By operator.
    std::size_t at_ = 0;
    Placement before_;
    bool undo_fusion_ = false;
};

}  // namespace

PlanSearchResult search_plan(const cost_models::PlanModel& model,
                             const PlanSearchOptions& options,
                             const CoolingSchedule& schedule,
                             const core::Rng& rng) {
    const bool may_fuse = options.fusion != FusionMode::none;
    const bool may_split = options.fusion != FusionMode::all;
    Plan start = model.uniform_plan(!may_split, options.neurons_per_core);
    PlanProblem problem(model, options, start);
    if (may_fuse && may_split) {
        // Both extremes are allowed: start from the better one (the unfused plan on a tie).
        Plan fused = model.uniform_plan(true, options.neurons_per_core);
        if (problem.judge(fused) < problem.judge(start)) {
            problem.restart(std::move(fused));
        }
    }
    PlanSearchResult result;
    if (problem.has_moves()) {
        result.annealing = anneal(problem, schedule, options.annealing, rng);
    } else {
        result.annealing.best = problem.cost();
    }
    result.plan = problem.best();
    const PlanModel::ScratchPointer scratch = model.make_scratch();
    result.cost = model.evaluate(result.plan, *scratch);
    return result;
}

}  // namespace plexus::explorers
