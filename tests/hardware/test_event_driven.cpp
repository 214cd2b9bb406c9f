// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>

#include "catch.hpp"
#include "machines.hpp"

namespace test_event_driven {

using namespace plexus::hardware;
using machines::read;
using machines::Result;
using plexus::core::Problems;

namespace {

/// The least that describes neuromorphic cores.
const char* const least = R"(
event_driven:
  cores: 6
  neurons: 128
  synaptic_memory_bits: 65536
  axon_in: {energy_pj: 1, time_ns: 16}
  synapse_op: {energy_pj: 2, time_ns: 4.7}
  soma_access: {energy_pj: 3, time_ns: 6}
  soma_update: {energy_pj: 4, time_ns: 3.7}
  spike_out: {energy_pj: 5, time_ns: 30}
  axon_out: {energy_pj: 6, time_ns: 5}
  synapse_word: {energy_pj: 7, time_ns: 1}
)";

const char* const mesh = R"(
interconnect:
  mesh:
    width: 3
    height: 2
    energy_x_pj: 3
    energy_y_pj: 4
    time_x_ns: 4.1
    time_y_ns: 6.5
    link_bandwidth_bits_per_cycle: 110
)";

const EventDrivenCore& core_of(const Result& result) {
    return std::get<EventDrivenCore>(result.machine.core(0).kind);
}

/// The shipped preset with one value replaced, as a hardware knob does it.
Result preset_with(const std::string& path, const std::string& value) {
    const auto file =
        std::filesystem::path(PLEXUS_SOURCE_DIR) / "hardware" / "presets" / "loihi_like_64.yaml";
    Problems problems;
    auto root = load_architecture_tree(file, problems);
    REQUIRE(override_path(root, path, plexus::core::scalar(value), false, {}, problems) == 1);
    return read(root, problems);
}

}  // namespace

TEST_CASE("An event-driven section is read, and what is missing is a default with a warning") {
    const Result result = read(std::string(least) + mesh);
    REQUIRE(result.errors.empty());
    REQUIRE(result.machine.core_count() == 6);
    CHECK(result.machine.core_types.size() == 1);
    const EventDrivenCore& core = core_of(result);
    CHECK(core.neurons == 128);
    CHECK(core.synaptic_memory.value == 65536);
    CHECK(core.axon_in.energy.value == 1);
    CHECK(core.axon_in.time.value == Approx(16e-9));
    CHECK(core.synapse_op.energy.value == 2);
    CHECK(core.soma_access.energy.value == 3);
    CHECK(core.soma_update.energy.value == 4);
    CHECK(core.spike_out.energy.value == 5);
    CHECK(core.axon_out.energy.value == 6);
    CHECK(core.synapse_word.energy.value == 7);
    CHECK(core.synapse_word.time.value == Approx(1e-9));
    CHECK(core.synaptic_word_bits == 64);
    CHECK(core.axons_in == 0);
    CHECK(core.lanes == 1);
    CHECK(core.payload_bits == 8);
    CHECK(core.state_bits == 24);
    CHECK(core.scan == ScanPolicy::all);
    CHECK_FALSE(core.dynamic_weights);
    for (const char* const key : {"event_driven.synaptic_word_bits",
                                  "event_driven.axons_in",
                                  "event_driven.axons_out",
                                  "event_driven.lanes",
                                  "event_driven.payload_bits",
                                  "event_driven.state_bits",
                                  "event_driven.scan",
                                  "event_driven.area_mm2",
                                  "event_driven.dynamic_weights",
                                  "interconnect.mesh.cores_per_tile",
                                  "interconnect.mesh.packet_bits",
                                  "interconnect.mesh.multicast",
                                  "technology.clock_mhz",
                                  "technology.static_core_mw",
                                  "technology.static_chip_mw",
                                  "sync"}) {
        INFO(key);
        CHECK(result.row(key).evidence == "default");
        CHECK(std::count_if(result.warnings.begin(),
                            result.warnings.end(),
                            [&](const auto& warning) { return warning.path == key; }) == 1);
    }
    CHECK(result.warnings.size() == 16);
    CHECK(result.row("event_driven.neurons").source == "given without a source");
    CHECK(result.row("event_driven.synapse_op.energy_pj").value == "2 pJ");
}

