// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "catch.hpp"
#include "machines.hpp"

namespace test_single_core {

using namespace plexus::hardware;
using machines::read;
using machines::Result;

namespace {

/// A core as ZigZag files of 2025 write it; `latency` and `area` of rf_w are left out on purpose.
const char* const modern = R"(
name: tiny
operational_array:
  unit_energy: 0.04
  unit_area: 1
  dimensions: [D1, D2]
  sizes: [4, 8]
  input_precision: [8, 4]
  operation_cycles: {Exp: {value: 4, source: bench}, SiLU: 2.5}
memories:
  rf_w:
    size: 8
    r_cost: 0.01
    w_cost: 0.02
    area: 0
    latency: 0
    auto_cost_extraction: False
    operands: [I2]
    ports:
      - {name: r_port_1, type: read, bandwidth_min: 8, bandwidth_max: 8, allocation: ["I2, tl"]}
      - {name: w_port_1, type: write, bandwidth_min: 8, bandwidth_max: 8, allocation: ["I2, fh"]}
    served_dimensions: []
  sram:
    size: 65536
    r_cost: 10
    w_cost: 12
    area: 0.5
    latency: 1
    mem_type: sram
    operands: [I1, O]
    ports:
      - name: r_port_1
        type: read
        bandwidth_min: 64
        bandwidth_max: 256
        allocation: ["I1, tl", "O, tl", "O, th"]
      - name: w_port_1
        type: write
        bandwidth_min: 32
        bandwidth_max: 128
        allocation: ["I1, fh", "O, fh", "O, fl"]
    served_dimensions: [D1, D2]
  dram:
    size: 10000000000
    r_cost: 700
    w_cost: 750
    area: 0
    latency: 1
    mem_type: dram
    operands: [I1, I2, O]
    ports:
      - name: rw_port_1
        type: read_write
        bandwidth_min: 64
        bandwidth_max: 64
        allocation: ["I1, fh", "I1, tl", "I2, fh", "I2, tl", "O, fh", "O, tl", "O, fl", "O, th"]
    served_dimensions: [D1, D2]
dataflows:
  D1: ["K, 4"]
  D2: [C, 8]
)";

/// The same machine in the older spelling.
const char* const legacy = R"(
name: tiny
multipliers:
  multiplier_energy: 0.04
  multiplier_area: 1
  dimensions: [D1, D2]
  sizes: [4, 8]
  input_precision: [8, 4]
  operation_cycles: {Exp: 4, SiLU: 2.5}
memories:
  rf_w:
    size: 8
    r_bw: 8
    w_bw: 8
    r_cost: 0.01
    w_cost: 0.02
    area: 0
    r_port: 1
    w_port: 1
    rw_port: 0
    latency: 0
    auto_cost_extraction: False
    operands: [I2]
    ports:
      - fh: w_port_1
        tl: r_port_1
    served_dimensions: []
  sram:
    size: 65536
    r_bw: 256
    w_bw: 128
    min_r_granularity: 64
    min_w_granularity: 32
    r_cost: 10
    w_cost: 12
    area: 0.5
    latency: 1
    operands: [I1, O]
    ports:
      - fh: w_port_1
        tl: r_port_1
      - fh: w_port_1
        tl: r_port_1
        fl: w_port_1
        th: r_port_1
    served_dimensions: [D1, D2]
  dram:
    size: 10000000000
    r_bw: 64
    w_bw: 64
    r_cost: 700
    w_cost: 750
    area: 0
    r_port: 0
    w_port: 0
    rw_port: 1
    latency: 1
    mem_type: dram
    operands: [I1, I2, O]
    ports:
      - fh: rw_port_1
        tl: wr_port_1
      - fh: rw_port_1
        tl: rw_port_1
      - fh: rw_port_1
        tl: rw_port_1
        fl: rw_port_1
        th: rw_port_1
    served_dimensions: [D1, D2]
dataflows:
  D1: ["K, 4"]
  D2: ["C, 8"]
)";

void sort_ports(Architecture& machine) {
    for (Memory& memory : std::get<DataflowCore>(machine.core_types[0].kind).memories) {
        std::sort(memory.ports.begin(), memory.ports.end());
        for (Port& port : memory.ports) {
            std::sort(port.uses.begin(), port.uses.end());
        }
    }
}

}  // namespace

