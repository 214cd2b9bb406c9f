// SPDX-License-Identifier: Apache-2.0
#include "read_core_ids.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <system_error>

#include "read_chip.hpp"

namespace plexus::hardware::detail {

int parse_core_id(std::string_view text) {
    while (!text.empty() && text.front() == ' ') {
        text.remove_prefix(1);
    }
    while (!text.empty() && text.back() == ' ') {
        text.remove_suffix(1);
    }
    int id = -1;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), id);
    return parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size() && id >= 0 ? id : -1;
}

std::vector<int> read_core_ids(const core::Reader& entry) {
    std::vector<int> ids;
    if (entry.is_map()) {
        for (const core::Reader& item : entry.at("cores").items()) {
            ids.push_back(static_cast<int>(
                item.integer({.lower = 0, .upper = static_cast<double>(max_cores)})));
        }
        return ids;
    }
    const std::string text = entry.text();
    std::size_t begin = 0;
    while (begin <= text.size()) {
        const std::size_t comma = std::min(text.find(',', begin), text.size());
        const int id = parse_core_id(std::string_view(text).substr(begin, comma - begin));
        if (id < 0) {
            entry.problem("expected core ids such as \"0, 1\", got \"" + text + "\"");
            return {};
        }
        ids.push_back(id);
        begin = comma + 1;
    }
    return ids;
}

}  // namespace plexus::hardware::detail