TEST_CASE("Every optional key of an event-driven section has an effect") {
    const Result result = read(std::string(least) + R"(
  name: tiny
  synaptic_word_bits: 32
  axons_in: 11
  axons_out: 12
  lanes: 2
  payload_bits: 16
  state_bits: 20
  scan: touched
  area_mm2: 0.25
  dynamic_weights: true
sync:
  time_ns_by_tiles: {1: 100, 4: 250}
  energy_pj: 9
technology:
  clock_hz: 5e8
off_chip:
  read_bandwidth_bits_per_cycle: 64
  write_bandwidth_bits_per_cycle: 32
  read_energy_pj_per_bit: 8
  write_energy_pj_per_bit: 9
interconnect:
  mesh: {width: 1, height: 2, cores_per_tile: 3, energy_x_pj: 1, energy_y_pj: 2, time_x_ns: 3,
         time_y_ns: 4, link_bandwidth_bits_per_cycle: 5, packet_bits: 64, multicast: true}
)");
    REQUIRE(result.errors.empty());
    const EventDrivenCore& core = core_of(result);
    CHECK(result.machine.core(0).name == "tiny");
    CHECK(core.synaptic_word_bits == 32);
    CHECK(core.axons_in == 11);
    CHECK(core.axons_out == 12);
    CHECK(core.lanes == 2);
    CHECK(core.payload_bits == 16);
    CHECK(core.state_bits == 20);
    CHECK(core.scan == ScanPolicy::touched);
    CHECK(core.area_mm2 == 0.25);
    CHECK(core.dynamic_weights);
    CHECK(result.machine.sync.time(3).value == Approx(100e-9));
    CHECK(result.machine.sync.time(9).value == Approx(250e-9));
    CHECK(result.machine.sync.energy.value == 9);
    CHECK(result.machine.technology.clock.value == 5e8);
    CHECK(result.machine.off_chip->name == "dram");
    CHECK(result.machine.off_chip->write_bandwidth.value == 32);
    CHECK(result.machine.off_chip->write_energy_pj_per_bit == 9);
    CHECK(result.row("off_chip.size_bits").evidence == "default");
    CHECK(result.row("sync.time_ns_by_tiles").value == "1: 100, 4: 250 ns");
    const Mesh& m = *result.machine.interconnect.mesh;
    CHECK(m.cores_per_tile == 3);
    CHECK(m.energy_y.value == 2);
    CHECK(m.time_x.value == Approx(3e-9));
    CHECK(m.link_bandwidth.value == 5);
    CHECK(m.packet_bits == 64);
    CHECK(m.multicast);
}

TEST_CASE("Without a number of cores the mesh decides") {
    std::string text = std::string(least) + mesh;
    text.replace(text.find("  cores: 6\n"), 11, "");
    const Result result = read(text);
    REQUIRE(result.errors.empty());
    CHECK(result.machine.core_count() == 6);
    CHECK(result.row("event_driven.cores").evidence == "derived");
}

TEST_CASE("Event-driven cores may be joined by links and buses") {
    std::string text = least;
    text.replace(text.find("cores: 6"), 8, "cores: 3");
    const Result result = read(text + R"(
off_chip: {name: dram, size_bits: 0, read_bandwidth_bits_per_cycle: 64,
           write_bandwidth_bits_per_cycle: 64, read_energy_pj_per_bit: 8,
           write_energy_pj_per_bit: 8}
interconnect:
  links:
    - {from: 0, to: 1, bandwidth_bits_per_cycle: 32, energy_pj_per_bit: 0.5}
    - {from: off_chip, to: 2, bandwidth_bits_per_cycle: 64}
  buses:
    - {cores: [0, 2], bandwidth_bits_per_cycle: 16, energy_pj_per_bit: 1}
)");
    REQUIRE(result.errors.empty());
    using plexus::core::Bandwidth;
    CHECK(result.machine.interconnect.links ==
          std::vector<Link>{{0, 1, 0, Bandwidth(32), 0.5},
                            {Interconnect::off_chip, 2, 1, Bandwidth(64), 0},
                            {0, 2, 2, Bandwidth(16), 1},
                            {2, 0, 2, Bandwidth(16), 1}});
    CHECK(result.machine.interconnect.route(2, 1)->size() == 2);
    CHECK(result.row("interconnect.links[1].energy_pj_per_bit").evidence == "default");
}

