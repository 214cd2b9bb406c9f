// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plexus/core/record.hpp"

namespace plexus::results {

/// One value of the common axis and what the design there has.
struct CurvePoint {
    double x = 0;
    std::vector<double> y;  ///< One per Curves::columns.
};

/// Designs that differ in the common axis alone.
struct Curve {
    std::string name;                ///< What they have in common, as far as others have it not.
    std::vector<CurvePoint> points;  ///< By rising x.
};

/// What changes along the one numeric axis of a run.
struct Curves {
    std::string axis;                  ///< Its path.
    std::vector<std::string> columns;  ///< Objectives, and off_chip_bits if it changes.
    std::vector<Curve> curves;         ///< In the order of their first designs.
};

/// The curves of a run with one numeric axis of at least three values, such as the size of a
/// memory; nothing if there is no such axis or several, or more than 8 curves.
[[nodiscard]] std::optional<Curves> curves_of(const core::RunInfo& info,
                                              const std::vector<core::EvaluationRecord>& records);

/// The gnuplot program that draws curves.svg and curves.png in its working directory: one panel per
/// column over the axis. \param run Its name, for the title.
[[nodiscard]] std::string curves_script(const std::string& run, const Curves& curves);

}  // namespace plexus::results
