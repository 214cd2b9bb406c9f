// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "read_event_driven.hpp"

namespace plexus::hardware::detail {

using core::Energy;
using core::Range;
using core::Reader;
using core::Seconds;

namespace {

constexpr Range price_range{.lower = 0, .upper = 1e12, .open_lower = true};

struct Term {
    const char* key;
    EventCost EventDrivenCore::*cost;
};

constexpr std::array terms{Term{"axon_in", &EventDrivenCore::axon_in},
                           Term{"synapse_word", &EventDrivenCore::synapse_word},
                           Term{"synapse_op", &EventDrivenCore::synapse_op},
                           Term{"soma_access", &EventDrivenCore::soma_access},
                           Term{"soma_update", &EventDrivenCore::soma_update},
                           Term{"spike_out", &EventDrivenCore::spike_out},
                           Term{"axon_out", &EventDrivenCore::axon_out}};

constexpr const char* contained =
    "an all-in price of a synaptic operation contains this energy already, and it would be counted "
    "twice; expected no energy here, or prices: per_term";

Seconds read_time(const Reader& reader, Constants& constants) {
    return Seconds(1e-9 * constants.number_or_unknown(reader, cost_range, "ns"));
}

/// Of an event whose energy the all-in price contains.
EventCost read_contained(const Reader& reader, Constants& constants) {
    if (!reader) {
        return {};
    }
    reader.allow({"energy_pj", "time_ns"});
    if (const Reader energy = reader.is_map() ? reader.find("energy_pj") : Reader(reader)) {
        energy.problem(contained);
    }
    return {Energy(0), read_time(reader.at("time_ns"), constants)};
}

void read_all_in(const Reader& reader, EventDrivenCore& core, Constants& constants) {
    for (const Term& term : terms) {
        if (term.cost != &EventDrivenCore::synapse_op) {
            core.*term.cost = read_contained(reader.find(term.key), constants);
        }
    }
    if (const Reader price = reader.at("synapse_op")) {
        price.allow({"energy_pj", "time_ns"});
        core.synapse_op = {Energy(constants.number(price.at("energy_pj"), price_range, "pJ")),
                           read_time(price.at("time_ns"), constants)};
    }
}

/// A problem if `key` of `section` is an energy or a power above 0.
void refuse(const Reader& section, const char* key, double value) {
    if (value > 0 && section && section.is_map() && section.has(key)) {
        section.at(key).problem(contained);
    }
}

}  // namespace

EventCost read_event_cost(const Reader& reader, Constants& constants) {
    if (!reader) {
        return {};
    }
    reader.allow({"energy_pj", "time_ns"});
    const double energy = constants.number_or_unknown(reader.at("energy_pj"), cost_range, "pJ");
    return {Energy(energy), read_time(reader.at("time_ns"), constants)};
}

void read_prices(const Reader& reader, EventDrivenCore& core, Constants& constants) {
    if (const Reader style = reader.find("prices")) {
        core.prices = static_cast<PriceStyle>(constants.choice(style, {"per_term", "all_in"}));
    }
    if (core.prices == PriceStyle::all_in) {
        read_all_in(reader, core, constants);
        return;
    }
    const std::size_t before = reader.problems().errors().size();
    double sum = 0;
    for (const Term& term : terms) {
        core.*term.cost = read_event_cost(reader.at(term.key), constants);
        sum += (core.*term.cost).energy.value;
    }
    if (sum <= 0 && before == reader.problems().errors().size()) {
        reader.problem("expected at least one energy above 0: no event costs anything");
    }
}

void check_all_in(const Reader& document, const Architecture& architecture) {
    for (const Core& core : architecture.core_types) {
        const auto* const events = std::get_if<EventDrivenCore>(&core.kind);
        if (events == nullptr || events->prices != PriceStyle::all_in) {
            continue;
        }
        const Reader technology = document.find("technology");
        refuse(technology, "static_core_mw", architecture.technology.static_core.value);
        refuse(technology, "static_chip_mw", architecture.technology.static_chip.value);
        const Reader interconnect = document.find("interconnect");
        const auto& mesh = architecture.interconnect.mesh;
        if (mesh && interconnect.is_map()) {
            refuse(interconnect.find("mesh"), "energy_x_pj", mesh->energy_x.value);
            refuse(interconnect.find("mesh"), "energy_y_pj", mesh->energy_y.value);
        }
        refuse(document.find("sync"), "energy_pj", architecture.sync.energy.value);
        return;
    }
}

}  // namespace plexus::hardware::detail
