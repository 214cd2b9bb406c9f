// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plexus/core/record.hpp"
#include "plexus/results/front.hpp"

namespace plexus::results {

/// `text` as a gnuplot string constant: in single quotes, those inside doubled, line breaks and
/// other control characters as spaces. Nothing in it is then special to gnuplot.
[[nodiscard]] std::string gnuplot_string(std::string_view text);

/// The same for the text of a mark on an axis, which gnuplot takes for a format.
[[nodiscard]] std::string gnuplot_mark(std::string_view text);

/// Where an axis has its marks: values and texts like `20 µ`.
struct Ticks {
    double low = 0;  ///< Range of the axis, a little wider than the data.
    double high = 1;
    bool log = false;
    std::vector<std::pair<double, std::string>> marks;
};

/// Ticks for data between `low` and `high`: logarithmic if all is positive and the range is more
/// than 20-fold; 2 to 12 of them at round values.
/// \param prefixes Marks with SI prefixes (`20 m`), for quantities that have a unit.
[[nodiscard]] Ticks ticks_for(double low, double high, bool prefixes = false);

/// The gnuplot program that draws front.svg and front.png in its working directory: the first two
/// objectives as axes, a third as colour, dominated designs grey, notable points by their label;
/// one panel per scenario if there are several and a third objective, else one colour per scenario.
/// One objective only: its value over the number of evaluations. Contains its data.
[[nodiscard]] std::string plot_script(const core::RunInfo& info,
                                      const std::vector<core::EvaluationRecord>& records,
                                      const std::vector<Front>& fronts);

/// Writes NAME.gp into `folder` and runs gnuplot on it.
/// \return "" or, if there are no pictures, why not and what to do. \throws IoError if NAME.gp
/// cannot be written.
[[nodiscard]] std::string draw_picture(const std::filesystem::path& folder,
                                       const std::string& name,
                                       const std::string& script,
                                       const std::string& program = "gnuplot");

}  // namespace plexus::results
