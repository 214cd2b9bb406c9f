// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "plexus/core/node.hpp"
#include "plexus/core/presets.hpp"
#include "plexus/hardware/architecture.hpp"

namespace plexus::hardware {

/// The architecture described by a YAML tree, in one of four dialects told apart by their keys:
/// a ZigZag accelerator (`operational_array:`), Stream's multi-core form (`cores:` of core files,
/// `core_connectivity:`, `offchip_core:`), SANA-FE's (`architecture:`, see event_chip.hpp), or our
/// `event_driven:` section. Core files must have
/// been spliced in (see load_architecture_tree). Core ids are those of the file, counted without
/// the off-chip core. Problems (all of them, with place and path) go into `problems`; the value is
/// then meaningless.
[[nodiscard]] Architecture read_architecture(const core::Node& root, core::Problems& problems);

/// The YAML tree of an architecture file with the core files that it names spliced in, so that
/// dotted paths reach into them (`cores.0.memories.sram.size`).
[[nodiscard]] core::Node load_architecture_tree(const std::filesystem::path& file,
                                                core::Problems& problems);

/// \throws core::ConfigErrors listing every problem of the file.
[[nodiscard]] Architecture load_architecture(const std::filesystem::path& file);

using core::list_presets;
using core::Preset;

}  // namespace plexus::hardware
