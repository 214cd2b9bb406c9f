// SPDX-License-Identifier: Apache-2.0
//
// A cooling schedule of one's own, complete: save it as explorers/src/annealing/quadratic.cpp, list
// it in explorers/CMakeLists.txt, declare register_quadratic() in annealing/builtin.hpp and call it
// in register_builtin() in annealing/cooling.cpp. `plexus list` then shows it, and every search
// that anneals takes it: `cooling: quadratic` with `quadratic: {final_ratio: 0.01}`.
#include <algorithm>
#include <memory>

#include "plexus/explorers/annealing/cooling.hpp"

namespace plexus::explorers {
namespace {

/// T = T₀·max((1 − k/n)², r): fast at first, slow near the end.
class Quadratic final : public CoolingSchedule {
  public:
    explicit Quadratic(double final_ratio) : final_ratio_(final_ratio) {}

    [[nodiscard]] double next(const CoolingState& state) const override {
        const double left = 1 - static_cast<double>(state.step) / static_cast<double>(state.steps);
        return state.start * std::max(left * left, final_ratio_);
    }

  private:
    double final_ratio_;
};

}  // namespace

void register_quadratic(core::Registry<CoolingSchedule>& registry) {
    registry.add(
        {.name = "quadratic",
         .summary = "falls with the square of what is left of the run",
         .params = {{.name = "final_ratio",
                     .unit = "1",
                     .fallback = 0.01,
                     .range = {.lower = 0, .upper = 1, .open_lower = true},
                     .doc = "lowest temperature, as a fraction of the start"}}},
        [](const core::Params& p) { return std::make_unique<Quadratic>(p.number("final_ratio")); });
}

}  // namespace plexus::explorers
