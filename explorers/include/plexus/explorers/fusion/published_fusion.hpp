// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include "plexus/cost_models/figure_row.hpp"

namespace plexus::explorers {

/// A table of published figures of operator fusion, and how it is computed.
struct FusionTable {
    std::filesystem::path file;
    std::filesystem::path home;  ///< Holds `hardware/presets` and `workloads/presets`.
    int jobs = 1;                ///< Threads; 0 = all processors. Does not change a figure.
    /// Called before a figure is computed; empty = not wanted.
    std::function<void(const cost_models::FigureRow&)> begins{};
};

/// One row per figure of the table, in its order. An entry is `{chip, workload, quantity, figure,
/// source, preset, check, remark}`; without a check the remark says why. A check names what
/// computes it:
///
/// | check | computes |
/// |---|---|
/// | `timeline: {network, settings, report, schedule, over}` | `latency_cycles`, `peak_tensor_bits`
/// or `energy_pj` of the workload preset `network`, cut and placed as `schedule` says
/// (read_tile_decision()) |
/// | `cascade: {network, report, of, over}` | `latency_cycles`, `energy_pj` or `off_chip_bits` of
/// the best mapping as a cascade; `of` is `{settings, optimal}` (read_cascade_decision()) |
///
/// With `over`, a second schedule or design, the figure is the ratio of the first to it. `settings`
/// replace values of network and preset, by dotted paths that begin with `workload` or `hardware`.
/// \throws core::ConfigErrors listing every problem of the table, or of a preset.
[[nodiscard]] std::vector<cost_models::FigureRow> check_fusion_figures(const FusionTable& table);

}  // namespace plexus::explorers
