// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "plexus/core/reader.hpp"
#include "plexus/hardware/architecture.hpp"

namespace plexus::explorers {

/// What a check is computed from.
struct FusionCheck {
    const core::Reader& section;  ///< Below the name of the check.
    const hardware::Architecture& machine;
    std::filesystem::path networks;  ///< Folder of workload presets.
};

/// Computes a figure; 0 with a problem if it cannot.
using FusionCheckFunction = double (*)(const FusionCheck& check);

/// `timeline:` of the table; see check_fusion_figures().
[[nodiscard]] double check_timeline_figure(const FusionCheck& check);

/// A check by the name it has in the table.
struct NamedCheck {
    const char* name;
    FusionCheckFunction compute;
};

}  // namespace plexus::explorers
