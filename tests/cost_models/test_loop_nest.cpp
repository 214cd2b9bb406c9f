// SPDX-License-Identifier: Apache-2.0
// The loop-nest model on small cases worked out by hand.
#include <memory>

#include <rapidcheck/catch.h>

#include "plexus/workloads/load.hpp"

#include "../../cost_models/src/dataflow/hiding.hpp"
#include "../../cost_models/src/dataflow/unrolling.hpp"
#include "../../cost_models/src/dataflow/window_union.hpp"
#include "catch.hpp"
#include "loop_nest_fixture.hpp"

namespace test_loop_nest {

using namespace plexus;
using namespace plexus::cost_models::dataflow;
using namespace plexus::cost_models::dataflow::tests;

namespace {

const TransferCost& transfer(const LoopNestCost& cost, std::size_t o, std::size_t l, Direction d) {
    return cost.operands.at(o).levels.at(l).transfers.at(d);
}

double port_stall(const LoopNestCost& cost, const std::string& memory, const std::string& name) {
    for (const PortCost& p : cost.ports) {
        if (p.memory == memory && p.port == name) {
            return p.stall.value;
        }
    }
    FAIL("no port " << memory << "." << name);
    return 0;
}

bool names_rule(const LoopNestCost& cost, const std::string& rule) {
    return !cost.feasible() && cost.violations.front().rule.find(rule) != std::string::npos;
}

}  // namespace

// docs/models/dataflow.md, worked example: keep both equal.
TEST_CASE("energy of the worked example", "[dataflow]") {
    const auto cost = evaluate_mapping(gemm(4, 8, 8), worked_core(), worked_mapping());
    REQUIRE(cost.feasible());
    CHECK(cost.mac_energy.value == 256);
    // Accumulator: 64 cycles · 2 rows written; read back but for the first of 4 rounds of C.
    CHECK(transfer(cost, 0, 0, from_low).accesses == 128);
    CHECK(transfer(cost, 0, 0, to_low).accesses == 96);
    CHECK(transfer(cost, 0, 0, to_high).accesses == 16);
    CHECK(transfer(cost, 0, 0, from_high).accesses == 0);
    CHECK(transfer(cost, 0, 1, from_low).accesses == 4);
    CHECK(transfer(cost, 0, 1, to_low).accesses == 0);
    CHECK(transfer(cost, 0, 1, to_high).accesses == 4);
    CHECK(transfer(cost, 0, 2, from_low).accesses == 32);
    // Inputs change every cycle, weights every fourth.
    CHECK(transfer(cost, 1, 0, to_low).accesses == 16);
    CHECK(transfer(cost, 1, 0, from_high).accesses == 4);
    CHECK(transfer(cost, 1, 1, to_low).accesses == 32);
    CHECK(transfer(cost, 2, 0, to_low).accesses == 8);
    CHECK(transfer(cost, 2, 0, from_high).accesses == 8);
    CHECK(transfer(cost, 2, 1, to_low).accesses == 64);
    CHECK(cost.energy.value == Approx(7152.0).epsilon(1e-12));
    const auto zigzag =
        evaluate_mapping(gemm(4, 8, 8), worked_core(), worked_mapping(), Rules::zigzag);
    CHECK(transfer(zigzag, 0, 0, to_low).accesses == 128);
    CHECK(zigzag.energy.value == Approx(7155.2).epsilon(1e-12));
}

TEST_CASE("latency of the worked example", "[dataflow]") {
    const auto cost = evaluate_mapping(gemm(4, 8, 8), worked_core(), worked_mapping());
    CHECK(cost.ideal.value == 64);
    CHECK(cost.temporal.value == 64);
    CHECK(cost.operands[0].levels[0].double_buffered);
    CHECK(cost.operands[0].levels[0].effective_bits == 32);
    CHECK(cost.operands[0].levels[1].effective_bits == 64);
    CHECK(cost.operands[2].levels[0].effective_bits == 32);
    CHECK(transfer(cost, 0, 0, to_high).allowed.value == 16);
    CHECK(transfer(cost, 0, 0, to_high).real.value == 2);
    CHECK(port_stall(cost, "acc", "r2") == (2 - 16) * 3);
    // 63 loads of inputs and 15 of weights in 63 cycles.
    CHECK(port_stall(cost, "l1", "r") == 15);
    CHECK(cost.stall.value == 15);
    // DRAM to l1: all 32 + 64 cycles before the start; the last results 4 cycles after the end.
    CHECK(cost.onload.value == 96);
    CHECK(cost.offload.value == 6);
    CHECK(cost.latency.value == 181);
    CHECK(cost.utilisation == Approx(64.0 / 181));
    CHECK(cost.loads[1].shared.value == 64);

    const auto zigzag =
        evaluate_mapping(gemm(4, 8, 8), worked_core(), worked_mapping(), Rules::zigzag);
    CHECK(zigzag.stall.value == 14);
    CHECK(transfer(zigzag, 1, 1, to_low).loading.value == 6);  // below its 32
    CHECK(transfer(zigzag, 2, 1, to_low).loading.value == 38);
    CHECK(zigzag.onload.value == 44);
    CHECK(zigzag.offload.value == 8);
    CHECK(zigzag.latency.value == 130);
}

TEST_CASE("a memory that answers late delays each hop of the first loads once", "[dataflow]") {
    auto core = worked_core();
    core.memories[2].latency_cycles = 21;
    const auto cost = evaluate_mapping(gemm(4, 8, 8), core, worked_mapping());
    CHECK(cost.onload.value == 96 + 2 * 20);
    CHECK(cost.offload.value == 6 + 20);
    CHECK(evaluate_mapping(gemm(4, 8, 8), core, worked_mapping(), Rules::zigzag).latency.value ==
          130);
}

TEST_CASE("loops that do not index an operand merge into the level below", "[dataflow]") {
    // W does not depend on B: with B as the innermost loop of l1, weights wait at the array.
    auto mapping = worked_mapping();
    mapping.temporal.order = {{2, 4}, {0, 4}, {1, 4}};
    const auto cost = evaluate_mapping(gemm(4, 8, 8), worked_core(), mapping);
    CHECK(transfer(cost, 2, 0, to_low).transfers == 64);
    // C inside B: sums are complete after each round of C, only the array is partial.
    mapping.temporal.cuts[0] = {1, 3, 3};
    const auto inner = evaluate_mapping(gemm(4, 8, 8), worked_core(), mapping);
    CHECK(inner.operands[0].levels[0].elements == 1);
    CHECK(transfer(inner, 0, 0, to_high).transfers == 16);
    // Cut below C: it merges down into the accumulator all the same.
    mapping.temporal.cuts[0] = {0, 3, 3};
    CHECK(evaluate_mapping(gemm(4, 8, 8), worked_core(), mapping) == inner);
}

TEST_CASE("lanes that do not divide a loop are evened out", "[dataflow]") {
    const auto lane = [](std::int64_t size, std::vector<std::int64_t> factors, Rules rules) {
        SpatialMapping spatial;
        for (std::size_t i = 0; i < factors.size(); ++i) {
            spatial.dimensions.push_back({"D" + std::to_string(i + 1), {{"K", factors[i]}}});
        }
        std::vector<double> found;
        for (const Lane& l : even_out(gemm(1, size, 1), spatial, rules)) {
            found.push_back(l.factor);
        }
        return found;
    };
    CHECK(lane(1000, {32}, Rules::physical)[0] == Approx(31.25));
    CHECK(lane(1000, {32}, Rules::zigzag)[0] == Approx(31.25));
    CHECK(lane(3, {32}, Rules::physical)[0] == 3);
    // 197 = 99 rounds of 2, or 50 of 4.
    CHECK(lane(197, {2, 2}, Rules::zigzag)[0] == Approx(197.0 / 99));
    CHECK(lane(197, {2, 2}, Rules::zigzag)[1] == 2);
    CHECK(lane(197, {2, 2}, Rules::physical)[0] == Approx(197.0 / 100));
    CHECK(lane(28, {2, 4}, Rules::zigzag)[1] == Approx(3.5));
    CHECK(whole_lanes({{0, 0, 31.25}})[0].factor == 31);
    CHECK(temporal_sizes(gemm(1, 197, 5), {{{"D1", {{"K", 2}}}, {"D2", {{"K", 2}}}}}) ==
          std::vector<std::int64_t>{1, 50, 5});
}

TEST_CASE("elements under a window that slides", "[dataflow]") {
    const SlidingAxis dense{0, 1, 1, 1, 1000};
    CHECK(dense.span(56, 3) == 58);
    CHECK(dense.span(1, 3) == 3);
    const SlidingAxis strided{0, 1, 2, 1, 1000};
    CHECK(strided.span(4, 7) == 13);
    CHECK(strided.span(4, 1) == 4);  // a window of 1 skips every other element
    const SlidingAxis dilated{0, 1, 1, 2, 1000};
    CHECK(dilated.span(1, 3) == 3);
    CHECK(dilated.span(4, 3) == 8);  // 0 … 7
    CHECK(SlidingAxis{0, 1, 1, 1, 56}.span(56, 3) == 56);
    CHECK(dense.span(2.5, 3) == Approx(4.5));
}

TEST_CASE("hidden loads sink to a common level, but not below what must be there", "[dataflow]") {
    std::vector<Hidden> loads{{32, 32}, {64, 64}, {32, 4}};
    hide(loads, 79);
    CHECK(loads[0].cycles == 32);
    CHECK(loads[1].cycles == 64);
    CHECK(loads[2].cycles == 4);
    loads = {{10, 0}, {6, 0}, {9, 8}};
    hide(loads, 6);  // 10 → 5.5, 6 → 5.5, 9 → 8
    CHECK(loads[0].cycles == Approx(5.5));
    CHECK(loads[1].cycles == Approx(5.5));
    CHECK(loads[2].cycles == 8);
    hide(loads, 0);
    CHECK(loads[0].cycles == Approx(5.5));
    loads = {{32, 32}, {64, 64}, {32, 4}};
    hide_below_least(loads, 78);
    CHECK(loads[0].cycles == 6);
    CHECK(loads[1].cycles == 38);
    CHECK(loads[2].cycles == 6);
}

TEST_CASE("hiding uses all of the surplus it can", "[dataflow][property]") {
    rc::prop("what is hidden is the surplus, or all that may be hidden", [] {
        const int n = *rc::gen::inRange(0, 8);
        std::vector<Hidden> loads;
        double able = 0;
        double before = 0;
        for (int i = 0; i < n; ++i) {
            const double cycles = *rc::gen::inRange(0, 100);
            const double least = *rc::gen::inRange(0, 100);
            loads.push_back({cycles, least});
            able += std::max(0.0, cycles - least);
            before += cycles;
        }
        const double surplus = *rc::gen::inRange(0, 300);
        const auto old = loads;
        hide(loads, surplus);
        double after = 0;
        for (std::size_t i = 0; i < loads.size(); ++i) {
            RC_ASSERT(loads[i].cycles <= old[i].cycles);
            RC_ASSERT(loads[i].cycles >= std::min(old[i].cycles, old[i].least));
            after += loads[i].cycles;
        }
        RC_ASSERT(std::abs(before - after - std::min(able, surplus)) < 1e-9);
    });
}

TEST_CASE("unions of windows equal those counted cycle by cycle", "[dataflow][property]") {
    rc::prop("windows of nested periods", [] {
        const int n = *rc::gen::inRange(1, 6);
        std::vector<UpdateWindow> windows;
        std::vector<int> chain{1};
        for (int i = 0; i < 5; ++i) {
            chain.push_back(chain.back() * *rc::gen::inRange(1, 5));
        }
        const int total = chain.back();
        for (int i = 0; i < n; ++i) {
            const int period = chain[static_cast<std::size_t>(*rc::gen::inRange(0, 6))];
            windows.push_back({double(period), double(*rc::gen::inRange(1, period + 1))});
        }
        double all = 0;
        double before_last = 0;
        for (int t = 0; t < total; ++t) {
            bool open = false;
            bool early = false;
            for (const UpdateWindow& w : windows) {
                const bool now = t % int(w.period) < int(w.allowed);
                open = open || now;
                early = early || (now && t < total - int(w.period));
            }
            all += open ? 1 : 0;
            before_last += early ? 1 : 0;
        }
        auto copy = windows;
        RC_ASSERT(union_of_windows(copy, total) == all);
        RC_ASSERT(union_before_last(windows, total) == before_last);
    });
}

TEST_CASE("loads through half-shared ports add up", "[dataflow]") {
    using enum hardware::Transfer;
    auto core = worked_core();
    // Own write ports of l1, so that DRAM → l1 is shared on one side only; the same one level up.
    core.memories[1].ports[1] = port("w", 16, 64, {{"I1", from_high}, {"O", from_low}});
    core.memories[1].ports.push_back(port("v", 16, 64, {{"I2", from_high}}));
    core.memories[2].ports = {port("r", 8, 8, {{"I1", to_low}, {"I2", to_low}, {"O", to_high}}),
                              port("w", 8, 8, {{"I1", from_high}, {"O", from_low}}),
                              port("v", 8, 8, {{"I2", from_high}})};
    core.memories.push_back(
        memory("disk",
               10'000'000,
               99,
               99,
               {"I1", "I2", "O"},
               {"D1", "D2"},
               {port("rw", 4, 4, {{"I1", to_low}, {"I2", to_low}, {"O", from_low}})}));
    auto mapping = worked_mapping();
    mapping.temporal.cuts = {{{2, 3, 3, 3}, {3, 3, 3}, {3, 3, 3}}};
    const auto cost = evaluate_mapping(gemm(4, 8, 8), core, mapping);
    REQUIRE(cost.feasible());
    // Of 512 bits of weights: 64 cycles from DRAM and 128 from the disk.
    CHECK(cost.loads[1].half_shared.value == 64 + 128);
    CHECK(cost.loads[1].shared.value == 0);
    CHECK(cost.onload.value == 64 + 128);
    const auto zigzag = evaluate_mapping(gemm(4, 8, 8), core, mapping, Rules::zigzag);
    CHECK(zigzag.loads[1].half_shared.value < 128);  // the last hop only
}

TEST_CASE("what a mapping breaks is named with need and supply", "[dataflow]") {
    const Layer layer = gemm(4, 8, 8);
    const auto core = worked_core();
    const auto mapping = worked_mapping();
    auto wide = mapping;
    wide.spatial.dimensions[0].unrolled[0].factor = 4;
    auto cost = evaluate_mapping(layer, core, wide);
    CHECK(names_rule(cost, "size of array dimension D1"));
    CHECK(cost.violations.front().needed == "4 units");
    CHECK(cost.violations.front().available == "2");
    auto unknown = mapping;
    unknown.spatial.dimensions[0].name = "D7";
    CHECK(names_rule(evaluate_mapping(layer, core, unknown), "array dimension"));
    unknown.spatial.dimensions[0] = {"D1", {{"Q", 2}}};
    CHECK(names_rule(evaluate_mapping(layer, core, unknown), "loop of the spatial mapping"));
    auto idle = mapping;  // 1 iteration on 2·2 lanes
    idle.spatial.dimensions = {{"D1", {{"B", 2}}}, {"D2", {{"B", 2}}}};
    CHECK(names_rule(evaluate_mapping(gemm(1, 8, 8), core, idle), "side by side of loop B"));

    auto full = mapping;
    full.temporal.cuts[0] = {3, 3, 3};
    cost = evaluate_mapping(layer, core, full);
    CHECK(names_rule(cost, "capacity of memory acc"));
    CHECK(cost.violations.front().needed == "O 256 bits");  // 16 sums of 16 bits
    auto halved = core;
    halved.memories[0].force_double_buffering = true;
    cost = evaluate_mapping(layer, halved, mapping);
    CHECK(names_rule(cost, "capacity of memory acc"));
    CHECK(cost.violations.front().available == "32 bits, half of it for double buffering");
    CHECK(evaluate_mapping(layer, halved, mapping, Rules::zigzag).feasible());

    auto short_of = mapping;
    short_of.temporal.order[1].size = 2;
    CHECK(names_rule(evaluate_mapping(layer, core, short_of), "temporal loops of C multiply"));
    auto falling = mapping;
    falling.temporal.cuts[0] = {2, 1, 3};
    CHECK(names_rule(evaluate_mapping(layer, core, falling), "cuts of operand O"));

    auto portless = core;
    portless.memories[1].ports[1].uses.erase(portless.memories[1].ports[1].uses.begin());
    cost = evaluate_mapping(layer, portless, mapping);
    CHECK(names_rule(cost, "port of memory l1"));
    CHECK(cost.violations.front().needed == "I1, fh");
    auto forgetful = core;  // sums cannot come back into the accumulator
    forgetful.memories[0].ports.erase(forgetful.memories[0].ports.begin());
    CHECK(names_rule(evaluate_mapping(layer, forgetful, mapping), "acc for partial sums"));
    auto homeless = core;
    homeless.memories[1].operands = {"I1", "O"};
    homeless.memories[2].operands = {"I1", "O"};
    CHECK(names_rule(evaluate_mapping(layer, homeless, mapping), "memory levels of operand I2"));
}

TEST_CASE("energy of in-memory-compute arrays", "[dataflow]") {
    // Reference values: an independent implementation of the formulas in docs/models/dataflow.md.
    struct Case {
        const char* type;
        std::vector<std::int64_t> bits;
        std::int64_t serial;
        std::int64_t adc;
        std::vector<std::int64_t> sizes;
        std::vector<std::int64_t> lanes;
        double macs;
        double energy;
        double period;
    };
    const std::vector<Case> cases{
        {"digital", {8, 8}, 2, 0, {32, 64}, {16, 40}, 128000, 40744.1664, 3.54676},
        {"digital", {8, 4}, 1, 0, {8, 32, 2}, {8, 32, 2}, 81920, 12970.78272, 2.7246},
        {"digital", {8, 8}, 8, 0, {4, 16}, {4, 9}, 3600, 1177.5456, 3.24084},
        {"analog", {8, 8}, 2, 6, {32, 64}, {16, 40}, 128000, 61015.348224, 8.61324},
    };
    for (const Case& c : cases) {
        hardware::OperationalArray array;
        SpatialMapping spatial;
        for (std::size_t i = 0; i < c.sizes.size(); ++i) {
            array.dimensions.push_back("D" + std::to_string(i + 1));
            spatial.dimensions.push_back({array.dimensions.back(), {{"K", c.lanes[i]}}});
        }
        array.sizes = c.sizes;
        array.is_imc = true;
        array.imc_type = c.type;
        array.input_precision_bits = c.bits;
        array.bit_serial_precision_bits = c.serial;
        array.adc_resolution_bits = c.adc;
        CHECK(imc_energy(array, spatial, c.macs).total().value == Approx(c.energy).epsilon(1e-9));
        CHECK(imc_clock_period_ns(array) == Approx(c.period).epsilon(1e-9));
        CHECK(cycles_per_operation(array) == double(c.bits[0]) / double(c.serial));
    }
    // By hand: 8-bit inputs at once, one column of 2 rows, one use: 2·8 multipliers on 1·2 cells,
    // 2·9 − 10 = 8 one-bit adders in the tree, 7·9 + 8·2.5 = 83 in the place-value adder.
    hardware::OperationalArray tiny;
    tiny.dimensions = {"D1", "D2"};
    tiny.sizes = {1, 2};
    tiny.is_imc = true;
    tiny.imc_type = "digital";
    tiny.input_precision_bits = {8, 8};
    const ImcEnergy e = imc_energy(tiny, {{{"D1", {{"K", 1}}}, {"D2", {{"C", 2}}}}}, 2);
    const double add = 4.2e-3 * 0.81;
    CHECK(e.multipliers == Approx(0.35e-3 * 0.81 * 8 * 8 * 2));
    CHECK(e.adder_trees == Approx(8 * 8 * add));
    CHECK(e.place_value_adders == Approx(83 * add));
    CHECK(e.accumulators == 0);
}

TEST_CASE("an in-memory array takes a cycle per part of an activation", "[dataflow]") {
    auto core = worked_core();
    core.array.is_imc = true;
    core.array.imc_type = "analog";
    core.array.adc_resolution_bits = 4;
    core.array.input_precision_bits = {8, 8};
    core.array.bit_serial_precision_bits = 2;
    const auto cost = evaluate_mapping(gemm(4, 8, 8), core, worked_mapping());
    CHECK(cost.cycles_per_operation == 4);
    CHECK(cost.temporal.value == 256);
    CHECK(cost.ideal.value == 256);
    CHECK(cost.stall.value == 0);  // four times the time for the same data
    CHECK(cost.mac_energy == cost.imc.total());
    core.array.bit_serial_precision_bits = 3;
    CHECK(names_rule(evaluate_mapping(gemm(4, 8, 8), core, worked_mapping()), "bit_serial"));
}

TEST_CASE("the energy alone is the energy of the whole evaluation", "[dataflow]") {
    const LoopNestModel model(gemm(4, 8, 8), worked_core(), worked_mapping().spatial);
    const auto m = worked_mapping().temporal;
    const auto a = std::make_unique<LoopNestState>();
    const auto b = std::make_unique<LoopNestState>();
    const LayerFigures both = model.evaluate(m.order, m.cuts, *a);
    CHECK(model.evaluate_energy(m.order, m.cuts, *b) == both.energy);
    CHECK(both.energy.value == Approx(7152));
    CHECK(both.latency.value == 181);
    CHECK(model.fits(*a));
    CHECK_FALSE(model.violation(*a).has_value());
}

TEST_CASE("cost items add up to the energy", "[dataflow]") {
    const auto cost = evaluate_mapping(gemm(4, 8, 8), worked_core(), worked_mapping());
    double sum = 0;
    for (const core::CostItem& item : cost_items(cost, "gemm")) {
        sum += item.energy.value;
    }
    CHECK(sum == Approx(cost.energy.value));
}

TEST_CASE("operators become layers", "[dataflow]") {
    const std::string yaml =
        "- {id: 0, name: conv, operator_type: Conv,\n"
        "   equation: 'O[k][ox] += W[k][c][fx] * I[c][ix]', loop_dims: [K, C, OX, FX],\n"
        "   loop_sizes: [4, 3, 10, 3], dimension_relations: ['ix=2*ox+1*fx'],\n"
        "   pr_loop_dims: [IX], padding: [[1, 0]],\n"
        "   operand_precision: {O: 24, O_final: 8, W: 4, I: 8}}\n";
    core::Problems problems;
    const auto workload =
        workloads::read_workload(core::parse_yaml(yaml, "w.yaml", problems), problems);
    problems.throw_if_any();
    const Layer layer = layer_of(workload, 0);
    REQUIRE(layer.operands.size() == 3);
    CHECK(layer.macs == 360);
    CHECK(layer.partial_sum_bits == 24);
    CHECK(layer.operands[0].bits == 8);
    CHECK(layer.operands[1].name == "W");  // as in the equation
    CHECK(layer.operands[1].memory_operand == "I2");
    CHECK(layer.operands[1].bits == 4);
    CHECK(layer.operands[2].relevance ==
          std::vector<Relevance>{
              Relevance::irrelevant, Relevance::relevant, Relevance::partial, Relevance::partial});
    REQUIRE(layer.operands[2].axes.size() == 1);
    CHECK(layer.operands[2].axes[0].size == 20);  // 2·9 + 3 less the padding
    workloads::Workload three = workload;
    three.operators[0].inputs[0].indices[1].terms.push_back({0, 1});
    CHECK_THROWS_AS(layer_of(three, 0), core::ConfigErrors);
    // OX steps over the 3 values of FX, K over the 30 of both: no value comes twice.
    three.operators[0].inputs[0].indices[1].terms = {{2, 3}, {3, 1}, {0, 30}};
    CHECK(layer_of(three, 0).operands[2].relevance ==
          std::vector<Relevance>(4, Relevance::relevant));
}

}  // namespace test_loop_nest
