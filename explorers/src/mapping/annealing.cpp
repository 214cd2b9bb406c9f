// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <memory>
#include <utility>

#include "plexus/explorers/annealing/annealer.hpp"
#include "plexus/explorers/mapping/loop_factors.hpp"

#include "mapping/builtin.hpp"
#include "mapping/incumbent.hpp"

namespace plexus::explorers {

namespace {

/// Loop orders as the states of an annealing run: a move swaps two loops that differ.
class OrderProblem {
  public:
    OrderProblem(OrderTrial& trial,
                 Incumbent& incumbent,
                 SearchEffort& effort,
                 MappingObjective objective,
                 std::vector<TemporalLoop> order)
        : trial_(trial),
          incumbent_(incumbent),
          effort_(effort),
          objective_(objective),
          order_(std::move(order)) {}

    double cost() {
        ++effort_.explored;
        const auto figures = trial_.cost(order_);
        if (!figures) {
            ++effort_.pruned;
            return HUGE_VAL;
        }
        ++effort_.evaluated;
        incumbent_.offer(order_, trial_.cuts(), *figures);
        // The logarithm makes worsenings relative, whatever the size of the layer.
        return std::log(std::max(1e-300, merit(objective_, *figures).first));
    }

    double propose(core::Rng& rng) {
        const std::size_t n = order_.size();
        from_ = static_cast<std::size_t>(rng.below(n));
        to_ = static_cast<std::size_t>(rng.below(n));
        for (int tries = 0; tries < 16 && order_[from_] == order_[to_]; ++tries) {
            to_ = static_cast<std::size_t>(rng.below(n));
        }
        std::swap(order_[from_], order_[to_]);
        return cost();
    }

    void undo() { std::swap(order_[from_], order_[to_]); }
    void keep_best() {}  // the incumbent has it

  private:
    OrderTrial& trial_;
    Incumbent& incumbent_;
    SearchEffort& effort_;
    MappingObjective objective_;
    std::vector<TemporalLoop> order_;
    std::size_t from_ = 0;
    std::size_t to_ = 0;
};

void shuffle(std::vector<TemporalLoop>& loops, core::Rng& rng) {
    for (std::size_t i = loops.size(); i > 1; --i) {
        std::swap(loops[i - 1], loops[static_cast<std::size_t>(rng.below(i))]);
    }
}

/// Simulated annealing over the orders of all prime factors.
class AnnealingMapper final : public Mapper {
  public:
    AnnealingMapper(std::unique_ptr<const CoolingSchedule> schedule,
                    AnnealingOptions options,
                    std::int64_t restarts)
        : schedule_(std::move(schedule)), options_(options), restarts_(restarts) {}

    [[nodiscard]] TemporalResult search(const dataflow::LoopNestModel& model,
                                        const hardware::DataflowCore& core,
                                        const TemporalSearchOptions& options) const override {
        TemporalResult result;
        OrderTrial trial(model, core, options);
        Incumbent incumbent(options.objective);
        Budget budget(options);
        const auto loops = loop_factors(model.temporal_sizes(), 0);
        AnnealingOptions chain = options_;
        if (options.max_evaluations > 0) {
            const std::int64_t share = options.max_evaluations / restarts_;
            chain.probes = std::min(chain.probes, share / 4);
            chain.steps =
                std::max<std::int64_t>(1, std::min(chain.steps, share - chain.probes - 1));
        }
        const core::Rng rng = core::Rng(options.seed).split("mapping");
        std::int64_t done = 0;
        for (; done < restarts_ && (done == 0 || budget.left(result.effort.evaluated)); ++done) {
            core::Rng own = rng.split(static_cast<std::uint64_t>(done));
            auto order = loops;
            shuffle(order, own);
            OrderProblem problem(trial, incumbent, result.effort, options.objective, order);
            anneal(problem, *schedule_, chain, own);
        }
        result.effort.finished = done == restarts_;
        incumbent.write(result);
        if (!result.best) {
            result.violations.push_back(trial.reason());
        }
        return result;
    }

  private:
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
         "simulated annealing over the orders of all prime factors",
         {whole("steps", 2000, 1, "moves of each run: swaps of two loops"),
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
