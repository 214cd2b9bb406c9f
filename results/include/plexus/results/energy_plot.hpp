// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace plexus::results {

/// Energy of one operator, design or time step.
struct EnergyBar {
    std::string name;
    std::vector<double> energy_pj;  ///< One per EnergyBars::parts, ≥ 0.
};

/// What energy is spent on, bar by bar.
struct EnergyBars {
    std::string title;
    std::string thing;               ///< What a bar stands for: `operator`, `step`.
    std::vector<std::string> parts;  ///< Components, in the order of stacking.
    std::vector<EnergyBar> bars;     ///< From top to bottom.
};

/// The gnuplot program that draws NAME.svg and NAME.png in its working directory: one stacked bar
/// per row and its sum. Parts that are 0 everywhere are left out; of more than twelve the twelve
/// with the largest sums are told apart and the others drawn as "other". Contains its data in pJ.
/// Of more than 400 bars the first 400 are drawn.
[[nodiscard]] std::string energy_script(const std::string& name, const EnergyBars& bars);

}  // namespace plexus::results
