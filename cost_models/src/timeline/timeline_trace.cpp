// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/timeline/timeline_trace.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace plexus::cost_models::timeline {

namespace {

enum TraceProcess : int { trace_cores = 1, trace_channels = 2, trace_memories = 3 };

std::string quoted(const std::string& text) {
    return nlohmann::json(text).dump();
}

void name_rows(std::string& json, int process, const char* name) {
    json += fmt::format(R"({{"ph":"M","pid":{},"name":"process_name","args":{{"name":{}}}}},)"
                        "\n",
                        process,
                        quoted(name));
}

void name_one_row(std::string& json, int process, std::size_t row, const std::string& name) {
    json +=
        fmt::format(R"({{"ph":"M","pid":{},"tid":{},"name":"thread_name","args":{{"name":{}}}}},)"
                    "\n",
                    process,
                    row,
                    quoted(name));
}

void add_nodes(std::string& json,
               const NodeGraph& graph,
               const Timeline& timeline,
               const std::vector<std::string>& operators) {
    for (std::size_t n = 0; n < timeline.runs.size(); ++n) {
        const NodeRun& run = timeline.runs[n];
        const auto op = static_cast<std::size_t>(graph.nodes[n].op);
        json += fmt::format(
            R"({{"ph":"X","pid":{},"tid":{},"name":{},"ts":{},"dur":{},"args":{{"tile":{}}}}},)"
            "\n",
            static_cast<int>(trace_cores),
            run.core,
            quoted(operators[op]),
            run.start,
            run.end - run.start,
            n - static_cast<std::size_t>(graph.operator_nodes[op]));
    }
}

/// Every channel shows a broadcast once.
void add_moves(std::string& json,
               const NodeGraph& graph,
               const TileMachine& machine,
               const Timeline& timeline) {
    for (const BlockMove& move : timeline.moves) {
        const auto route = machine.route(move.from, move.to);
        for (const std::int32_t channel : route->subspan(static_cast<std::size_t>(move.joined))) {
            json += fmt::format(R"({{"ph":"X","pid":{},"tid":{},"name":{},"ts":{},"dur":{},)"
                                R"("args":{{"block":{},"bits":{}}}}},)"
                                "\n",
                                static_cast<int>(trace_channels),
                                channel,
                                quoted(to_string(move.cause)),
                                move.start,
                                move.end - move.start,
                                move.block,
                                graph.blocks[static_cast<std::size_t>(move.block)].bits);
        }
    }
}

}  // namespace

std::vector<std::vector<OccupancyStep>> occupancy(const NodeGraph& graph,
                                                  const TileMachine& machine,
                                                  const Timeline& timeline) {
    std::vector<std::vector<OccupancyStep>> out(machine.memories.size() - 1);
    for (const BlockStay& stay : timeline.stays) {
        const std::int64_t bits = graph.blocks[static_cast<std::size_t>(stay.block)].bits;
        std::vector<OccupancyStep>& changes = out[static_cast<std::size_t>(stay.memory)];
        changes.push_back({stay.since, bits});
        changes.push_back({stay.until, -bits});
    }
    for (std::vector<OccupancyStep>& steps : out) {
        std::ranges::sort(steps, {}, &OccupancyStep::time);
        std::vector<OccupancyStep> merged;
        std::int64_t used = 0;
        for (const OccupancyStep& change : steps) {
            used += change.bits;
            if (!merged.empty() && merged.back().time == change.time) {
                merged.back().bits = used;
            } else {
                merged.push_back({change.time, used});
            }
        }
        steps = std::move(merged);
    }
    return out;
}

std::string to_trace_json(const NodeGraph& graph,
                          const TileMachine& machine,
                          const Timeline& timeline,
                          const std::vector<std::string>& operators) {
    std::string json = "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n";
    name_rows(json, trace_cores, "cores");
    name_rows(json, trace_channels, "channels");
    name_rows(json, trace_memories, "memories");
    for (std::size_t c = 0; c < machine.cores.size(); ++c) {
        name_one_row(json, trace_cores, c, machine.cores[c].name);
    }
    for (std::size_t c = 0; c < machine.channels.size(); ++c) {
        name_one_row(json, trace_channels, c, machine.channels[c].name);
    }
    add_nodes(json, graph, timeline, operators);
    add_moves(json, graph, machine, timeline);
    const auto steps = occupancy(graph, machine, timeline);
    for (std::size_t m = 0; m < steps.size(); ++m) {
        for (const OccupancyStep& step : steps[m]) {
            json += fmt::format(R"({{"ph":"C","pid":{},"name":{},"ts":{},"args":{{"bits":{}}}}},)"
                                "\n",
                                static_cast<int>(trace_memories),
                                quoted(machine.memories[m].name),
                                step.time,
                                step.bits);
        }
    }
    json.erase(json.size() - 2, 1);  // the comma behind the last event
    return json + "]}\n";
}

}  // namespace plexus::cost_models::timeline
