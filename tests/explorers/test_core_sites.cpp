// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <rapidcheck/catch.h>

#include "plexus/cost_models/event_driven/block_placement.hpp"
#include "plexus/cost_models/operator_work.hpp"
#include "plexus/cost_models/timeline/plan.hpp"
#include "plexus/explorers/annealing/cooling.hpp"
#include "plexus/explorers/scheduling/core_sites.hpp"
#include "plexus/hardware/load.hpp"
#include "plexus/workloads/load.hpp"

#include "catch.hpp"
#include "small_event_machines.hpp"

namespace test_core_sites {

using namespace plexus;
using cost_models::Placement;
using cost_models::Plan;
using cost_models::event_driven::BlockFlow;
using explorers::chain_text;
using explorers::read_text;
using explorers::small_event_core;
using explorers::small_links;

namespace {

// Eight cores on 2 × 2 tiles: tile 0 at (0, 0), 1 at (0, 1), 2 at (1, 0), 3 at (1, 1).
const std::string machine_text = R"(
version: 1
name: eight_cores
technology: {clock_hz: 1.0e+9, static_core_mw: 0, static_chip_mw: 0}
event_driven:)" + small_event_core +
                                 R"(interconnect:
  mesh:
    width: 2
    height: 2
    cores_per_tile: 2)" + small_links +
                                 R"(
sync: {time_ns_by_tiles: {1: 100, 2: 200, 3: 300, 4: 400}, energy_pj: 0}
)";

struct Fixture {
    hardware::Architecture architecture = read_text(machine_text, hardware::read_architecture);
    workloads::Workload workload = read_text(chain_text, workloads::read_workload);
    cost_models::PlanModel model{architecture, workload, work(workload)};

    static std::vector<cost_models::OperatorWork> work(const workloads::Workload& w) {
        std::vector<cost_models::OperatorWork> out;
        for (std::size_t i = 0; i < w.operators.size(); ++i)
            out.push_back(cost_models::operator_work(w, i, nullptr));
        return out;
    }
    [[nodiscard]] Plan plan(std::vector<Placement> placement) const {
        Plan out = model.uniform_plan(true);
        out.placement = std::move(placement);
        return out;
    }
    [[nodiscard]] cost_models::PlanCost cost(const Plan& p) const {
        return model.evaluate(p, *model.make_scratch());
    }
    /// Sum over operators of what is counted under a cause.
    [[nodiscard]] double count(const Plan& p, const std::string& cause) const {
        double sum = 0;
        for (const core::CostItem& item : model.explain(p))
            sum += item.cause == cause ? item.count : 0;
        return sum;
    }
    [[nodiscard]] explorers::PlanSearchResult arranged(const Plan& p,
                                                       const char* strategy,
                                                       double latency_share) const {
        explorers::PlanSearchResult search;
        search.plan = p;
        search.cost = cost(p);
        explorers::arrange_cores(model,
                                 *explorers::builtin_placement_strategies().create(strategy),
                                 {.latency_share = latency_share, .annealing = {.steps = 500}},
                                 *explorers::builtin_cooling_schedules().create("geometric"),
                                 core::Rng(1),
                                 search);
        return search;
    }
};

}  // namespace

TEST_CASE("cores of a plan stand where its sites say") {
    const Fixture f;
    // One after the other on the cores 0, 6 and 7; both of the last are on tile 3.
    const Plan plan = f.plan({{0, 1}, {6, 1}, {7, 1}});
    CHECK(f.model.traffic(plan).flows ==
          std::vector<BlockFlow>{{0, 0, 48}, {0, 6, 40}, {6, 7, 24}});
    const auto hops = [&](const Plan& p) { return f.count(p, "hops"); };
    CHECK(hops(plan) == Approx(40 * 2));
    // Cores 6 and 1 change places: 1 is on the tile of core 0, far from core 7.
    Plan moved = plan;
    moved.sites = {0, 6, 2, 3, 4, 5, 1, 7};
    CHECK(hops(moved) == Approx(24 * 2));
    CHECK(f.cost(plan).energy.value - f.cost(moved).energy.value == Approx((40 - 24) * (3 + 4)));
    CHECK(f.cost(plan).latency.value - f.cost(moved).latency.value == Approx(0).margin(1e-9));
    // Sites that change nothing cost the same.
    Plan numbered = plan;
    numbered.sites.resize(8);
    std::iota(numbered.sites.begin(), numbered.sites.end(), 0);
    CHECK(f.cost(numbered).energy == f.cost(plan).energy);
    CHECK(f.cost(numbered).latency == f.cost(plan).latency);
}

