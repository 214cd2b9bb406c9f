// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "plexus/explorers/mapping/loop_factors.hpp"
#include "plexus/explorers/mapping/mapper.hpp"

namespace plexus::explorers {

/// The complete order that follows from one of the permuted loops; nullptr if there is none.
using OrderOf =
    std::function<const std::vector<TemporalLoop>*(const std::vector<TemporalLoop>& permuted)>;

/// The best of the orders that follow from all distinct permutations of `loops`, memories allocated
/// to each; of equals the first.
[[nodiscard]] TemporalResult search_orders(const dataflow::LoopNestModel& model,
                                           const hardware::DataflowCore& core,
                                           const TemporalSearchOptions& options,
                                           std::span<const TemporalLoop> loops,
                                           const OrderOf& order_of);

}  // namespace plexus::explorers
