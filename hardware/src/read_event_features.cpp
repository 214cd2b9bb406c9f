// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "plexus/hardware/synapse_format.hpp"

#include "read_event_driven.hpp"

namespace plexus::hardware::detail {

using core::Energy;
using core::Range;
using core::Reader;
using core::Seconds;

namespace {

constexpr Range window_range{.lower = 1, .upper = 1e6};
constexpr Range rate_range{.lower = 0, .upper = 1, .open_lower = true};

const std::array<std::string, 5> operator_kinds{
    "elementwise", "normalisation", "softmax", "reduction", "gather"};

/// `{}` or nothing: the price of `synapse_op`.
EventCost read_format_price(const Reader& reader, const EventCost& fallback, Constants& constants) {
    if (reader.is_null() || (reader.is_map() && reader.entries().empty())) {
        return fallback;
    }
    return read_event_cost(reader, constants);
}

void read_formats(const Reader& formats, EventDrivenCore& core, Constants& constants) {
    if (!formats) {
        return;
    }
    formats.allow(
        std::vector<std::string>(synapse_format_names.begin(), synapse_format_names.end()));
    for (std::size_t i = 0; i < synapse_format_names.size() && formats.is_map(); ++i) {
        if (const Reader price = formats.find(synapse_format_names[i])) {
            core.formats.push_back({static_cast<SynapseFormat>(i),
                                    read_format_price(price, core.synapse_op, constants)});
        }
    }
    if (formats.is_map() && core.formats.empty()) {
        formats.problem("expected at least one storage format: no weights could be stored");
    }
}

void read_coding(const Reader& reader, Coding& coding, Constants& constants) {
    if (!reader) {
        return;
    }
    reader.allow({"kind", "window", "mean_rate", "changed"});
    coding.kind =
        static_cast<CodingKind>(constants.choice(reader.at("kind"), {"graded", "rate", "delta"}));
    // What the kind needs must be there; what others need may be, and is checked all the same.
    const auto given = [&](const char* key, CodingKind kind) {
        return coding.kind == kind ? reader.at(key) : reader.find(key);
    };
    if (const Reader window = given("window", CodingKind::rate)) {
        coding.window = constants.integer(window, window_range, "steps");
    }
    if (const Reader rate = given("mean_rate", CodingKind::rate)) {
        coding.mean_rate = constants.number(rate, rate_range, "");
    }
    if (const Reader changed = given("changed", CodingKind::delta)) {
        coding.changed = constants.number(changed, Range::unit(), "");
    }
}

/// Names of operator kinds, each once.
std::vector<std::string> read_operators(const Reader& list) {
    std::vector<std::string> names;
    for (const Reader& item : list.items()) {
        const std::string& name = operator_kinds[item.choice(operator_kinds)];
        if (std::find(names.begin(), names.end(), name) != names.end()) {
            item.problem("is listed twice");
        }
        names.push_back(name);
    }
    return names;
}

void read_units(const Reader& list, EventDrivenCore& core, Constants& constants) {
    for (const Reader& item : list.items()) {
        item.allow({"name", "operators", "energy_pj", "time_ns"});
        DigitalUnit unit;
        unit.name = item.at("name").text();
        unit.operators = read_operators(item.at("operators"));
        unit.operation.energy = Energy(constants.number(item.at("energy_pj"), cost_range, "pJ"));
        unit.operation.time =
            Seconds(1e-9 * constants.number(item.at("time_ns"), cost_range, "ns"));
        core.units.push_back(std::move(unit));
    }
}

}  // namespace

void read_features(const Reader& reader, EventDrivenCore& core, Constants& constants) {
    read_formats(reader.find("formats"), core, constants);
    read_coding(reader.find("coding"), core.coding, constants);
    if (const Reader operators = reader.find("neuron_operators")) {
        core.neuron_operators = read_operators(operators);
        if (operators.is_sequence() && core.neuron_operators.empty()) {
            operators.problem("expected at least one kind of operator");
        }
    }
    read_units(reader.find("units"), core, constants);
}

}  // namespace plexus::hardware::detail
