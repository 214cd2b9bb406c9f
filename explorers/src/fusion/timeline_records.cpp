// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/fusion/timeline_records.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "plexus/core/node.hpp"
#include "plexus/core/reader.hpp"
#include "plexus/explorers/scheduling/tile_network.hpp"
#include "plexus/hardware/load.hpp"
#include "plexus/workloads/load.hpp"

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
        item.allow({"what", "record", "preset", "network", "schedule", "remark"});
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

/// Computes a run as a recipe says; without a timeline the remark says why.
void compute_run(const RunRecipe& recipe,
                 const std::filesystem::path& home,
                 TimelineComparison& out) {
    const Reader& entry = recipe.entry;
    const auto file = [&](const char* folder, const std::string& name) {
        return home / folder / "presets" / (name + ".yaml");
    };
    const hardware::Architecture machine =
        hardware::load_architecture(file("hardware", recipe.preset));
    const workloads::Workload network =
        workloads::load_workload(file("workloads", entry.at("network").text()));
    const TileDecision decision = read_tile_decision(entry.at("schedule"), network, machine);
    entry.problems().throw_if_any();
    const TiledNetwork tiled = run_tiles(network, machine, decision);
    if (!tiled.violations.empty()) {
        out.remark = "there is no timeline: " + core::to_string(tiled.violations[0]);
        return;
    }
    out.preset = recipe.preset;
    const auto& line = tiled.found.timeline;
    out.ours = {line.energy_pj(), static_cast<double>(line.latency), line.compute_pj, {}};
    for (const cost_models::timeline::Time busy : line.busy_cycles) {
        out.ours.busy.push_back(static_cast<double>(busy));
    }
}

}  // namespace

double TimelineFigures::busiest() const {
    return busy.empty() ? 0 : *std::ranges::max_element(busy);
}

std::string TimelineComparison::cause() const {
    const TimelineFigures& theirs = run.figures;
    const auto waiting = [](const TimelineFigures& f) { return f.latency - f.busiest(); };
    const auto moving = [](const TimelineFigures& f) { return f.energy - f.node_energy; };
    return fmt::format(
        "busiest core {:+.3f}, waiting {:+.3f} Mcycles; nodes {:+.2f}, moves {:+.2f} uJ",
        (ours.busiest() - theirs.busiest()) * 1e-6,
        (waiting(ours) - waiting(theirs)) * 1e-6,
        (ours.node_energy - theirs.node_energy) * 1e-6,
        (moving(ours) - moving(theirs)) * 1e-6);
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
        TimelineComparison c{run, run.cell.at("hardware"), "", {}, ""};
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
