// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

#include "plexus/cost_models/figure_row.hpp"

namespace plexus::explorers {

/// One row per figure of a table of published figures of operator fusion, in the order of the
/// table. An entry is `{chip, workload, quantity, figure, source, preset, check, remark}`; without
/// a check the remark says why. A check names what computes it:
///
/// | check | computes |
/// |---|---|
/// | `timeline: {network, report, schedule}` | `latency_cycles`, `peak_tensor_bits` or `energy_pj`
/// of the workload preset `network`, cut and placed as `schedule` says (read_tile_decision()) |
/// \param home Folder that holds `hardware/presets` and `workloads/presets`.
/// \throws core::ConfigErrors listing every problem of the table, or of a preset.
[[nodiscard]] std::vector<cost_models::FigureRow> check_fusion_figures(
    const std::filesystem::path& table, const std::filesystem::path& home);

}  // namespace plexus::explorers
