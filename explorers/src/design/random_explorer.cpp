// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <vector>

#include "design/builtin.hpp"
#include "design/sampling.hpp"

namespace plexus::explorers {
namespace {

/// Designs drawn at random without repetition.
class Random final : public Explorer {
  public:
    void explore(Session& session) const override {
        core::Rng rng = session.rng("random");
        DistinctPoints points(session.space());
        bool more = true;
        while (more && !session.finished()) {
            std::vector<DesignPoint> drawn;
            while (drawn.size() < designs_at_a_time && more) {
                std::optional<DesignPoint> point = points.draw(rng);
                more = point.has_value();
                if (more) {
                    drawn.push_back(std::move(*point));
                }
            }
            session.evaluate(drawn);
        }
    }
};

}  // namespace

void register_random(core::Registry<Explorer>& registry) {
    registry.add(
        {.name = "random", .summary = "designs drawn evenly at random, each once", .params = {}},
        [](const core::Params&) { return std::make_unique<Random>(); });
}

}  // namespace plexus::explorers
