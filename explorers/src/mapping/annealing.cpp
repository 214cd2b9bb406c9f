// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>

#include "plexus/explorers/annealing/annealer.hpp"
#include "plexus/explorers/mapping/loop_factors.hpp"

#include "mapping/builtin.hpp"
#include "mapping/incumbent.hpp"

namespace plexus::explorers {

namespace {

/// What the annealing runs of one search share.
struct Search {
    const dataflow::LoopNestModel& model;
    OrderTrial trial;
    Incumbent incumbent;
    SearchEffort effort;
    MappingObjective objective;

    /// Offers a mapping. \return its cost as annealing sees it.
    double cost(const std::vector<TemporalLoop>& order,
                const dataflow::Cuts& cuts,
                const std::optional<dataflow::LayerFigures>& figures) {
        ++effort.explored;
        if (!figures) {
            ++effort.pruned;
            return HUGE_VAL;
        }
        ++effort.evaluated;
        incumbent.offer(order, cuts, *figures);
        // The logarithm makes worsenings relative, whatever the size of the layer.
        return std::log(std::max(1e-300, merit(objective, *figures).first));
    }
};

/// Swaps two loops that differ, if there are such.
void swap_loops(std::vector<TemporalLoop>& order, core::Rng& rng) {
    const std::size_t n = order.size();
    const auto from = static_cast<std::size_t>(rng.below(n));
    auto to = static_cast<std::size_t>(rng.below(n));
    for (int tries = 0; tries < 16 && order[from] == order[to]; ++tries) {
        to = static_cast<std::size_t>(rng.below(n));
    }
    std::swap(order[from], order[to]);
}

/// Loop orders as the states of an annealing run, memories allocated to each: a move swaps two
/// loops.
class OrderProblem {
  public:
    OrderProblem(Search& search, std::vector<TemporalLoop> order)
        : search_(search), order_(std::move(order)), before_(order_) {}

    double cost() {
        const auto figures = search_.trial.cost(order_);
        return search_.cost(order_, search_.trial.cuts(), figures);
    }
    double propose(core::Rng& rng) {
        before_ = order_;
        swap_loops(order_, rng);
        return cost();
    }
    void undo() { order_.swap(before_); }
    void keep_best() {}  // the incumbent has it

  private:
    Search& search_;
    std::vector<TemporalLoop> order_;
    std::vector<TemporalLoop> before_;
};

/// Mappings as the states of an annealing run: a move swaps two loops, moves one loop elsewhere, or
/// moves a cut of one operand by a loop. What a memory could hold more may be better left out: it
/// buffers what it holds twice instead.
class MappingProblem {
  public:
    MappingProblem(Search& search, const dataflow::TemporalMapping& start)
        : search_(search), now_(start), before_(start) {
        for (std::uint8_t o = 0; o < search.model.operands(); ++o) {
            for (std::uint8_t l = 0; l + 1U < search.model.levels(o); ++l) {
                boundaries_.emplace_back(o, l);
            }
        }
    }

    double cost() {
        return search_.cost(now_.order, now_.cuts, search_.trial.cost(now_.order, now_.cuts));
    }
    double propose(core::Rng& rng) {
        before_ = now_;
        const auto kind = rng.below(4);
        if (kind == 0) {
            swap_loops(now_.order, rng);
        } else if (kind == 1 || boundaries_.empty()) {
            move_loop(rng);
        } else {
            move_cut(rng);
        }
        return cost();
    }
    void undo() { std::swap(now_, before_); }
    void keep_best() {}  // the incumbent has it

  private:
    void move_loop(core::Rng& rng) {
        const auto n = static_cast<std::uint64_t>(now_.order.size());
        const auto from = now_.order.begin() + static_cast<std::ptrdiff_t>(rng.below(n));
        const auto to = now_.order.begin() + static_cast<std::ptrdiff_t>(rng.below(n));
        if (from < to) {
            std::rotate(from, from + 1, to + 1);
        } else {
            std::rotate(to, from, from + 1);
        }
    }
    /// Moves a cut by one loop, and the cuts that it would cross with it.
    void move_cut(core::Rng& rng) {
        const auto [o, level] =
            boundaries_[static_cast<std::size_t>(rng.below(boundaries_.size()))];
        auto& cuts = now_.cuts[o];
        const std::size_t top = search_.model.levels(o) - 1;
        if (rng.below(2) == 0 && cuts[level] < cuts[top]) {
            ++cuts[level];
            for (std::size_t l = level + 1U; l < top; ++l) {
                cuts[l] = std::max(cuts[l], cuts[level]);
            }
        } else if (cuts[level] > 0) {
            --cuts[level];
            for (std::size_t l = 0; l < level; ++l) {
                cuts[l] = std::min(cuts[l], cuts[level]);
            }
        }
    }

