// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace plexus::core {

/// A file that is shipped to be used as it is or copied.
struct Preset {
    std::string name;  ///< The file's name without its ending.
    std::filesystem::path file;
    std::string summary;  ///< First line of the file's `description:`, or "".
};

/// The presets of a folder (`*.yaml`), sorted by name; none if there is no such folder. A file that
/// is no YAML is listed without a summary.
[[nodiscard]] std::vector<Preset> list_presets(const std::filesystem::path& folder);

}  // namespace plexus::core
