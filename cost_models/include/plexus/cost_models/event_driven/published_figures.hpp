// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

#include "plexus/cost_models/figure_row.hpp"

namespace plexus::cost_models::event_driven {

using cost_models::FigureRow;

/// One row per figure of a table of published figures, in the order of the table. Each check names
/// a preset and what to compute from it:
///
/// | check | computes |
/// |---|---|
/// | `structure: {quantity, chips}` | what `chips` copies of the machine hold or take |
/// | `operation_energy: {layer, activity, incremental}` | pJ per synaptic operation of a layer |
/// | `static_share: {layer, energy_pj}` | of an operation that takes so much energy in all |
/// | `power: {layer, activity, step_s}` | W of a machine that runs a layer once per step |
/// | `barrier: {tiles}` | s of one barrier |
/// | `token: {quantity, layers}` | one token through layers that follow one another |
/// \param presets Folder of the presets that the table names.
/// \throws core::ConfigErrors listing every problem of the table, or of a preset.
[[nodiscard]] std::vector<FigureRow> check_published_figures(const std::filesystem::path& table,
                                                             const std::filesystem::path& presets);

}  // namespace plexus::cost_models::event_driven
