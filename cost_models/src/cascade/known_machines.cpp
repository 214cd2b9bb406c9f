// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/cascade/known.hpp"

namespace plexus::cost_models::cascade {

namespace {

constexpr double bits_per_byte = 8;
constexpr double mega = 1024.0 * 1024.0 * bits_per_byte;

Level memory(const char* name, double read_pj, double write_pj) {
    Level level;
    level.name = name;
    level.read_energy_pj = read_pj;
    level.write_energy_pj = write_pj;
    return level;
}

Fanout array_side(const char* name, Role only_without) {
    return {.name = name, .size = 128, .shares = {true, true, true}, .only_without = only_without};
}

Compute unit(const char* name, Work work, double energy_pj, double rate, std::size_t levels) {
    return {.name = name,
            .work = work,
            .energy_pj = energy_pj,
            .rate = rate,
            .levels = levels,
            .fanouts = {}};
}

}  // namespace

Machine tpu_v4i_like() {
    Machine machine;
    machine.name = "tpu_v4i_like";
    machine.source =
        "Jouppi et al., ISCA 2021 and 2023 (capacities, bandwidths, clock, energies at 7 nm), as "
        "AccelForge's tpu_v4i gives them";
    Level dram = memory("MainMemory", 7.03, 7.03);
    dram.read_bandwidth = dram.write_bandwidth = 614e9 * bits_per_byte;
    Level global = memory("GlobalBuffer", 1.88, 2.36);
    global.size_bits = 128 * mega;
    global.read_bandwidth = 2048e9 * bits_per_byte;
    global.write_bandwidth = 1024e9 * bits_per_byte;
    global.separate_ports = true;
    Level local = memory("LocalBuffer", 0.249, 0.293);
    local.size_bits = 4 * mega;
    local.keep = {Keep::must, Keep::never, Keep::must};
    local.fanouts = {{.name = "Z", .size = 4, .only_without = {}}};
    Level registers = memory("Register", 0, 0);
    registers.size_values = 1;
    registers.keep = {Keep::never, Keep::must, Keep::never};
    registers.fanouts = {array_side("reuse_input", Role::input),
                         array_side("reuse_output", Role::output)};
    machine.levels = {dram, global, local, registers};
    constexpr double clock = 1.05e9;
    machine.units = {unit("ScalarUnit", Work::vector, 0, 128 * clock, 3),
                     unit("MAC", Work::multiply_accumulate, 0.084, clock, 4)};
    return machine;
}

Machine unit_cost_machine() {
    Machine machine;
    machine.name = "unit_cost";
    machine.source = "AccelForge's simple architecture";
    machine.levels = {memory("MainMemory", 1, 1), memory("GlobalBuffer", 1, 1)};
    machine.units = {unit("MAC", Work::multiply_accumulate, 1, 1, 2),
                     unit("MAC", Work::vector, 1, 1, 2)};
    return machine;
}

Machine traffic_machine(double on_chip_bits) {
    Machine machine;
    machine.name = "traffic";
    machine.source = "only off-chip bits count (Huang et al., Mind the Gap, ISCA 2024)";
    machine.levels = {memory("MainMemory", 1, 1), memory("GlobalBuffer", 0, 0)};
    machine.levels[1].size_bits = on_chip_bits;
    machine.levels[1].keep = {Keep::must, Keep::must, Keep::must};
    machine.units = {unit("MAC", Work::multiply_accumulate, 0, unlimited, 2),
                     unit("MAC", Work::vector, 0, unlimited, 2)};
    return machine;
}

}  // namespace plexus::cost_models::cascade
