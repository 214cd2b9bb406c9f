// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace plexus::cost_models::event_driven {

/// A figure that was published for a chip, and what the model makes of the same.
struct FigureRow {
    std::string chip;
    std::string workload;
    std::string quantity;  ///< With its unit.
    double figure = 0;
    std::string source;
    std::string preset;          ///< That is compared; empty if it cannot be checked.
    std::optional<double> ours;  ///< In the unit of the figure; nothing if it cannot be checked.
    bool fitted = false;         ///< The preset was made to meet this figure.
    std::string remark;          ///< Why it cannot be checked, or what to know about the check.

    /// ours / figure − 1. \pre ours.
    [[nodiscard]] double error() const { return *ours / figure - 1; }
};

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
