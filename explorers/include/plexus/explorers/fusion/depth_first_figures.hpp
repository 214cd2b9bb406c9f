// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plexus/explorers/fusion/stack_search.hpp"
#include "plexus/hardware/architecture.hpp"

namespace plexus::explorers {

/// A figure published for depth-first execution, beside what the model gives.
struct DepthFirstFigure {
    std::string what;
    std::string unit;
    double published = 0;
    std::optional<double> ours;  ///< None: cannot be computed; `remark` says why.
    std::string source;
    std::string remark;
};

/// Tiles of the published case study of FSRCNN: 3 modes x 6 widths x 6 heights.
[[nodiscard]] TileSpace fsrcnn_case_study();

/// The figures of the FSRCNN case study. \param workload FSRCNN with a map of 960 x 540.
/// \param machine Its core is Meta_prototype_DF. \param jobs Threads; ≤ 0: all.
[[nodiscard]] std::vector<DepthFirstFigure> depth_first_figures(
    const workloads::Workload& workload, const hardware::Architecture& machine, int jobs);

}  // namespace plexus::explorers
