// SPDX-License-Identifier: Apache-2.0
#include "read_event_driven.hpp"

#include <utility>

namespace plexus::hardware::detail {

using core::Energy;
using core::Range;
using core::Reader;
using core::Seconds;

namespace {

constexpr Range count_range{.lower = 1, .upper = max_count};
constexpr Range table_range{.lower = 0, .upper = max_count};
constexpr Range width_range{.lower = 1, .upper = 65536};
constexpr Range index_range{.lower = 1, .upper = 64};

void read_sizes(const Reader& reader, EventDrivenCore& core, Constants& constants) {
    core.neurons = constants.integer_or_unknown(reader.at("neurons"), count_range, "neurons");
    core.synaptic_memory = Bits(constants.integer_or_unknown(
        reader.at("synaptic_memory_bits"), {.lower = 1, .upper = max_synaptic_bits}, "bit"));
    core.synaptic_word_bits = constants.integer_or(
        reader, "synaptic_word_bits", core.synaptic_word_bits, width_range, "bit");
    for (const auto& [key, table] : {std::pair{"axons_in", &EventDrivenCore::axons_in},
                                     std::pair{"axons_out", &EventDrivenCore::axons_out}}) {
        const Reader given = reader.is_map() ? reader.find(key) : Reader(reader);
        core.*table = given ? constants.integer_or_unknown(given, table_range, "entries")
                            : constants.integer_or(reader, key, 0, table_range, "entries");
    }
    core.lanes = constants.integer_or(reader, "lanes", core.lanes, count_range, "lanes");
    core.payload_bits =
        constants.integer_or(reader, "payload_bits", core.payload_bits, width_range, "bit");
    core.state_bits =
        constants.integer_or(reader, "state_bits", core.state_bits, width_range, "bit");
    // Limits that only some chips state; without them nothing is limited.
    core.weight_bits = constants.integer(reader.find("weight_bits"), width_range, "bit");
    core.fan_in = constants.integer(reader.find("fan_in"), count_range, "synapses");
    core.fan_out = constants.integer(reader.find("fan_out"), count_range, "synapses");
    core.index_bits = constants.integer(reader.find("index_bits"), index_range, "bit");
    core.pointer_bits = constants.integer(reader.find("pointer_bits"), index_range, "bit");
    if (const Reader ways = reader.find("state_ways")) {
        core.state_ways = constants.integer(ways, count_range, "accumulators");
    }
    core.area_mm2 = constants.number_or(reader, "area_mm2", core.area_mm2, cost_range, "mm2");
}

}  // namespace

EventDrivenCore read_event_driven_core(const Reader& reader, Constants& constants) {
    EventDrivenCore core;
    reader.allow({"name",
                  "cores",
                  "neurons",
                  "synaptic_memory_bits",
                  "synaptic_word_bits",
                  "axons_in",
                  "axons_out",
                  "lanes",
                  "payload_bits",
                  "state_bits",
                  "scan",
                  "area_mm2",
                  "dynamic_weights",
                  "prices",
                  "weight_bits",
                  "index_bits",
                  "pointer_bits",
                  "fan_in",
                  "fan_out",
                  "state_ways",
                  "reusable",
                  "formats",
                  "coding",
                  "neuron_operators",
                  "units",
                  "axon_in",
                  "synapse_word",
                  "synapse_op",
                  "soma_access",
                  "soma_update",
                  "spike_out",
                  "axon_out"});
    read_sizes(reader, core, constants);
    if (const Reader scan = reader.find("scan")) {
        core.scan = static_cast<ScanPolicy>(constants.choice(scan, {"all", "touched"}));
    } else {
        constants.defaulted(reader, "scan", "all");
    }
    core.dynamic_weights = constants.boolean_or(reader, "dynamic_weights", core.dynamic_weights);
    if (const Reader reusable = reader.find("reusable")) {
        core.reusable = constants.boolean(reusable);
    }
    read_prices(reader, core, constants);
    read_features(reader, core, constants);
    return core;
}

}  // namespace plexus::hardware::detail
