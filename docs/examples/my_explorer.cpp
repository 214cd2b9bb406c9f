// SPDX-License-Identifier: Apache-2.0
//
// An explorer of one's own, complete: save it as explorers/src/design/climb_explorer.cpp, list it
// in explorers/CMakeLists.txt, declare register_climb() in design/builtin.hpp and call it in
// register_builtin() in design/explorers.cpp. Then `explorer: {name: climb, tries: 50}` works.
#include <memory>
#include <vector>

#include "plexus/explorers/design/explorer.hpp"

namespace plexus::explorers {
namespace {

/// Walks from design to design by new values of a random axis and goes wherever the first objective
/// does not get worse; starts anew after `tries` steps.
class Climb final : public Explorer {
  public:
    explicit Climb(std::int64_t tries) : tries_(tries) {}

    void explore(Session& session) const override {
        core::Rng rng = session.rng("climb");
        const std::size_t n = session.space().dimensions();
        while (!session.finished()) {
            std::vector<double> here(n);
            for (double& u : here) {
                u = rng.uniform();
            }
            double best = cost(session, here);
            for (std::int64_t i = 0; i < tries_ && n > 0 && !session.finished(); ++i) {
                std::vector<double> there = here;
                there[static_cast<std::size_t>(rng.below(n))] = rng.uniform();
                const double found = cost(session, there);
                if (found <= best) {
                    best = found;
                    here = std::move(there);
                }
            }
        }
    }

  private:
    /// First objective at these unit coordinates, or a number above all others.
    static double cost(Session& session, const std::vector<double>& u) {
        const DesignPoint point = session.space().from_unit(u);
        const std::vector<Outcome> outcome = session.evaluate({&point, 1});
        return outcome.empty() || !outcome[0].feasible() ? 1e300 : outcome[0].objectives[0];
    }

    std::int64_t tries_;
};

}  // namespace

void register_climb(core::Registry<Explorer>& registry) {
    registry.add({.name = "climb",
                  .summary = "hill climbing on the first objective",
                  .params = {{.name = "tries",
                              .unit = "1",
                              .fallback = std::int64_t{100},
                              .range = {.lower = 1, .upper = 1e6},
                              .doc = "steps before it starts anew"}}},
                 [](const core::Params& p) { return std::make_unique<Climb>(p.integer("tries")); });
}

}  // namespace plexus::explorers
