// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <utility>

#include "plexus/hardware/load.hpp"
#include "plexus/results/terminal.hpp"
#include "plexus/workloads/load.hpp"

#include "commands.hpp"
#include "kinds.hpp"
#include "presets.hpp"

namespace plexus::apps {

namespace {

using Rows = std::vector<std::vector<std::string>>;

void print(const std::string& title, const Rows& rows) {
    std::size_t widest = 0;
    for (const auto& row : rows)
        widest = std::max(widest, results::display_width(row[0]));
    std::printf("%s\n", title.c_str());
    for (const auto& row : rows)
        std::printf("  %s%*s  %s\n",
                    row[0].c_str(),
                    static_cast<int>(widest - results::display_width(row[0])),
                    "",
                    row[1].c_str());
}

template <class Preset>
Rows rows_of(const std::vector<Preset>& presets) {
    Rows rows;
    for (const Preset& preset : presets)
        rows.push_back({preset.name, preset.summary});
    return rows;
}

}  // namespace

int list_entries(const std::string& kind) {
    const std::string only = kind.empty() ? "" : kind_named(kind);
    bool first = true;
    const auto section = [&](const std::string& title, const Rows& rows) {
        std::printf("%s", std::exchange(first, false) ? "" : "\n");
        print(title, rows);
    };
    for (const Kind& k : plug_in_kinds()) {
        if (!only.empty() && only != k.name)
            continue;
        Rows rows;
        for (const core::Description& d : k.entries)
            rows.push_back({d.name, d.summary});
        section(k.title, rows);
    }
    if (only.empty() || only == "hardware")
        section("Hardware presets",
                rows_of(hardware::list_presets(home_folder() / "hardware" / "presets")));
    if (only.empty() || only == "workloads")
        section("Workload presets",
                rows_of(workloads::list_presets(home_folder() / "workloads" / "presets")));
    return exit_ok;
}

}  // namespace plexus::apps
