// SPDX-License-Identifier: Apache-2.0
#include "presets.hpp"

#include <cstdlib>
#include <vector>

#include "plexus/core/text.hpp"
#include "plexus/hardware/load.hpp"
#include "plexus/workloads/load.hpp"

#include "commands.hpp"

namespace plexus::apps {

namespace fs = std::filesystem;

namespace {

bool is_home(const fs::path& folder) {
    std::error_code error;
    return fs::is_directory(folder / "hardware" / "presets", error) &&
           fs::is_directory(folder / "workloads" / "presets", error);
}

}  // namespace

fs::path home_folder() {
    // Nothing here ever changes the environment, so reading it is safe from any thread.
    // NOLINTNEXTLINE(concurrency-mt-unsafe)
    if (const char* home = std::getenv("PLEXUS_HOME"); home != nullptr && *home != '\0') {
        if (!is_home(home))
            throw UsageError(std::string("PLEXUS_HOME is ") + home +
                             ", which has no hardware/presets and workloads/presets");
        return home;
    }
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    fs::path installed = program.parent_path().parent_path() / "share" / "plexus";
    if (!error && is_home(installed))
        return installed;
    if (is_home(PLEXUS_SOURCE_DIR))
        return PLEXUS_SOURCE_DIR;
    throw UsageError(
        "the shipped presets are not found; set PLEXUS_HOME to the folder that holds "
        "hardware/presets and workloads/presets");
}

fs::path preset_file(const std::string& folder, const std::string& name) {
    if (fs::is_regular_file(name))
        return name;
    const fs::path presets = home_folder() / folder / "presets";
    std::vector<std::string> names;
    const auto look = [&](const auto& list) -> fs::path {
        for (const auto& preset : list) {
            if (preset.name == name)
                return preset.file;
            names.push_back(preset.name);
        }
        return {};
    };
    fs::path found = folder == "hardware" ? look(hardware::list_presets(presets))
                                          : look(workloads::list_presets(presets));
    if (found.empty())
        throw UsageError("there is no file and no " + folder + " preset " + name +
                         core::suggestion(name, names));
    return found;
}

}  // namespace plexus::apps
