// SPDX-License-Identifier: Apache-2.0
// How the work of a plan lies on cores and links.
#include <numeric>

#include <rapidcheck/catch.h>

#include "plexus/cost_models/timeline/plan.hpp"

#include "catch.hpp"
#include "small_machines.hpp"

namespace test_plan_loads {

using namespace plexus;
using namespace plexus::cost_models;

namespace {

hardware::Architecture mesh_machine(int width, int height, int cores_per_tile) {
    auto machine = test::event_machine(width * height * cores_per_tile);
    hardware::Mesh mesh;
    mesh.width = width;
    mesh.height = height;
    mesh.cores_per_tile = cores_per_tile;
    mesh.energy_x = core::Energy(1);
    mesh.energy_y = core::Energy(1);
    machine.interconnect.mesh = mesh;
    machine.off_chip = test::small_dram();
    return machine;
}

double sum(const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0);
}

double hops_of(const PlanModel& model, const Plan& plan) {
    double hops = 0;
    for (const auto& item : model.explain(plan))
        hops += item.cause == "hops" ? item.count : 0;
    return hops;
}

}  // namespace

TEST_CASE("packets between two tiles take the links of the XY route", "[plan_loads]") {
    const auto machine = mesh_machine(2, 2, 1);
    const auto workload = test::two_layers(32, 64, 16);
    const PlanModel model(machine, workload, test::works_of(workload));
    // Tile 0 at (0, 0), tile 3 at (1, 1): along x in row 0, then along y in column 1.
    const Plan plan{{{0, 1}, {3, 1}, {3, 1}}, {1, 1}};
    const auto loads = model.loads(plan);
    REQUIRE(loads.link_packets.size() == 16);
    const double packets = hops_of(model, plan) / 2;
    CHECK(packets > 0);
    for (std::size_t link = 0; link < 16; ++link) {
        const bool taken = link == 4 * 0 + 3 || link == 4 * 2 + 2;  // tile 0 east, tile 2 north
        CHECK(loads.link_packets[link] == Approx(taken ? packets : 0));
    }
    CHECK(loads.core_cycles[0] > 0);
    CHECK(loads.core_cycles[1] == 0);
    CHECK(loads.core_cycles[3] > 0);
}

TEST_CASE("packets from a row of tiles spread over its links", "[plan_loads]") {
    const auto machine = mesh_machine(3, 1, 1);
    const auto workload = test::two_layers(32, 64, 16);
    const PlanModel model(machine, workload, test::works_of(workload));
    const Plan plan{{{0, 3}, {0, 3}, {0, 3}}, {1, 1}};
    const auto loads = model.loads(plan);
    // From any of three tiles to any: 2/9 of the packets pass each of the four links.
    const double each = hops_of(model, plan) / 4;
    for (const std::size_t link : {3, 7, 4, 8})
        CHECK(loads.link_packets[link] == Approx(each));
    CHECK(sum(loads.link_packets) == Approx(4 * each));
}

TEST_CASE("loads add up to hops and to the time of the operators", "[plan_loads]") {
    rc::check([] {
        const int width = *rc::gen::inRange(1, 6);
        const int height = *rc::gen::inRange(1, 6);
        const int per_tile = *rc::gen::inRange(1, 4);
        auto machine = mesh_machine(width, height, per_tile);
        machine.interconnect.mesh->multicast = *rc::gen::arbitrary<bool>();
        const auto workload = test::two_layers(32, 64, 16);
        const PlanModel model(machine, workload, test::works_of(workload));
        Plan plan{{}, {1, *rc::gen::element<char>(0, 1)}};
        const int cores = machine.core_count();
        for (std::size_t op = 0; op < model.operators(); ++op) {
            const int first = *rc::gen::inRange(0, cores);
            plan.placement.push_back({first, *rc::gen::inRange(1, cores - first + 1)});
        }
        if (!model.violations(plan).empty())
            return;
        const auto loads = model.loads(plan);
        RC_ASSERT(sum(loads.link_packets) == Approx(hops_of(model, plan)));
        // Links that would leave the mesh carry nothing.
        for (int tile = 0; tile < width * height; ++tile) {
            const auto link = static_cast<std::size_t>(4 * tile);
            RC_ASSERT(tile / height > 0 || loads.link_packets[link] == 0);
            RC_ASSERT(tile % height > 0 || loads.link_packets[link + 1] == 0);
            RC_ASSERT(tile % height + 1 < height || loads.link_packets[link + 2] == 0);
            RC_ASSERT(tile / height + 1 < width || loads.link_packets[link + 3] == 0);
        }
        const auto kept = model.residency(plan);
        const auto core_model = builtin_core_models().create("event_driven");
        double busy = 0;
        for (std::size_t op = 0; op < model.operators(); ++op)
            busy += core_model
                        ->evaluate(machine, model.work()[op], plan.placement[op], kept.on_chip[op])
                        .latency.value *
                    plan.placement[op].cores;
        RC_ASSERT(sum(loads.core_cycles) == Approx(busy));
    });
}

}  // namespace test_plan_loads
