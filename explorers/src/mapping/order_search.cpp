// SPDX-License-Identifier: Apache-2.0
#include "mapping/order_search.hpp"

#include <optional>

#include "mapping/incumbent.hpp"

namespace plexus::explorers {

TemporalResult search_orders(const dataflow::LoopNestModel& model,
                             const hardware::DataflowCore& core,
                             const TemporalSearchOptions& options,
                             std::span<const TemporalLoop> loops,
                             const OrderOf& order_of) {
    TemporalResult result;
    OrderTrial trial(model, core, options);
    Incumbent incumbent(options.objective);
    EffortLimit budget(options);
    LoopOrders orders(model.layer().dims, loops);
    bool more = true;
    for (; more && budget.left(result.effort.evaluated); more = orders.next()) {
        ++result.effort.explored;
        const std::vector<TemporalLoop>* order = order_of(orders.order());
        const auto figures = order != nullptr ? trial.cost(*order) : std::nullopt;
        if (figures) {
            ++result.effort.evaluated;
            incumbent.offer(*order, trial.cuts(), *figures);
        } else {
            ++result.effort.pruned;
        }
    }
    result.effort.finished = !more;
    incumbent.write(result);
    if (!result.best) {
        result.violations.push_back(trial.reason());
    }
    return result;
}

}  // namespace plexus::explorers