TEST_CASE("A hardware knob replaces a constant and its source by a plain number") {
    const Result base = preset_with("event_driven.lanes", "1");
    REQUIRE(base.errors.empty());
    CHECK(base.row("event_driven.lanes").source == "given without a source");
    CHECK(base.row("event_driven.neurons").evidence == "published");

    const Result smaller = preset_with("event_driven.synaptic_memory_bits", "524288");
    REQUIRE(smaller.errors.empty());
    CHECK(core_of(smaller).synaptic_memory.value == 524288);
    CHECK(content_hash(smaller.machine) != content_hash(base.machine));

    const Result wider = preset_with("interconnect.mesh.width", "8");
    REQUIRE(wider.errors.empty());
    CHECK(wider.machine.core_count() == 128);

    for (const char* const path : {"event_driven.neurons",
                                   "event_driven.axons_in",
                                   "event_driven.synapse_op.energy_pj",
                                   "event_driven.soma_access.time_ns",
                                   "interconnect.mesh.height",
                                   "interconnect.mesh.link_bandwidth_bits_per_cycle",
                                   "technology.clock_mhz",
                                   "technology.static_core_mw",
                                   "off_chip.read_bandwidth_bits_per_cycle",
                                   "off_chip.read_energy_pj_per_bit",
                                   "sync.energy_pj"}) {
        INFO(path);
        const Result changed = preset_with(path, "7");
        CHECK(changed.errors.empty());
        CHECK(content_hash(changed.machine) != content_hash(base.machine));
    }
    CHECK(core_of(preset_with("event_driven.scan", "touched")).scan == ScanPolicy::touched);
    CHECK_FALSE(core_of(preset_with("event_driven.dynamic_weights", "false")).dynamic_weights);
}

namespace {

/// `least` with further keys of the section, and a mesh.
Result with(const std::string& keys) {
    return read(std::string(least) + keys + mesh);
}

std::string first_error(const Result& result) {
    return result.errors.empty() ? "" : to_string(result.errors.front());
}

}  // namespace

TEST_CASE("Limits, formats, coding and digital units of an event-driven core are read") {
    const Result result = with(R"(
  prices: per_term
  weight_bits: 4
  index_bits: 7
  pointer_bits: 12
  fan_in: 256
  fan_out: 1024
  state_ways: 8
  reusable: false
  formats: {dense: {energy_pj: 35.5, time_ns: 3.8}, csr: {}}
  coding: {kind: rate, window: 16, mean_rate: 0.25}
  neuron_operators: [elementwise, reduction]
  units: [{name: vector, operators: [softmax, normalisation], energy_pj: 1.5, time_ns: 2}]
)");
    INFO(first_error(result));
    REQUIRE(result.errors.empty());
    const EventDrivenCore& core = core_of(result);
    CHECK(core.prices == PriceStyle::per_term);
    CHECK(core.weight_bits == 4);
    CHECK(core.index_bits == 7);
    CHECK(core.pointer_bits == 12);
    CHECK(core.fan_in == 256);
    CHECK(core.fan_out == 1024);
    CHECK(core.state_ways == 8);
    CHECK_FALSE(core.reusable);
    REQUIRE(core.formats.size() == 2);
    CHECK(core.formats[0].format == SynapseFormat::dense);
    CHECK(core.formats[0].operation.energy.value == 35.5);
    CHECK(core.formats[1].format == SynapseFormat::csr);
    CHECK(core.formats[1].operation == core.synapse_op);
    CHECK(core.coding == Coding{CodingKind::rate, 16, 0.25, 1});
    CHECK(core.neuron_operators == std::vector<std::string>{"elementwise", "reduction"});
    REQUIRE(core.units.size() == 1);
    CHECK(core.units[0].name == "vector");
    CHECK(core.units[0].operators == std::vector<std::string>{"softmax", "normalisation"});
    CHECK(core.units[0].operation.energy.value == 1.5);
    CHECK(core.units[0].operation.time.value == Approx(2e-9));
    CHECK(core_of(with("  coding: {kind: delta, changed: 0.125}\n")).coding.changed == 0.125);
    CHECK(core_of(with("  coding: {kind: graded}\n")).coding == Coding{});
}

