// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <memory>

#include "annealing/builtin.hpp"

namespace plexus::explorers {
namespace {

/// T = c/ln(1 + k) after k moves, never above T₀; c = depth·T₀. It converges to the optimum in
/// probability exactly if c is at least the depth of the deepest local optimum that is not global.
/// The law itself fixes how slowly it falls, so unlike the others it does not end at a set ratio.
/// \par Source B. Hajek, "Cooling schedules for optimal annealing", Mathematics of Operations
/// Research 13, 1988, Theorem 1.
class Logarithmic final : public CoolingSchedule {
  public:
    explicit Logarithmic(double depth) : depth_(depth) {}

    [[nodiscard]] double next(const CoolingState& state) const override {
        const auto k = static_cast<double>(std::max<std::int64_t>(state.step, 1));
        return state.start * std::min(1.0, depth_ / std::log1p(k));
    }

  private:
    double depth_;
};

}  // namespace

void register_logarithmic(core::Registry<CoolingSchedule>& registry) {
    registry.add(
        {.name = "logarithmic",
         .summary = "c/ln(1 + k): slow, with proven convergence (Hajek 1988)",
         .params = {{.name = "depth",
                     .unit = "1",
                     .fallback = std::log(2.0),
                     .range = {.lower = 0, .upper = 100, .open_lower = true},
                     .doc = "c as a fraction of the start temperature; ln 2 = the first "
                            "move is at the start temperature"}}},
        [](const core::Params& p) { return std::make_unique<Logarithmic>(p.number("depth")); });
}

}  // namespace plexus::explorers
