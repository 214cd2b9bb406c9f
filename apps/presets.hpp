// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace plexus::apps {

/// The folder that holds hardware/presets and workloads/presets: $PLEXUS_HOME, else share/plexus
/// beside the folder of the program, else the sources that the program was built from.
/// \throws UsageError if PLEXUS_HOME is set and does not hold them, or there is none.
[[nodiscard]] std::filesystem::path home_folder();

/// The file that `name` stands for: a file of that name, else the preset.
/// \param folder "hardware" or "workloads". \throws UsageError with a suggestion.
[[nodiscard]] std::filesystem::path preset_file(const std::string& folder, const std::string& name);

}  // namespace plexus::apps
