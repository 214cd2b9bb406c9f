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
constexpr std::array<NamedCheck, 2> known_checks{
    {{"timeline", check_timeline_figure}, {"cascade", check_cascade_figure}}};

/// The figure that the section `check` of an entry asks for; 0 with a problem if it cannot be.
double compute(const Reader& check,
               const Reader& preset,
               core::MemoCache<MappedCascade>& cascades,
               const FusionTable& table) {
    std::vector<std::string> names;
    for (const NamedCheck& known : known_checks)
        names.emplace_back(known.name);
    check.allow(names);
    const std::filesystem::path machine =
        table.home / "hardware" / "presets" / (preset.text() + ".yaml");
    if (!std::filesystem::is_regular_file(machine)) {
        preset.problem("expected a hardware preset, but there is no " + machine.string());
        return 0;
    }
    for (const NamedCheck& known : known_checks)
        if (const Reader section = check.find(known.name))
            return known.compute(
                {section, machine, table.home / "workloads" / "presets", cascades, table.jobs});
    check.problem("expected what to compute, got nothing");
    return 0;
}

}  // namespace

std::vector<FigureRow> check_fusion_figures(const FusionTable& table) {
    core::MemoCache<MappedCascade> cascades;
    return cost_models::read_figure_table<FigureRow>(
        table.file, [&](const Reader& item, core::Problems&) {
            item.allow(
                {"chip", "workload", "quantity", "figure", "source", "preset", "check", "remark"});
            FigureRow row = cost_models::read_figure(item, "chip");
            if (const Reader check = item.find("check")) {
                row.preset = item.at("preset").text();
                if (table.begins)
                    table.begins(row);
                row.ours = compute(check, item.at("preset"), cascades, table);
            }
            return row;
        });
}

}  // namespace plexus::explorers
