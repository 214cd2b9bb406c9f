// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "plexus/core/node.hpp"
#include "plexus/core/presets.hpp"
#include "plexus/workloads/workload.hpp"

namespace plexus::workloads {

/// The workload described by a YAML tree: a list of layers in the ZigZag dialect, or a map with
/// `layers:` (the same list plus our `tensors:` section) or `model:` (a language model by its
/// dimensions and phase), each with an optional `sparsity:` section. Problems go into `problems`.
[[nodiscard]] Workload read_workload(const core::Node& root, core::Problems& problems);

/// The tree of a workload file, so that dotted paths reach into it; of a file that ends in .onnx,
/// the one read_onnx() makes of the model.
[[nodiscard]] core::Node load_workload_tree(const std::filesystem::path& file,
                                            core::Problems& problems);

/// read_workload() of load_workload_tree().
/// \throws core::ConfigErrors listing every problem of the file.
[[nodiscard]] Workload load_workload(const std::filesystem::path& file);

/// The same with problems and warnings collected in `problems`; nothing is thrown.
[[nodiscard]] Workload load_workload(const std::filesystem::path& file, core::Problems& problems);

using core::list_presets;
using core::Preset;

}  // namespace plexus::workloads
