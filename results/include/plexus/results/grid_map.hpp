// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "plexus/core/record.hpp"

namespace plexus::results {

/// One combination of all that is not an axis of the map.
struct GridPanel {
    std::string title;  ///< "" if there is one only.
    /// [objective][y][x], that is at (objective · y.size() + y) · x.size() + x; NaN = infeasible.
    std::vector<double> value;
};

/// Every design of a space of two axes of numbers, evaluated.
struct GridMap {
    std::size_t x_axis = 0;  ///< Index into RunInfo::axes.
    std::size_t y_axis = 0;
    std::vector<double> x;  ///< Ascending.
    std::vector<double> y;  ///< Ascending.
    std::vector<GridPanel> panels;

    [[nodiscard]] double at(const GridPanel& panel,
                            std::size_t objective,
                            std::size_t row,
                            std::size_t column) const {
        return panel.value.at((objective * y.size() + row) * x.size() + column);
    }
};

/// Most panels side by side that can still be read.
inline constexpr std::size_t most_grid_panels = 6;

/// The records as a map, if they fill one: exactly two axes have numbers that differ (two values or
/// more each), every point of their grid was evaluated once in every scenario under every
/// combination of the other axes, and there are at most `most_grid_panels` of those. Panels stand
/// in the order in which they were evaluated first.
[[nodiscard]] std::optional<GridMap> grid_of(const core::RunInfo& info,
                                             const std::vector<core::EvaluationRecord>& records);

/// The gnuplot program that draws map.svg and map.png in its working directory: a row of panels
/// for each objective, a panel per scenario and value of other axes, a cell per design with its
/// value; the colours of a row are one scale, the lowest value of every panel has a frame. Contains
/// its data.
[[nodiscard]] std::string grid_script(const core::RunInfo& info, const GridMap& map);

}  // namespace plexus::results
