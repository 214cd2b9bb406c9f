// SPDX-License-Identifier: Apache-2.0
// The part of the suite `fusion` about recorded runs that many cores execute tile by tile.
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "plexus/explorers/fusion/timeline_records.hpp"
#include "plexus/results/terminal.hpp"

#include "commands.hpp"
#include "presets.hpp"

namespace plexus::apps {

namespace {

using explorers::TimelineComparison;

constexpr double close_enough = 0.05;  ///< Of energy and latency; beyond it a row says why.

/// "-" for what was not recorded.
std::string percent(std::optional<double> error) {
    return error ? fmt::format("{:+.2f} %", 100 * *error) : "-";
}

/// Number in the remarks below the table.
std::string note(std::vector<std::string>& notes, const std::string& text) {
    notes.push_back(text);
    return fmt::format("{}", notes.size());
}

/// The best that recorded searches and ours found, each under its own model.
void print_searches(const std::vector<TimelineComparison>& compared) {
    std::vector<std::vector<std::string>> lines;
    for (const TimelineComparison& c : compared) {
        if (!c.search)
            continue;
        const auto ratio = [](double ours, double recorded) {
            return recorded > 0 ? fmt::format("{:.3f}", ours / recorded) : "-";
        };
        const double latency = c.run.searched_latency();
        lines.push_back({std::to_string(c.run.line),
                         c.what,
                         fmt::format("{:.0f}", latency),
                         fmt::format("{:.0f}", c.search->latency),
                         ratio(c.search->latency, latency),
                         ratio(c.search->latency, c.ours.latency),
                         ratio(c.search->energy, c.run.best_energy),
                         fmt::format("{:.1f}", c.run.seconds),
                         fmt::format("{:.2f}", c.search->seconds),
                         fmt::format("{:.0f}", c.run.seconds / c.search->seconds)});
    }
    if (lines.empty())
        return;
    std::printf(
        "\nSearches: best of theirs, ours; ours over theirs, over our timeline of theirs\n\n%s",
        results::aligned({"line",
                          "run",
                          "cycles",
                          "ours",
                          "ratio",
                          "own model",
                          "energy",
                          "s",
                          "ours",
                          "times faster"},
                         lines,
                         {true, false, true, true, true, true, true, true, true, true})
            .c_str());
}

}  // namespace

void validate_timelines(const std::filesystem::path& records) {
    const auto home = home_folder();
    const auto compared =
        explorers::compare_timeline_runs(explorers::read_timeline_runs(records),
                                         home / "hardware" / "published" / "stream_runs.yaml",
                                         home);
    std::vector<std::vector<std::string>> lines;
    std::vector<std::string> notes;
    std::size_t usable = 0;
    std::size_t close = 0;
    for (const TimelineComparison& c : compared) {
        const std::string line = std::to_string(c.run.line);
        if (c.preset.empty()) {
            lines.push_back({line, c.what, "-", "-", "-", "-", "not compared: " + c.remark});
            continue;
        }
        ++usable;
        close += c.within(close_enough) ? 1 : 0;
        std::string cause = c.cause();
        if (!c.within(close_enough) && !c.remark.empty())
            cause += " (" + note(notes, c.remark) + ")";
        lines.push_back({line,
                         c.what,
                         fmt::format("{:.1f}", c.ours.energy * 1e-6),
                         percent(c.energy_error()),
                         fmt::format("{:.3f}", c.ours.latency * 1e-6),
                         percent(c.latency_error()),
                         cause});
    }
    std::printf("Timelines of tiles against recorded runs of Stream\n\n%s",
                results::aligned({"line", "run", "uJ", "error", "Mcycles", "error", "differences"},
                                 lines,
                                 {true, false, true, true, true, true, false})
                    .c_str());
    for (std::size_t i = 0; i < notes.size(); ++i)
        std::printf("(%zu) %s\n", i + 1, notes[i].c_str());
    std::printf("%zu of %zu runs within %.0f %% in energy and latency, %zu not compared\n",
                close,
                usable,
                100 * close_enough,
                compared.size() - usable);
    print_searches(compared);
}

}  // namespace plexus::apps
