// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "annealing/builtin.hpp"

namespace plexus::explorers {
namespace {

/// T = T₀·(1 − (1 − r)·k/n): a straight line from T₀ to r·T₀ over the n moves of the run.
/// \par Source One of the "simple" schedules in P. J. M. van Laarhoven, E. H. L. Aarts, "Simulated
/// Annealing: Theory and Applications", Reidel 1987.
class Linear final : public CoolingSchedule {
  public:
    explicit Linear(double final_ratio) : final_ratio_(final_ratio) {}

    [[nodiscard]] double next(const CoolingState& state) const override {
        return state.start * (1 - (1 - final_ratio_) * elapsed_share(state));
    }

  private:
    double final_ratio_;
};

}  // namespace

void register_linear(core::Registry<CoolingSchedule>& registry) {
    registry.add(
        {.name = "linear",
         .summary = "falls on a straight line",
         .params = {{.name = "final_ratio",
                     .unit = "1",
                     .fallback = default_final_ratio,
                     .range = {.lower = 0, .upper = 1, .open_lower = true},
                     .doc = "temperature at the end, as a fraction of the start"}}},
        [](const core::Params& p) { return std::make_unique<Linear>(p.number("final_ratio")); });
}

}  // namespace plexus::explorers
