// SPDX-License-Identifier: Apache-2.0
#include "plexus/hardware/event_chip.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <system_error>

#include "plexus/hardware/load.hpp"
#include "plexus/hardware/synapse_format.hpp"

namespace plexus::hardware {

namespace {

EventCoreKind kind_of(const Core& core) {
    const auto* const events = std::get_if<EventDrivenCore>(&core.kind);
    if (events == nullptr) {
        throw std::invalid_argument("core \"" + core.name + "\" is not event-driven");
    }
    EventCoreKind kind;
    kind.name = core.name;
    kind.neurons = events->neurons;
    kind.axons_in = events->axons_in;
    kind.axons_out = events->axons_out;
    kind.fan_in = events->fan_in;
    kind.fan_out = events->fan_out;
    kind.synaptic_memory = events->synaptic_memory;
    kind.synaptic_word_bits = events->synaptic_word_bits;
    kind.lanes = events->lanes;
    kind.scan = events->scan;
    kind.axon_in = events->axon_in;
    kind.axon_out = events->axon_out;
    kind.synapse_word = events->synapse_word;
    kind.synapses = {{"synapse", events->synapse_op}};
    for (const FormatPrice& price : events->formats) {
        kind.synapses.push_back({to_string(price.format), price.operation});
    }
    kind.dendrites = {{"dendrite", {}}};
    kind.somas = {{"soma",
                   SomaModel::leaky_integrate_fire,
                   events->soma_access,
                   events->soma_update,
                   events->spike_out}};
    return kind;
}

/// Time that one packet takes on a link; 0 if its bandwidth is not limited.
Seconds packet_time(const Mesh& mesh, Bandwidth bandwidth, core::Frequency clock) {
    if (bandwidth.value <= 0) {
        return {};
    }
    const auto bits = static_cast<double>(mesh.packet_bits);
    return core::duration(core::transfer_time(bits, bandwidth), clock);
}

/// The tiles of a mesh; a step to the next chip costs more.
void add_tiles(const Mesh& mesh, EventChip& chip) {
    const EventCost x{mesh.energy_x, mesh.time_x};
    const EventCost y{mesh.energy_y, mesh.time_y};
    const EventCost crossing{mesh.energy_x + mesh.chip_energy, mesh.time_x + mesh.chip_time};
    for (int t = 0; t < mesh.tiles(); ++t) {
        const int column = chip.x_of_tile(t);
        const HopCosts hops{chip.chip_ends_at(column) ? crossing : x,
                            column > 0 && chip.chip_ends_at(column - 1) ? crossing : x,
                            y,
                            y};
        chip.tiles.push_back({t * mesh.cores_per_tile, mesh.cores_per_tile, hops});
        chip.core_tiles.insert(
            chip.core_tiles.end(), static_cast<std::size_t>(mesh.cores_per_tile), t);
    }
}

/// Number in [begin, end) as a whole; −1 if it is none.
int index_in(std::string_view text) {
    int value = -1;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && stop == text.data() + text.size() ? value : -1;
}

EventDrivenCore events_of(const EventCoreKind& kind) {
    EventDrivenCore core;
    core.neurons = kind.neurons;
    core.axons_in = kind.axons_in;
    core.axons_out = kind.axons_out;
    core.fan_in = kind.fan_in;
    core.fan_out = kind.fan_out;
    core.synaptic_memory = kind.synaptic_memory;
    core.synaptic_word_bits = kind.synaptic_word_bits;
    core.lanes = kind.lanes;
    core.scan = kind.scan;
    core.axon_in = kind.axon_in;
    core.axon_out = kind.axon_out;
    core.synapse_word = kind.synapse_word;
    core.synapse_op = kind.synapses.front().cost;
    const SomaUnit& soma = kind.somas.front();
    core.soma_access = soma.access;
    core.soma_update = soma.update;
    core.spike_out = soma.spike;
    const EventCost& dendrite = kind.dendrites.front().cost;
    EventCost& carrier =
        kind.buffer == StepBuffer::before_soma ? core.synapse_op : core.soma_access;
    carrier.energy += dendrite.energy;
    carrier.time += dendrite.time;
    return core;
}

/// Mean over all tiles of two directions of one axis.
EventCost mean_hop(const EventChip& chip, EventCost HopCosts::*one, EventCost HopCosts::*other) {
    EventCost mean;
    const double share = 0.5 / static_cast<double>(chip.tiles.size());
    for (const EventTile& tile : chip.tiles) {
        mean.energy += ((tile.hops.*one).energy + (tile.hops.*other).energy) * share;
        mean.time += ((tile.hops.*one).time + (tile.hops.*other).time) * share;
    }
    return mean;
}

}  // namespace

bool names_unit(std::string_view declared, std::string_view used) {
    if (declared == used) {
        return true;
    }
    const std::size_t open = declared.find('[');
    const std::size_t dots = declared.find("..", open == std::string_view::npos ? 0 : open);
    if (open == std::string_view::npos || dots == std::string_view::npos ||
        !declared.ends_with(']') || !used.ends_with(']') || used.size() <= open + 2 ||
        used.substr(0, open + 1) != declared.substr(0, open + 1)) {
        return false;
    }
    const int index = index_in(used.substr(open + 1, used.size() - open - 2));
    const int first = index_in(declared.substr(open + 1, dots - open - 1));
    const int last = index_in(declared.substr(dots + 2, declared.size() - dots - 3));
    return index >= 0 && first >= 0 && first <= index && index <= last;
}

EventChip event_chip(const Architecture& architecture) {
    EventChip chip;
    chip.name = architecture.name;
    chip.sync = architecture.sync;
    chip.static_core = architecture.technology.static_core;
    chip.static_chip = architecture.technology.static_chip;
    chip.cores = architecture.cores;
    chip.provenance = architecture.provenance;
    for (const Core& core : architecture.core_types) {
        chip.kinds.push_back(kind_of(core));
    }
    Mesh mesh;
    mesh.cores_per_tile = architecture.core_count();
    if (architecture.interconnect.mesh) {
        mesh = *architecture.interconnect.mesh;
    }
    if (mesh.tiles() * mesh.cores_per_tile != architecture.core_count()) {
        throw std::invalid_argument("the mesh has other places than there are cores");
    }
    chip.width = mesh.width;
    chip.height = mesh.height;
    chip.multicast = mesh.multicast;
    chip.chips = mesh.chips;
    const core::Frequency clock = architecture.technology.clock;
    chip.link_time = packet_time(mesh, mesh.link_bandwidth, clock);
    chip.chip_link_time = std::max(chip.link_time, packet_time(mesh, mesh.chip_bandwidth, clock));
    add_tiles(mesh, chip);
    return chip;
}

Architecture to_architecture(const EventChip& chip) {
    Architecture architecture;
    architecture.name = chip.name;
    architecture.sync = chip.sync;
    architecture.technology.static_core = chip.static_core;
    architecture.technology.static_chip = chip.static_chip;
    architecture.cores = chip.cores;
    architecture.provenance = chip.provenance;
    for (const EventCoreKind& kind : chip.kinds) {
        architecture.core_types.push_back({kind.name, events_of(kind)});
    }
    Mesh mesh;
    mesh.width = chip.width;
    mesh.height = chip.height;
    mesh.cores_per_tile = chip.tiles.front().cores;
    mesh.multicast = chip.multicast;
    const EventCost x = mean_hop(chip, &HopCosts::east, &HopCosts::west);
    const EventCost y = mean_hop(chip, &HopCosts::north, &HopCosts::south);
    mesh.energy_x = x.energy;
    mesh.energy_y = y.energy;
    mesh.time_x = x.time;
    mesh.time_y = y.time;
    const core::Cycles link = core::cycles_in(chip.link_time, architecture.technology.clock);
    if (link.value > 0) {
        mesh.link_bandwidth = Bandwidth(static_cast<double>(mesh.packet_bits) / link.value);
    }
    architecture.interconnect.mesh = mesh;
    return architecture;
}

EventChip load_event_chip(const std::filesystem::path& file) {
    core::Problems problems;
    const core::Node root = load_architecture_tree(file, problems);
    problems.throw_if_any();
    if (is_sanafe_architecture(root)) {
        EventChip chip = read_sanafe_architecture(root, problems);
        problems.throw_if_any();
        return chip;
    }
    const Architecture architecture = read_architecture(root, problems);
    problems.throw_if_any();
    try {
        return event_chip(architecture);
    } catch (const std::invalid_argument& error) {
        problems.add({file.string(), 1, 1}, "", error.what());
    }
    problems.throw_if_any();
    return {};
}

}  // namespace plexus::hardware
