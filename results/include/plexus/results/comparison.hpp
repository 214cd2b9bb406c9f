// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "plexus/core/record.hpp"

namespace plexus::results {

/// What is to be compared: one scenario with each of the others, over a grid of two numeric axes.
struct ComparedAxes {
    std::string scenario;
    std::size_t x = 0;  ///< Index into RunInfo::axes.
    std::size_t y = 0;
    std::string x_name;  ///< For people: "activation density".
    std::string y_name;
    bool operator==(const ComparedAxes&) const = default;
};

/// One scenario against another in one objective, at every point of a grid: the best value of each
/// over all other axes. [y][x] is at y · x.size() + x.
struct ComparisonMap {
    std::string scenario;
    std::string against;
    std::string objective;      ///< Column name with unit.
    std::vector<double> x;      ///< Ascending.
    std::vector<double> y;      ///< Ascending.
    std::vector<double> value;  ///< Of the scenario; NaN if it has no feasible design there.
    std::vector<double> other;  ///< Of the other one.

    /// Below 1 the scenario wins; NaN if there is nothing to compare.
    [[nodiscard]] double ratio(std::size_t row, std::size_t column) const {
        const std::size_t at = row * x.size() + column;
        return value.at(at) / other.at(at);
    }
};

/// The maps of the scenario against each other one, in each objective; none without records.
[[nodiscard]] std::vector<ComparisonMap> compare_scenarios(
    const core::RunInfo& info,
    const ComparedAxes& axes,
    const std::vector<core::EvaluationRecord>& records);

/// Where along a row the scenario begins to lose for good: between its last grid point that wins
/// and the next one, by a straight line through the logarithms of x (if all x > 0) and ratio.
/// nullopt if it wins nowhere in the row or at its last point.
[[nodiscard]] std::optional<double> break_even(const ComparisonMap& map, std::size_t row);

/// comparison.csv: objective, scenario, other scenario, both axes, both values, their ratio and who
/// wins.
[[nodiscard]] core::Table comparison_table(const core::RunInfo& info,
                                           const ComparedAxes& axes,
                                           const std::vector<ComparisonMap>& maps);

/// One sentence per map that says where the scenario loses.
[[nodiscard]] std::string comparison_text(const ComparedAxes& axes,
                                          const std::vector<ComparisonMap>& maps);

/// The gnuplot program that draws comparison.svg and comparison.png in its working directory: a
/// panel per map, blue where the scenario wins, red where it loses, and the line of break-even.
/// Contains its data. \pre There are maps.
[[nodiscard]] std::string comparison_script(const core::RunInfo& info,
                                            const ComparedAxes& axes,
                                            const std::vector<ComparisonMap>& maps);

}  // namespace plexus::results