TEST_CASE("A ZigZag accelerator is read with all its fields") {
    const Result result = read(modern);
    REQUIRE(result.errors.empty());
    const Architecture& machine = result.machine;
    REQUIRE(machine.core_count() == 1);
    CHECK(machine.name == "tiny");
    CHECK(machine.core(0).name == "tiny");
    REQUIRE_FALSE(machine.core(0).event_driven());
    const auto& core = std::get<DataflowCore>(machine.core(0).kind);
    CHECK(core.array.dimensions == std::vector<std::string>{"D1", "D2"});
    CHECK(core.array.sizes == std::vector<std::int64_t>{4, 8});
    CHECK(core.array.units() == 32);
    CHECK(core.array.unit_energy.value == 0.04);
    CHECK(core.array.unit_area == 1);
    CHECK(core.array.input_precision_bits == std::vector<std::int64_t>{8, 4});
    CHECK(core.array.cycles_of("Exp") == 4);
    CHECK(core.array.cycles_of("SiLU") == 2.5);
    CHECK(core.array.cycles_of("Add") == 1);
    CHECK_FALSE(core.array.is_imc);
    CHECK(core.dataflows.at("D1") == std::vector<std::string>{"K, 4"});
    CHECK(core.dataflows.at("D2") == std::vector<std::string>{"C, 8"});
    REQUIRE(core.memories.size() == 3);
    const Memory& sram = core.memories[1];
    CHECK(sram.name == "sram");
    CHECK(sram.size.value == 65536);
    CHECK(sram.read_cost.value == 10);
    CHECK(sram.write_cost.value == 12);
    CHECK(sram.area == 0.5);
    CHECK(sram.latency_cycles == 1);
    CHECK(sram.operands == std::vector<std::string>{"I1", "O"});
    CHECK(sram.served_dimensions == std::vector<std::string>{"D1", "D2"});
    REQUIRE(sram.ports.size() == 2);
    CHECK(sram.ports[0].type == PortType::read);
    CHECK(sram.ports[0].bandwidth_min.value == 64);
    CHECK(sram.ports[0].bandwidth_max.value == 256);
    CHECK(sram.ports[0].uses == std::vector<PortUse>{{"I1", Transfer::to_low},
                                                     {"O", Transfer::to_low},
                                                     {"O", Transfer::to_high}});
    CHECK(sram.ports[1].uses == std::vector<PortUse>{{"I1", Transfer::from_high},
                                                     {"O", Transfer::from_high},
                                                     {"O", Transfer::from_low}});
    CHECK(core.memories[0].latency_cycles == 0);
    CHECK(core.memories[2].type == "dram");
}

TEST_CASE("The older spelling of ZigZag describes the same machine") {
    Result old_form = read(legacy);
    Result new_form = read(modern);
    REQUIRE(old_form.errors.empty());
    REQUIRE(new_form.errors.empty());
    sort_ports(old_form.machine);
    sort_ports(new_form.machine);
    CHECK(old_form.machine.core_types == new_form.machine.core_types);
    CHECK(old_form.machine.off_chip == new_form.machine.off_chip);
    CHECK(content_hash(old_form.machine) == content_hash(new_form.machine));
}

TEST_CASE("The outermost memory that holds all operands is the off-chip memory") {
    const Result result = read(modern);
    REQUIRE(result.machine.off_chip);
    CHECK(result.machine.off_chip->name == "dram");
    CHECK(result.machine.off_chip->size.value == 10000000000);
    CHECK(result.machine.off_chip->read_bandwidth.value == 64);
    CHECK(result.machine.off_chip->read_energy_pj_per_bit == Approx(10.9375));
    CHECK(result.machine.off_chip->write_energy_pj_per_bit == Approx(11.71875));
    CHECK(result.row("off_chip").evidence == "derived");

    const Result given = read(std::string(modern) + R"(
off_chip:
  name: hbm
  size_bits: 8000
  read_bandwidth_bits_per_cycle: 512
  write_bandwidth_bits_per_cycle: 256
  read_energy_pj_per_bit: 3.9
  write_energy_pj_per_bit: 4.1
)");
    REQUIRE(given.errors.empty());
    CHECK(given.machine.off_chip->name == "hbm");
    CHECK(given.machine.off_chip->read_bandwidth.value == 512);
    CHECK(given.machine.off_chip->write_energy_pj_per_bit == 4.1);
}

