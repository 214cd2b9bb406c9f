// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cstdio>

#include <fmt/format.h>

#include "plexus/core/text.hpp"
#include "plexus/explorers/scheduling/tile_network.hpp"
#include "plexus/results/run_folder.hpp"

#include "commands.hpp"
#include "pictures.hpp"
#include "provenance.hpp"
#include "timeline_options.hpp"
#include "timeline_picture.hpp"

namespace plexus::apps {

namespace {

namespace timeline = cost_models::timeline;
using explorers::TiledNetwork;
using explorers::TileExperiment;

std::string percent_of(double part, double whole) {
    return fmt::format("{:.1f} %", whole > 0 ? 100 * part / whole : 0.0);
}

void print_summary(const TileExperiment& experiment, const TiledNetwork& tiled) {
    const timeline::Timeline& line = tiled.found.timeline;
    const timeline::TimelineBounds& bounds = tiled.found.bounds;
    std::printf("%s on %s: %zu tiles, %lld dependencies\n",
                experiment.workload.name.c_str(),
                experiment.architecture.name.c_str(),
                tiled.graph.nodes.size(),
                static_cast<long long>(tiled.graph.dependencies()));
    std::printf("latency: %lld cycles, at least %lld (chain %lld, cores %lld, off chip %lld)\n",
                static_cast<long long>(line.latency),
                static_cast<long long>(bounds.latency()),
                static_cast<long long>(bounds.critical_path),
                static_cast<long long>(bounds.busiest_core),
                static_cast<long long>(bounds.off_chip));
    std::printf("energy: %sJ, timelines computed: %lld\n",
                core::readable(line.energy_pj() * 1e-12).c_str(),
                static_cast<long long>(tiled.found.evaluated));
    std::printf("off chip: %s bit read, %s bit written; at least %s and %s\n",
                core::readable(line.off_chip_read_bits).c_str(),
                core::readable(line.off_chip_written_bits).c_str(),
                core::readable(bounds.compulsory_read_bits).c_str(),
                core::readable(bounds.compulsory_written_bits).c_str());
    for (std::size_t c = 0; c < tiled.machine.cores.size(); ++c)
        std::printf(
            "  %-20s busy %s\n",
            tiled.machine.cores[c].name.c_str(),
            percent_of(static_cast<double>(line.busy_cycles[c]), static_cast<double>(line.latency))
                .c_str());
    for (std::size_t m = 0; m < line.peak_bits.size(); ++m)
        std::printf(
            "  %-20s peak %s of %s bit\n",
            tiled.machine.memories[m].name.c_str(),
            core::readable(static_cast<double>(line.peak_bits[m])).c_str(),
            core::readable(static_cast<double>(tiled.machine.memories[m].capacity_bits)).c_str());
}

core::Table energy_table(const TiledNetwork& tiled) {
    core::Table table{
        .name = "energy", .columns = {"place", "cause", "count", "unit", "energy_pj"}, .rows = {}};
    for (const core::CostItem& item : tiled.found.timeline.explain())
        table.rows.push_back(
            {item.place, item.cause, item.count, item.count_unit, item.energy.value});
    return table;
}

}  // namespace

int run_timeline(const TimelineOptions& options) {
    const auto start = std::chrono::steady_clock::now();
    const TileExperiment experiment = explorers::load_tile_experiment(options.file);
    for (const core::Problem& warning : experiment.warnings)
        std::fprintf(stderr, "%s (warning)\n", core::to_string(warning).c_str());
    const TiledNetwork tiled = explorers::run_tiles(
        experiment.workload, experiment.architecture, experiment.decision, options.jobs);
    for (const core::Violation& violation : tiled.violations)
        std::fprintf(stderr, "no timeline: %s\n", core::to_string(violation).c_str());
    if (!tiled.violations.empty())
        return exit_bad_input;
    results::RunProvenance provenance = provenance_now(options.command, options.jobs);
    provenance.run.name = experiment.name;
    provenance.seed = experiment.decision.seed;
    const results::RunFolder folder({.name = experiment.name, .out = options.out},
                                    experiment.resolved);
    folder.write("trace.json", timeline_trace(tiled));
    folder.write("energy.csv", energy_table(tiled));
    const std::vector<std::string> drawn =
        draw(folder.path(),
             {timeline_picture(experiment.workload.name + " on " + experiment.architecture.name,
                               tiled)});
    provenance.state = "finished";
    provenance.wall_seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    folder.write("provenance.json", results::to_json(provenance));
    if (options.quiet) {
        std::printf("%s\n", folder.path().c_str());
        return exit_ok;
    }
    print_summary(experiment, tiled);
    std::printf("timeline: %s (open it in ui.perfetto.dev)\n",
                (folder.path() / "trace.json").c_str());
    if (!drawn.empty())
        std::printf("plots: %s\n", (folder.path() / core::join(drawn)).c_str());
    std::printf("results: %s\n", folder.path().c_str());
    return exit_ok;
}

}  // namespace plexus::apps
