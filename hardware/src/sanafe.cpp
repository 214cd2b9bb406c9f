// SPDX-License-Identifier: Apache-2.0
//
// Architectures in the dialect of the simulator SANA-FE: joules and seconds, lists of tiles, cores
// and units, `name[0..31]` for 32 copies.
#include <array>
#include <charconv>
#include <limits>
#include <span>
#include <system_error>

#include <fmt/format.h>

#include "plexus/core/reader.hpp"
#include "plexus/hardware/event_chip.hpp"

#include "constants.hpp"

namespace plexus::hardware {

namespace {

using core::Energy;
using core::Range;
using core::Reader;

// In two factors, as 21.6e-12 J times 1e12 is 21.599999999999998.
constexpr double fj_per_joule = 1e15;
constexpr double fj_per_pj = 1e3;
constexpr Range event_range{.lower = 0, .upper = 1};  // J or s per event
constexpr Range size_range{.lower = 1, .upper = 65536};

// SANA-FE's cycle-accurate network has its own fixed settings, whatever the file says: a packet is
// one flit, and a link moves one flit per cycle of 1 ns.
constexpr double sanafe_link_seconds = 1e-9;

constexpr std::array stages{"axon_in", "synapse", "dendrite", "soma", "axon_out"};

/// Keys of a map that have no effect here are warnings, as users' files carry many.
void warn_unused(const Reader& map, std::span<const char* const> used) {
    if (!map || !map.is_map()) {
        return;
    }
    for (const auto& [key, value] : map.entries()) {
        bool known = false;
        for (const char* const name : used) {
            known = known || key == name;
        }
        if (!known) {
            value.warning("has no effect here");
        }
    }
}

EventCost read_cost(const Reader& attributes, const std::string& energy, const std::string& time) {
    return {Energy(attributes.at(energy).number(event_range) * fj_per_joule / fj_per_pj),
            Seconds(attributes.at(time).number(event_range))};
}

/// Name and attributes of one unit; plug-ins are refused.
Reader open_unit(const Reader& unit, std::string& name, std::span<const char* const> used) {
    name = unit.at("name").text();
    const Reader attributes = unit.at("attributes");
    if (const Reader plugin = attributes.is_map() ? attributes.find("plugin") : Reader(attributes);
        plugin && attributes.is_map()) {
        plugin.problem("expected energies and latencies as numbers: a plug-in cannot be run here");
    }
    warn_unused(attributes, used);
    return attributes;
}

EventUnit read_unit(const Reader& reader, const char* energy, const char* time) {
    EventUnit unit;
    const std::array used{"model", energy, time, "plugin"};
    const Reader attributes = open_unit(reader, unit.name, used);
    unit.cost = read_cost(attributes, energy, time);
    return unit;
}

SomaUnit read_soma(const Reader& reader) {
    SomaUnit unit;
    constexpr std::array used{"model",
                              "plugin",
                              "energy_access_neuron",
                              "energy_update_neuron",
                              "energy_spike_out",
                              "latency_access_neuron",
                              "latency_update_neuron",
                              "latency_spike_out"};
    const Reader attributes = open_unit(reader, unit.name, used);
    const Reader model = attributes.is_map() ? attributes.find("model") : Reader(attributes);
    const std::string name = attributes.is_map() ? model.text_or("leaky_integrate_fire") : "";
    if (name == "input") {
        unit.model = SomaModel::input;
    } else if (attributes.is_map() && name != "leaky_integrate_fire") {
        model.warning("is taken as leaky_integrate_fire when spikes are generated");
    }
    unit.access = read_cost(attributes, "energy_access_neuron", "latency_access_neuron");
    unit.update = read_cost(attributes, "energy_update_neuron", "latency_update_neuron");
    unit.spike = read_cost(attributes, "energy_spike_out", "latency_spike_out");
    return unit;
}

void read_stages(const Reader& core, EventCoreKind& kind) {
    for (const char* const stage : stages) {
        const std::vector<Reader> units = core.at(stage).items();
        if (units.empty() && core.has(stage)) {
            core.at(stage).problem("expected at least one unit");
        }
        for (const Reader& unit : units) {
            const std::string_view name = stage;
            if (name == "axon_in") {
                kind.axon_in = read_unit(unit, "energy_message_in", "latency_message_in").cost;
            } else if (name == "axon_out") {
                kind.axon_out = read_unit(unit, "energy_message_out", "latency_message_out").cost;
            } else if (name == "synapse") {
                kind.synapses.push_back(
                    read_unit(unit, "energy_process_spike", "latency_process_spike"));
            } else if (name == "dendrite") {
                kind.dendrites.push_back(read_unit(unit, "energy_update", "latency_update"));
            } else {
                kind.somas.push_back(read_soma(unit));
            }
        }
        if (units.size() > 1 && (stage == stages.front() || stage == stages.back())) {
            core.at(stage).problem("expected one unit: packets would not know which to take");
        }
    }
}

EventCoreKind read_core_kind(const Reader& core) {
    EventCoreKind kind;
    kind.name = core.at("name").text();
    core.allow({"name", "attributes", "axon_in", "synapse", "dendrite", "soma", "axon_out"});
    const Reader attributes = core.at("attributes");
    constexpr std::array used{
        "buffer_position", "buffer_inside_unit", "max_neurons_supported", "log_energy"};
    warn_unused(attributes, used);
    if (attributes.is_map()) {
        const Reader position = attributes.at("buffer_position");
        const std::array names{"dendrite", "soma", "axon_out"};
        const std::size_t at = position.choice({names[0], names[1], names[2]});
        if (at == 2) {
            position.problem("expected dendrite or soma: neurons here work once per step");
        }
        const bool inside = attributes.find("buffer_inside_unit").boolean_or(false);
        // Inside the dendrite: it accumulates when packets arrive, as if the buffer came after it.
        kind.buffer = at == 0 && !inside ? StepBuffer::before_dendrite : StepBuffer::before_soma;
        kind.neurons = attributes.find("max_neurons_supported")
                           .integer_or(0, {.lower = 1, .upper = detail::max_count});
    }
    read_stages(core, kind);
    return kind;
}

/// Number of copies that a name stands for: 32 for `t[0..31]`, 1 for `t`.
int copies(const Reader& named) {
    const std::string name = named.at("name").text();
    const std::size_t open = name.find('[');
    const std::size_t dots = name.find("..", open == std::string::npos ? name.size() : open);
    if (open == std::string::npos || dots == std::string::npos) {
        return 1;
    }
    int first = -1;
    int last = -1;
    const char* const end = name.data() + name.size();
    const auto low = std::from_chars(name.data() + open + 1, end, first);
    const auto high = std::from_chars(name.data() + dots + 2, end, last);
    if (low.ptr != name.data() + dots || high.ec != std::errc{} || *high.ptr != ']' || first < 0 ||
        last < first || last - first >= detail::max_cores) {
        named.at("name").problem(fmt::format("expected a name like name[0..31], got \"{}\"", name));
        return 1;
    }
    return last - first + 1;
}

HopCosts read_hops(const Reader& attributes) {
    constexpr std::array used{"energy_north_hop",
                              "energy_east_hop",
                              "energy_south_hop",
                              "energy_west_hop",
                              "latency_north_hop",
                              "latency_east_hop",
                              "latency_south_hop",
                              "latency_west_hop"};
    warn_unused(attributes, used);
    const auto hop = [&](const std::string& direction) {
        return read_cost(
            attributes, "energy_" + direction + "_hop", "latency_" + direction + "_hop");
    };
    return {hop("east"), hop("west"), hop("north"), hop("south")};
}

void read_tile(const Reader& tile, EventChip& chip) {
    tile.allow({"name", "attributes", "core"});
    const HopCosts hops = read_hops(tile.at("attributes"));
    std::vector<int> kinds;  // of the cores of one tile
    for (const Reader& core : tile.at("core").items()) {
        const int count = copies(core);
        kinds.insert(
            kinds.end(), static_cast<std::size_t>(count), static_cast<int>(chip.kinds.size()));
        chip.kinds.push_back(read_core_kind(core));
    }
    const int count = copies(tile);
    if (static_cast<std::int64_t>(count) * static_cast<std::int64_t>(kinds.size()) >
        detail::max_cores) {
        tile.problem(fmt::format("expected at most {} cores", detail::max_cores));
        return;
    }
    for (int copy = 0; copy < count; ++copy) {
        chip.core_tiles.insert(
            chip.core_tiles.end(), kinds.size(), static_cast<int>(chip.tiles.size()));
        chip.tiles.push_back({chip.core_count(), static_cast<int>(kinds.size()), hops});
        chip.cores.insert(chip.cores.end(), kinds.begin(), kinds.end());
    }
}

Synchronisation read_sync(const Reader& attributes) {
    Synchronisation sync;
    const Reader model = attributes.find("sync_model");
    const bool table = model && model.choice({"fixed", "table"}) == 1;
    const Reader time = attributes.find("latency_sync");
    if (!table) {
        if (time) {
            sync.time_by_tiles[1] = Seconds(time.number(event_range));
        }
        return sync;
    }
    const Reader entries = attributes.at("latency_sync");
    if (entries && entries.is_sequence()) {
        int tiles = 0;
        for (const Reader& item : entries.items()) {
            sync.time_by_tiles[tiles++] = Seconds(item.number(event_range));
        }
        return sync;
    }
    for (const auto& [key, item] : entries.entries()) {
        int tiles = -1;
        const auto [stop, error] = std::from_chars(key.data(), key.data() + key.size(), tiles);
        if (error != std::errc{} || stop != key.data() + key.size() || tiles < 0) {
            item.problem("expected a number of tiles as the key");
        }
        sync.time_by_tiles[tiles] = Seconds(item.number(event_range));
    }
    return sync;
}

void read_chip_attributes(const Reader& attributes, EventChip& chip) {
    constexpr std::array used{
        "topology", "width", "height", "link_buffer_size", "sync_model", "latency_sync"};
    warn_unused(attributes, used);
    if (!attributes.is_map()) {
        attributes.problem("expected a map with width, height and link_buffer_size");
        return;
    }
    chip.width = static_cast<int>(attributes.at("width").integer(size_range));
    chip.height = static_cast<int>(attributes.at("height").integer(size_range));
    chip.link_buffer =
        attributes.at("link_buffer_size").integer({.lower = 1, .upper = detail::max_count});
    chip.sync = read_sync(attributes);
}

}  // namespace

bool is_sanafe_architecture(const core::Node& root) {
    return root.find("architecture") != nullptr;
}

EventChip read_sanafe_architecture(const core::Node& root, core::Problems& problems) {
    EventChip chip;
    const Reader document(root, "", problems);
    document.allow({"architecture"});
    const Reader section = document.at("architecture");
    section.allow({"name", "attributes", "tile"});
    chip.name = section.at("name").text();
    const Reader attributes = section.at("attributes");
    if (!attributes) {
        return chip;
    }
    read_chip_attributes(attributes, chip);
    for (const Reader& tile : section.at("tile").items()) {
        read_tile(tile, chip);
    }
    const auto places = std::int64_t{chip.width} * chip.height;
    if (section.has("tile") && static_cast<std::int64_t>(chip.tiles.size()) != places) {
        section.at("tile").problem(
            fmt::format("expected {} tiles for width x height, got {}", places, chip.tiles.size()));
    }
    chip.link_time = Seconds(sanafe_link_seconds);
    chip.chip_link_time = chip.link_time;
    chip.provenance = {
        {"architecture", chip.name, "the file, which carries no sources", "estimated"},
        {"link_time",
         "1 ns",
         "SANA-FE's cycle-accurate network: one flit per packet, 1 ns per flit",
         "simulated"}};
    return chip;
}

}  // namespace plexus::hardware
