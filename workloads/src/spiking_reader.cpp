// SPDX-License-Identifier: Apache-2.0
#include "spiking_reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>

#include <fmt/format.h>

namespace plexus::workloads {

namespace detail {

using core::Range;
using core::Reader;

namespace {

constexpr std::int32_t most_neurons = 1 << 28;
constexpr Range share_range{.lower = 0, .upper = 1};

struct NumberField {
    const char* key;
    double NeuronModel::*member;
};
constexpr std::array number_fields{
    NumberField{"threshold", &NeuronModel::threshold},
    NumberField{"reset", &NeuronModel::reset},
    NumberField{"reverse_threshold", &NeuronModel::reverse_threshold},
    NumberField{"reverse_reset", &NeuronModel::reverse_reset},
    NumberField{"leak_decay", &NeuronModel::leak_decay},
    NumberField{"input_decay", &NeuronModel::input_decay},
    NumberField{"bias", &NeuronModel::bias},
    NumberField{"potential", &NeuronModel::potential}};

/// Known to SANA-FE and without effect on spikes or cost: what its traces shall contain.
bool is_about_traces(std::string_view key) {
    return key.starts_with("log_");
}

/// Files written by Python programs have True and False.
bool flag(const Reader& value) {
    if (value.is_scalar() && (value.node().text == "True" || value.node().text == "False")) {
        return value.node().text == "True";
    }
    return value.boolean();
}

ResetMode reset_mode(const Reader& value) {
    return static_cast<ResetMode>(value.choice({"none", "soft", "hard", "saturate"}));
}

std::vector<std::string> neuron_keys() {
    std::vector<std::string> keys{"reset_mode",
                                  "reverse_reset_mode",
                                  "force_update",
                                  "refractory_delay",
                                  "soma_hw_name",
                                  "synapse_hw_name",
                                  "dendrite_hw_name",
                                  "spikes",
                                  "poisson",
                                  "rate"};
    for (const NumberField& field : number_fields) {
        keys.emplace_back(field.key);
    }
    return keys;
}

}  // namespace

std::optional<NeuronRange> parse_range(std::string_view text) {
    NeuronRange range;
    const char* const end = text.data() + text.size();
    const auto low = std::from_chars(text.data(), end, range.first);
    if (low.ec != std::errc{} || range.first < 0) {
        return std::nullopt;
    }
    range.last = range.first;
    if (low.ptr == end) {
        return range;
    }
    if (!std::string_view(low.ptr, static_cast<std::size_t>(end - low.ptr)).starts_with("..")) {
        return std::nullopt;
    }
    const auto high = std::from_chars(low.ptr + 2, end, range.last);
    if (high.ec != std::errc{} || high.ptr != end || range.last < range.first) {
        return std::nullopt;
    }
    return range;
}

void SpikingReader::each_attribute(const Reader& attributes, const Attribute& use) const {
    if (!attributes || attributes.is_null()) {
        return;
    }
    if (attributes.is_sequence()) {
        for (const Reader& item : attributes.items()) {
            each_attribute(item, use);
        }
        return;
    }
    for (const auto& [key, value] : attributes.entries()) {
        use(key, value);
    }
}

std::int32_t SpikingReader::unit(const Reader& name) {
    const auto [place, added] =
        unit_ids_.try_emplace(name.text(), static_cast<std::int32_t>(network_->units.size()));
    if (added) {
        network_->units.push_back(place->first);
    }
    return place->second;
}

std::optional<std::vector<float>> SpikingReader::numbers(const Reader& value) const {
    const auto list = lists_->at(value.where());
    if (!list) {
        value.problem("expected a list of numbers");
        return std::nullopt;
    }
    std::vector<float> out;
    NumberList reader(*list);
    while (const auto number = reader.next<float>()) {
        out.push_back(*number);
    }
    if (!reader.good()) {
        value.problem(fmt::format("expected a list of numbers; item {} is none", out.size()));
        return std::nullopt;
    }
    return out;
}

bool SpikingReader::read_number(const std::string& key,
                                const Reader& value,
                                NeuronModel& model) const {
    const auto* const field = std::find_if(number_fields.begin(),
                                           number_fields.end(),
                                           [&](const NumberField& f) { return f.key == key; });
    if (field == number_fields.end()) {
        return false;
    }
    const bool share = key.ends_with("_decay");
    model.*(field->member) = value.number(share ? share_range : Range{});
    return true;
}

bool SpikingReader::read_units(const std::string& key, const Reader& value, UnitChoice& units) {
    if (key == "soma_hw_name") {
        units.soma = unit(value);
    } else if (key == "synapse_hw_name") {
        units.synapse = unit(value);
    } else if (key == "dendrite_hw_name") {
        units.dendrite = unit(value);
    } else {
        return false;
    }
    return true;
}

bool SpikingReader::read_input(const std::string& key, const Reader& value, Neuron& neuron) const {
    if (key != "spikes" && key != "poisson" && key != "rate") {
        return false;
    }
    InputPattern input = neuron.input.value_or(InputPattern{});
    if (key == "poisson") {
        input.poisson = value.number(share_range);
    } else if (key == "rate") {
        input.rate = value.number(share_range);
    } else if (const auto spikes = numbers(value)) {
        input.spikes.clear();
        for (const float spike : *spikes) {
            input.spikes.push_back(spike != 0);
        }
    }
    neuron.input = std::move(input);
    return true;
}

void SpikingReader::read_neuron(const Reader& attributes, Neuron& neuron) {
    each_attribute(attributes, [&](const std::string& key, const Reader& value) {
        NeuronModel& model = neuron.model;
        if (read_number(key, value, model) || read_units(key, value, neuron.units) ||
            read_input(key, value, neuron)) {
            return;
        }
        if (key == "reset_mode") {
            model.reset_mode = reset_mode(value);
        } else if (key == "reverse_reset_mode") {
            model.reverse_reset_mode = reset_mode(value);
        } else if (key == "force_update") {
            model.force_update = flag(value);
        } else if (key == "refractory_delay") {
            model.refractory_delay = static_cast<std::int32_t>(
                value.integer({.lower = 0, .upper = std::numeric_limits<std::int32_t>::max()}));
        } else if (key == "soma" || key == "synapse" || key == "dendrite") {
            read_neuron(value, neuron);  // attributes meant for one unit
        } else if (!is_about_traces(key)) {
            const std::vector<std::string> keys = neuron_keys();
            value.problem("unknown attribute of a neuron" + core::suggestion(key, keys));
        }
    });
}

void SpikingReader::read_neurons(const Reader& neurons, const Neuron& defaults) {
    NeuronGroup& group = network_->groups.back();
    std::vector<bool> given;
    each_attribute(neurons, [&](const std::string& key, const Reader& attributes) {
        const auto range = parse_range(key);
        if (!range || range->last >= most_neurons - group.first) {
            attributes.problem("expected the number of a neuron or a range like 0..9 as the key");
            return;
        }
        Neuron neuron = defaults;
        read_neuron(attributes, neuron);
        const auto end = static_cast<std::size_t>(range->last) + 1;
        given.resize(std::max(given.size(), end));
        const auto all = static_cast<std::size_t>(group.first) + given.size();
        network_->neurons.resize(all);
        network_->neuron_units.resize(all);
        for (auto n = static_cast<std::size_t>(range->first); n < end; ++n) {
            if (given[n]) {
                attributes.problem(fmt::format("neuron {} was given before", n));
                return;
            }
            given[n] = true;
            const std::size_t id = static_cast<std::size_t>(group.first) + n;
            network_->neurons[id] = neuron.model;
            network_->neuron_units[id] = neuron.units;
            if (neuron.input) {
                network_->inputs[static_cast<std::int32_t>(id)] = *neuron.input;
            }
        }
    });
    group.count = static_cast<std::int32_t>(given.size());
    const auto gap = std::find(given.begin(), given.end(), false);
    if (gap != given.end()) {
        neurons.problem(fmt::format("neuron {} is missing", gap - given.begin()));
    }
}

void SpikingReader::read_group(const Reader& group) {
    group.allow({"name", "attributes", "neurons"});
    NeuronGroup read;
    read.name = group.at("name").text();
    read.first = network_->neuron_count();
    for (const NeuronGroup& other : network_->groups) {
        if (other.name == read.name) {
            group.at("name").problem("there is another group of this name");
        }
    }
    network_->groups.push_back(std::move(read));
    Neuron defaults;
    if (group.is_map()) {
        read_neuron(group.find("attributes"), defaults);
        read_neurons(group.at("neurons"), defaults);
    }
}

void SpikingReader::read_groups(const Reader& groups) {
    for (const Reader& group : groups.items()) {
        read_group(group);
    }
}

std::optional<NeuronRange> SpikingReader::neurons_of(std::string_view text,
                                                     const Reader& where) const {
    const auto find = [&](std::string_view name) {
        return std::find_if(network_->groups.begin(),
                            network_->groups.end(),
                            [&](const NeuronGroup& group) { return group.name == name; });
    };
    if (const auto group = find(text); group != network_->groups.end()) {
        return NeuronRange{group->first, group->first + group->count - 1};
    }
    // Names may hold points, so the last one that begins a range counts.
    std::size_t dot = text.rfind("..");
    dot = text.rfind('.', dot == std::string_view::npos || dot == 0 ? text.size() : dot - 1);
    const std::string_view name = text.substr(0, dot);
    const auto group = find(name);
    if (dot == std::string_view::npos || group == network_->groups.end()) {
        std::vector<std::string> names;
        for (const NeuronGroup& known : network_->groups) {
            names.push_back(known.name);
        }
        where.problem(fmt::format("there is no group \"{}\"", name) +
                      core::suggestion(name, names));
        return std::nullopt;
    }
    const auto range = parse_range(text.substr(dot + 1));
    if (!range || range->last >= group->count) {
        where.problem(fmt::format("expected neurons 0..{} of group {}, got \"{}\"",
                                  group->count - 1,
                                  name,
                                  text.substr(dot + 1)));
        return std::nullopt;
    }
    return NeuronRange{group->first + range->first, group->first + range->last};
}

void SpikingReader::read_mappings(const Reader& mappings) {
    each_attribute(mappings, [&](const std::string& key, const Reader& attributes) {
        const auto neurons = neurons_of(key, attributes);
        MappedRange mapped;
        UnitChoice units;
        bool placed = false;
        each_attribute(attributes, [&](const std::string& name, const Reader& value) {
            if (name == "core") {
                const std::string place = value.text();
                const std::size_t dot = place.find('.');
                const auto tile = parse_range(std::string_view(place).substr(0, dot));
                const auto core =
                    parse_range(dot == std::string::npos ? std::string_view("x")
                                                         : std::string_view(place).substr(dot + 1));
                placed = true;
                if (!tile || !core || tile->count() > 1 || core->count() > 1) {
                    value.problem("expected <tile>.<core in the tile>, got \"" + place + "\"");
                    return;
                }
                mapped.tile = tile->first;
                mapped.core = core->first;
            } else if (name != "soma" && name != "synapse" && name != "dendrite") {
                value.problem("expected core, soma, synapse or dendrite");
            } else {
                read_units(name + "_hw_name", value, units);
            }
        });
        if (!placed) {
            attributes.problem("expected a core");
        }
        if (!neurons) {
            return;
        }
        mapped.first = neurons->first;
        mapped.last = neurons->last;
        network_->mappings.push_back(mapped);
        for (std::int32_t n = mapped.first; n <= mapped.last; ++n) {
            UnitChoice& own = network_->neuron_units[static_cast<std::size_t>(n)];
            own.soma = units.soma >= 0 ? units.soma : own.soma;
            own.synapse = units.synapse >= 0 ? units.synapse : own.synapse;
            own.dendrite = units.dendrite >= 0 ? units.dendrite : own.dendrite;
        }
    });
}

}  // namespace detail

SpikingNetwork read_spiking_network(std::string_view text,
                                    const std::string& name,
                                    core::Problems& problems) {
    SpikingNetwork network;
    const detail::NumberLists lists(text);
    const core::Node root = core::parse_yaml(lists.rest(), name, problems);
    if (!problems.empty()) {
        return network;
    }
    const core::Reader document(root, "", problems);
    document.allow({"network", "mappings"});
    const core::Reader section = document.at("network");
    section.allow({"name", "groups", "edges"});
    if (!section.is_map()) {
        return network;
    }
    network.name = section.find("name").text_or("");
    detail::SpikingReader reader(lists, network);
    reader.read_groups(section.at("groups"));
    if (problems.empty()) {
        reader.read_edges(section.find("edges"));
        reader.read_mappings(document.find("mappings"));
    }
    return network;
}

}  // namespace plexus::workloads
