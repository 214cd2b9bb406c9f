// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/area/area.hpp"

#include "catch.hpp"
#include "small_machines.hpp"

namespace test_area {

using namespace plexus::cost_models;

TEST_CASE("the area of an event-driven machine is that of its cores") {
    auto machine = test::event_machine(4);
    const AreaEstimate area = estimate_area(machine);
    CHECK(area.total.value == Approx(2e6));  // 4 x 0.5 mm2
    CHECK(area.complete);
    test::event_core(machine).area_mm2 = 0;
    CHECK_FALSE(estimate_area(machine).complete);
}

TEST_CASE("the area of an array counts units and instances of memories") {
    auto machine = test::array_machine(2);
    // per core: 32 units x 0.001 + 32 registers x 0.0001 + one SRAM of 0.25 mm2
    CHECK(estimate_area(machine).total.value == Approx(2 * (32e3 + 3.2e3 + 250e3)));
    auto& core = test::array_core(machine);
    core.memories.push_back(core.memories.back());
    core.memories.back().name = "dram";
    core.memories.back().type = "dram";
    core.memories.back().area = 100;
    CHECK(estimate_area(machine).total.value == Approx(2 * (32e3 + 3.2e3 + 250e3)));
    core.memories[1].area = 0;
    CHECK_FALSE(estimate_area(machine).complete);
}

}  // namespace test_area
