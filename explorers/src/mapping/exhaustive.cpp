// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "plexus/explorers/mapping/loop_factors.hpp"

#include "mapping/builtin.hpp"
#include "mapping/order_search.hpp"

namespace plexus::explorers {

namespace {

/// All orders of the loop factors, merged down to a limit; the first of the best wins.
class Exhaustive final : public Mapper {
  public:
    explicit Exhaustive(std::size_t limit) : limit_(limit) {}

    [[nodiscard]] TemporalResult search(
        const dataflow::LoopNestModel& model,
        const hardware::DataflowCore& core,
        const TemporalSearchOptions& options,
        std::span<const dataflow::LayerFigures> /*known*/) const override {
        const auto loops = loop_factors(model.temporal_sizes(), limit_);
        return search_orders(model, core, options, loops, [](const auto& order) { return &order; });
    }

  private:
    std::size_t limit_;
};

}  // namespace

void register_exhaustive(core::Registry<Mapper>& registry) {
    registry.add({"exhaustive",
                  "all orders of the loop factors, memories allocated to each as LOMA does",
                  {{.name = "loop_limit",
                    .unit = "1",
                    .fallback = std::int64_t{6},
                    .range = {.lower = 0, .upper = 64},
                    .choices = {},
                    .doc = "largest number of loops to permute: while a layer has more prime "
                           "factors, the smallest are merged; 0 = all prime factors"}}},
                 [](const core::Params& params) -> std::unique_ptr<const Mapper> {
                     return std::make_unique<Exhaustive>(
                         static_cast<std::size_t>(params.integer("loop_limit")));
                 });
}

}  // namespace plexus::explorers
