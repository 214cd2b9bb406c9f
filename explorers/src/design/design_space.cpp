// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/design/design_space.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "plexus/core/error.hpp"
#include "plexus/core/text.hpp"

namespace plexus::explorers {
namespace {

constexpr std::int64_t max_designs = std::int64_t{1} << 53;  // integers up to here have a double

/// Product of two counts in which 0 stands for "infinite or too many".
std::int64_t times(std::int64_t a, std::int64_t b) {
    return a == 0 || b == 0 || a > max_designs / b ? 0 : a * b;
}

double clamp_unit(double u) {
    return u >= 0 ? std::min(u, 1.0) : 0.0;  // NaN gives 0
}

double logit(double p) {
    return std::log(p) - std::log1p(-p);
}

/// Where a continuous value stands on the scale between the bounds, before normalising.
double on_scale(Scale scale, double value) {
    switch (scale) {
        case Scale::log:
            return std::log(value);
        case Scale::logit:
            return logit(value);
        case Scale::linear:
            break;
    }
    return value;
}

double off_scale(Scale scale, double position) {
    switch (scale) {
        case Scale::log:
            return std::exp(position);
        case Scale::logit:
            return 1 / (1 + std::exp(-position));
        case Scale::linear:
            break;
    }
    return position;
}

/// Integers own [k, k + 1) on the scale, so that each has a share of [0, 1].
double upper_edge(const Axis& axis) {
    return axis.kind == AxisKind::integer ? axis.upper + 1 : axis.upper;
}

double lowest(const Axis& axis) {
    return axis.kind == AxisKind::categorical ? 0 : axis.lower;
}

double highest(const Axis& axis) {
    return axis.kind == AxisKind::categorical ? static_cast<double>(axis.values.size() - 1)
                                              : axis.upper;
}

bool contains(const std::vector<std::size_t>& values, double value) {
    return std::find(values.begin(), values.end(), static_cast<std::size_t>(value)) != values.end();
}

void check_bounds(const Axis& axis) {
    const std::string which = "axis " + axis.path;
    core::ensure(std::isfinite(axis.lower) && std::isfinite(axis.upper) && axis.lower <= axis.upper,
                 which + " needs finite bounds in order");
    core::ensure(axis.scale != Scale::log || axis.lower > 0,
                 which + ": log scale needs bounds > 0");
    core::ensure(axis.scale != Scale::logit || (axis.lower > 0 && axis.upper < 1),
                 which + ": logit scale needs bounds in (0, 1)");
    if (axis.kind == AxisKind::integer) {
        constexpr double limit = 0x1p51;  // leaves room to count and to round without loss
        core::ensure(axis.lower == std::floor(axis.lower) && axis.upper == std::floor(axis.upper) &&
                         axis.lower >= -limit && axis.upper <= limit,
                     which + " needs integer bounds within ±2^51");
    }
}

void check_condition(const std::vector<Axis>& axes, std::size_t i) {
    const Axis::Condition& when = *axes[i].when;
    const std::string which = "condition of axis " + axes[i].path;
    core::ensure(when.axis < i && axes[when.axis].kind == AxisKind::categorical,
                 which + " must be on an earlier categorical axis");
    core::ensure(!when.values.empty(), which + " needs a value");
    for (const std::size_t v : when.values) {
        core::ensure(v < axes[when.axis].values.size(), which + " is on an unknown value");
    }
}

std::string shown(const core::Node& value) {
    std::string out;
    if (value.kind == core::Node::Kind::scalar) {
        return value.text;
    }
    if (value.kind == core::Node::Kind::null) {
        return "~";
    }
    const bool map = value.kind == core::Node::Kind::map;
    for (std::size_t i = 0; i < value.children.size(); ++i) {
        out += (i > 0 ? ", " : "") + (map ? value.keys[i] + ": " : "") + shown(value.children[i]);
    }
    return map ? "{" + out + "}" : "[" + out + "]";
}

}  // namespace

core::Cell to_cell(const core::Node& value) {
    const std::string text = shown(value);
    double number = 0;
    // Only numbers that are written back letter by letter become numbers, so that cells that look
    // alike are alike.
    const bool plain = value.kind == core::Node::Kind::scalar && !value.quoted;
    if (plain && core::parse_number(text, number) && core::to_text(number) == text) {
        const bool integer = text.find_first_not_of("-0123456789") == std::string::npos &&
                             std::abs(number) <= static_cast<double>(max_designs);
        return integer ? core::Cell(static_cast<std::int64_t>(number)) : core::Cell(number);
    }
    return text;
}

std::int64_t Axis::count() const {
    switch (kind) {
        case AxisKind::categorical:
            return static_cast<std::int64_t>(values.size());
        case AxisKind::integer:
            return static_cast<std::int64_t>(upper - lower) + 1;
        case AxisKind::real:
            break;
    }
    return lower == upper ? 1 : 0;
}

DesignSpace::DesignSpace(std::vector<Axis> axes)
    : axes_(std::move(axes)), below_(axes_.size()), children_(axes_.size()) {
    for (std::size_t i = 0; i < axes_.size(); ++i) {
        if (axes_[i].kind == AxisKind::categorical) {
            core::ensure(!axes_[i].values.empty(), "axis " + axes_[i].path + " has no values");
        } else {
            check_bounds(axes_[i]);
        }
        if (axes_[i].when) {
            check_condition(axes_, i);
            children_[axes_[i].when->axis].push_back(i);
        }
    }
    // Each axis hangs on at most one other, so the axes form a forest: the designs of a tree are
    // the sum over the values of its root of the product over the subtrees which that value opens.
    for (std::size_t i = axes_.size(); i-- > 0;) {
        if (children_[i].empty()) {
            below_[i] = axes_[i].count();
            continue;
        }
        for (std::size_t v = 0; v < axes_[i].values.size(); ++v) {
            const std::int64_t open = designs_below(i, v).value_or(0);
            below_[i] = open == 0 || below_[i] > max_designs - open ? 0 : below_[i] + open;
            if (below_[i] == 0) {
                break;
            }
        }
    }
}

std::optional<std::int64_t> DesignSpace::designs_below(std::size_t axis, std::size_t value) const {
    std::int64_t product = 1;
    for (const std::size_t child : children_[axis]) {
        if (contains(axes_[child].when->values, static_cast<double>(value))) {
            product = times(product, below_[child]);
        }
    }
    return product == 0 ? std::nullopt : std::optional(product);
}

std::optional<std::int64_t> DesignSpace::size() const {
    std::int64_t product = 1;
    for (std::size_t i = 0; i < axes_.size(); ++i) {
        if (!axes_[i].when) {
            product = times(product, below_[i]);
        }
    }
    return product == 0 ? std::nullopt : std::optional(product);
}

bool DesignSpace::active(const DesignPoint& point, std::size_t axis) const {
    for (const auto* when = &axes_[axis].when; when->has_value();
         when = &axes_[(*when)->axis].when) {
        if (!contains((*when)->values, point.values[(*when)->axis])) {
            return false;
        }
    }
    return true;
}

DesignPoint DesignSpace::canonical(DesignPoint point) const {
    core::ensure(point.values.size() == axes_.size(), "a design point needs one value per axis");
    for (std::size_t i = 0; i < axes_.size(); ++i) {
        const Axis& axis = axes_[i];
        double& value = point.values[i];
        if (!(value >= lowest(axis)) || !active(point, i)) {
            value = lowest(axis);
        }
        value = std::min(value, highest(axis)) + 0.0;  // + 0.0 turns -0 into 0
        if (axis.kind != AxisKind::real) {
            value = std::round(value);
        }
    }
    return point;
}

double DesignSpace::value_at(std::size_t axis, double u) const {
    const Axis& a = axes_[axis];
    u = clamp_unit(u);
    if (a.kind == AxisKind::categorical) {
        const auto n = static_cast<double>(a.values.size());
        return std::min(std::floor(u * n), n - 1);
    }
    const double low = on_scale(a.scale, a.lower);
    const double high = on_scale(a.scale, upper_edge(a));
    double value = u == 1.0 ? a.upper : off_scale(a.scale, low + u * (high - low));
    if (a.kind == AxisKind::integer) {
        // exp(log(k)) may fall just short of k; that must not drop the value below its own edge.
        const double near = std::round(value);
        value = std::abs(value - near) <= 1e-12 * std::abs(near) ? near : std::floor(value);
    }
    return std::clamp(u == 0.0 ? a.lower : value, a.lower, a.upper);
}

double DesignSpace::unit_of(std::size_t axis, double value) const {
    const Axis& a = axes_[axis];
    value = std::clamp(value, lowest(a), highest(a));
    if (a.kind == AxisKind::categorical) {
        return (value + 0.5) / static_cast<double>(a.values.size());
    }
    const double low = on_scale(a.scale, a.lower);
    const double width = on_scale(a.scale, upper_edge(a)) - low;
    if (!(width > 0)) {
        return 0.5;
    }
    const bool integer = a.kind == AxisKind::integer;
    const double from = on_scale(a.scale, value);
    const double to = integer ? on_scale(a.scale, value + 1) : from;
    return clamp_unit((0.5 * (from + to) - low) / width);
}

DesignPoint DesignSpace::from_unit(std::span<const double> u) const {
    core::ensure(u.size() == axes_.size(), "unit coordinates need one number per axis");
    DesignPoint point;
    point.values.reserve(axes_.size());
    for (std::size_t i = 0; i < axes_.size(); ++i) {
        point.values.push_back(value_at(i, u[i]));
    }
    return canonical(std::move(point));
}

DesignPoint DesignSpace::first() const {
    DesignPoint point;
    for (const Axis& axis : axes_) {
        point.values.push_back(lowest(axis));
    }
    return point;
}

std::optional<DesignPoint> DesignSpace::next(const DesignPoint& point) const {
    DesignPoint out = point;
    // The last active axis with room goes up by one and all behind it start anew.
    for (std::size_t i = axes_.size(); i-- > 0;) {
        core::ensure(axes_[i].count() > 0, "axis " + axes_[i].path + " cannot be enumerated");
        if (active(point, i) && out.values[i] < highest(axes_[i])) {
            out.values[i] += 1;
            return out;
        }
        out.values[i] = lowest(axes_[i]);
    }
    return std::nullopt;
}

DesignPoint DesignSpace::nth(std::int64_t index) const {
    const std::int64_t total = size().value_or(0);
    core::ensure(index >= 0 && index < total, "there is no design of that number");
    std::int64_t pending = total;  // designs of all trees that are not decided yet
    DesignPoint point = first();
    for (std::size_t i = 0; i < axes_.size(); ++i) {
        if (!active(point, i)) {
            continue;
        }
        const std::int64_t others = pending / below_[i];
        if (children_[i].empty()) {
            const std::int64_t steps = index / others;
            point.values[i] += static_cast<double>(steps);
            index %= others;
            pending = others;
            continue;
        }
        for (std::size_t v = 0;; ++v) {
            pending = others * designs_below(i, v).value_or(1);
            if (index < pending) {
                point.values[i] = static_cast<double>(v);
                break;
            }
            index -= pending;
        }
    }
    return point;
}

core::Node DesignSpace::node(const DesignPoint& point, std::size_t axis) const {
    const double value = point.values[axis];
    switch (axes_[axis].kind) {
        case AxisKind::categorical:
            return axes_[axis].values[static_cast<std::size_t>(value)];
        case AxisKind::integer:
            return core::scalar(std::to_string(static_cast<std::int64_t>(value)));
        case AxisKind::real:
            break;
    }
    return core::scalar(core::to_text(value));
}

core::Cell DesignSpace::cell(const DesignPoint& point, std::size_t axis) const {
    if (!active(point, axis)) {
        return {};
    }
    const double value = point.values[axis];
    switch (axes_[axis].kind) {
        case AxisKind::categorical:
            return to_cell(axes_[axis].values[static_cast<std::size_t>(value)]);
        case AxisKind::integer:
            return static_cast<std::int64_t>(value);
        case AxisKind::real:
            break;
    }
    return value;
}

std::vector<core::Cell> DesignSpace::cells(const DesignPoint& point) const {
    std::vector<core::Cell> out;
    out.reserve(axes_.size());
    for (std::size_t i = 0; i < axes_.size(); ++i) {
        out.push_back(cell(point, i));
    }
    return out;
}

core::Hash DesignSpace::hash(const DesignPoint& point) const {
    return core::Hasher().add(std::span<const double>(point.values)).finish();
}

}  // namespace plexus::explorers
