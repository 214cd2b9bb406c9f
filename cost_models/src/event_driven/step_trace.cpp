// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <set>

#include <fmt/format.h>

#include "plexus/cost_models/event_driven/replay.hpp"

namespace plexus::cost_models::event_driven {

namespace {

constexpr double microseconds = 1e6;
constexpr std::array link_names{"west", "south", "north", "east"};

// Perfetto groups rows by process; engines and links are one each.
enum Process : int { neuron_engines = 1, message_engines = 2, links = 3 };

void name_row(std::string& json, int process, int row, const std::string& name) {
    json +=
        fmt::format(R"({{"ph":"M","pid":{},"tid":{},"name":"thread_name","args":{{"name":"{}"}}}},)"
                    "\n",
                    process,
                    row,
                    name);
}

void name_process(std::string& json, int process, const char* name) {
    json +=
        fmt::format(R"({{"ph":"M","pid":{},"tid":0,"name":"process_name","args":{{"name":"{}"}}}},)"
                    "\n",
                    process,
                    name);
}

void add_event(std::string& json, int process, const ServedPacket& packet) {
    json +=
        fmt::format(R"({{"ph":"X","pid":{},"tid":{},"name":"neuron {}","ts":{:.6f},"dur":{:.6f},)"
                    R"("args":{{"synapses":{},"waited_us":{:.6f}}}}},)"
                    "\n",
                    process,
                    packet.place,
                    packet.source,
                    packet.started_s * microseconds,
                    (packet.finished_s - packet.started_s) * microseconds,
                    packet.synapses,
                    (packet.started_s - packet.arrived_s) * microseconds);
}

}  // namespace

std::string to_trace_json(const PlacedNetwork& placed, const StepEvents& events) {
    std::string json = "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n";
    name_process(json, neuron_engines, "neuron engines");
    name_process(json, message_engines, "message engines");
    name_process(json, links, "links");
    for (int core = 0; core < placed.chip->core_count(); ++core) {
        const double busy = events.neuron_s[static_cast<std::size_t>(core)];
        if (busy > 0) {
            name_row(json, neuron_engines, core, fmt::format("core {}", core));
            json += fmt::format(R"({{"ph":"X","pid":{},"tid":{},"name":"walk","ts":0,"dur":{:.6f},)"
                                R"("args":{{"neurons":{}}}}},)"
                                "\n",
                                static_cast<int>(neuron_engines),
                                core,
                                busy * microseconds,
                                placed.neurons_of(core));
        }
    }
    std::set<int> named;
    for (const ServedPacket& packet : events.cores) {
        if (named.insert(packet.place).second) {
            name_row(json, message_engines, packet.place, fmt::format("core {}", packet.place));
        }
        add_event(json, message_engines, packet);
    }
    named.clear();
    for (const ServedPacket& packet : events.links) {
        if (named.insert(packet.place).second) {
            const std::size_t side = static_cast<std::size_t>(packet.place) % link_names.size();
            name_row(json,
                     links,
                     packet.place,
                     fmt::format("tile {} {}", packet.place / 4, link_names.at(side)));
        }
        add_event(json, links, packet);
    }
    json.erase(json.size() - 2, 1);  // the comma behind the last event
    return json + "]}\n";
}

}  // namespace plexus::cost_models::event_driven
