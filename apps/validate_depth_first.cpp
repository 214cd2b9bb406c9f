// SPDX-License-Identifier: Apache-2.0
// The part of the suite `fusion` about stacks that one core executes depth first.
#include <cmath>
#include <cstdio>

#include <fmt/format.h>

#include "plexus/explorers/fusion/depth_first_figures.hpp"
#include "plexus/explorers/fusion/depth_first_records.hpp"
#include "plexus/hardware/load.hpp"
#include "plexus/results/terminal.hpp"
#include "plexus/workloads/load.hpp"

#include "commands.hpp"
#include "presets.hpp"

namespace plexus::apps {

namespace {

using explorers::DepthFirstComparison;
using explorers::DepthFirstFigure;

constexpr double run_tolerance = 0.05;  ///< Of recorded runs, in energy and latency.

std::string percent(double error) {
    const double shown = std::abs(error) < 0.00005 ? 0.0 : 100 * error;  // no "-0.00"
    return fmt::format("{:+.2f} %", shown);
}

void print_figures(const std::vector<DepthFirstFigure>& figures) {
    std::vector<std::vector<std::string>> lines;
    for (std::size_t i = 0; i < figures.size(); ++i) {
        const DepthFirstFigure& f = figures[i];
        lines.push_back({std::to_string(i + 1),
                         f.what,
                         fmt::format("{:.4g}", f.published),
                         f.ours ? fmt::format("{:.4g}", *f.ours) : "-",
                         f.unit,
                         f.ours ? percent(*f.ours / f.published - 1) : "not checked"});
    }
    std::printf("%s\n",
                results::aligned({"", "figure", "published", "ours", "unit", "error"},
                                 lines,
                                 {true, false, true, true, false, true})
                    .c_str());
    for (std::size_t i = 0; i < figures.size(); ++i) {
        const DepthFirstFigure& f = figures[i];
        const std::string text = f.source + (f.remark.empty() ? "" : ". " + f.remark);
        std::printf("%s\n", fmt::format("{:>2}  {}", i + 1, text).c_str());
    }
}

/// \return whether all usable runs agree.
bool print_runs(const std::vector<DepthFirstComparison>& runs) {
    std::vector<std::vector<std::string>> lines;
    std::size_t good = 0;
    std::size_t usable = 0;
    for (const DepthFirstComparison& c : runs) {
        const std::string tile = fmt::format("{} x {}", c.run.tile.x, c.run.tile.y);
        const std::string cuts = c.run.cut_rule;
        if (!c.run.unusable.empty() || !c.violations.empty()) {
            const std::string why =
                c.violations.empty() ? c.run.unusable : core::to_string(c.violations.front());
            lines.push_back({c.run.mode, tile, cuts, "-", "-", "-", "-", "not compared: " + why});
            usable += c.violations.empty() ? 0 : 1;
            continue;
        }
        ++usable;
        const bool close = std::abs(c.energy_error()) <= run_tolerance &&
                           std::abs(c.latency_error()) <= run_tolerance;
        good += close ? 1 : 0;
        lines.push_back({c.run.mode,
                         tile,
                         cuts,
                         fmt::format("{:.1f}", c.cost.energy.value * 1e-6),
                         percent(c.energy_error()),
                         fmt::format("{:.3f}", c.cost.latency_without_offload.value * 1e-6),
                         percent(c.latency_error()),
                         c.cause});
    }
    std::printf(
        "%s",
        results::aligned(
            {"mode", "tile", "cuts", "uJ", "error", "Mcycles", "error", "largest differences"},
            lines,
            {false, true, false, true, true, true, true, false})
            .c_str());
    std::printf("%s\n",
                fmt::format("{} of {} runs within {:.0f} % in energy and latency",
                            good,
                            usable,
                            100 * run_tolerance)
                    .c_str());
    return good == usable;
}

}  // namespace

bool validate_depth_first(const std::filesystem::path& runs) {
    const auto machine = hardware::load_architecture(preset_file("hardware", "meta_prototype_df"));
    const auto network = workloads::load_workload(preset_file("workloads", "fsrcnn"));
    std::printf("Stacks on one core, depth first: FSRCNN on Meta_prototype_DF\n\n");
    if (runs.empty()) {
        print_figures(explorers::depth_first_figures(network, machine, 0));
        return true;
    }
    return print_runs(explorers::compare_depth_first_runs(
        network, machine, explorers::read_depth_first_runs(runs)));
}

}  // namespace plexus::apps
