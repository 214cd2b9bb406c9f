// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <numeric>

#include "scheduling/builtin.hpp"

namespace plexus::explorers {

namespace {

class Contiguous final : public PlacementStrategy {
  public:
    [[nodiscard]] std::optional<Places> place(const PlacementProblem& problem,
                                              const core::Rng& /*rng*/) const override {
        return problem.in_order();
    }
};

}  // namespace

std::optional<Places> deal(const cost_models::event_driven::BlockModel& model,
                           const std::vector<std::int32_t>& order,
                           bool stay) {
    cost_models::event_driven::BlockPlacement placement(model);
    std::size_t at = 0;
    for (std::int32_t block = 0; block < model.blocks(); ++block) {
        std::size_t tried = 0;
        while (tried < order.size() && !placement.fits(block, order[at])) {
            at = (at + 1) % order.size();
            ++tried;
        }
        if (tried == order.size()) {
            return std::nullopt;
        }
        placement.put(block, order[at]);
        at = stay ? at : (at + 1) % order.size();
    }
    return Places(placement.places().begin(), placement.places().end());
}

std::optional<Places> contiguous_places(const cost_models::event_driven::BlockModel& model) {
    std::vector<std::int32_t> order(model.chip().cores.size());
    std::iota(order.begin(), order.end(), 0);
    return deal(model, order, true);
}

void register_contiguous(core::Registry<PlacementStrategy>& registry) {
    registry.add({"contiguous", "fills one core after another in the order of their numbers", {}},
                 [](const core::Params&) { return std::make_unique<Contiguous>(); });
}

}  // namespace plexus::explorers
