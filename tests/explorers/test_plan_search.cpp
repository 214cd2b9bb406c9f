// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <vector>

#include "plexus/cost_models/operator_work.hpp"
#include "plexus/cost_models/timeline/plan.hpp"
#include "plexus/explorers/annealing/cooling.hpp"
#include "plexus/explorers/fusion/plan_search.hpp"
#include "plexus/hardware/load.hpp"
#include "plexus/workloads/load.hpp"

#include "catch.hpp"
#include "small_event_machines.hpp"

namespace test_plan_search {

using namespace plexus;
using explorers::chain_text;
using explorers::FusionMode;
using explorers::PlacementMode;
using explorers::read_text;
using explorers::small_event_core;
using explorers::small_links;

namespace {

// Two cores on a 2 × 1 mesh; memory for about half of the weights of the chain below.
const std::string machine_text = R"(
version: 1
name: two_cores
technology: {clock_hz: 1.0e+9, static_core_mw: 0.5, static_chip_mw: 1}
event_driven:
  cores: 2)" + small_event_core + R"(interconnect:
  mesh:
    width: 2
    height: 1
    cores_per_tile: 1)" + small_links +
                                 R"(
sync: {time_ns_by_tiles: {1: 100, 2: 200}, energy_pj: 0}
)";

struct Fixture {
    hardware::Architecture architecture = read_text(machine_text, hardware::read_architecture);
    workloads::Workload workload = read_text(chain_text, workloads::read_workload);
    cost_models::PlanModel model{architecture, workload, work(workload)};
    cost_models::PlanModel::ScratchPointer scratch = model.make_scratch();

    static std::vector<cost_models::OperatorWork> work(const workloads::Workload& w) {
        std::vector<cost_models::OperatorWork> out;
        for (std::size_t i = 0; i < w.operators.size(); ++i)
            out.push_back(cost_models::operator_work(w, i, nullptr));
        return out;
    }

    double judge(const cost_models::Plan& plan, double share) {
        const cost_models::PlanCost reference = model.evaluate(model.uniform_plan(false), *scratch);
        const cost_models::PlanCost cost = model.evaluate(plan, *scratch);
        if (!cost.feasible)
            return std::numeric_limits<double>::infinity();
        return share * (cost.latency / reference.latency) +
               (1 - share) * (cost.energy / reference.energy);
    }
};

}  // namespace

TEST_CASE("plan search finds the best of all plans of a small chain") {
    Fixture f;
    REQUIRE(f.workload.edges.size() == 2);
    const std::vector<cost_models::Placement> places{{0, 1}, {1, 1}, {0, 2}};
    for (const double share : {0.0, 0.5, 1.0}) {
        double best = std::numeric_limits<double>::infinity();
        for (const auto& a : places)
            for (const auto& b : places)
                for (const auto& c : places)
                    for (char fused = 0; fused < 4; ++fused) {
                        const cost_models::Plan plan{
                            .placement = {a, b, c},
                            .fused = {static_cast<char>(fused & 1), static_cast<char>(fused >> 1)}};
                        best = std::min(best, f.judge(plan, share));
                    }
        const auto schedules = explorers::builtin_cooling_schedules();
        for (const std::string& name : schedules.names()) {
            CAPTURE(share, name);
            const explorers::PlanSearchResult found =
                explorers::search_plan(f.model,
                                       {.latency_share = share, .annealing = {.steps = 3000}},
                                       *schedules.create(name),
                                       core::Rng(5));
            CHECK(f.judge(found.plan, share) == Approx(best).epsilon(1e-12));
            CHECK(found.annealing.best == Approx(best).epsilon(1e-12));
        }
    }
}

TEST_CASE("plan search respects the modes that switch decisions off") {
    Fixture f;
    const auto schedules = explorers::builtin_cooling_schedules();
    const auto search = [&](FusionMode fusion, PlacementMode placement) {
        return explorers::search_plan(f.model,
                                      {.fusion = fusion, .placement = placement},
                                      *schedules.create("geometric"),
                                      core::Rng(1));
    };
    CHECK(search(FusionMode::none, PlacementMode::uniform).plan == f.model.uniform_plan(false));
    CHECK(search(FusionMode::all, PlacementMode::uniform).plan == f.model.uniform_plan(true));
    CHECK(search(FusionMode::none, PlacementMode::searched).plan.fused == std::vector<char>{0, 0});
    CHECK(search(FusionMode::all, PlacementMode::searched).plan.fused == std::vector<char>{1, 1});
    CHECK(search(FusionMode::searched, PlacementMode::uniform).plan.placement ==
          f.model.uniform_plan(false).placement);
}

TEST_CASE("plan search is never worse than the uniform plans and repeats exactly") {
    Fixture f;
    const auto schedules = explorers::builtin_cooling_schedules();
    for (const std::int64_t steps : {0, 1, 10, 200}) {
        const auto run = [&] {
            return explorers::search_plan(f.model,
                                          {.annealing = {.steps = steps, .probes = 4}},
                                          *schedules.create("lundy_mees"),
                                          core::Rng(9));
        };
        const explorers::PlanSearchResult a = run();
        CHECK(f.judge(a.plan, 0.5) <= f.judge(f.model.uniform_plan(false), 0.5));
        CHECK(f.judge(a.plan, 0.5) <= f.judge(f.model.uniform_plan(true), 0.5));
        CHECK(run().plan == a.plan);
        CHECK(run().annealing.accepted == a.annealing.accepted);
    }
}

}  // namespace test_plan_search
