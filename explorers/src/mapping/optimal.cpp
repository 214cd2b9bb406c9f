// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include <fmt/format.h>

#include "plexus/explorers/mapping/loop_factors.hpp"

#include "mapping/builtin.hpp"
#include "mapping/incumbent.hpp"
#include "mapping/optimal_search.hpp"

namespace plexus::explorers {

namespace {

/// The best of all orders of all prime factors and all ways to cut them that fit, or all even
/// ones.
class Optimal final : public Mapper {
  public:
    explicit Optimal(double max_seconds) : max_seconds_(max_seconds) {}

    [[nodiscard]] TemporalResult search(
        const dataflow::LoopNestModel& model,
        const hardware::DataflowCore& core,
        const TemporalSearchOptions& options,
        std::span<const dataflow::LayerFigures> known) const override {
        TemporalResult result;
        TemporalSearchOptions limited = options;
        limited.max_seconds = options.max_seconds > 0 ? options.max_seconds : max_seconds_;
        Incumbent incumbent(options.objective, known);
        EffortLimit budget(limited);
        // A good mapping to start with prunes most of the rest.
        TemporalSearchOptions quick = limited;
        quick.max_evaluations = quick.max_evaluations > 0 ? quick.max_evaluations / 4 + 1 : 0;
        const auto engines = builtin_mappers();
        auto params = core::defaults(engines.find("annealing")->params);
        if (!known.empty()) {  // those prune already
            params.set("steps", std::int64_t{500});
            params.set("restarts", std::int64_t{1});
        }
        const TemporalResult start =
            engines.create("annealing", params)->search(model, core, quick, {});
        result.effort.evaluated = start.effort.evaluated;
        if (start.best) {
            incumbent.offer(
                start.best->temporal.order, start.best->temporal.cuts, start.best->figures);
        }
        for (const MappedPoint& point : start.front) {
            incumbent.offer(point.temporal.order, point.temporal.cuts, point.figures);
        }
        OptimalSearch search(
            model, core, options.objective, options.even, incumbent, result.effort, budget);
        result.effort.bound = search.run();
        incumbent.write(result);
        if (!result.best && known.empty()) {
            result.violations.push_back(
                {"memory for layer " + model.layer().name,
                 "room for the data of one pass over the array in every memory",
                 result.effort.finished ? "no mapping that fits, of all"
                                        : "no mapping that fits, of those tried in time"});
        }
        return result;
    }

  private:
    double max_seconds_;
};

}  // namespace

void register_optimal(core::Registry<Mapper>& registry) {
    registry.add({"optimal",
                  "the proven best of all loop orders and all cuts, by branch and bound",
                  {{.name = "max_seconds",
                    .unit = "s",
                    .fallback = 0.0,
                    .range = {.lower = 0, .upper = 1e9},
                    .choices = {},
                    .doc = "time for one spatial mapping of one layer, then the best so far with "
                           "its proven gap; 0 = until it is proven"}}},
                 [](const core::Params& params) -> std::unique_ptr<const Mapper> {
                     return std::make_unique<Optimal>(params.number("max_seconds"));
                 });
}

}  // namespace plexus::explorers
