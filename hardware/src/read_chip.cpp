// SPDX-License-Identifier: Apache-2.0
#include "read_chip.hpp"

#include <charconv>

namespace plexus::hardware::detail {

using core::Bandwidth;
using core::Energy;
using core::Frequency;
using core::Power;
using core::Range;
using core::Reader;
using core::Seconds;

namespace {

constexpr Range bandwidth_range{.lower = 0, .upper = 1e12, .open_lower = true};
constexpr double default_clock_hz = 1e9;

Frequency read_clock(const Reader& reader, Constants& constants) {
    const Reader hz = reader.find("clock_hz");
    const Reader mhz = reader.find("clock_mhz");
    if (hz && mhz) {
        mhz.problem("give clock_mhz or clock_hz, not both");
    }
    if (hz) {
        return Frequency(
            constants.number(hz, {.lower = 0, .upper = 1e12, .open_lower = true}, "Hz"));
    }
    return Frequency(1e6 * constants.number_or(reader,
                                               "clock_mhz",
                                               default_clock_hz / 1e6,
                                               {.lower = 0, .upper = 1e6, .open_lower = true},
                                               "MHz"));
}

/// End of a link: a core id or `off_chip`.
int read_end(const Reader& reader) {
    if (reader && reader.is_scalar() && reader.node().text == "off_chip") {
        return Interconnect::off_chip;
    }
    return static_cast<int>(reader.integer({.lower = 0, .upper = static_cast<double>(max_cores)}));
}

LinkBuilder::Channel read_channel(const Reader& reader, Constants& constants) {
    LinkBuilder::Channel channel;
    channel.bandwidth = Bandwidth(
        constants.number(reader.at("bandwidth_bits_per_cycle"), bandwidth_range, "bit/cycle"));
    channel.energy_pj_per_bit =
        constants.number_or(reader, "energy_pj_per_bit", 0, cost_range, "pJ/bit");
    return channel;
}

void read_links(const Reader& list, LinkBuilder& builder, Constants& constants) {
    for (const Reader& item : list.items()) {
        item.allow({"from", "to", "bandwidth_bits_per_cycle", "energy_pj_per_bit"});
        const Reader from = item.at("from");
        const Reader to = item.at("to");
        const LinkBuilder::Channel channel = read_channel(item, constants);
        if (from && to) {
            builder.add(read_end(from), read_end(to), builder.new_channel(), channel, item);
        }
    }
}

void read_buses(const Reader& list, LinkBuilder& builder, Constants& constants) {
    for (const Reader& item : list.items()) {
        item.allow({"cores", "bandwidth_bits_per_cycle", "energy_pj_per_bit"});
        std::vector<int> ids;
        const Reader members = item.at("cores");
        for (const Reader& member : members.items()) {
            ids.push_back(read_end(member));
        }
        if (members.is_sequence() && ids.size() < 2) {
            members.problem("expected at least two cores on a bus, got " +
                            std::to_string(ids.size()));
        }
        builder.add_bus(ids, read_channel(item, constants), members ? members : item);
    }
}

/// Several chips side by side, and the links between neighbours.
void read_chips(const Reader& reader, Mesh& mesh, Constants& constants) {
    if (!reader) {
        return;
    }
    reader.allow({"count", "energy_pj", "time_ns", "link_bandwidth_bits_per_cycle"});
    const Reader count = reader.at("count");
    mesh.chips = static_cast<int>(constants.integer(count, {.lower = 1, .upper = 1000}, "chips"));
    if (mesh.chips > 0 && mesh.width % mesh.chips != 0) {
        count.problem("expected a divisor of the width of the mesh, " + std::to_string(mesh.width) +
                      " tiles, so that chips are equal, got " + std::to_string(mesh.chips));
        mesh.chips = 1;
    }
    mesh.chip_energy =
        Energy(constants.number_or_unknown(reader.at("energy_pj"), cost_range, "pJ"));
    mesh.chip_time =
        Seconds(1e-9 * constants.number_or_unknown(reader.at("time_ns"), cost_range, "ns"));
    mesh.chip_bandwidth = Bandwidth(constants.number_or_unknown(
        reader.at("link_bandwidth_bits_per_cycle"), bandwidth_range, "bit/cycle"));
}

Mesh read_mesh(const Reader& reader, int cores, Constants& constants) {
    reader.allow({"width",
                  "height",
                  "cores_per_tile",
                  "energy_x_pj",
                  "energy_y_pj",
                  "time_x_ns",
                  "time_y_ns",
                  "link_bandwidth_bits_per_cycle",
                  "packet_bits",
                  "multicast",
                  "chips"});
    constexpr Range edge{.lower = 1, .upper = 1000};
    const std::size_t before = reader.problems().errors().size();
    Mesh mesh;
    mesh.width = static_cast<int>(constants.integer(reader.at("width"), edge, "tiles"));
    mesh.height = static_cast<int>(constants.integer(reader.at("height"), edge, "tiles"));
    mesh.cores_per_tile =
        static_cast<int>(constants.integer_or(reader, "cores_per_tile", 1, edge, "cores"));
    const auto number = [&](const char* key, Range range, const char* unit) {
        return constants.number_or_unknown(reader.at(key), range, unit);
    };
    mesh.energy_x = Energy(number("energy_x_pj", cost_range, "pJ"));
    mesh.energy_y = Energy(number("energy_y_pj", cost_range, "pJ"));
    mesh.time_x = Seconds(1e-9 * number("time_x_ns", cost_range, "ns"));
    mesh.time_y = Seconds(1e-9 * number("time_y_ns", cost_range, "ns"));
    mesh.link_bandwidth =
        Bandwidth(number("link_bandwidth_bits_per_cycle", bandwidth_range, "bit/cycle"));
    mesh.packet_bits = constants.integer_or(
        reader, "packet_bits", mesh.packet_bits, {.lower = 1, .upper = 65536}, "bit");
    mesh.multicast = constants.boolean_or(reader, "multicast", false);
    read_chips(reader.find("chips"), mesh, constants);
    if (before != reader.problems().errors().size()) {
        return mesh;
    }
    const std::int64_t places = std::int64_t{mesh.width} * mesh.height * mesh.cores_per_tile;
    if (cores > 0 && places != cores) {
        reader.problem(
            "expected tiles x cores_per_tile = number of cores = " + std::to_string(cores) +
            ", got " + std::to_string(mesh.width) + " x " + std::to_string(mesh.height) + " x " +
            std::to_string(mesh.cores_per_tile) + " = " + std::to_string(places));
    }
    if (places > max_cores) {
        reader.problem("expected at most " + std::to_string(max_cores) + " cores, got " +
                       std::to_string(places));
    }
    return mesh;
}

void read_sync_table(const Reader& table, Synchronisation& sync) {
    for (const auto& [key, value] : table.entries()) {
        int tiles = 0;
        const char* const end = key.data() + key.size();
        const auto parsed = std::from_chars(key.data(), end, tiles);
        if (parsed.ec != std::errc{} || parsed.ptr != end || tiles < 1) {
            value.problem("expected a number of tiles of at least 1 as key, got \"" + key + "\"");
            continue;
        }
        sync.time_by_tiles[tiles] = Seconds(1e-9 * value.number(cost_range));
    }
    if (table.is_map() && table.entries().empty()) {
        table.problem("expected at least one entry `tiles: time`, got none");
    }
}

}  // namespace

Technology read_technology(const Reader& document, Constants& constants) {
    Technology technology;
    const Reader reader = document.find("technology");
    if (!reader) {
        constants.defaulted(document, "technology.clock_mhz", "1000 MHz");
        constants.defaulted(document, "technology.static_core_mw", "0 mW");
        constants.defaulted(document, "technology.static_chip_mw", "0 mW");
        technology.clock = Frequency(default_clock_hz);
        return technology;
    }
    reader.allow(
        {"node_nm", "voltage_v", "clock_mhz", "clock_hz", "static_core_mw", "static_chip_mw"});
    if (const Reader node = reader.find("node_nm")) {
        technology.node_nm =
            constants.number(node, {.lower = 0, .upper = 1e5, .open_lower = true}, "nm");
    }
    if (const Reader voltage = reader.find("voltage_v")) {
        technology.voltage_v =
            constants.number(voltage, {.lower = 0, .upper = 100, .open_lower = true}, "V");
    }
    technology.clock = read_clock(reader, constants);
    const auto static_power = [&](const char* key) {
        const Reader given = reader.is_map() ? reader.find(key) : Reader(reader);
        return Power(1e-3 * (given ? constants.number_or_unknown(given, cost_range, "mW")
                                   : constants.number_or(reader, key, 0, cost_range, "mW")));
    };
    technology.static_core = static_power("static_core_mw");
    technology.static_chip = static_power("static_chip_mw");
    return technology;
}

OffChipMemory read_off_chip(const Reader& reader, Constants& constants) {
    reader.allow({"name",
                  "size_bits",
                  "read_bandwidth_bits_per_cycle",
                  "write_bandwidth_bits_per_cycle",
                  "read_energy_pj_per_bit",
                  "write_energy_pj_per_bit"});
    OffChipMemory memory;
    memory.name = reader.find("name").text_or(memory.name);
    memory.size =
        Bits(constants.integer_or(reader, "size_bits", 0, {.lower = 0, .upper = max_bits}, "bit"));
    memory.read_bandwidth = Bandwidth(
        constants.number(reader.at("read_bandwidth_bits_per_cycle"), bandwidth_range, "bit/cycle"));
    memory.write_bandwidth = Bandwidth(constants.number(
        reader.at("write_bandwidth_bits_per_cycle"), bandwidth_range, "bit/cycle"));
    memory.read_energy_pj_per_bit =
        constants.number(reader.at("read_energy_pj_per_bit"), cost_range, "pJ/bit");
    memory.write_energy_pj_per_bit =
        constants.number(reader.at("write_energy_pj_per_bit"), cost_range, "pJ/bit");
    return memory;
}

Synchronisation read_sync(const Reader& reader, Constants& constants) {
    Synchronisation sync;
    if (!reader) {
        return sync;
    }
    reader.allow({"time_ns_by_tiles", "energy_pj"});
    if (const Reader table = reader.at("time_ns_by_tiles")) {
        read_sync_table(constants.table(table, "ns"), sync);
    }
    sync.energy = Energy(constants.number_or(reader, "energy_pj", 0, cost_range, "pJ"));
    return sync;
}

Interconnect read_interconnect(const Reader& reader,
                               int cores,
                               bool has_off_chip,
                               Constants& constants) {
    reader.allow({"mesh", "links", "buses"});
    Interconnect interconnect;
    const Reader mesh = reader.find("mesh");
    const Reader links = reader.find("links");
    const Reader buses = reader.find("buses");
    if (mesh && (links || buses)) {
        mesh.problem("expected a mesh, or links and buses, not both");
    }
    if (!mesh && !links && !buses && reader.is_map()) {
        reader.problem("expected mesh, links or buses, got nothing");
    }
    if (mesh) {
        interconnect.mesh = read_mesh(mesh, cores, constants);
        return interconnect;
    }
    LinkBuilder builder(cores, has_off_chip);
    read_links(links, builder, constants);
    read_buses(buses, builder, constants);
    interconnect.links = builder.take();
    return interconnect;
}

void LinkBuilder::add(int from, int to, int channel, const Channel& what, const Reader& where) {
    const auto name = [](int id) {
        return id == Interconnect::off_chip ? std::string("off-chip memory")
                                            : "core " + std::to_string(id);
    };
    for (const int id : {from, to}) {
        if (id == Interconnect::off_chip ? !has_off_chip_ : id >= cores_) {
            where.problem("there is no " + name(id) +
                          (id == Interconnect::off_chip
                               ? std::string()
                               : "; ids run from 0 to " + std::to_string(cores_ - 1)));
            return;
        }
    }
    if (from == to) {
        where.problem("both ends are " + name(from));
        return;
    }
    if (!connected_.insert({from, to}).second) {
        where.problem("there is already a link from " + name(from) + " to " + name(to));
        return;
    }
    links_.push_back({from, to, channel, what.bandwidth, what.energy_pj_per_bit});
}

void LinkBuilder::add_bus(const std::vector<int>& ids, const Channel& what, const Reader& where) {
    const int channel = new_channel();
    const std::size_t before = where.problems().errors().size();
    for (std::size_t i = 0; i < ids.size(); ++i) {
        for (std::size_t j = 0; j < ids.size(); ++j) {
            if (i != j && where.problems().errors().size() == before) {
                add(ids[i], ids[j], channel, what, where);
            }
        }
    }
}

}  // namespace plexus::hardware::detail
