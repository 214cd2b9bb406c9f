// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/fusion/timeline_records.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "plexus/core/node.hpp"
#include "plexus/core/reader.hpp"
#include "plexus/core/text.hpp"
#include "plexus/explorers/scheduling/tile_network.hpp"

#include "fusion/fusion_checks.hpp"
#include "fusion/record_table.hpp"

namespace plexus::explorers {

namespace {

using core::Reader;

TimelineRun read_timeline_run(const RecordRow& row) {
    TimelineRun run;
    run.line = row.line();
    for (const std::string& column : row.columns()) {
        run.cell[column] = row.text(column);
    }
    run.figures.energy = row.number_or_none("energy_pJ");
    run.figures.latency = row.number_or_none("latency_cycles");
    run.figures.node_energy = row.number_or_none("e_cn_onchip");
    run.figures.peak_memory = row.number_or_none("peak_sram_bits");
    run.best_energy = row.number_or_none("best_energy_seen");
    run.best_latency = row.number_or_none("best_latency_seen");
    run.seconds = row.number_or_none("wall_total_s");
    const auto busy = pieces(row.text("core_busy_cycles"), "{}\": ,");
    for (std::size_t i = 0; i + 1 < busy.size(); i += 2) {
        run.figures.busy.push_back(row.parse("core_busy_cycles", busy[i + 1]));
    }
    if (!row.text("error").empty()) {
        run.unusable = "the run failed: " + row.text("error");
    }
    return run;
}

/// How a run is computed, or why it is not.
struct RunRecipe {
    Reader entry;
    std::map<std::string, std::string> record;
    std::string what;
    std::string preset;
    std::string remark;

