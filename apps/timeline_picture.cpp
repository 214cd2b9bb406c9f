// SPDX-License-Identifier: Apache-2.0
#include "timeline_picture.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "plexus/cost_models/timeline/timeline_trace.hpp"
#include "plexus/results/gantt_plot.hpp"

namespace plexus::apps {

namespace {

namespace timeline = cost_models::timeline;
using explorers::TiledNetwork;

/// Nodes on their cores in the colours of their stacks, moves on the channels they take.
results::GanttChart chart_of(const std::string& title, const TiledNetwork& tiled) {
    const timeline::Timeline& line = tiled.found.timeline;
    const auto& stacks = tiled.found.schedule.stack_of_operator;
    results::GanttChart chart;
    chart.title = title;
    chart.end = static_cast<double>(line.latency);
    const std::int32_t count =
        stacks.empty() ? 1 : *std::max_element(stacks.begin(), stacks.end()) + 1;
    for (std::int32_t s = 0; s < count; ++s)
        chart.kinds.push_back(fmt::format("stack {}", s + 1));
    chart.kinds.emplace_back("moves");
    for (const timeline::TileCore& core : tiled.machine.cores)
        chart.rows.push_back({core.name, {}});
    const std::size_t cores = chart.rows.size();
    for (const timeline::TileChannel& channel : tiled.machine.channels)
        chart.rows.push_back({channel.name, {}});
    for (std::size_t n = 0; n < line.runs.size(); ++n) {
        const timeline::NodeRun& run = line.runs[n];
        const auto op = static_cast<std::size_t>(tiled.graph.nodes[n].op);
        chart.rows[static_cast<std::size_t>(run.core)].bars.push_back(
            {static_cast<double>(run.start),
             static_cast<double>(run.end),
             stacks.empty() ? 0 : static_cast<std::size_t>(stacks[op])});
    }
    for (const timeline::BlockMove& move : line.moves) {
        const auto route = *tiled.machine.route(move.from, move.to);
        for (const std::int32_t channel : route.subspan(static_cast<std::size_t>(move.joined)))
            chart.rows[cores + static_cast<std::size_t>(channel)].bars.push_back(
                {static_cast<double>(move.start),
                 static_cast<double>(move.end),
                 chart.kinds.size() - 1});
    }
    const auto steps = timeline::occupancy(tiled.graph, tiled.machine, line);
    for (std::size_t m = 0; m < steps.size(); ++m) {
        results::GanttMemory memory{tiled.machine.memories[m].name,
                                    static_cast<double>(tiled.machine.memories[m].capacity_bits),
                                    {}};
        for (const timeline::OccupancyStep& step : steps[m])
            memory.steps.emplace_back(static_cast<double>(step.time),
                                      static_cast<double>(step.bits));
        if (!memory.steps.empty())
            chart.memories.push_back(std::move(memory));
    }
    // Rows of channels that nothing uses say nothing.
    std::erase_if(chart.rows, [&](const results::GanttRow& row) {
        return row.bars.empty() && row.name.rfind("link", 0) == 0;
    });
    return chart;
}

}  // namespace

Picture timeline_picture(const std::string& title, const TiledNetwork& tiled) {
    return {"timeline", results::gantt_script("timeline", chart_of(title, tiled))};
}

std::string timeline_trace(const TiledNetwork& tiled) {
    return timeline::to_trace_json(
        tiled.graph, tiled.machine, tiled.found.timeline, tiled.operators);
}

}  // namespace plexus::apps
