// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <memory>

#include "annealing/builtin.hpp"

namespace plexus::explorers {
namespace {

/// Share of accepted moves that suits the moment: falls from 1 to 0.44 in the first 15 % of the
/// run, stays there until 65 %, then falls to 0.001. \par Source J. Lam, J.-M. Delosme,
/// "Performance of a new annealing schedule", DAC 1988 (0.44); the three phases as fitted by W.
/// Swartz and given by J. Boyan, PhD thesis, Carnegie Mellon 1998.
double wanted_acceptance(double share) {
    if (share < 0.15) {
        return 0.44 + 0.56 * std::pow(560.0, -share / 0.15);
    }
    return share < 0.65 ? 0.44 : 0.44 * std::pow(440.0, -(share - 0.65) / 0.35);
}

/// Lowers the temperature while more moves are accepted than wanted_acceptance(), else raises it,
/// by the factor exp(±reach/n) for each of the n moves.
class Adaptive final : public CoolingSchedule {
  public:
    explicit Adaptive(double reach) : reach_(reach) {}

    [[nodiscard]] double next(const CoolingState& state) const override {
        const auto steps = static_cast<double>(std::max<std::int64_t>(state.steps, 1));
        const double factor = std::exp(reach_ / steps);
        const bool cool = state.acceptance > wanted_acceptance(elapsed_share(state));
        const double proposed = cool ? state.current / factor : state.current * factor;
        return std::clamp(proposed, state.start * std::exp(-reach_), state.start);
    }

  private:
    double reach_;
};

}  // namespace

void register_adaptive(core::Registry<CoolingSchedule>& registry) {
    registry.add(
        {.name = "adaptive",
         .summary = "steers the share of accepted moves (after Lam and Delosme 1988)",
         .params = {{.name = "reach",
                     .unit = "1",
                     .fallback = 20.0,
                     .range = {.lower = 1, .upper = 100},
                     .doc = "how far ln(temperature) can fall in a run"}}},
        [](const core::Params& p) { return std::make_unique<Adaptive>(p.number("reach")); });
}

}  // namespace plexus::explorers
