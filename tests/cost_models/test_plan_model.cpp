// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstdlib>
#include <new>
#include <string>

#include <rapidcheck/catch.h>

#include "plexus/cost_models/timeline/plan.hpp"

#include "allocations.hpp"
#include "catch.hpp"
#include "small_machines.hpp"

#ifdef __has_feature
#if __has_feature(thread_sanitizer)
#define PLEXUS_THREAD_SANITIZER
#include <sanitizer/allocator_interface.h>
#endif
#endif

namespace plexus::cost_models::test {

std::atomic<long> allocations{0};

}  // namespace plexus::cost_models::test

using plexus::cost_models::test::allocations;

// Counts the allocations of the whole test program. The thread sanitizer brings operators of its
// own.
#ifdef PLEXUS_THREAD_SANITIZER
namespace {

[[maybe_unused]] const int hooked = __sanitizer_install_malloc_and_free_hooks(
    [](const volatile void* /*p*/, std::size_t /*size*/) { ++allocations; },
    [](const volatile void* /*p*/) {});

}  // namespace
#else
void* operator new(std::size_t size) {
    ++allocations;
    if (void* p = std::malloc(size == 0 ? 1 : size)) {
        return p;
    }
    throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
    ++allocations;
    return std::malloc(size == 0 ? 1 : size);
}
void operator delete(void* p) noexcept {
    std::free(p);
}
void operator delete(void* p, std::size_t /*size*/) noexcept {
    std::free(p);
}
#endif

