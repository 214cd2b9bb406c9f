// SPDX-License-Identifier: Apache-2.0
#include "mapping/incumbent.hpp"

#include <algorithm>

namespace plexus::explorers {

namespace {

/// Two sums of the same numbers in different order differ by less.
constexpr double precision = 1e-12;

bool at_least(double bound, double value) {
    return bound >= value - precision * std::abs(value);
}

bool more(double bound, double value) {
    return bound > value + precision * std::abs(value);
}

}  // namespace

std::pair<double, double> merit(MappingObjective objective, const dataflow::LayerFigures& figures) {
    const double energy = figures.energy.value;
    const double latency = figures.latency.value;
    switch (objective) {
        case MappingObjective::latency:
            return {latency, energy};
        case MappingObjective::energy:
            return {energy, latency};
        case MappingObjective::edp:
        case MappingObjective::pareto:
            break;
    }
    return {energy * latency, latency};
}

bool Incumbent::wants(const dataflow::LayerFigures& figures) const {
    if (objective_ != MappingObjective::pareto) {
        const auto wanted = merit(objective_, figures);
        return !any(
            [&](const dataflow::LayerFigures& f) { return merit(objective_, f) <= wanted; });
    }
    return !any([&](const dataflow::LayerFigures& f) {
        return f.energy <= figures.energy && f.latency <= figures.latency;
    });
}

bool Incumbent::beats(double energy, double latency) const {
    const auto [first, second] = merit(objective_, {core::Energy(energy), core::Cycles(latency)});
    return any([&, first = first, second = second](const dataflow::LayerFigures& f) {
        if (objective_ == MappingObjective::pareto) {
            return at_least(energy, f.energy.value) && at_least(latency, f.latency.value);
        }
        const auto [best, tie] = merit(objective_, f);
        return more(first, best) || (at_least(first, best) && at_least(second, tie));
    });
}

bool Incumbent::offer(std::span<const dataflow::TemporalLoop> order,
                      const dataflow::Cuts& cuts,
                      const dataflow::LayerFigures& figures) {
    if (!wants(figures)) {
        return false;
    }
    MappedPoint point{{{order.begin(), order.end()}, cuts}, figures};
    if (objective_ != MappingObjective::pareto) {
        points_.assign(1, point);
        return true;
    }
    std::erase_if(points_, [&](const MappedPoint& p) {
        return figures.energy <= p.figures.energy && figures.latency <= p.figures.latency;
    });
    const auto place = std::find_if(points_.begin(), points_.end(), [&](const MappedPoint& p) {
        return p.figures.energy > figures.energy;
    });
    points_.insert(place, std::move(point));
    return true;
}

double Incumbent::best() const {
    double best = std::numeric_limits<double>::infinity();
    for (const MappedPoint& point : points_) {
        best = std::min(best, merit(objective_, point.figures).first);
    }
    for (const dataflow::LayerFigures& figures : known_) {
        best = std::min(best, merit(objective_, figures).first);
    }
    return best;
}

std::size_t representative(MappingObjective objective, const std::vector<MappedPoint>& points) {
    const auto best = std::min_element(
        points.begin(), points.end(), [&](const MappedPoint& a, const MappedPoint& b) {
            return merit(objective, a.figures) < merit(objective, b.figures);
        });
    return static_cast<std::size_t>(best - points.begin());
}

void Incumbent::write(TemporalResult& result) const {
    if (points_.empty()) {
        return;
    }
    result.best = points_[representative(objective_, points_)];
    if (objective_ == MappingObjective::pareto) {
        result.front = points_;
    }
}

std::optional<dataflow::LayerFigures> OrderTrial::cost(
    std::span<const dataflow::TemporalLoop> order) {
    return allocator_.allocate(order, even_, allocation_, cuts_) ? cost(order, cuts_)
                                                                 : std::nullopt;
}

std::optional<dataflow::LayerFigures> OrderTrial::cost(
    std::span<const dataflow::TemporalLoop> order, const dataflow::Cuts& cuts) {
    const dataflow::LayerFigures figures = model_.evaluate(order, cuts, state_);
    allocated_ = true;
    return model_.fits(state_) ? std::optional(figures) : std::nullopt;
}

core::Violation OrderTrial::reason() const {
    if (allocated_) {
        if (const auto violation = model_.violation(state_)) {
            return *violation;
        }
    }
    return {"memory for layer " + model_.layer().name,
            "room for the data of one pass over the array in every memory",
            "no loop order that fits"};
}

}  // namespace plexus::explorers