TEST_CASE("A ZigZag file without a technology gets defaults, one warning and rows of provenance") {
    const Result result = read(modern);
    CHECK(result.machine.technology.clock.value == 1e9);
    CHECK(result.machine.technology.static_core.value == 0);
    REQUIRE(result.warnings.size() == 1);
    CHECK(result.warnings[0].message.find("technology.clock_mhz") != std::string::npos);
    CHECK(result.row("technology.clock_mhz").evidence == "default");
    CHECK(result.row("technology.clock_mhz").value == "1000 MHz");
    CHECK(result.row("*").source == "given without a source");

    const Result given = read(std::string(modern) +
                              "technology: {clock_mhz: 250, node_nm: 7, voltage_v: 0.8,"
                              " static_core_mw: 3, static_chip_mw: 5}\n");
    REQUIRE(given.errors.empty());
    CHECK(given.warnings.empty());
    CHECK(given.machine.technology.clock.value == 250e6);
    CHECK(given.machine.technology.node_nm == 7);
    CHECK(given.machine.technology.voltage_v == 0.8);
    CHECK(given.machine.technology.static_core.value == Approx(3e-3));
    CHECK(given.machine.technology.static_chip.value == Approx(5e-3));
}

TEST_CASE("A price may carry its source in the ZigZag dialect too") {
    std::string text = modern;
    text.replace(
        text.find("r_cost: 10\n"), 11, "r_cost: {value: 10, source: table, evidence: simulated}\n");
    const Result result = read(text + "sources: {table: CACTI 7 at 28 nm}\n");
    REQUIRE(result.errors.empty());
    const auto row = result.row("memories.sram.r_cost");
    CHECK(row.value == "10 pJ");
    CHECK(row.source == "CACTI 7 at 28 nm");
    CHECK(row.evidence == "simulated");
    CHECK(read(modern).machine.core_types == result.machine.core_types);
}

TEST_CASE("A legacy port beyond the declared number is a warning, as in files that are about") {
    std::string text = legacy;
    text.replace(text.find("rw_port: 1\n"), 11, "rw_port: 0\n");
    const Result result = read(text);
    REQUIRE(result.errors.empty());
    const bool warned =
        std::any_of(result.warnings.begin(), result.warnings.end(), [](const auto& warning) {
            return warning.path == "memories.dram.rw_port";
        });
    CHECK(warned);
}

TEST_CASE("An in-memory array is read and checked") {
    const std::string imc = R"(
name: imc
operational_array:
  is_imc: True
  imc_type: analog
  input_precision: [8, 4]
  bit_serial_precision: 2
  adc_resolution: 8
  dimensions: [D1, D2]
  sizes: [32, 32]
memories:
  cells:
    {size: 8, r_cost: 0, w_cost: 0.095, area: 0, latency: 0, operands: [I2],
     r_bw: 8, w_bw: 8, ports: [{fh: rw_port_1, tl: rw_port_1}], served_dimensions: []}
  sram:
    {size: 65536, r_cost: 1, w_cost: 1, area: 0, latency: 1, operands: [I1, O],
     r_bw: 64, w_bw: 64,
     ports: [{fh: w_port_1, tl: r_port_1},
             {fh: w_port_1, tl: r_port_1, fl: w_port_1, th: r_port_1}],
     served_dimensions: [D1, D2]}
)";
    const Result result = read(imc);
    REQUIRE(result.errors.empty());
    const auto& array = std::get<DataflowCore>(result.machine.core(0).kind).array;
    CHECK(array.is_imc);
    CHECK(array.imc_type == "analog");
    CHECK(array.adc_resolution_bits == 8);
    CHECK(array.bit_serial_precision_bits == 2);
    CHECK_FALSE(result.machine.off_chip);

    const auto broken = [&imc](const std::string& from, const std::string& to) {
        std::string text = imc;
        text.replace(text.find(from), from.size(), to);
        return read(text).errors;
    };
    CHECK(broken("imc_type: analog", "imc_type: digital").size() == 1);  // has an ADC
    CHECK(broken("bit_serial_precision: 2", "bit_serial_precision: 3").size() == 1);
    CHECK(broken("bit_serial_precision: 2", "bit_serial_precision: 16").size() == 1);
    CHECK(broken("  cells:", "  weights:").size() == 1);
    CHECK(broken("{size: 8,", "{size: 6,").size() == 1);
    CHECK(broken("is_imc: True", "is_imc: False").size() >= 1);
}

}  // namespace test_single_core
