// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <memory>

#include "annealing/builtin.hpp"

namespace plexus::explorers {
namespace {

/// T = T₀·γˡ on plateau l of `levels` equally long plateaus, so that the run ends at T₀·γ^levels
/// whatever its length.
/// \par Source S. Kirkpatrick, C. D. Gelatt, M. P. Vecchi, "Optimization by simulated annealing",
/// Science 220, 1983.
class Geometric final : public CoolingSchedule {
  public:
    Geometric(double gamma, std::int64_t levels)
        : gamma_(gamma), levels_(static_cast<double>(levels)) {}

    [[nodiscard]] double next(const CoolingState& state) const override {
        return state.start * std::pow(gamma_, std::floor(levels_ * elapsed_share(state)));
    }

  private:
    double gamma_;
    double levels_;
};

}  // namespace

void register_geometric(core::Registry<CoolingSchedule>& registry) {
    registry.add(
        {.name = "geometric",
         .summary = "falls by a constant factor from plateau to plateau (Kirkpatrick 1983)",
         .params = {{.name = "gamma",
                     .unit = "1",
                     .fallback = 0.95,
                     .range = {.lower = 0.5, .upper = 0.9999},
                     .doc = "factor from one plateau to the next"},
                    {.name = "levels",
                     .unit = "1",
                     .fallback = std::int64_t{100},
                     .range = {.lower = 1, .upper = 1000},
                     .doc = "plateaus in a run; it ends at gamma^levels of the start"}}},
        [](const core::Params& p) {
            return std::make_unique<Geometric>(p.number("gamma"), p.integer("levels"));
        });
}

}  // namespace plexus::explorers
