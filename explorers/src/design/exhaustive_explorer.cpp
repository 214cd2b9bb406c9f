// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <utility>
#include <vector>

#include "design/builtin.hpp"

namespace plexus::explorers {
namespace {

/// Every design of a finite space in lexicographic order. A real axis stands for `levels` values at
/// equal distances on its scale, ends included.
class Exhaustive final : public Explorer {
  public:
    explicit Exhaustive(std::int64_t levels) : levels_(levels) {}

    void explore(Session& session) const override {
        const DesignSpace grid(grid_axes(session.space()));
        std::vector<DesignPoint> points;
        std::optional<DesignPoint> at = grid.first();
        while (at && !session.finished()) {
            points.push_back(on_space(session.space(), *at));
            at = grid.next(*at);
            if (points.size() == designs_at_a_time || !at) {
                session.evaluate(points);
                points.clear();
            }
        }
    }

  private:
    /// The axes with every real one replaced by the numbers of its levels.
    [[nodiscard]] std::vector<Axis> grid_axes(const DesignSpace& space) const {
        std::vector<Axis> axes = space.axes();
        for (Axis& axis : axes) {
            if (axis.kind == AxisKind::real) {
                axis.upper = axis.lower == axis.upper ? 0 : static_cast<double>(levels_ - 1);
                axis.lower = 0;
                axis.kind = AxisKind::integer;
                axis.scale = Scale::linear;
            }
        }
        return axes;
    }

    [[nodiscard]] DesignPoint on_space(const DesignSpace& space, DesignPoint point) const {
        for (std::size_t i = 0; i < space.dimensions(); ++i) {
            if (space.axes()[i].kind == AxisKind::real && space.active(point, i)) {
                const double u =
                    levels_ == 1 ? 0.5 : point.values[i] / static_cast<double>(levels_ - 1);
                point.values[i] = space.value_at(i, u);
            }
        }
        return space.canonical(std::move(point));
    }

    std::int64_t levels_;
};

}  // namespace

void register_exhaustive(core::Registry<Explorer>& registry) {
    registry.add(
        {.name = "exhaustive",
         .summary = "every design, in order; real axes on a grid",
         .params = {{.name = "levels",
                     .unit = "1",
                     .fallback = std::int64_t{5},
                     .range = {.lower = 1, .upper = 1e6},
                     .doc = "values per real axis, at equal distances on its scale"}}},
        [](const core::Params& p) { return std::make_unique<Exhaustive>(p.integer("levels")); });
}

}  // namespace plexus::explorers
