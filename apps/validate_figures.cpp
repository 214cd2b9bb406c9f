// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdio>

#include <fmt/format.h>

#include "plexus/cost_models/event_driven/published_figures.hpp"
#include "plexus/cost_models/published_formats.hpp"
#include "plexus/explorers/fusion/published_fusion.hpp"
#include "plexus/results/terminal.hpp"

#include "commands.hpp"
#include "presets.hpp"
#include "progress_line.hpp"

namespace plexus::apps {

namespace {

using cost_models::FigureRow;

constexpr std::size_t narrowest = 60;

std::string number(double value) {
    return value >= 1e4 && value < 1e8 ? fmt::format("{:.0f}", value)
                                       : fmt::format("{:.4g}", value);
}

std::string error_of(const FigureRow& row) {
    if (!row.ours)
        return "not checked";
    const double percent = 100 * row.error();
    const double shown = std::abs(percent) < 0.05 ? 0.0 : percent;  // no "-0.0 %"
    return fmt::format("{:+.1f} %{}", shown, row.fitted ? " fitted" : "");
}

/// One figure as lines of cells: what it is for, and the numbers in the first line.
void add_lines(std::vector<std::vector<std::string>>& lines,
               std::size_t index,
               const FigureRow& row,
               std::size_t width) {
    bool first = true;
    const std::string preset = row.preset.empty() ? "" : " (" + row.preset + ")";
    for (const std::string& text :
         results::wrapped(row.chip + ": " + row.workload + preset, width)) {
        if (first)
            lines.push_back({std::to_string(index),
                             text,
                             number(row.figure),
                             row.ours ? number(*row.ours) : "-",
                             row.quantity,
                             error_of(row)});
        else
            lines.push_back({"", text, "", "", "", ""});
        first = false;
    }
}

void print_table(const std::vector<FigureRow>& rows, std::size_t width) {
    std::size_t quantity = 4;
    for (const FigureRow& row : rows)
        quantity = std::max(quantity, results::display_width(row.quantity));
    // Two columns of numbers of 9, an error of 15, an index of 3, and five gaps of 2.
    const std::size_t others = 2 * 9 + 15 + 3 + quantity + 10;
    const std::size_t text = width > others + 20 ? width - others : 20;
    std::vector<std::vector<std::string>> lines;
    for (std::size_t i = 0; i < rows.size(); ++i)
        add_lines(lines, i + 1, rows[i], text);
    std::printf(
        "%s",
        results::aligned({"", "chip: workload (preset)", "published", "ours", "unit", "error"},
                         lines,
                         {true, false, true, true, false, false})
            .c_str());
}

void print_notes(const std::vector<FigureRow>& rows, std::size_t width) {
    std::printf("\nSources and remarks\n");
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const FigureRow& row = rows[i];
        const std::string remark = row.remark.empty() ? ""
                                   : row.ours         ? ". Note: " + row.remark
                                                      : ". Not checked: " + row.remark;
        bool first = true;
        for (const std::string& line : results::wrapped(row.source + remark, width - 4)) {
            std::printf("%s\n",
                        fmt::format("{:>2}  {}", first ? std::to_string(i + 1) : "", line).c_str());
            first = false;
        }
    }
}

/// Published figures of operator fusion; searches take seconds, so a terminal is told which one
/// runs.
std::vector<FigureRow> fusion_rows() {
    const std::filesystem::path home = home_folder();
    std::vector<FigureRow> rows;
    for (const char* table : {"fusion.yaml", "fusion_cascades.yaml"}) {
        StatusLine status;
        const auto part = explorers::check_fusion_figures(
            {.file = home / "hardware" / "published" / table,
             .home = home,
             .jobs = 0,
             .begins = [&](const FigureRow& row) { status.show(row.chip + ": " + row.workload); }});
        rows.insert(rows.end(), part.begin(), part.end());
    }
    return rows;
}

std::vector<FigureRow> neuromorphic_rows(const std::filesystem::path& table) {
    const std::filesystem::path hardware = home_folder() / "hardware";
    return cost_models::event_driven::check_published_figures(
        table.empty() ? hardware / "published" / "neuromorphic.yaml" : table, hardware / "presets");
}

void print_figures(const std::vector<FigureRow>& rows, const char* computed) {
    const std::size_t width = std::max(narrowest, terminal_width(80));
    print_table(rows, width);
    print_notes(rows, width);
    const auto checked =
        std::ranges::count_if(rows, [](const auto& r) { return r.ours.has_value(); });
    const auto fitted =
        std::ranges::count_if(rows, [](const auto& r) { return r.ours && r.fitted; });
    std::printf("\n%s\n",
                fmt::format("{} figures: {} computed from a {} ({} of them fitted), {} not checked",
                            rows.size(),
                            checked,
                            computed,
                            fitted,
                            rows.size() - static_cast<std::size_t>(checked))
                    .c_str());
}

}  // namespace

int validate_neuromorphic(const std::filesystem::path& table) {
    print_figures(neuromorphic_rows(table), "preset");
    return exit_ok;
}

int validate_fusion_figures() {
    print_figures(fusion_rows(), "preset");
    return exit_ok;
}

int validate_formats(const std::filesystem::path& table) {
    const std::filesystem::path shipped =
        home_folder() / "workloads" / "published" / "precision_formats.yaml";
    print_figures(cost_models::check_published_formats(table.empty() ? shipped : table),
                  "definition");
    return exit_ok;
}

}  // namespace plexus::apps
