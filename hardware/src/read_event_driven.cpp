// SPDX-License-Identifier: Apache-2.0
#include "read_event_driven.hpp"

namespace plexus::hardware::detail {

using core::Energy;
using core::Range;
using core::Reader;
using core::Seconds;

namespace {

constexpr Range count_range{.lower = 1, .upper = max_count};
constexpr Range table_range{.lower = 0, .upper = max_count};
constexpr Range width_range{.lower = 1, .upper = 65536};
constexpr Range cost_range{.lower = 0, .upper = 1e12};

/// Price and time of one kind of event. `energy_pj` and `time_ns` must both be given.
EventCost read_event_cost(const Reader& section, const char* key, Constants& constants) {
    const Reader reader = section.at(key);
    if (!reader) {
        return {};
    }
    reader.allow({"energy_pj", "time_ns"});
    const double energy = constants.number(reader.at("energy_pj"), cost_range, "pJ");
    const double time = constants.number(reader.at("time_ns"), cost_range, "ns");
    return {Energy(energy), Seconds(time * 1e-9)};
}

void read_sizes(const Reader& reader, EventDrivenCore& core, Constants& constants) {
    core.neurons = constants.integer(reader.at("neurons"), count_range, "neurons");
    core.synaptic_memory = Bits(constants.integer(
        reader.at("synaptic_memory_bits"), {.lower = 1, .upper = max_synaptic_bits}, "bit"));
    core.synaptic_word_bits = constants.integer_or(
        reader, "synaptic_word_bits", core.synaptic_word_bits, width_range, "bit");
    core.axons_in = constants.integer_or(reader, "axons_in", core.axons_in, table_range, "entries");
    core.axons_out =
        constants.integer_or(reader, "axons_out", core.axons_out, table_range, "entries");
    core.lanes = constants.integer_or(reader, "lanes", core.lanes, count_range, "lanes");
    core.payload_bits =
        constants.integer_or(reader, "payload_bits", core.payload_bits, width_range, "bit");
    core.state_bits =
        constants.integer_or(reader, "state_bits", core.state_bits, width_range, "bit");
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
    core.axon_in = read_event_cost(reader, "axon_in", constants);
    core.synapse_word = read_event_cost(reader, "synapse_word", constants);
    core.synapse_op = read_event_cost(reader, "synapse_op", constants);
    core.soma_access = read_event_cost(reader, "soma_access", constants);
    core.soma_update = read_event_cost(reader, "soma_update", constants);
    core.spike_out = read_event_cost(reader, "spike_out", constants);
    core.axon_out = read_event_cost(reader, "axon_out", constants);
    return core;
}

}  // namespace plexus::hardware::detail