TEST_CASE("A price that nobody published counts nothing and says so") {
    std::string text = std::string(least) + mesh;
    text.replace(
        text.find("{energy_pj: 4, time_ns: 3.7}"),
        28,
        "{energy_pj: {value: unknown, source: looked for in the paper}, time_ns: unknown}");
    const Result result = read(text);
    INFO(first_error(result));
    REQUIRE(result.errors.empty());
    CHECK(core_of(result).soma_update == EventCost{});
    const auto row = result.row("event_driven.soma_update.energy_pj");
    CHECK(row.value == "not counted");
    CHECK(row.evidence == "unknown");
    CHECK(row.source == "looked for in the paper");
    CHECK(result.row("event_driven.soma_update.time_ns").evidence == "unknown");
    text.replace(text.find("neurons: 128"), 12, "neurons: unknown");
    REQUIRE(read(text).errors.empty());
    CHECK(core_of(read(text)).neurons == 0);
    CHECK(read(text).row("event_driven.neurons").value == "not limited");
}

TEST_CASE("An all-in price stands alone") {
    const std::string all_in = R"(
event_driven:
  cores: 6
  neurons: 128
  synaptic_memory_bits: 65536
  prices: all_in
  synapse_op: {energy_pj: 26, time_ns: 3}
  spike_out: {time_ns: 30}
)";
    const Result result = read(all_in + mesh);
    CHECK(result.errors.size() == 2);  // the energies of the hops
    CHECK(first_error(result).find("counted twice") != std::string::npos);
    std::string quiet = mesh;
    quiet.replace(quiet.find("energy_x_pj: 3"), 14, "energy_x_pj: 0");
    quiet.replace(quiet.find("energy_y_pj: 4"), 14, "energy_y_pj: 0");
    const Result good = read(all_in + quiet);
    INFO(first_error(good));
    REQUIRE(good.errors.empty());
    CHECK(core_of(good).prices == PriceStyle::all_in);
    CHECK(core_of(good).synapse_op.energy.value == 26);
    CHECK(core_of(good).spike_out.time.value == Approx(30e-9));
    CHECK(core_of(good).soma_access == EventCost{});
    CHECK(read(all_in + "  soma_access: {energy_pj: 1, time_ns: 2}\n" + quiet).errors.size() == 1);
    CHECK(read(all_in + quiet + "technology: {static_core_mw: 1}\n").errors.size() == 1);
    CHECK(read(all_in + quiet + "sync: {time_ns_by_tiles: {1: 5}, energy_pj: 2}\n").errors.size() ==
          1);
}

TEST_CASE("Chips stand side by side along the mesh") {
    const std::string chips = std::string(least) + mesh +
                              "    chips: {count: 3, energy_pj: 100, time_ns: 50, "
                              "link_bandwidth_bits_per_cycle: 4}\n"
                              "technology: {static_chip_mw: 2}\n";
    const Result result = read(chips);
    INFO(first_error(result));
    REQUIRE(result.errors.empty());
    const Mesh& m = *result.machine.interconnect.mesh;
    CHECK(m.chips == 3);
    CHECK(m.chip_width() == 1);
    CHECK(m.chip_energy.value == 100);
    CHECK(m.chip_time.value == Approx(50e-9));
    CHECK(m.chip_bandwidth.value == 4);
    CHECK(result.machine.technology.static_chip.value == Approx(6e-3));
}

}  // namespace test_event_driven
