// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "plexus/explorers/mapping/loop_factors.hpp"

#include "mapping/builtin.hpp"
#include "mapping/order_search.hpp"

namespace plexus::explorers {

namespace {

/// Places of an order: a loop that is given, a loop of a given dimension, or any.
struct Slot {
    bool fixed = false;
    bool any = false;
    TemporalLoop loop;
};

struct Template {
    std::vector<Slot> slots;         ///< Inner to outer.
    std::vector<std::int64_t> free;  ///< Iterations left per dimension.
    std::vector<core::Violation> wrong;
};

/// The places that the given entries leave: those before a "*" are counted from inside, those
/// after it from outside. Without a "*" what is not given lies outside.
Template make_template(const dataflow::LoopNestModel& model,
                       const std::vector<OrderedLoop>& ordering,
                       std::size_t limit,
                       std::vector<TemporalLoop>& loops) {
    Template result{{}, model.temporal_sizes(), {}};
    const dataflow::Layer& layer = model.layer();
    std::vector<Slot> parts[2];
    std::size_t part = 0;
    std::size_t typed = 0;
    for (const OrderedLoop& entry : ordering) {
        if (entry.dim == "*") {
            if (part == 1) {
                result.wrong.push_back({"temporal ordering", "at most one \"*\"", "a second one"});
            }
            part = 1;
            continue;
        }
        const std::size_t d = layer.dim(entry.dim);
        if (d == layer.dims.size()) {
            result.wrong.push_back({"temporal ordering",
                                    "loops of layer " + layer.name,
                                    "no loop named " + entry.dim});
            continue;
        }
        Slot slot{entry.size > 0, false, {static_cast<std::uint8_t>(d), entry.size}};
        if (slot.fixed) {
            if (result.free[d] % entry.size != 0) {
                result.wrong.push_back(
                    {"temporal ordering: sizes of " + entry.dim + " divide what runs in time",
                     fmt::format("a divisor of {}", result.free[d]),
                     fmt::format("{}", entry.size)});
                continue;
            }
            result.free[d] /= entry.size;
        } else {
            ++typed;
        }
        parts[part].push_back(slot);
    }
    loops = loop_factors(result.free, limit);
    if (loops.size() == 1 && loops[0].size == 1) {
        loops.clear();
    }
    if (typed > loops.size()) {
        result.wrong.push_back({"temporal ordering: loops of any size",
                                fmt::format("{}", typed),
                                fmt::format("{} loops left to place", loops.size())});
        return result;
    }
    result.slots = parts[0];
    result.slots.insert(result.slots.end(), loops.size() - typed, Slot{false, true, {}});
    result.slots.insert(result.slots.end(), parts[1].begin(), parts[1].end());
    return result;
}

/// Fills the open places with loops in their order. \return false if one has the wrong dimension.
bool fill(const std::vector<Slot>& slots,
          const std::vector<TemporalLoop>& loops,
          std::vector<TemporalLoop>& order) {
    order.clear();
    std::size_t next = 0;
    for (const Slot& slot : slots) {
        if (slot.fixed) {
            order.push_back(slot.loop);
            continue;
        }
        if (!slot.any && loops[next].dim != slot.loop.dim) {
            return false;
        }
        order.push_back(loops[next++]);
    }
    return true;
}

/// Orders that keep to given entries: complete, or with gaps that are searched exhaustively.
class Constrained final : public Mapper {
  public:
    explicit Constrained(std::size_t limit) : limit_(limit) {}

    [[nodiscard]] TemporalResult search(
        const dataflow::LoopNestModel& model,
        const hardware::DataflowCore& core,
        const TemporalSearchOptions& options,
        std::span<const dataflow::LayerFigures> /*known*/) const override {
        std::vector<TemporalLoop> loops;
        Template places = make_template(model, options.ordering, limit_, loops);
        if (!places.wrong.empty()) {
            TemporalResult result;
            result.violations = std::move(places.wrong);
            return result;
        }
        std::vector<TemporalLoop> order;
        return search_orders(model, core, options, loops, [&](const auto& open) {
            return fill(places.slots, open, order) ? &order : nullptr;
        });
    }

  private:
    std::size_t limit_;
};

}  // namespace

void register_constrained(core::Registry<Mapper>& registry) {
    registry.add({"constrained",
                  "loop orders that keep to a given complete or partial order",
                  {{.name = "loop_limit",
                    .unit = "1",
                    .fallback = std::int64_t{6},
                    .range = {.lower = 0, .upper = 64},
                    .choices = {},
                    .doc = "largest number of loops to permute besides those given; 0 = all prime "
                           "factors"}}},
                 [](const core::Params& params) -> std::unique_ptr<const Mapper> {
                     return std::make_unique<Constrained>(
                         static_cast<std::size_t>(params.integer("loop_limit")));
                 });
}

}  // namespace plexus::explorers