    [[nodiscard]] bool is_for(const TimelineRun& run) const {
        return std::ranges::all_of(record, [&](const auto& wanted) {
            const auto found = run.cell.find(wanted.first);
            return found != run.cell.end() && found->second == wanted.second;
        });
    }
};

std::vector<RunRecipe> read_recipes(const Reader& list) {
    std::vector<RunRecipe> recipes;
    for (const Reader& item : list.items()) {
        item.allow({"what", "record", "preset", "network", "set", "schedule", "search", "remark"});
        RunRecipe recipe{item,
                         {},
                         item.at("what").text(),
                         item.find("preset").text_or(""),
                         item.find("remark").text_or("")};
        for (const auto& [column, value] : item.at("record").entries()) {
            recipe.record[column] = value.text();
        }
        if (recipe.preset.empty() && recipe.remark.empty()) {
            item.problem("expected a preset, or a remark that says why there is none");
        }
        recipes.push_back(std::move(recipe));
    }
    return recipes;
}

/// Replaces `{column}` in every text by that cell of a run.
void fill_in(core::Node& node, const std::map<std::string, std::string>& cell) {
    for (core::Node& child : node.children) {
        fill_in(child, cell);
    }
    for (std::size_t open = node.text.find('{'); open != std::string::npos;
         open = node.text.find('{', open + 1)) {
        const std::size_t close = node.text.find('}', open);
        const auto found = cell.find(node.text.substr(open + 1, close - open - 1));
        if (close != std::string::npos && found != cell.end()) {
            node.text.replace(open, close + 1 - open, found->second);
        }
    }
}

TimelineFigures figures_of(const cost_models::timeline::Timeline& line) {
    TimelineFigures figures;
    figures.energy = line.energy_pj();
    figures.latency = static_cast<double>(line.latency);
    figures.node_energy = line.compute_pj;
    for (const std::int64_t peak : line.peak_bits) {
        figures.peak_memory += static_cast<double>(peak);
    }
    for (const cost_models::timeline::Time busy : line.busy_cycles) {
        figures.busy.push_back(static_cast<double>(busy));
    }
    return figures;
}

/// The least that a search finds, from mapping its nodes on; nothing if there is no timeline.
std::optional<TimelineSearch> search_run(const CheckedPair& pair, const TileDecision& decision) {
    const auto start = std::chrono::steady_clock::now();
    const TiledNetwork tiled = run_tiles(pair.workload, pair.machine, decision);
    if (!tiled.violations.empty()) {
        return std::nullopt;
    }
    TimelineSearch search;
    search.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    search.timelines = tiled.found.evaluated;
    search.energy = tiled.found.timeline.energy_pj();
    search.latency = static_cast<double>(tiled.found.timeline.latency);
    for (const TilePoint& point : tiled.found.front) {
        search.energy = std::min(search.energy, point.energy_pj);
        search.latency = std::min(search.latency, static_cast<double>(point.latency));
    }
    return search;
}

/// Computes a run as a recipe says; without a timeline the remark says why.
void compute_run(const RunRecipe& recipe,
                 const std::filesystem::path& home,
                 TimelineComparison& out) {
    core::Problems& problems = recipe.entry.problems();
    core::Node filled = recipe.entry.node();
    fill_in(filled, out.run.cell);
    const Reader entry(filled, recipe.entry.path(), problems);
    const auto file = [&](const char* folder, const std::string& name) {
        return home / folder / "presets" / (name + ".yaml");
    };
    const auto pair = load_pair(file("hardware", recipe.preset),
                                file("workloads", entry.at("network").text()),
                                entry.find("set"),
                                problems);
    problems.throw_if_any();
    const TileDecision decision =
        read_tile_decision(entry.at("schedule"), pair->workload, pair->machine);
    problems.throw_if_any();
    const TiledNetwork tiled = run_tiles(pair->workload, pair->machine, decision);
    if (!tiled.violations.empty()) {
        out.remark = "there is no timeline: " + core::to_string(tiled.violations[0]);
        return;
    }
    out.preset = recipe.preset;
    out.ours = figures_of(tiled.found.timeline);
    if (const Reader search = entry.find("search")) {
        const TileDecision searched = read_tile_decision(search, pair->workload, pair->machine);
        problems.throw_if_any();
        out.search = search_run(*pair, searched);
    }
}

/// How far `ours` is from what was recorded, 0 if it was not.
std::optional<double> error_of(double ours, double recorded) {
    if (recorded == 0) {
        return std::nullopt;
    }
    return ours / recorded - 1;
}

}  // namespace

double TimelineFigures::busiest() const {
    return busy.empty() ? 0 : *std::ranges::max_element(busy);
}

std::optional<double> TimelineComparison::energy_error() const {
    return error_of(ours.energy, run.figures.energy);
}

std::optional<double> TimelineComparison::memory_error() const {
    return error_of(ours.peak_memory, run.figures.peak_memory);
}

bool TimelineComparison::within(double error) const {
    return std::abs(energy_error().value_or(0)) <= error && std::abs(latency_error()) <= error;
}

std::string TimelineComparison::cause() const {
    const TimelineFigures& theirs = run.figures;
    const auto waiting = [](const TimelineFigures& f) { return f.latency - f.busiest(); };
    const auto moving = [](const TimelineFigures& f) { return f.energy - f.node_energy; };
    std::vector<std::string> parts;
    if (!theirs.busy.empty()) {
        parts.push_back(fmt::format("busiest core {:+.3f}, waiting {:+.3f} Mcycles",
                                    (ours.busiest() - theirs.busiest()) * 1e-6,
                                    (waiting(ours) - waiting(theirs)) * 1e-6));
    }
    if (theirs.energy > 0) {
        parts.push_back(fmt::format("nodes {:+.2f}, moves {:+.2f} uJ",
                                    (ours.node_energy - theirs.node_energy) * 1e-6,
                                    (moving(ours) - moving(theirs)) * 1e-6));
    }
    if (theirs.peak_memory > 0) {
        parts.push_back(fmt::format(
            "memory {:.2f} for {:.2f} Mbit", ours.peak_memory * 1e-6, theirs.peak_memory * 1e-6));
    }
    return core::join(parts, "; ");
}

std::vector<TimelineRun> read_timeline_runs(const std::filesystem::path& file) {
    std::vector<TimelineRun> runs;
    read_records(file, [&](const RecordRow& row) { runs.push_back(read_timeline_run(row)); });
    return runs;
}

std::vector<TimelineComparison> compare_timeline_runs(const std::vector<TimelineRun>& runs,
                                                      const std::filesystem::path& table,
                                                      const std::filesystem::path& home) {
    core::Problems problems;
    const core::Node root = core::load_yaml(table, problems);
    problems.throw_if_any();
    const Reader document(root, "", problems);
    document.allow({"version", "runs"});
    const std::vector<RunRecipe> recipes = read_recipes(document.at("runs"));
    problems.throw_if_any();
    std::vector<TimelineComparison> compared;
    for (const TimelineRun& run : runs) {
        TimelineComparison c{run, run.cell.at("hardware"), "", {}, std::nullopt, ""};
        const auto recipe =
            std::ranges::find_if(recipes, [&](const RunRecipe& r) { return r.is_for(run); });
        if (!run.unusable.empty()) {
            c.remark = run.unusable;
        } else if (recipe == recipes.end()) {
            c.remark = "the table says nothing about it";
        } else {
            c.what = recipe->what;
            c.remark = recipe->remark;
            if (!recipe->preset.empty()) {
                compute_run(*recipe, home, c);
            }
        }
        compared.push_back(std::move(c));
    }
    problems.throw_if_any();
    return compared;
}

}  // namespace plexus::explorers
