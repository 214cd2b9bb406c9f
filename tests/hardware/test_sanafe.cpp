// SPDX-License-Identifier: Apache-2.0
// Architectures in SANA-FE's dialect, and chips of single units.
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "plexus/core/reader.hpp"
#include "plexus/hardware/event_chip.hpp"
#include "plexus/hardware/load.hpp"

#include "catch.hpp"

namespace test_sanafe {

using namespace plexus;
using namespace plexus::hardware;

namespace {

const std::filesystem::path presets =
    std::filesystem::path(PLEXUS_SOURCE_DIR) / "hardware" / "presets";

std::string shipped() {
    std::ifstream in(presets / "sanafe" / "loihi.yaml");
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// The shipped file with one text in it changed.
std::string changed(const std::string& from, const std::string& to) {
    std::string text = shipped();
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

EventChip read(const std::string& text, core::Problems& problems) {
    return read_sanafe_architecture(core::parse_yaml(text, "arch.yaml", problems), problems);
}

bool refused(const std::string& text, const std::string& message) {
    core::Problems problems;
    (void)read(text, problems);
    for (const core::Problem& problem : problems.errors()) {
        UNSCOPED_INFO(to_string(problem));
        if (to_string(problem).find(message) != std::string::npos)
            return true;
    }
    return false;
}

}  // namespace

TEST_CASE("the shipped Loihi of units is read whole", "[sanafe]") {
    const EventChip chip = load_event_chip(presets / "sanafe" / "loihi.yaml");
    CHECK(chip.name == "loihi");
    CHECK(chip.core_count() == 128);
    CHECK(chip.tiles.size() == 32);
    CHECK(chip.tile_of(7) == 1);
    CHECK(chip.x_of_tile(5) == 1);
    CHECK(chip.y_of_tile(5) == 1);
    CHECK(chip.link_buffer == 16);
    CHECK(chip.link_time.value == Approx(1e-9));
    CHECK(chip.sync.time(1).value == Approx(600e-9));
    CHECK(chip.sync.time(3).value == Approx(1000e-9));
    CHECK(chip.sync.time(32).value == Approx(1800e-9));
    const EventCoreKind& kind = chip.kind_of(127);
    CHECK(kind.neurons == 1024);
    CHECK(kind.buffer == StepBuffer::before_soma);
    CHECK(kind.axon_out.energy.value == Approx(111));
    CHECK(kind.axon_in.time.value == Approx(16e-9));
    REQUIRE(kind.synapses.size() == 3);
    CHECK(kind.synapses[1].name == "loihi_sparse_synapse");
    CHECK(kind.synapses[1].cost.energy.value == Approx(33.6));
    CHECK(kind.somas[0].access.time.value == Approx(6e-9));
    CHECK(kind.somas[1].model == SomaModel::input);
    CHECK(chip.tiles[3].hops.north.energy.value == Approx(4.2));
    CHECK(chip.tiles[3].hops.west.time.value == Approx(4.1e-9));
}

TEST_CASE("a unit answers to its name and to those of its copies", "[sanafe]") {
    CHECK(names_unit("lif", "lif"));
    CHECK_FALSE(names_unit("lif", "lif2"));
    CHECK(names_unit("in[0..9]", "in[9]"));
    CHECK_FALSE(names_unit("in[0..9]", "in[10]"));
    CHECK_FALSE(names_unit("in[0..9]", "on[1]"));
    CHECK_FALSE(names_unit("in[0..9]", "in"));
    CHECK_FALSE(names_unit("in[0..9]", "in[x]"));
    CHECK_FALSE(names_unit("in[a..b]", "in[1]"));
}

TEST_CASE("other models see the same machine", "[sanafe]") {
    const Architecture machine = load_architecture(presets / "sanafe" / "loihi.yaml");
    CHECK(machine.core_count() == 128);
    const auto& core = std::get<EventDrivenCore>(machine.core(0).kind);
    CHECK(core.synapse_op.energy.value == Approx(35.5));
    CHECK(core.spike_out.time.value == Approx(30e-9));
    REQUIRE(machine.interconnect.mesh);
    CHECK(machine.interconnect.mesh->energy_x.value == Approx(3));
    CHECK(machine.interconnect.mesh->time_y.value == Approx(6.5e-9));
    // There and back again.
    const EventChip chip = event_chip(machine);
    CHECK(chip.core_tiles == load_event_chip(presets / "sanafe" / "loihi.yaml").core_tiles);
    CHECK(chip.kinds[0].synapses[0].cost.time.value == Approx(3.8e-9));
    CHECK(chip.link_time.value == Approx(1e-9));
    CHECK(to_architecture(chip).interconnect.mesh->energy_y.value == Approx(4.2));
}

TEST_CASE("our own presets become chips too", "[sanafe]") {
    const EventChip chip = load_event_chip(presets / "loihi_like_64.yaml");
    CHECK(chip.core_count() == 64);
    CHECK(chip.width == 4);
    CHECK(chip.kind_of(0).synapses[0].cost.energy.value == Approx(33.6));
    CHECK(chip.kind_of(0).axons_in == 4096);
    // 32 bits at 110.08 bits per cycle of 1 ns.
    CHECK(chip.link_time.value == Approx(32 / 110.08 * 1e-9));
    CHECK(chip.static_core.value == Approx(0.82e-3));
    CHECK_THROWS_AS(load_event_chip(presets / "eyeriss_like.yaml"), core::ConfigErrors);
}

TEST_CASE("formats become synapse units, and crossings cost more", "[sanafe]") {
    Architecture machine = load_architecture(presets / "loihi_like_64.yaml");
    machine.interconnect.mesh->chips = 2;
    machine.interconnect.mesh->chip_energy = core::Energy(40);
    machine.interconnect.mesh->chip_time = core::Seconds(100e-9);
    machine.interconnect.mesh->chip_bandwidth = core::Bandwidth(1);
    auto& events = std::get<EventDrivenCore>(machine.core_types[0].kind);
    events.formats = {{SynapseFormat::dense, {core::Energy(35.5), core::Seconds(3.8e-9)}},
                      {SynapseFormat::n_m, {core::Energy(30), core::Seconds(4e-9)}}};
    events.fan_in = 12;
    const EventChip chip = event_chip(machine);
    REQUIRE(chip.kind_of(0).synapses.size() == 3);
    CHECK(chip.kind_of(0).synapses[1].name == "dense");
    CHECK(chip.kind_of(0).synapses[2].name == "n_m");
    CHECK(chip.kind_of(0).fan_in == 12);
    // Columns 0, 1 and 2, 3 are one chip each; tiles 4 … 7 are column 1.
    CHECK(chip.chip_ends_at(1));
    CHECK_FALSE(chip.chip_ends_at(3));
    CHECK(chip.tiles[4].hops.east.energy.value == Approx(43));
    CHECK(chip.tiles[4].hops.west.energy.value == Approx(3));
    CHECK(chip.tiles[8].hops.west.time.value == Approx(104.1e-9));
    CHECK(chip.tiles[12].hops.east.energy.value == Approx(3));
    CHECK(chip.chip_link_time.value == Approx(32e-9));
}

TEST_CASE("what is wrong with an architecture is said with its place", "[sanafe]") {
    core::Problems none;
    (void)read(shipped(), none);
    CHECK(none.errors().empty());
    CHECK(none.warnings().empty());
    CHECK(refused(changed("loihi_tile[0..31]", "loihi_tile[0..30]"), "expected 32 tiles"));
    CHECK(refused(changed("loihi_tile[0..31]", "loihi_tile[3..x]"), "name[0..31]"));
    CHECK(
        refused(changed("energy_north_hop: 4.2e-12", "energy_north_hop: -1"), "energy_north_hop"));
    CHECK(refused(changed("energy_north_hop: 4.2e-12", "x-north: 1"), "energy_north_hop"));
    CHECK(refused(changed("width: 8", "width: 0"), "architecture.attributes.width"));
    CHECK(refused(changed("buffer_position: soma", "buffer_position: axon_out"),
                  "expected dendrite or soma"));
    CHECK(refused(changed("model: accumulator,", "model: taps, plugin: lib.so,"), "plug-in"));
    CHECK(refused(changed("sync_model: table", "sync_model: guess"), "sync_model"));
    CHECK(refused(changed("{1: 600.0e-9,", "{one: 600.0e-9,"), "a number of tiles"));
    CHECK(refused("architecture:\n  name: x\n", "architecture.attributes"));
    CHECK(refused("architecture: 3\n", "expected"));
    CHECK_THROWS_AS(load_event_chip(presets / "none.yaml"), core::ConfigErrors);
}

TEST_CASE("attributes without effect are warnings, and fixed barriers are read", "[sanafe]") {
    core::Problems problems;
    const EventChip chip =
        read(changed("model: accumulator,", "model: taps, log_energy: true,"), problems);
    CHECK(problems.errors().empty());
    REQUIRE(problems.warnings().size() == 1);
    CHECK(problems.warnings()[0].path.ends_with("log_energy"));
    const EventChip fixed =
        read(changed("sync_model: table\n    latency_sync: {1: 600.0e-9, 2: 1000.0e-9, 4: "
                     "1400.0e-9, 29: 1800.0e-9}",
                     "sync_model: fixed\n    latency_sync: 2.0e-6"),
             problems);
    CHECK(fixed.sync.time(5).value == Approx(2e-6));
    const EventChip inside = read(
        changed("buffer_position: soma", "buffer_position: dendrite, buffer_inside_unit: true"),
        problems);
    CHECK(inside.kinds[0].buffer == StepBuffer::before_soma);
    const EventChip before =
        read(changed("buffer_position: soma", "buffer_position: dendrite"), problems);
    CHECK(before.kinds[0].buffer == StepBuffer::before_dendrite);
    CHECK(problems.errors().empty());
}

TEST_CASE("every direction of a hop has its own price, and other models see the mean", "[sanafe]") {
    std::string text = shipped();
    const auto set = [&text](const std::string& key, const std::string& value) {
        const std::size_t at = text.find(key + ": ") + key.size() + 2;
        text.replace(at, text.find('\n', at) - at, value);
    };
    set("energy_east_hop", "1.0e-12");
    set("energy_west_hop", "2.0e-12");
    set("energy_north_hop", "3.0e-12");
    set("energy_south_hop", "5.0e-12");
    set("latency_west_hop", "8.0e-9");
    core::Problems problems;
    const EventChip chip = read(text, problems);
    REQUIRE(problems.errors().empty());
    const HopCosts& hops = chip.tiles[9].hops;
    CHECK(hops.east.energy.value == Approx(1));
    CHECK(hops.west.energy.value == Approx(2));
    CHECK(hops.north.energy.value == Approx(3));
    CHECK(hops.south.energy.value == Approx(5));
    CHECK(hops.west.time.value == Approx(8e-9));
    const Mesh mesh = *to_architecture(chip).interconnect.mesh;
    CHECK(mesh.energy_x.value == Approx(1.5));
    CHECK(mesh.energy_y.value == Approx(4));
    CHECK(mesh.time_x.value == Approx((4.1e-9 + 8e-9) / 2));
}

TEST_CASE("a dendrite is paid per event before the buffer is reached, else per neuron",
          "[sanafe]") {
    const std::string priced = "model: accumulator, energy_update: 2.0e-12, latency_update: 1.0e-9";
    std::string text =
        changed("model: accumulator, energy_update: 0.0, latency_update: 0.0", priced);
    core::Problems problems;
    const auto core_of = [&problems](const std::string& arch) {
        const Architecture machine = to_architecture(read(arch, problems));
        return std::get<EventDrivenCore>(machine.core(0).kind);
    };
    CHECK(core_of(text).synapse_op.energy.value == Approx(37.5));
    CHECK(core_of(text).synapse_op.time.value == Approx(4.8e-9));
    CHECK(core_of(text).soma_access.energy.value == Approx(51.2));
    text.replace(text.find("buffer_position: soma"), 21, "buffer_position: dendrite");
    CHECK(core_of(text).synapse_op.energy.value == Approx(35.5));
    CHECK(core_of(text).soma_access.energy.value == Approx(53.2));
    CHECK(problems.errors().empty());
}

TEST_CASE("barriers may be a list from 0 tiles on", "[sanafe]") {
    core::Problems problems;
    const EventChip chip = read(
        changed("{1: 600.0e-9, 2: 1000.0e-9, 4: 1400.0e-9, 29: 1800.0e-9}", "[0, 2.0e-7, 3.0e-7]"),
        problems);
    CHECK(problems.errors().empty());
    CHECK(chip.sync.time(0).value == 0);
    CHECK(chip.sync.time(1).value == Approx(2e-7));
    CHECK(chip.sync.time(30).value == Approx(3e-7));
}

}  // namespace test_sanafe