namespace test_plan_model {

using namespace plexus;
using namespace plexus::cost_models;

namespace {

PlanCost cost_of(const hardware::Architecture& machine,
                 const workloads::Workload& workload,
                 const Plan& plan) {
    const PlanModel model(machine, workload, test::works_of(workload));
    auto scratch = model.make_scratch();
    return model.evaluate(plan, *scratch);
}

double explained(const PlanModel& model, const Plan& plan) {
    double sum = 0;
    for (const auto& item : model.explain(plan)) {
        sum += item.energy.value;
    }
    return sum;
}

Plan everywhere(int cores, bool fused) {
    return {{{0, cores}, {0, cores}, {0, cores}}, {fused ? '\1' : '\0', fused ? '\1' : '\0'}};
}

/// Four event-driven cores behind a DRAM; weights of 64 x 32 and 16 x 64 elements fit.
hardware::Architecture machine_with_dram() {
    auto machine = test::event_machine(4);
    machine.off_chip = test::small_dram();
    return machine;
}

/// Σ of what the core model says of the three operators.
CoreCost cores_only(const hardware::Architecture& machine, const workloads::Workload& workload) {
    const auto model = builtin_core_models().create(
        machine.core_types[0].event_driven() ? "event_driven" : "roofline");
    CoreCost sum;
    for (const OperatorWork& work : test::works_of(workload)) {
        const CoreCost c = model->evaluate(machine, work, {0, machine.core_count()});
        sum.latency += c.latency;
        sum.energy += c.energy;
    }
    return sum;
}

}  // namespace

TEST_CASE("a fused plan with resident weights only moves inputs and outputs") {
    const auto machine = machine_with_dram();
    const auto workload = test::two_layers(32, 64, 16);
    const CoreCost cores = cores_only(machine, workload);
    const PlanCost c = cost_of(machine, workload, everywhere(4, true));
    REQUIRE(c.feasible);
    CHECK(c.resident_weight_share == 1);
    CHECK(c.off_chip_bits == 32 * 8 + 16 * 8);
    CHECK(c.latency.value == Approx(cores.latency.value + 256 / 16.0 + 128 / 8.0));
    CHECK(c.energy.value == Approx(cores.energy.value + 256 * 0.5 + 128 * 0.25));
    // 2048 + 1024 weights of 8 bits; the results of the first two operators live together, each
    // of 64 values in 24-bit neurons.
    CHECK(c.peak_memory_bits == 3072 * 8 + 2 * 64 * 24);
}

TEST_CASE("an edge that is not fused goes off chip and back") {
    const auto machine = machine_with_dram();
    const auto workload = test::two_layers(32, 64, 16);
    const PlanCost fused = cost_of(machine, workload, everywhere(4, true));
    Plan plan = everywhere(4, true);
    plan.fused[0] = 0;
    const PlanCost cut = cost_of(machine, workload, plan);
    CHECK(cut.off_chip_bits - fused.off_chip_bits == 2 * 512);
    CHECK(cut.latency.value - fused.latency.value == Approx(512 / 16.0 + 512 / 8.0));
    CHECK(cut.energy.value - fused.energy.value == Approx(512 * (0.5 + 0.25)));
}

TEST_CASE("a tensor that does not fit goes off chip although it was fused") {
    auto machine = machine_with_dram();
    test::event_core(machine).neurons = 16;  // 64 values on four cores: one tensor, not two
    const auto workload = test::two_layers(32, 64, 16);
    const PlanCost c = cost_of(machine, workload, everywhere(4, true));
    CHECK(c.off_chip_bits == 256 + 128 + 2 * 512);
    CHECK(c.peak_memory_bits == 3072 * 8 + 64 * 24);
}

TEST_CASE("weights that do not fit are fetched while the cores compute") {
    auto machine = machine_with_dram();
    test::event_core(machine).synaptic_memory = core::Bits(3072);  // half of 24576 bits
    const auto workload = test::two_layers(32, 64, 16);
    const PlanCost c = cost_of(machine, workload, everywhere(4, true));
    CHECK(c.resident_weight_share == Approx(0.5));
    CHECK(c.off_chip_bits == Approx(256 + 128 + 12288));
    const CoreCost cores = cores_only(machine, workload);
    const double per_bit = 0.5 + 2.0 / 64;  // read, then written word by word
    CHECK(c.energy.value == Approx(cores.energy.value + 256 * 0.5 + 128 * 0.25 + 12288 * per_bit));
    // First layer: 8192 bits in 512 cycles, second: 256; both hidden behind the cores.
    CHECK(c.latency.value == Approx(cores.latency.value + 32));
    machine.off_chip->read_bandwidth = core::Bandwidth(1);
    const auto model = builtin_core_models().create("event_driven");
    const double relu = model->evaluate(machine, test::works_of(workload)[1], {0, 4}).latency.value;
    CHECK(cost_of(machine, workload, everywhere(4, true)).latency.value ==
          Approx(8192 + relu + 4096 + 256 + 16));
}

TEST_CASE("packets cross the mesh between the cores of producer and consumer") {
    auto machine = machine_with_dram();
    const auto workload = test::two_layers(32, 64, 16);
    const Plan apart{{{0, 1}, {0, 1}, {3, 1}}, {1, 1}};
    const PlanCost before = cost_of(machine, workload, apart);
    hardware::Mesh mesh;
    mesh.width = 2;
    mesh.height = 2;
    mesh.energy_x = core::Energy(3);
    mesh.energy_y = core::Energy(4);
    mesh.time_x = core::Seconds(5e-9);
    mesh.time_y = core::Seconds(7e-9);
    machine.interconnect.mesh = mesh;
    // Core 0 to core 3: one hop each way; 64 packets in one step.
    const PlanCost c = cost_of(machine, workload, apart);
    CHECK(c.energy.value - before.energy.value == Approx(64 * (3 + 4)));
    CHECK(c.latency.value - before.latency.value == Approx(5 + 7));
    // 64 packets x 2 hops x 32 bits over the 8 directed links.
    machine.interconnect.mesh->link_bandwidth = core::Bandwidth(0.01);
    const auto model = builtin_core_models().create("event_driven");
    const double second =
        model->evaluate(machine, test::works_of(workload)[2], {3, 1}).latency.value;
    CHECK(cost_of(machine, workload, apart).latency.value - c.latency.value ==
          Approx(64 * 2 * 32 / 8 / 0.01 - second));
    // On all four cores a packet makes half a hop along each axis on average.
    machine.interconnect.mesh->link_bandwidth = core::Bandwidth(0);
    const PlanCost spread = cost_of(machine, workload, everywhere(4, true));
    machine.interconnect.mesh->energy_x = core::Energy(0);
    CHECK(spread.energy.value - cost_of(machine, workload, everywhere(4, true)).energy.value ==
          Approx((32 * 4 + 64 + 64 * 4) * 0.5 * 3));
}

TEST_CASE("packets from one chip to the next pay for it") {
    auto machine = machine_with_dram();
    const auto workload = test::two_layers(32, 64, 16);
    const Plan apart{{{0, 1}, {0, 1}, {3, 1}}, {1, 1}};
    hardware::Mesh mesh;
    mesh.width = 4;
    mesh.energy_x = core::Energy(3);
    mesh.time_x = core::Seconds(5e-9);
    machine.interconnect.mesh = mesh;
    const PlanCost one_chip = cost_of(machine, workload, apart);
    // Two chips of two cores: one of the three hops from core 0 to core 3 leaves a chip.
    machine.interconnect.mesh->chips = 2;
    machine.interconnect.mesh->chip_energy = core::Energy(100);
    machine.interconnect.mesh->chip_time = core::Seconds(50e-9);
    const PlanCost two = cost_of(machine, workload, apart);
    CHECK(two.energy.value - one_chip.energy.value == Approx(64 * 100));
    CHECK(two.latency.value - one_chip.latency.value == Approx(50));
    // 64 packets of 32 bits over two directed links between the chips, of which half are used.
    machine.interconnect.mesh->chip_bandwidth = core::Bandwidth(0.01);
    const auto model = builtin_core_models().create("event_driven");
    const double second =
        model->evaluate(machine, test::works_of(workload)[2], {3, 1}).latency.value;
    CHECK(cost_of(machine, workload, apart).latency.value - two.latency.value ==
          Approx(64 * 32 / 2 / 0.01 - second));
    // Within one chip nothing is paid.
    const Plan near{{{0, 1}, {0, 1}, {1, 1}}, {1, 1}};
    const PlanCost inside = cost_of(machine, workload, near);
    machine.interconnect.mesh->chips = 1;
    CHECK(cost_of(machine, workload, near).energy.value == inside.energy.value);
}

TEST_CASE("hops along the two axes have their own prices") {
    auto machine = machine_with_dram();
    const auto workload = test::two_layers(32, 64, 16);
    const Plan apart{{{0, 1}, {0, 1}, {3, 1}}, {1, 1}};
    const PlanCost before = cost_of(machine, workload, apart);
    hardware::Mesh mesh;
    mesh.energy_x = core::Energy(3);
    mesh.energy_y = core::Energy(4);
    mesh.time_x = core::Seconds(5e-9);
    mesh.time_y = core::Seconds(7e-9);
    mesh.width = 4;  // three hops east
    machine.interconnect.mesh = mesh;
    const PlanCost row = cost_of(machine, workload, apart);
    CHECK(row.energy.value - before.energy.value == Approx(64 * 3 * 3));
    CHECK(row.latency.value - before.latency.value == Approx(3 * 5));
    machine.interconnect.mesh->width = 1;
    machine.interconnect.mesh->height = 4;  // three hops south
    const PlanCost column = cost_of(machine, workload, apart);
    CHECK(column.energy.value - before.energy.value == Approx(64 * 3 * 4));
    CHECK(column.latency.value - before.latency.value == Approx(3 * 7));
}

TEST_CASE("a placement that is not a run of cores of the machine is refused") {
    const auto machine = test::array_machine(2);
    const auto workload = test::two_layers(32, 64, 16);
    const PlanModel model(machine, workload, test::works_of(workload));
    const auto scratch = model.make_scratch();
    for (const Placement wrong :
         {Placement{-1, 1}, Placement{2, 1}, Placement{0, 0}, Placement{0, 3}, Placement{1, 2}}) {
        CAPTURE(wrong.first_core, wrong.cores);
        const Plan plan{{{0, 1}, wrong, {0, 2}}, {1, 1}};
        CHECK_FALSE(model.evaluate(plan, *scratch).feasible);
        const auto violations = model.violations(plan);
        REQUIRE(violations.size() == 1);
        CHECK(violations[0].rule == "placement");
    }
}

TEST_CASE("tensors cross links and buses between cores that differ") {
    auto machine = test::array_machine(2);
    machine.off_chip = test::small_dram();
    const auto workload = test::two_layers(32, 64, 16);
    const Plan apart{{{0, 1}, {0, 1}, {1, 1}}, {1, 1}};
    const PlanCost before = cost_of(machine, workload, apart);
    machine.interconnect.links = {{0, 1, 0, core::Bandwidth(4), 0.1},
                                  {1, 0, 0, core::Bandwidth(4), 0.1}};
    const PlanCost c = cost_of(machine, workload, apart);
    CHECK(c.latency.value - before.latency.value == Approx(512 / 4.0));
    CHECK(c.energy.value - before.energy.value == Approx(512 * 0.1));
    machine.interconnect.links = {{1, 0, 0, core::Bandwidth(4), 0.1}};
    const PlanModel model(machine, workload, test::works_of(workload));
    REQUIRE(model.violations(apart).size() == 1);
    CHECK(model.violations(apart)[0].rule == "route");
}

TEST_CASE("a way over several links is as fast as the narrowest and costs all of them") {
    constexpr int off_chip = hardware::Interconnect::off_chip;
    auto machine = test::array_machine(2);
    machine.off_chip = test::small_dram();
    const auto workload = test::two_layers(32, 64, 16);
    const Plan far{{{1, 1}, {1, 1}, {1, 1}}, {1, 1}};
    const Plan both = everywhere(2, true);
    const PlanCost far_before = cost_of(machine, workload, far);
    const PlanCost both_before = cost_of(machine, workload, both);
    machine.interconnect.links = {{off_chip, 0, 0, core::Bandwidth(8), 0.1},
                                  {0, off_chip, 1, core::Bandwidth(8), 0.2},
                                  {0, 1, 2, core::Bandwidth(2), 0.3},
                                  {1, 0, 3, core::Bandwidth(4), 0.4}};
    // 256 bits come over core 0 at 2 per cycle instead of 16, 128 go at 4 instead of 8.
    const PlanCost c = cost_of(machine, workload, far);
    CHECK(c.latency.value - far_before.latency.value == Approx(128 - 16 + 32 - 16));
    CHECK(c.energy.value - far_before.energy.value ==
          Approx(256 * (0.1 + 0.3) + 128 * (0.4 + 0.2)));
    // Half of it to each core, at 8 and 2; half from each, at 8 and 4. The second layer needs all
    // 512 bits of its input on both cores: half of them cross at 2, half at 4.
    const PlanCost spread = cost_of(machine, workload, both);
    CHECK(spread.latency.value - both_before.latency.value ==
          Approx(80 - 16 + 24 - 16 + 512 * (0.5 + 0.25) / 2));
    CHECK(spread.energy.value - both_before.energy.value ==
          Approx(256 * (0.1 + 0.4) / 2 + 128 * (0.2 + 0.6) / 2 + 512 * (0.3 + 0.4) / 2));
    // Wide links leave the memory's own bandwidth.
    for (hardware::Link& link : machine.interconnect.links) {
        link.bandwidth = core::Bandwidth(1000);
    }
    CHECK(cost_of(machine, workload, far).latency.value == Approx(far_before.latency.value));
    // Without a link from off chip the first layer has no input.
    machine.interconnect.links.erase(machine.interconnect.links.begin());
    CHECK_FALSE(cost_of(machine, workload, far).feasible);
}

TEST_CASE("parts of a tensor go from every core to every core") {
    auto machine = test::array_machine(4);
    machine.off_chip = test::small_dram();
    const auto workload = test::two_layers(32, 64, 16);
    const Plan plan{{{0, 2}, {2, 2}, {3, 1}}, {1, 1}};
    const PlanCost before = cost_of(machine, workload, plan);
    for (int from = 0; from < 4; ++from) {
        for (int to = 0; to < 4; ++to) {
            if (from != to) {
                machine.interconnect.links.push_back({from,
                                                      to,
                                                      4 * from + to,
                                                      core::Bandwidth(1 << (from + to)),
                                                      0.1 * from + 0.01 * to});
            }
        }
    }
    // 512 bits in quarters from cores 0 and 1 to 2 and 3; then half of them from 2 to 3.
    const PlanCost c = cost_of(machine, workload, plan);
    CHECK(c.latency.value - before.latency.value ==
          Approx(128 * (1 / 4.0 + 1 / 8.0 + 1 / 8.0 + 1 / 16.0) + 256 / 32.0));
    CHECK(c.energy.value - before.energy.value ==
          Approx(128 * (0.02 + 0.03 + 0.12 + 0.13) + 256 * 0.23));
}

TEST_CASE("static power is paid for the whole chip over the whole time") {
    auto machine = machine_with_dram();
    const auto workload = test::two_layers(32, 64, 16);
    const PlanCost before = cost_of(machine, workload, everywhere(4, true));
    machine.technology.static_core = core::Power(1e-3);
    machine.technology.static_chip = core::Power(5e-3);
    const PlanCost c = cost_of(machine, workload, everywhere(4, true));
    CHECK(c.latency.value == before.latency.value);
    // 9 mW for latency nanoseconds: 9 pJ each.
    CHECK(c.energy.value - before.energy.value == Approx(9 * c.latency.value));
}

TEST_CASE("a memory shared by weights and tensors holds fewer weights") {
    auto machine = test::array_machine(1);
    machine.off_chip = test::small_dram();
    test::array_core(machine).memories[1].size = core::Bits(24576);  // exactly the weights
    const auto workload = test::two_layers(32, 64, 16);
    CHECK(cost_of(machine, workload, everywhere(1, false)).resident_weight_share == 1);
    const PlanCost c = cost_of(machine, workload, everywhere(1, true));
    CHECK(c.resident_weight_share == Approx((24576 - 2 * 512) / 24576.0));
    CHECK(c.peak_memory_bits == 24576);
}

TEST_CASE("plans that break a rule say which") {
    auto machine = machine_with_dram();
    const auto workload = test::two_layers(32, 64, 16);
    const auto first_rule = [&](const Plan& plan) {
        const PlanModel model(machine, workload, test::works_of(workload));
        auto scratch = model.make_scratch();
        const auto violations = model.violations(plan);
        CHECK(model.evaluate(plan, *scratch).feasible == violations.empty());
        return violations.empty() ? std::string() : violations[0].rule;
    };
    Plan plan = everywhere(4, true);
    CHECK(first_rule(plan).empty());
    plan.placement[1] = {2, 3};
    CHECK(first_rule(plan) == "placement");
    for (const Placement none : {Placement{-1, 1}, {4, 1}, {1, 0}}) {
        plan.placement[1] = none;
        CHECK(first_rule(plan) == "placement");
    }
    machine.core_types.push_back({"npu", test::small_array()});
    machine.cores[3] = 1;
    CHECK(first_rule(everywhere(4, true)) == "placement");
    machine = machine_with_dram();
    machine.memory_sharing = {{{0}, {1}}};
    CHECK(first_rule(everywhere(4, true)) == "memory of a core");
    machine = machine_with_dram();
    machine.off_chip->size = core::Bits(100);
    CHECK(first_rule(everywhere(4, true)) == "off-chip memory");
    machine.off_chip.reset();
    CHECK(first_rule(everywhere(4, true)).empty());
    CHECK(first_rule(everywhere(4, false)) == "off-chip memory");
    test::event_core(machine).synaptic_memory = core::Bits(100);
    CHECK(first_rule(everywhere(4, true)) == "synaptic memory per core (first)");
}

TEST_CASE("a uniform plan uses all cores of the first kind that can run an operator") {
    auto machine = machine_with_dram();
    machine.core_types.push_back({"npu", test::small_array()});
    machine.cores = {0, 0, 1, 1};
    auto workload = test::two_layers(32, 64, 16);
    workload.tensors[4].role = workloads::TensorRole::cache;
    const PlanModel model(machine, workload, test::works_of(workload));
    const Plan plan = model.uniform_plan(true);
    CHECK(plan.placement == std::vector<Placement>{{0, 2}, {0, 2}, {2, 2}});
    CHECK(plan.fused == std::vector<char>{1, 1});
}

TEST_CASE("a cache is fetched in every inference") {
    auto machine = machine_with_dram();
    test::event_core(machine).dynamic_weights = true;
    auto workload = test::two_layers(32, 64, 16);
    workload.tensors[4].role = workloads::TensorRole::cache;
    const PlanCost c = cost_of(machine, workload, everywhere(4, true));
    CHECK(c.off_chip_bits == 256 + 128 + 64 * 16 * 8);
}

TEST_CASE("evaluating a plan allocates nothing") {
    auto machine = machine_with_dram();
    machine.interconnect.mesh.emplace();
    machine.interconnect.mesh->width = 4;
    const auto workload = test::two_layers(32, 64, 16);
    const PlanModel model(machine, workload, test::works_of(workload));
    auto scratch = model.make_scratch();
    const Plan plan = everywhere(4, true);
    const PlanCost first = model.evaluate(plan, *scratch);
    const long before = allocations;
    double sum = 0;
    for (int i = 0; i < 100; ++i) {
        sum += model.evaluate(plan, *scratch).energy.value;
    }
    CHECK(allocations == before);
    CHECK(sum == Approx(100 * first.energy.value));
}

TEST_CASE("plans explain their energy and never gain from less hardware or denser weights") {
    rc::prop("monotone", [] {
        const bool events = *rc::gen::arbitrary<bool>();
        auto machine = events ? test::event_machine(4) : test::array_machine(4);
        machine.off_chip = test::small_dram();
        machine.technology.static_core = core::Power(1e-3);
        machine.interconnect.mesh.emplace();
        machine.interconnect.mesh->width = 2;
        machine.interconnect.mesh->height = 2;
        machine.interconnect.mesh->energy_x = core::Energy(3);
        machine.interconnect.mesh->time_y = core::Seconds(7e-9);
        machine.interconnect.mesh->link_bandwidth = core::Bandwidth(*rc::gen::inRange(1, 50));
        const auto size = *rc::gen::inRange<std::int64_t>(64, 20'000);
        const auto shrink = *rc::gen::inRange<std::int64_t>(0, 64);
        const auto set_size = [&](hardware::Architecture& a, std::int64_t bits) {
            if (events) {
                test::event_core(a).synaptic_memory = core::Bits(bits);
            } else {
                test::array_core(a).memories[1].size = core::Bits(bits);
            }
        };
        set_size(machine, size);
        const auto workload = test::two_layers(*rc::gen::inRange<std::int64_t>(1, 80),
                                               *rc::gen::inRange<std::int64_t>(1, 80),
                                               *rc::gen::inRange<std::int64_t>(1, 80));
        Plan plan;
        for (int op = 0; op < 3; ++op) {
            const int first = *rc::gen::inRange(0, 4);
            plan.placement.push_back({first, *rc::gen::inRange(1, 5 - first)});
        }
        plan.fused = {*rc::gen::element('\0', '\1'), *rc::gen::element('\0', '\1')};
        auto work = test::works_of(workload);
        const PlanModel model(machine, workload, work);
        auto scratch = model.make_scratch();
        const PlanCost c = model.evaluate(plan, *scratch);
        RC_ASSERT(c.feasible);
        RC_ASSERT(std::abs(explained(model, plan) - c.energy.value) <= 1e-12 * c.energy.value);
        const auto not_better = [&](const PlanCost& other) {
            RC_ASSERT(other.energy.value >= c.energy.value * (1 - 1e-12));
            RC_ASSERT(other.latency.value >= c.latency.value * (1 - 1e-12));
        };
        auto worse = machine;
        worse.off_chip->read_bandwidth = core::Bandwidth(4);
        not_better(cost_of(worse, workload, plan));
        worse = machine;
        worse.off_chip->write_bandwidth = core::Bandwidth(2);
        not_better(cost_of(worse, workload, plan));
        worse = machine;
        worse.interconnect.mesh->link_bandwidth = core::Bandwidth(0.5);
        not_better(cost_of(worse, workload, plan));
        worse = machine;
        set_size(worse, std::max<std::int64_t>(1, size - shrink * 100));
        not_better(cost_of(worse, workload, plan));
        // The same plan with sparser weights.
        for (const std::size_t op : {0, 2}) {
            work[op].weight_pattern = workloads::Pattern::unstructured;
            work[op].weight_storage_bits *= 0.5;
            work[op].weight_read_bits *= 0.5;
            work[op].weight_work *= 0.4;
            work[op].weight_density *= 0.4;
        }
        const PlanModel sparse(machine, workload, work);
        const PlanCost s = sparse.evaluate(plan, *scratch);
        RC_ASSERT(s.energy.value <= c.energy.value * (1 + 1e-12));
        RC_ASSERT(s.latency.value <= c.latency.value * (1 + 1e-12));
    });
}

}  // namespace test_plan_model
