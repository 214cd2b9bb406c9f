// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <utility>

#include "kernel_selection/builtin.hpp"

namespace plexus::explorers {
namespace {

/// The best path over the blocks: every block by itself if switching is free. Where switching costs
/// so much that blocks are grouped by kernel, the best kernel of every block is offered as well.
class PathSelector final : public KernelSelector {
  public:
    explicit PathSelector(bool by_table) : by_table_(by_table) {}

    [[nodiscard]] std::vector<std::int32_t> choose(const SelectionTask& task) const override {
        std::vector<std::int32_t> path = cheapest_path(task);
        if (task.switch_cost <= 0)
            return path;
        SelectionTask free = task;
        free.switch_cost = 0;
        Assignment alone = ordered(task, cheapest_path(free));
        Assignment joined = ordered(task, std::move(path));
        return alone.score < joined.score ? std::move(alone.member) : std::move(joined.member);
    }
    [[nodiscard]] bool exact() const override { return true; }
    [[nodiscard]] bool by_table() const override { return by_table_; }

  private:
    bool by_table_;
};

}  // namespace

void register_oracle_selector(core::Registry<KernelSelector>& registry) {
    registry.add({.name = "oracle",
                  .summary = "Least cost by the full model of every kernel on every block",
                  .params = {}},
                 [](const core::Params&) { return std::make_unique<const PathSelector>(false); });
}

void register_dynamic_selector(core::Registry<KernelSelector>& registry) {
    registry.add(
        {.name = "dynamic",
         .summary = "Least cost by the performance table: what can be looked up on the fly",
         .params = {}},
        [](const core::Params&) { return std::make_unique<const PathSelector>(true); });
}

}  // namespace plexus::explorers