TEST_CASE("a barrier waits for the tiles that cores stand on") {
    const Fixture f;
    const Plan plan = f.plan({{0, 2}, {0, 1}, {0, 1}});
    Plan moved = plan;
    moved.sites = {0, 2, 1, 3, 4, 5, 6, 7};  // cores 0 and 1 on tiles 0 and 1
    const auto sync = [&](const Plan& p) {
        for (const core::CostItem& item : f.model.explain(p))
            if (item.work == "a" && item.cause == "sync")
                return item.cycles.value;
        return 0.0;
    };
    CHECK(sync(plan) == Approx(100));
    CHECK(sync(moved) == Approx(200));
}

TEST_CASE("sites that are not a place for every core are refused") {
    const Fixture f;
    Plan plan = f.model.uniform_plan(true);
    for (const std::vector<std::int32_t>& sites :
         {std::vector<std::int32_t>{0, 1},
          std::vector<std::int32_t>{0, 0, 2, 3, 4, 5, 6, 7},
          std::vector<std::int32_t>{8, 1, 2, 3, 4, 5, 6, 7},
          std::vector<std::int32_t>{-1, 1, 2, 3, 4, 5, 6, 7}}) {
        plan.sites = sites;
        CHECK_FALSE(f.cost(plan).feasible);
        const auto violations = f.model.violations(plan);
        REQUIRE(violations.size() == 1);
        CHECK(violations[0].rule == "placement");
    }
}

TEST_CASE("strategies arrange the cores of a plan") {
    const Fixture f;
    const Plan plan = f.plan({{0, 1}, {6, 1}, {3, 1}});
    CHECK(f.arranged(plan, "contiguous", 0.5).plan == plan);
    CHECK(f.arranged(plan, "round_robin", 0.5).plan.sites ==
          std::vector<std::int32_t>{0, 2, 4, 6, 1, 3, 5, 7});
    // Three cores that talk to each other in a row do not all fit on one tile of two.
    for (const char* strategy : {"greedy", "annealed"}) {
        const explorers::PlanSearchResult best = f.arranged(plan, strategy, 0);
        CHECK(f.count(best.plan, "hops") == Approx(24));
        CHECK(best.cost.energy == f.cost(best.plan).energy);
    }
}

TEST_CASE("packets of a plan between cores") {
    rc::prop("take as many hops as the plan says, and arranging them never costs energy", [] {
        const Fixture f;
        std::vector<Placement> placement;
        for (int op = 0; op < 3; ++op) {
            const int first = *rc::gen::inRange(0, 8);
            placement.push_back({first, *rc::gen::inRange(1, 9 - first)});
        }
        const Plan plan = f.plan(placement);
        RC_PRE(f.cost(plan).feasible);
        const auto close = [](double a, double b) {
            return std::abs(a - b) <= 1e-9 * (std::abs(a) + std::abs(b));
        };
        const auto chip = hardware::event_chip(f.architecture);
        const auto network = f.model.traffic(plan);
        const cost_models::event_driven::BlockModel blocks(network, chip, 1);
        std::vector<std::int32_t> sites(8);
        std::iota(sites.begin(), sites.end(), 0);
        for (std::size_t i = 0; i < sites.size(); ++i)
            std::swap(sites[i], sites[*rc::gen::inRange<std::size_t>(i, sites.size())]);
        Plan moved = plan;
        moved.sites = sites;
        RC_ASSERT(close(cost_models::event_driven::placement_cost(blocks, sites).hops,
                        f.count(moved, "hops")));
        const double before = f.cost(plan).energy.value;
        RC_ASSERT(f.arranged(plan, "annealed", 0).cost.energy.value <= before * (1 + 1e-12));
    });
}

TEST_CASE("a limit on neurons per core spreads operators") {
    const Fixture f;
    CHECK(f.model.uniform_plan(true).placement == std::vector<Placement>{{0, 8}, {0, 8}, {0, 8}});
    // 40, 24 and 56 values of one neuron each.
    CHECK(f.model.uniform_plan(true, 20).placement ==
          std::vector<Placement>{{0, 2}, {0, 2}, {0, 3}});
    CHECK(f.model.uniform_plan(true, 1).placement ==
          std::vector<Placement>{{0, 8}, {0, 8}, {0, 8}});
    explorers::PlanSearchOptions options{.annealing = {.steps = 300}};
    options.neurons_per_core = 10;
    const auto schedule = explorers::builtin_cooling_schedules().create("geometric");
    const Plan found = explorers::search_plan(f.model, options, *schedule, core::Rng(1)).plan;
    CHECK(found.placement[0].cores >= 4);
    CHECK(found.placement[1].cores >= 3);
    CHECK(found.placement[2].cores >= 6);
}

}  // namespace test_core_sites
