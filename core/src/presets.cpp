// SPDX-License-Identifier: Apache-2.0
#include "plexus/core/presets.hpp"

#include <algorithm>
#include <system_error>

#include "plexus/core/node.hpp"

namespace plexus::core {

std::vector<Preset> list_presets(const std::filesystem::path& folder) {
    std::vector<Preset> presets;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
        if (!entry.is_regular_file(ignored) || entry.path().extension() != ".yaml") {
            continue;
        }
        Problems problems;
        const Node root = load_yaml(entry.path(), problems);
        const Node* description = root.find("description");
        std::string summary =
            description == nullptr ? "" : description->text.substr(0, description->text.find('\n'));
        presets.push_back({entry.path().stem().string(), entry.path(), std::move(summary)});
    }
    std::sort(presets.begin(), presets.end(), [](const Preset& a, const Preset& b) {
        return a.name < b.name;
    });
    return presets;
}

}  // namespace plexus::core
