// SPDX-License-Identifier: Apache-2.0
#include "design/sampling.hpp"

#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

namespace plexus::explorers {
namespace {

/// Moves one axis of `point` to another value; the axis must have more than one.
void step_axis(
    const DesignSpace& space, DesignPoint& point, std::size_t i, double step, core::Rng& rng) {
    const Axis& axis = space.axes()[i];
    double& value = point.values[i];
    if (axis.kind == AxisKind::categorical) {
        const auto other = static_cast<double>(rng.below(axis.values.size() - 1));
        value = other < value ? other : other + 1;
        return;
    }
    // Mean of |N(0, s)| is s·√(2/π). What would leave [0, 1] is reflected at its ends.
    const double sigma = step * std::sqrt(std::numbers::pi / 2);
    double u = std::fmod(std::abs(space.unit_of(i, value) + sigma * rng.normal()), 2.0);
    u = u > 1 ? 2 - u : u;
    const double moved = space.value_at(i, u);
    if (moved != value || axis.kind == AxisKind::real) {
        value = moved;
        return;
    }
    const bool up = value == axis.lower || (value != axis.upper && rng.below(2) == 0);
    value += up ? 1 : -1;
}

}  // namespace

DesignPoint random_point(const DesignSpace& space, core::Rng& rng) {
    if (const auto size = space.size()) {
        return space.nth(static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(*size))));
    }
    std::vector<double> u(space.dimensions());
    for (double& x : u) {
        x = rng.uniform();
    }
    return space.from_unit(u);
}

std::optional<DesignPoint> DistinctPoints::draw(core::Rng& rng) {
    if (!size_) {
        return random_point(space_, rng);
    }
    if (drawn_ == *size_) {
        return std::nullopt;
    }
    // Fisher–Yates shuffle of 0 … size-1, of which only the places that moved are kept.
    const auto left = static_cast<std::uint64_t>(*size_ - drawn_);
    const std::int64_t place = drawn_ + static_cast<std::int64_t>(rng.below(left));
    const auto at = [this](std::int64_t i) {
        const auto it = moved_.find(i);
        return it == moved_.end() ? i : it->second;
    };
    const std::int64_t chosen = at(place);
    moved_[place] = at(drawn_);
    moved_.erase(drawn_++);
    return space_.nth(chosen);
}

DesignPoint neighbour(const DesignSpace& space,
                      const DesignPoint& point,
                      double step,
                      core::Rng& rng) {
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < space.dimensions(); ++i) {
        if (space.axes()[i].count() != 1 && space.active(point, i)) {
            open.push_back(i);
        }
    }
    if (open.empty()) {
        return point;
    }
    DesignPoint out = point;
    // One axis moves, and with chance 1/3 another, 1/9 a third …: mostly local, yet pairs of axes
    // that must change together can.
    do {
        const auto pick = static_cast<std::size_t>(rng.below(open.size()));
        step_axis(space, out, open[pick], step, rng);
        open.erase(open.begin() + static_cast<std::ptrdiff_t>(pick));
    } while (!open.empty() && rng.below(3) == 0);
    // An axis that the move switched on has no value yet worth keeping.
    for (std::size_t i = 0; i < space.dimensions(); ++i) {
        if (!space.active(point, i) && space.active(out, i)) {
            out.values[i] = space.value_at(i, rng.uniform());
        }
    }
    return space.canonical(std::move(out));
}

}  // namespace plexus::explorers
