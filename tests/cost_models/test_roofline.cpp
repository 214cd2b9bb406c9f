// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <functional>
#include <string>

#include <rapidcheck/catch.h>

#include "plexus/cost_models/core_cost_model.hpp"

#include "catch.hpp"
#include "small_machines.hpp"

namespace test_roofline {

using namespace plexus;
using namespace plexus::cost_models;
using test::linear;

namespace {

const CoreCostModel& model() {
    static const auto instance = builtin_core_models().create("roofline");
    return *instance;
}

double explained_energy(const hardware::Architecture& machine,
                        const OperatorWork& work,
                        const Placement& placement) {
    std::vector<core::CostItem> items;
    std::vector<core::Violation> violations;
    model().explain(machine, work, placement, {}, "op", items, violations);
    double sum = 0;
    for (const auto& item : items) {
        sum += item.energy.value;
    }
    return sum;
}

}  // namespace

TEST_CASE("a linear layer on an array costs what counting its accesses gives") {
    const auto machine = test::array_machine(1);
    const OperatorWork work = linear(16, 8, 1);
    // 8 rows x 4 columns side by side: 2 x 2 cycles. Registers: 128 weights read and written once,
    // 2048 bits over 32 ports of 8 bits = 8 cycles. SRAM reads 128 bits of inputs (8 rows share
    // them), 1024 of weights and 512 of partial sums (4 columns are added first): 26 cycles of
    // 64 bits; writes 512 bits.
    const CoreCost c = model().evaluate(machine, work, {0, 1});
    CHECK(c.latency.value == Approx(26 + 1 + 2));
    CHECK(c.energy.value == Approx(128 * 0.5 + 128 * 0.1 + 128 * 0.2 + 26 * 3 + 8 * 4));
    CHECK(explained_energy(machine, work, {0, 1}) == Approx(c.energy.value).epsilon(1e-12));
}

TEST_CASE("results leave their accumulators through the port to the memory above") {
    using hardware::PortType;
    using hardware::Transfer;
    auto machine = test::array_machine(1);
    hardware::Memory acc;
    acc.name = "accumulator";
    acc.size = core::Bits(16);
    acc.read_cost = core::Energy(0.3);
    acc.write_cost = core::Energy(0.4);
    acc.operands = {"O"};
    acc.ports = {test::port("low", PortType::read, 16),
                 test::port("high", PortType::read, 32),
                 test::port("w", PortType::write, 16)};
    acc.ports[0].uses = {{"O", Transfer::to_low}};
    acc.ports[1].uses = {{"O", Transfer::to_high}};
    auto& memories = test::array_core(machine).memories;
    memories.insert(memories.begin(), acc);
    // Each of 128 partial sums of 16 bits is read and written back; 128 bits of results are read
    // through the wide port in 4 accesses and written to the SRAM in 2, which reads 18 x 64 bits.
    const CoreCost c = model().evaluate(machine, linear(16, 8, 1), {0, 1});
    CHECK(c.energy.value ==
          Approx(128 * 0.5 + 128 * (0.1 + 0.2) + 128 * (0.3 + 0.4) + 4 * 0.3 + 18 * 3 + 2 * 4));
}

TEST_CASE("rows that do not fill the array leave units idle") {
    auto machine = test::array_machine(1);
    for (auto& memory : test::array_core(machine).memories) {
        for (auto& port : memory.ports) {
            port.bandwidth_max = core::Bits(1 << 20);  // only compute is left as a bound
        }
    }
    const auto cycles = [&](std::int64_t rows, std::int64_t columns, std::int64_t batch) {
        return model().evaluate(machine, linear(rows, columns, batch), {0, 1}).latency.value - 3;
    };
    CHECK(cycles(8, 4, 1) == Approx(1));
    CHECK(cycles(9, 4, 1) == Approx(2));
    CHECK(cycles(9, 5, 1) == Approx(3));  // 5 columns on D1, then 9 rows on D2
    CHECK(cycles(1, 4, 1) == Approx(1));
    CHECK(cycles(1, 1, 80) == Approx(3));  // 80 vectors on 8 x 4 units: 10 left, then 3
    test::array_core(machine).dataflows = {{"D1", {"C, 8"}}, {"D2", {"K, 2"}}};
    CHECK(cycles(8, 8, 1) == Approx(4));
}

TEST_CASE("compressed weights save their own work and traffic, zero inputs nothing") {
    const auto machine = test::array_machine(1);
    const CoreCost dense = model().evaluate(machine, linear(16, 64, 1), {0, 1});
    OperatorWork half = linear(16, 64, 1, 0.5);
    const CoreCost sparse = model().evaluate(machine, half, {0, 1});
    // 1024 MACs; registers read and write 1024 weights; SRAM reads 1024 bits of inputs, 8192 of
    // weights and 4096 of partial sums, and writes the last again. Inputs and sums keep their pace.
    CHECK(dense.energy.value ==
          Approx(1024 * (0.5 + 0.1 + 0.2) + (1024 + 8192 + 4096) / 64 * 3 + 4096 / 64 * 4));
    CHECK(sparse.energy.value ==
          Approx(512 * (0.5 + 0.1 + 0.2) + (1024 + 4096 + 4096) / 64 * 3 + 4096 / 64 * 4));
    half.input_density = 0.1;
    CHECK(model().evaluate(machine, half, {0, 1}).energy.value == sparse.energy.value);
}

TEST_CASE("gated multipliers take time and no energy, additions a third of a MAC's") {
    const auto machine = test::array_machine(1);
    const OperatorWork dense = linear(16, 64, 1);
    OperatorWork gated = dense;
    gated.weight_gated = 0.75 * dense.weight_work;
    OperatorWork adds = dense;
    adds.weight_additions = dense.weight_work;
    const CoreCost all = model().evaluate(machine, dense, {0, 1});
    const CoreCost few = model().evaluate(machine, gated, {0, 1});
    CHECK(few.latency == all.latency);
    CHECK(few.energy.value == Approx(all.energy.value - 0.75 * 1024 * 0.5));
    CHECK(model().evaluate(machine, adds, {0, 1}).energy.value ==
          Approx(all.energy.value - 1024 * 0.5 * 2 / 3));
    CHECK(explained_energy(machine, gated, {0, 1}) == Approx(few.energy.value).epsilon(1e-12));
}

TEST_CASE("several cores share the rows") {
    auto machine = test::array_machine(4);
    const OperatorWork work = linear(64, 32, 1);
    const CoreCost one = model().evaluate(machine, work, {0, 1});
    const CoreCost four = model().evaluate(machine, work, {0, 4});
    CHECK(four.latency.value - 3 == Approx((one.latency.value - 3) / 4));
    CHECK(four.energy.value == Approx(one.energy.value));
    CHECK(explained_energy(machine, work, {0, 4}) == Approx(four.energy.value).epsilon(1e-12));
}

TEST_CASE("operations that take several cycles take time and no energy") {
    auto machine = test::array_machine(1);
    auto exponential = test::on_elements(workloads::OperatorKind::elementwise, 64, 2);
    exponential.type = "Exp";
    // 128 operations on 32 units: 4 cycles; 8 to read 512 bits at 64 bits per cycle.
    CHECK(model().evaluate(machine, exponential, {0, 1}).latency.value == Approx(8 + 3));
    test::array_core(machine).array.operation_cycles = {{"Exp", 4}};
    const CoreCost slow = model().evaluate(machine, exponential, {0, 1});
    CHECK(slow.latency.value == Approx(16 + 3));
    CHECK(slow.energy.value == Approx(128 * 0.5 + 8 * 3 + 8 * 4));
    exponential.type = "SiLU";
    CHECK(model().evaluate(machine, exponential, {0, 1}).latency.value == Approx(8 + 3));
}

TEST_CASE("operators without weights stream their elements") {
    const auto machine = test::array_machine(1);
    const auto add = test::on_elements(workloads::OperatorKind::elementwise, 64, 2);
    // 128 operations on 32 units; 512 bits read and written at 64 bits per cycle.
    const CoreCost c = model().evaluate(machine, add, {0, 1});
    CHECK(c.latency.value == Approx(8 + 3));
    CHECK(c.energy.value == Approx(128 * 0.5 + 8 * 3 + 8 * 4));
    const auto softmax = test::on_elements(workloads::OperatorKind::softmax, 64, 6, 64);
    CHECK(model().evaluate(machine, softmax, {0, 1}).latency.value == Approx(24 + 3));
}

TEST_CASE("a core that reads in one memory and writes in another says what each holds") {
    auto machine = test::array_machine(1);
    CHECK_FALSE(model().memory(machine, machine.core(0)).inputs);
    auto& memories = test::array_core(machine).memories;
    hardware::Memory inputs = memories.back();
    memories.back().operands = {"I2", "O"};
    inputs.name = "inputs";
    inputs.operands = {"I1"};
    inputs.size = core::Bits(700);
    inputs.write_cost = core::Energy(32);
    memories.push_back(inputs);
    const CoreMemory memory = model().memory(machine, machine.core(0));
    REQUIRE(memory.inputs);
    CHECK(memory.inputs->bits == 700);
    CHECK(memory.inputs->fill_pj_per_bit == Approx(32.0 / 64));
    CHECK(memory.inputs->drain_pj_per_bit == Approx(3.0 / 64));
    CHECK_FALSE(memory.inputs->holds_weights);
    CHECK(memory.shared);
    CHECK(memory.tensor_bits == 100'000);
    CHECK(memory.tensor_fill_pj_per_bit == Approx(4.0 / 64));

    memories[memories.size() - 2].operands = {"O"};
    memories.back().operands = {"I1", "I2"};
    const CoreMemory with_weights = model().memory(machine, machine.core(0));
    CHECK(with_weights.inputs->holds_weights);
    CHECK_FALSE(with_weights.shared);
    CHECK(with_weights.weight_bits == 700);
}

TEST_CASE("the top memory of a single core is off chip if it is a DRAM or named so") {
    auto machine = test::array_machine(1);
    const OperatorWork work = linear(16, 8, 1);
    const CoreCost before = model().evaluate(machine, work, {0, 1});
    const CoreMemory memory = model().memory(machine, machine.core(0));
    CHECK(memory.weight_bits == 100'000);
    CHECK(memory.tensor_bits == 100'000);
    CHECK(memory.shared);
    CHECK(memory.weight_fill_pj_per_bit == Approx(4.0 / 64));
    CHECK(memory.tensor_drain_pj_per_bit == Approx(3.0 / 64));
    auto& core = test::array_core(machine);
    core.memories.push_back(core.memories.back());
    core.memories.back().name = "top";
    core.memories.back().type = "dram";
    core.memories.back().size = core::Bits(1'000'000);
    CHECK(model().evaluate(machine, work, {0, 1}).energy.value == before.energy.value);
    core.memories.back().type = "sram";
    CHECK(model().memory(machine, machine.core(0)).weight_bits == 1'000'000);
    CHECK(model().evaluate(machine, work, {0, 1}).energy.value > before.energy.value);
    machine.off_chip = test::small_dram();
    machine.off_chip->name = "top";
    CHECK(model().evaluate(machine, work, {0, 1}).energy.value == before.energy.value);
}

TEST_CASE("every modelled field of a dataflow core changes some cost") {
    using Core = hardware::DataflowCore;
    struct Change {
        const char* field;
        std::function<void(Core&)> apply;
    };
    const std::vector<Change> changes{
        {"sizes",
         [](Core& c) {
             c.array.sizes = {4, 4};
         }},
        {"dimensions",
         [](Core& c) {
             c.array.dimensions = {"D2", "D1"};
         }},
        {"unit_energy", [](Core& c) { c.array.unit_energy = core::Energy(9); }},
        {"input_precision_bits",
         [](Core& c) {
             c.array.input_precision_bits = {1, 1};
         }},
        {"bit_serial_precision_bits", [](Core& c) { c.array.bit_serial_precision_bits = 1; }},
        {"dataflows",
         [](Core& c) {
             c.dataflows = {{"D1", {"C, 8"}}};
         }},
        {"size", [](Core& c) { c.memories[1].size = core::Bits(50); }},
        {"read_cost", [](Core& c) { c.memories[0].read_cost = core::Energy(9); }},
        {"write_cost", [](Core& c) { c.memories[1].write_cost = core::Energy(9); }},
        {"latency_cycles", [](Core& c) { c.memories[1].latency_cycles = 50; }},
        {"type", [](Core& c) { c.memories[1].type = "dram"; }},
        {"operands",
         [](Core& c) {
             c.memories[1].operands = {"I1", "O"};
         }},
        {"bandwidth_max", [](Core& c) { c.memories[1].ports[0].bandwidth_max = core::Bits(8); }},
        {"bandwidth_min", [](Core& c) { c.memories[1].ports[0].bandwidth_min = core::Bits(999); }},
        {"ports", [](Core& c) { c.memories[1].ports[0].type = hardware::PortType::write; }},
        {"uses",
         [](Core& c) {
             c.memories[1].ports[1].uses = {{"I1", hardware::Transfer::to_low}};
         }},
        {"served_dimensions", [](Core& c) { c.memories[1].served_dimensions = {"D1"}; }},
        {"force_double_buffering", [](Core& c) { c.memories[1].force_double_buffering = true; }},
    };
    const auto outputs = [](const hardware::Architecture& machine) {
        std::vector<double> out;
        const OperatorWork work = linear(16, 12, 3);
        const CoreCost c = model().evaluate(machine, work, {0, 1});
        out = {
            c.latency.value, c.energy.value, model().memory(machine, machine.core(0)).weight_bits};
        auto fast = machine;  // where compute is the bound
        for (auto& memory : test::array_core(fast).memories) {
            for (auto& port : memory.ports) {
                port.bandwidth_max = core::Bits(1 << 20);
            }
        }
        out.push_back(model().evaluate(fast, work, {0, 1}).latency.value);
        return out;
    };
    auto base = test::array_machine(1);
    test::array_core(base).dataflows = {{"D1", {"K, 8"}}};
    const auto before = outputs(base);
    for (const Change& change : changes) {
        auto machine = base;
        change.apply(test::array_core(machine));
        INFO(change.field);
        CHECK(outputs(machine) != before);
    }
}

TEST_CASE("denser weights and narrower ports never cost less") {
    rc::prop("monotone", [] {
        auto machine = test::array_machine(4);
        const auto rows = *rc::gen::inRange<std::int64_t>(1, 200);
        const auto columns = *rc::gen::inRange<std::int64_t>(1, 100);
        const auto batch = *rc::gen::inRange<std::int64_t>(1, 9);
        const Placement placement{0, *rc::gen::inRange(1, 5)};
        const double d1 = *rc::gen::inRange(0, 1001) / 1000.0;
        const double d2 = d1 + (1 - d1) * (*rc::gen::inRange(0, 1001) / 1000.0);
        const CoreCost low =
            model().evaluate(machine, linear(rows, columns, batch, d1, 3), placement);
        const OperatorWork work = linear(rows, columns, batch, d2, 3);
        const CoreCost high = model().evaluate(machine, work, placement);
        RC_ASSERT(low.energy.value <= high.energy.value * (1 + 1e-12));
        RC_ASSERT(low.latency.value <= high.latency.value * (1 + 1e-12));
        RC_ASSERT(std::abs(explained_energy(machine, work, placement) - high.energy.value) <=
                  1e-12 * high.energy.value);
        for (auto& port : test::array_core(machine).memories[1].ports) {
            port.bandwidth_max = core::Bits(32);
        }
        RC_ASSERT(model().evaluate(machine, work, placement).latency.value >= high.latency.value);
    });
}

}  // namespace test_roofline
