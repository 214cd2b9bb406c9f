// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace plexus::results {

/// Something that takes time on a row.
struct GanttBar {
    double begin = 0;  ///< Cycles.
    double end = 0;
    std::size_t kind = 0;  ///< Index into GanttChart::kinds.
};

/// A core, a link.
struct GanttRow {
    std::string name;
    std::vector<GanttBar> bars;
};

/// How full a memory is: from each time on so many bits.
struct GanttMemory {
    std::string name;
    double capacity_bits = 0;
    std::vector<std::pair<double, double>> steps;  ///< Cycle and bits, in order of time.
};

/// What runs where and when, and how full the memories are meanwhile.
struct GanttChart {
    std::string title;
    double end = 0;                  ///< Of the time axis, in cycles.
    std::vector<std::string> kinds;  ///< Names of the colours.
    std::vector<GanttRow> rows;      ///< From top to bottom.
    std::vector<GanttMemory> memories;
};

/// The gnuplot program that draws NAME.svg and NAME.png in its working directory: one row per core
/// or link, below it the share of each memory that is in use. Bars of one kind with less than half
/// a pixel between them are joined, so that a picture of a million tiles stays small.
[[nodiscard]] std::string gantt_script(const std::string& name, const GanttChart& chart);

}  // namespace plexus::results