    Search& search_;
    dataflow::TemporalMapping now_;
    dataflow::TemporalMapping before_;
    std::vector<std::pair<std::uint8_t, std::uint8_t>> boundaries_;  ///< (operand, level)
};

void shuffle(std::vector<TemporalLoop>& loops, core::Rng& rng) {
    for (std::size_t i = loops.size(); i > 1; --i) {
        std::swap(loops[i - 1], loops[static_cast<std::size_t>(rng.below(i))]);
    }
}

/// Simulated annealing over the orders of all prime factors, then over their cuts as well.
class AnnealingMapper final : public Mapper {
  public:
    AnnealingMapper(std::unique_ptr<const CoolingSchedule> schedule,
                    AnnealingOptions options,
                    std::int64_t restarts)
        : schedule_(std::move(schedule)), options_(options), restarts_(restarts) {}

    [[nodiscard]] TemporalResult search(
        const dataflow::LoopNestModel& model,
        const hardware::DataflowCore& core,
        const TemporalSearchOptions& options,
        std::span<const dataflow::LayerFigures> /*known*/) const override {
        Search search{model,
                      OrderTrial(model, core, options),
                      Incumbent(options.objective),
                      {},
                      options.objective};
        EffortLimit budget(options);
        const auto loops = loop_factors(model.temporal_sizes(), 0);
        const AnnealingOptions chain = chain_of(options);
        const core::Rng rng = core::Rng(options.seed).split("mapping");
        std::int64_t done = 0;
        for (; done < restarts_ && (done == 0 || budget.left(search.effort.evaluated)); ++done) {
            core::Rng own = rng.split(static_cast<std::uint64_t>(done));
            auto order = loops;
            shuffle(order, own);
            OrderProblem orders(search, order);
            anneal(orders, *schedule_, chain, own);
            if (!options.even && !search.incumbent.empty()) {
                const auto& points = search.incumbent.points();
                MappingProblem cuts(search,
                                    points[representative(options.objective, points)].temporal);
                anneal(cuts, *schedule_, chain, own.split("cuts"));
            }
        }
        TemporalResult result;
        result.effort = search.effort;
        result.effort.finished = done == restarts_;
        search.incumbent.write(result);
        if (!result.best) {
            result.violations.push_back(search.trial.reason());
        }
        return result;
    }

  private:
    /// Half of a run: over orders, or over cuts.
    [[nodiscard]] AnnealingOptions chain_of(const TemporalSearchOptions& options) const {
        AnnealingOptions chain = options_;
        const std::int64_t halves = options.even ? 1 : 2;
        chain.steps = std::max<std::int64_t>(1, chain.steps / halves);
        if (options.max_evaluations > 0) {
            const std::int64_t share = options.max_evaluations / restarts_ / halves;
            chain.probes = std::min(chain.probes, share / 4);
            chain.steps =
                std::max<std::int64_t>(1, std::min(chain.steps, share - chain.probes - 1));
        }
        return chain;
    }

    std::unique_ptr<const CoolingSchedule> schedule_;
    AnnealingOptions options_;
    std::int64_t restarts_;
};

}  // namespace

void register_annealing(core::Registry<Mapper>& registry) {
    const auto whole = [](const char* name, std::int64_t value, double least, const char* doc) {
        return core::ParamSpec{.name = name,
                               .unit = "1",
                               .fallback = value,
                               .range = {.lower = least, .upper = 1e9},
                               .choices = {},
                               .doc = doc};
    };
    registry.add(
        {"annealing",
         "simulated annealing over the orders of all prime factors and their cuts",
         {whole("steps",
                4000,
                1,
                "moves of each run: first of loops, memories allocated to each order; unless the "
                "mapping must be even, the second half also moves cuts"),
          whole("restarts", 4, 1, "runs from random orders; the best of all is kept"),
          {.name = "initial_acceptance",
           .unit = "1",
           .fallback = 0.5,
           .range = {.lower = 0.001, .upper = 0.999},
           .choices = {},
           .doc = "share of worsening moves accepted at first"},
          {.name = "cooling",
           .unit = "",
           .fallback = std::string("geometric"),
           .range = {},
           .choices = builtin_cooling_schedules().names(),
           .doc = "cooling schedule, with its default parameters"}}},
        [](const core::Params& params) -> std::unique_ptr<const Mapper> {
            return std::make_unique<AnnealingMapper>(
                builtin_cooling_schedules().create(params.text("cooling")),
                AnnealingOptions{.steps = params.integer("steps"),
                                 .initial_acceptance = params.number("initial_acceptance")},
                params.integer("restarts"));
        });
}

}  // namespace plexus::explorers
