// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/fusion/published_fusion.hpp"

#include <array>

#include "plexus/cost_models/figure_table.hpp"

#include "fusion/fusion_checks.hpp"

namespace plexus::explorers {

namespace {

using core::Reader;
using cost_models::FigureRow;

/// A further part of the suite adds its check here and computes it in a file of its own.
constexpr std::array<NamedCheck, 1> known_checks{{{"timeline", check_timeline_figure}}};

double compute(const Reader& check,
               const hardware::Architecture& machine,
               const std::filesystem::path& home) {
    std::vector<std::string> names;
    for (const NamedCheck& known : known_checks) {
        names.emplace_back(known.name);
    }
    check.allow(names);
    for (const NamedCheck& known : known_checks) {
        if (const Reader section = check.find(known.name)) {
            return known.compute({section, machine, home / "workloads" / "presets"});
        }
    }
    check.problem("expected what to compute, got nothing");
    return 0;
}

}  // namespace

std::vector<FigureRow> check_fusion_figures(const std::filesystem::path& table,
                                            const std::filesystem::path& home) {
    cost_models::PresetMachines machines(home / "hardware" / "presets");
    return cost_models::read_figure_table<FigureRow>(
        table, [&](const Reader& item, core::Problems& problems) {
            item.allow(
                {"chip", "workload", "quantity", "figure", "source", "preset", "check", "remark"});
            FigureRow row = cost_models::read_figure(item, "chip");
            if (const Reader check = item.find("check")) {
                row.preset = item.at("preset").text();
                if (const auto* const machine = machines.find(item.at("preset"), problems)) {
                    row.ours = compute(check, *machine, home);
                }
            }
            return row;
        });
}

}  // namespace plexus::explorers
