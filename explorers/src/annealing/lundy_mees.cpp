// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "annealing/builtin.hpp"

namespace plexus::explorers {
namespace {

/// T ← T/(1 + βT) after every move, in closed form T = T₀/(1 + β·T₀·k). β is such that the last of
/// n moves has r·T₀: β·T₀ = (1/r − 1)/n. \par Source M. Lundy, A. Mees, "Convergence of an
/// annealing algorithm", Mathematical Programming 34, 1986.
class LundyMees final : public CoolingSchedule {
  public:
    explicit LundyMees(double final_ratio) : total_(1 / final_ratio - 1) {}

    [[nodiscard]] double next(const CoolingState& state) const override {
        return state.start / (1 + total_ * elapsed_share(state));
    }

  private:
    double total_;  // β·T₀·n
};

}  // namespace

void register_lundy_mees(core::Registry<CoolingSchedule>& registry) {
    registry.add(
        {.name = "lundy_mees",
         .summary = "T/(1 + beta T) after every move (Lundy and Mees 1986)",
         .params = {{.name = "final_ratio",
                     .unit = "1",
                     .fallback = default_final_ratio,
                     .range = {.lower = 0, .upper = 1, .open_lower = true},
                     .doc = "temperature at the end, as a fraction of the start; sets "
                            "beta"}}},
        [](const core::Params& p) { return std::make_unique<LundyMees>(p.number("final_ratio")); });
}

}  // namespace plexus::explorers
