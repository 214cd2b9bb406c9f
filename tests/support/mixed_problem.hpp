// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "plexus/explorers/design/session.hpp"

namespace plexus::explorers {

/// A small space of the shape of a real one: categories, a logarithmic and a linear integer axis,
/// axes that exist only under some categories. 4,640 designs.
inline DesignSpace mixed_space() {
    const auto texts = [](std::initializer_list<const char*> values) {
        std::vector<core::Node> out;
        for (const char* v : values) {
            out.push_back(core::scalar(v));
        }
        return out;
    };
    return DesignSpace({
        {.path = "kernel", .values = texts({"dense", "csr", "low_rank"})},
        {.path = "block",
         .values = texts({"8", "16", "32", "64"}),
         .when = Axis::Condition{.axis = 0, .values = {1, 2}}},
        {.path = "rank",
         .kind = AxisKind::integer,
         .lower = 1,
         .upper = 6,
         .when = Axis::Condition{.axis = 0, .values = {2}}},
        {.path = "lanes", .kind = AxisKind::integer, .lower = 1, .upper = 8, .scale = Scale::log},
        {.path = "alpha", .kind = AxisKind::integer, .lower = 0, .upper = 9},
        {.path = "fused", .values = texts({"no", "yes"})},
    });
}

/// Three objectives over mixed_space() with many local optima: ripples along two axes, in a phase
/// that depends on a third. A corner of the space is infeasible.
class MixedObjective final : public Objective {
  public:
    [[nodiscard]] std::size_t objectives() const override { return 3; }

    [[nodiscard]] Outcome evaluate(const DesignPoint& point) const override {
        const double kernel = point.values[0];
        const double block = kernel > 0 ? 8 * std::exp2(point.values[1]) : 32;
        const double rank = kernel > 1 ? point.values[2] : 3;
        const double lanes = point.values[3];
        const double alpha = point.values[4] / 9;
        const double fused = point.values[5];
        if (lanes * block > 384) {
            return {.objectives = {},
                    .violations = {{.rule = "buffer",
                                    .needed = std::to_string(lanes * block),
                                    .available = "384"}},
                    .metrics = {}};
        }
        const double ripple = 1 + 0.25 * std::sin(3.7 * lanes + 1.3 * kernel) +
                              0.2 * std::cos(9 * alpha + block / 16);
        const double latency = 1e6 * ripple * (1 + 2 * alpha) * (4 - kernel) *
                               std::pow(lanes, -0.8) *
                               (fused > 0 ? 0.85 + 0.01 * block / lanes : 1.0);
        const double energy = 1e3 * (1 + 0.3 * std::sin(1.9 * lanes + block / 8)) *
                              (2 + lanes * 0.4 + 1.5 * (1 - alpha)) * (1 + 0.2 * fused) *
                              (kernel > 1 ? 0.5 + 0.12 * rank : 1.0);
        const double error = kernel == 0 ? 0.0
                                         : (1 - alpha) *
                                               (0.02 * block / 8 + (kernel > 1 ? 0.4 / rank : 0)) *
                                               (1 + 0.3 * std::cos(2.2 * rank + 5 * alpha));
        return {.objectives = {latency, energy, error}, .violations = {}, .metrics = {}};
    }
};

}  // namespace plexus::explorers
