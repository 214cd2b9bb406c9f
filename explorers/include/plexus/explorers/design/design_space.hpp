// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "plexus/core/hash.hpp"
#include "plexus/core/node.hpp"
#include "plexus/core/reader.hpp"
#include "plexus/core/record.hpp"

namespace plexus::explorers {

enum class AxisKind : std::uint8_t { categorical, integer, real };
enum class Scale : std::uint8_t { linear, log, logit };

/// One dimension of the design space: any dotted path of the experiment's tree
/// (`decisions.weighting.alpha`, `hardware.event_driven.lanes`) and the values it may take.
struct Axis {
    std::string path;
    AxisKind kind = AxisKind::categorical;
    std::vector<core::Node> values{};  ///< Categorical: the YAML values, at least one.
    double lower = 0;                  ///< Integer and real.
    double upper = 0;
    Scale scale = Scale::linear;  ///< How unit numbers map to values of integer and real axes.
    /// The axis counts only while axis number `axis` (categorical, before this one) has one of the
    /// value numbers `values`, and is itself active.
    struct Condition {
        std::size_t axis = 0;
        std::vector<std::size_t> values;
    };
    std::optional<Condition> when{};

    /// Number of values; 0 = infinitely many (real axes with lower < upper).
    [[nodiscard]] std::int64_t count() const;
};

/// One choice per axis: the value number (categorical) or the value itself (integer, real).
struct DesignPoint {
    std::vector<double> values;
    auto operator<=>(const DesignPoint&) const = default;
};

/// The cross product of the axes, less what conditions switch off.
///
///     DesignSpace space({{.path = "block", .kind = AxisKind::integer, .lower = 1, .upper = 4}});
///     for (std::optional<DesignPoint> p = space.first(); p; p = space.next(*p)) …
class DesignSpace {
  public:
    /// \throws std::logic_error for an axis without values, with lower > upper or bounds its scale
    /// cannot take, and for a condition on a later or not categorical axis or on unknown values.
    explicit DesignSpace(std::vector<Axis> axes);

    [[nodiscard]] const std::vector<Axis>& axes() const noexcept { return axes_; }
    [[nodiscard]] std::size_t dimensions() const noexcept { return axes_.size(); }

    /// Number of different designs; nullopt if infinite or above 2^53.
    [[nodiscard]] std::optional<std::int64_t> size() const;

    /// Whether an axis counts in this point.
    [[nodiscard]] bool active(const DesignPoint& point, std::size_t axis) const;

    /// The point with every value clamped into its axis, integers rounded, and inactive axes set to
    /// their lowest value, so that equal designs are equal points.
    [[nodiscard]] DesignPoint canonical(DesignPoint point) const;

    /// Canonical point at coordinates u ∈ [0, 1]^dimensions, by the scale of each axis.
    [[nodiscard]] DesignPoint from_unit(std::span<const double> u) const;
    /// Value of one axis at u ∈ [0, 1]: never falls with u, 0 gives the lowest, 1 the highest
    /// value. Values of categorical and linear integer axes share [0, 1] equally.
    [[nodiscard]] double value_at(std::size_t axis, double u) const;
    /// A unit number that value_at() maps to `value` (real axes: up to rounding): the middle of its
    /// share of [0, 1].
    [[nodiscard]] double unit_of(std::size_t axis, double value) const;

    /// The different designs in lexicographic order of the axes: the first, and the next after a
    /// canonical point (nullopt at the end). Only for finite spaces.
    [[nodiscard]] DesignPoint first() const;
    [[nodiscard]] std::optional<DesignPoint> next(const DesignPoint& point) const;
    /// The design number `index` of that order, 0 ≤ index < size().
    /// \throws std::logic_error if there is none, or the space has no size().
    [[nodiscard]] DesignPoint nth(std::int64_t index) const;
    /// Number of different designs that value number `value` of an axis opens among the axes that
    /// hang on it, directly or not (1 if none does); nullopt if infinite or above 2^53.
    [[nodiscard]] std::optional<std::int64_t> designs_below(std::size_t axis,
                                                            std::size_t value) const;

    /// YAML value of an axis in a point (also of an inactive one).
    [[nodiscard]] core::Node node(const DesignPoint& point, std::size_t axis) const;
    /// The same as a table cell; empty if the axis is inactive.
    [[nodiscard]] core::Cell cell(const DesignPoint& point, std::size_t axis) const;
    [[nodiscard]] std::vector<core::Cell> cells(const DesignPoint& point) const;

    [[nodiscard]] core::Hash hash(const DesignPoint& point) const;

  private:
    std::vector<Axis> axes_;
    /// [axis] Different designs of an active axis and all that hangs on it; 0 = no such number.
    std::vector<std::int64_t> below_;
    std::vector<std::vector<std::size_t>> children_;  ///< [axis] Axes whose condition is on it.
};

/// A YAML value in one line, as a table shows it: lists as `[a, b]`, maps as `{k: v}`.
[[nodiscard]] core::Cell to_cell(const core::Node& value);

/// Axes from the `space:` section: a map from dotted path to a list of values, to `{values: […]}`,
/// or to `{from:, to:, scale: linear|log|logit, integer: true|false}`, each with an optional
/// `when: {path: value or list}`. Groups may be nested (`decisions: {weighting: {alpha: …}}`).
/// Whatever is wrong goes into the problems of `space`; an invalid reader gives a space of one
/// design without axes.
[[nodiscard]] DesignSpace read_space(const core::Reader& space);

}  // namespace plexus::explorers
