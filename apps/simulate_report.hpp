// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "plexus/core/record.hpp"
#include "plexus/cost_models/event_driven/replay.hpp"

#include "pictures.hpp"

namespace plexus::apps {

/// A network on a chip and what a replay of it cost.
struct SimulatedNetwork {
    std::string title;  ///< Network and chip.
    const cost_models::event_driven::PlacedNetwork* placed = nullptr;
    cost_models::event_driven::RunCost cost;
};

/// steps.csv: counts, time and energy by component of every step.
[[nodiscard]] core::Table steps_table(const SimulatedNetwork& simulated);
/// cores.csv: place, neurons and load of every core over all steps.
[[nodiscard]] core::Table cores_table(const SimulatedNetwork& simulated);
/// links.csv: load of every link over all steps; `simulated` only.
[[nodiscard]] core::Table links_table(const SimulatedNetwork& simulated);
/// cores, energy and, if links were simulated, links.
[[nodiscard]] std::vector<Picture> pictures_of(const SimulatedNetwork& simulated);
/// Totals for the terminal.
[[nodiscard]] std::string summary_of(const SimulatedNetwork& simulated);

}  // namespace plexus::apps
