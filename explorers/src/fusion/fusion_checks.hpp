// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "plexus/core/hash.hpp"
#include "plexus/core/memo.hpp"
#include "plexus/core/reader.hpp"
#include "plexus/explorers/fusion/mapped_cascade.hpp"
#include "plexus/hardware/architecture.hpp"
#include "plexus/workloads/workload.hpp"

namespace plexus::explorers {

/// What a check is computed from.
struct FusionCheck {
    const core::Reader& section;  ///< Below the name of the check.
    std::filesystem::path machine;
    std::filesystem::path networks;            ///< Folder of workload presets.
    core::MemoCache<MappedCascade>& cascades;  ///< Searches that several figures need.
    int jobs = 1;                              ///< Threads; 0 = all processors.
};

/// Computes a figure; 0 with a problem if it cannot.
using FusionCheckFunction = double (*)(const FusionCheck& check);

/// `timeline:` of the table; see check_fusion_figures().
[[nodiscard]] double check_timeline_figure(const FusionCheck& check);

/// `cascade:` of the table; see check_fusion_figures().
[[nodiscard]] double check_cascade_figure(const FusionCheck& check);

/// A check by the name it has in the table.
struct NamedCheck {
    const char* name;
    FusionCheckFunction compute;
};

/// What is executed for a figure.
struct CheckedPair {
    workloads::Workload workload;
    hardware::Architecture machine;
    core::Hash content;  ///< Of both.
};

/// A machine and a workload from their files. \param settings Map of values that take the place of
/// theirs, by dotted path from `hardware.` or `workload.`; may be invalid.
/// \return nothing, with problems, if they cannot be read.
[[nodiscard]] std::optional<CheckedPair> load_pair(const std::filesystem::path& machine,
                                                   const std::filesystem::path& network,
                                                   const core::Reader& settings,
                                                   core::Problems& problems);

/// The same of the machine of the check and the workload preset `network` of its section.
[[nodiscard]] std::optional<CheckedPair> load_pair(const FusionCheck& check,
                                                   const core::Reader& settings);

}  // namespace plexus::explorers
