// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <vector>

namespace plexus::results {

/// What the cycles of a layer are spent on, in the order in which they are stacked.
inline constexpr std::array<const char*, 5> latency_causes{
    "ideal: all units busy", "idle lanes", "stall", "on-loading", "off-loading"};

/// Accesses of one operand to one memory: a part of the energy of every layer.
struct EnergyPart {
    std::string memory;
    std::string operand;  ///< I1, I2, O.
};

/// One layer.
struct LayerBar {
    std::string name;
    std::string mark;  ///< Why it has no bars ("infeasible: …"); "" = it has.
    double mac_energy_pj = 0;
    std::vector<double> energy_pj;  ///< One per LayerBars::parts.
    std::array<double, latency_causes.size()> latency_cycles{};
};

/// Layers side by side.
struct LayerBars {
    std::string title;
    std::vector<EnergyPart> parts;  ///< Memories innermost first, in the order of stacking.
    std::vector<LayerBar> layers;   ///< From top to bottom.
};

/// The gnuplot program that draws layers.svg and layers.png in its working directory: one row per
/// layer with its energy by memory and operand, and beside it its latency by cause. An operand is a
/// hue, darker the farther the memory is from the array. Contains its data: per layer the parts in
/// pJ and cycles, NaN if it has none. Of more than 400 layers the first 400 are drawn.
[[nodiscard]] std::string layers_script(const LayerBars& bars);

}  // namespace plexus::results
