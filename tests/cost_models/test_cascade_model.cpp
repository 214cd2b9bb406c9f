// SPDX-License-Identifier: Apache-2.0
// The costs of the worked example in docs/models/cascade_fusion.md, by hand.
#include "plexus/cost_models/cascade/cost.hpp"

#include "catch.hpp"

namespace test_cascade_model {

using namespace plexus::cost_models::cascade;

namespace {

constexpr auto storage = Node::Kind::storage;

/// B[m,n] = A[m,k] V[k,n], then C[m,p] = B[m,n] W[n,p].
Cascade chain() {
    Cascade cascade;
    cascade.name = "chain";
    for (const char* name : {"A", "V", "B", "W", "C"})
        cascade.tensors.push_back({.name = name, .bits = 8, .intermediate = name[0] == 'B'});
    for (std::size_t e = 0; e < 2; ++e)
        cascade.einsums.push_back({.name = e == 0 ? "first" : "second",
                                   .ranks = {{"m", 4}, {"k", 2}, {"n", 2}},
                                   .uses = {{2 * e, Role::input, {0, 1}},
                                            {2 * e + 1, Role::weight, {1, 2}},
                                            {2 * e + 2, Role::output, {0, 2}}}});
    return cascade;
}

Machine machine(double sram_bits) {
    Machine machine;
    machine.levels.resize(2);
    machine.levels[0].name = "dram";
    machine.levels[0].read_energy_pj = 10;
    machine.levels[0].write_energy_pj = 12;
    machine.levels[0].read_bandwidth = machine.levels[0].write_bandwidth = 4;
    machine.levels[1].name = "sram";
    machine.levels[1].size_bits = sram_bits;
    machine.levels[1].read_energy_pj = 1;
    machine.levels[1].write_energy_pj = 2;
    machine.levels[1].read_bandwidth = 64;
    machine.levels[1].write_bandwidth = 32;
    machine.levels[1].separate_ports = true;
    Compute unit;
    unit.name = "mac";
    unit.energy_pj = 0.5;
    unit.levels = 2;
    machine.units = {unit};
    return machine;
}

Node off(std::size_t use) {
    return {.kind = storage, .use = use, .level = 0};
}
Node on(std::size_t use) {
    return {.kind = storage, .use = use, .level = 1};
}
Node loop(std::size_t rank, std::int64_t factor) {
    return {.rank = rank, .factor = factor};
}

/// B is cut in two along m and stays on chip.
FusedMapping fused() {
    return {
        .einsums = {{{off(0), off(1), loop(0, 2), on(2), loop(0, 2), loop(1, 2), loop(2, 2)}, 1},
                    {{off(1), off(2), loop(0, 2), on(0), loop(0, 2), loop(1, 2), loop(2, 2)}, 1}},
        .shared = {0, 1}};
}

FusedMapping unfused() {
    const EinsumMapping each{{off(0), off(1), off(2), loop(0, 4), loop(1, 2), loop(2, 2)}, 0};
    return {.einsums = {each, each}, .shared = {0, 0}};
}

}  // namespace

TEST_CASE("a fused chain costs what it costs by hand", "[cascade]") {
    const CascadeCost cost = evaluate(chain(), machine(32), fused());
    CHECK(cost.violations.empty());
    // A and V are read 16 times each: 256 bits. B is written 16 times, read back 8 times.
    CHECK(cost.einsums[0].energy.value == Approx(256 * 10 + 64 * 1 + 128 * 2 + 16 * 0.5));
    CHECK(cost.einsums[0].latency.value == Approx(256.0 / 4));
    CHECK(cost.einsums[0].level_time[1].value == Approx(128.0 / 32));
    CHECK(cost.einsums[0].compute_time.value == Approx(16));
    // W 16 reads; C 16 writes and 8 reads, all off chip; B 16 reads on chip.
    CHECK(cost.einsums[1].energy.value == Approx(192 * 10 + 128 * 12 + 128 * 1 + 16 * 0.5));
    CHECK(cost.einsums[1].latency.value == Approx((192.0 + 128) / 4));
    CHECK(cost.energy.value == Approx(6480));
    CHECK(cost.latency.value == Approx(144));
    CHECK(energy_delay(cost) == Approx(6480.0 * 144));
    CHECK(cost.off_chip_bits == Approx(576));
    CHECK(cost.peak_on_chip_bits == Approx(32));
}

TEST_CASE("the same chain with B off chip", "[cascade]") {
    const CascadeCost cost = evaluate(chain(), machine(32), unfused());
    CHECK(cost.violations.empty());
    CHECK(cost.energy.value == Approx(9488));
    CHECK(cost.latency.value == Approx(224));
    CHECK(cost.peak_on_chip_bits == Approx(0));
}

TEST_CASE("a tile that is fetched again brings its partial sums", "[cascade]") {
    // C[m] = A[m,k] W[k] with C's tile on chip inside a loop over k.
    Cascade cascade;
    for (const char* name : {"A", "W", "C"})
        cascade.tensors.push_back({.name = name});
    cascade.einsums.push_back(
        {.name = "mv",
         .ranks = {{"m", 2}, {"k", 4}},
         .uses = {{0, Role::input, {0, 1}}, {1, Role::weight, {1}}, {2, Role::output, {0}}}});
    const EinsumCost cost =
        evaluate(cascade,
                 0,
                 machine(1024),
                 {{off(0), off(1), off(2), loop(1, 2), on(2), loop(1, 2), loop(0, 2)}, 0});
    REQUIRE(cost.traffic.size() == 4);
    const Traffic& tile = cost.traffic[0];
    CHECK(tile.level == 1);
    CHECK(tile.tile == 2);
    CHECK(tile.reads == (8 - 2) + 4);   // Partial sums but the first, and two write-backs.
    CHECK(tile.writes == 8 + (4 - 2));  // Sums, and the second fetch.
    const Traffic& dram = cost.traffic[1];
    CHECK(dram.level == 0);
    CHECK(dram.use == 2);
    CHECK(dram.reads == 2);
    CHECK(dram.writes == 4);
}

TEST_CASE("instances share values only if the fan-out lets them", "[cascade]") {
    Cascade cascade = chain();
    cascade.einsums.pop_back();
    Machine spread = machine(1024);
    spread.units[0].fanouts = {{.name = "lanes", .size = 2, .only_without = {}}};
    const EinsumMapping mapping{{off(0),
                                 off(1),
                                 off(2),
                                 loop(0, 4),
                                 loop(1, 2),
                                 {.kind = Node::Kind::spatial, .level = 2, .rank = 2, .factor = 2}},
                                0};
    CHECK(evaluate(cascade, 0, spread, mapping).traffic[2].reads == 16);  // A, once per lane.
    CHECK(evaluate(cascade, 0, spread, mapping).compute_time.value == Approx(8));
    spread.units[0].fanouts[0].shares = {true, false, false};
    CHECK(evaluate(cascade, 0, spread, mapping).traffic[2].reads == 8);  // Once for both.
    spread.units[0].fanouts[0].only_without = Role::weight;
    CHECK(evaluate(cascade, 0, spread, mapping).violations.size() == 1);
    spread.units[0].fanouts[0] = {.name = "lane", .size = 1, .only_without = {}};
    CHECK(evaluate(cascade, 0, spread, mapping).violations.size() == 1);
}

TEST_CASE("mappings that do not fit are infeasible with the reason", "[cascade]") {
    CHECK(evaluate(chain(), machine(31), fused()).violations.size() == 1);

    FusedMapping apart = fused();
    apart.shared = {0, 0};  // B would be gone when it is read.
    CHECK_FALSE(evaluate(chain(), machine(32), apart).violations.empty());

    FusedMapping other = fused();
    other.einsums[1].nodes[2].factor = 4;
    other.einsums[1].nodes[4].factor = 1;
    CHECK_FALSE(evaluate(chain(), machine(32), other).violations.empty());

    FusedMapping crossed = fused();  // The second einsum cuts the other axis of B.
    crossed.einsums[1].nodes[2] = loop(1, 2);
    crossed.einsums[1].nodes[4] = loop(0, 4);
    crossed.einsums[1].nodes[5] = loop(1, 1);
    CHECK_FALSE(evaluate(chain(), machine(32), crossed).violations.empty());

    FusedMapping short_of = unfused();
    short_of.einsums[0].nodes[3].factor = 2;
    CHECK(evaluate(chain(), machine(32), short_of).violations.size() == 1);

    FusedMapping early = unfused();  // Off chip, but read inside the loop that makes it.
    early.einsums[0].fused_loops = early.einsums[1].fused_loops = 1;
    early.shared = {0, 1};
    CHECK_FALSE(evaluate(chain(), machine(32), early).violations.empty());
}

TEST_CASE("a copy moves its tensor once, or not at all", "[cascade]") {
    Cascade cascade;
    cascade.tensors = {{.name = "in"}, {.name = "kept", .intermediate = true}};
    cascade.einsums.push_back({.name = "copy",
                               .ranks = {{"m", 4}},
                               .uses = {{0, Role::input, {0}}, {1, Role::output, {0}}},
                               .copy = true});
    const EinsumCost stays = evaluate(cascade, 0, machine(32), {{off(0), off(1), loop(0, 4)}, 0});
    CHECK(stays.energy.value == 0);
    CHECK(stays.latency.value == 0);
    const EinsumCost moves = evaluate(cascade, 0, machine(32), {{off(0), on(1), loop(0, 4)}, 0});
    CHECK(moves.energy.value == Approx(32 * 10 + 32 * 2));
    CHECK(moves.latency.value == Approx(32.0 / 4));
}

TEST_CASE("what is wrong with a cascade or a machine is said", "[cascade]") {
    CHECK(chain().faults().empty());
    Cascade twice = chain();
    twice.einsums[0].uses[0].ranks = {0, 0};
    CHECK(twice.faults().size() == 1);
    Cascade backwards = chain();
    std::swap(backwards.einsums[0], backwards.einsums[1]);
    CHECK(backwards.faults().size() == 1);
    Cascade shape = chain();
    shape.einsums[1].ranks[1].size = 3;
    CHECK(shape.faults().size() == 1);
    Cascade missing = chain();
    missing.tensors.pop_back();
    CHECK(missing.faults().size() == 1);
    Cascade empty = chain();
    empty.einsums[0].ranks[0].size = 0;
    CHECK_FALSE(empty.faults().empty());

    CHECK(machine(32).faults().empty());
    CHECK(machine(0).faults().size() == 1);
    CHECK(Machine{}.faults().size() == 2);
    Machine deep = machine(32);
    deep.units[0].levels = 3;
    CHECK(deep.faults().size() == 1);
    Machine fanned = machine(32);
    fanned.levels[1].fanouts = {{.name = "x", .only_without = {}}};
    CHECK(fanned.faults().size() == 1);
}

}  // namespace test_cascade_model
