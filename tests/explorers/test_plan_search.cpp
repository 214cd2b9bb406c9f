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

using namespace plexus;
using explorers::FusionMode;
using explorers::PlacementMode;

namespace {

// Two cores on a 2 × 1 mesh; memory for about half of the weights of the chain below.
constexpr const char* machine_text = R"(
version: 1
name: two_cores
technology: {clock_hz: 1.0e+9, static_core_mw: 0.5, static_chip_mw: 1}
event_driven:
  cores: 2
  neurons: 64
  synaptic_memory_bits: 16384
  synaptic_word_bits: 64
  axons_in: 4096
  axons_out: 4096
  lanes: 1
  payload_bits: 8
  state_bits: 24
  scan: all
  dynamic_weights: true
  axon_in: {energy_pj: 1, time_ns: 16}
  synapse_word: {energy_pj: 2, time_ns: 1}
  synapse_op: {energy_pj: 33.6, time_ns: 4.7}
  soma_access: {energy_pj: 51.2, time_ns: 6}
  soma_update: {energy_pj: 21.6, time_ns: 3.7}
  spike_out: {energy_pj: 69.3, time_ns: 30}
  axon_out: {energy_pj: 111, time_ns: 5.1}
interconnect:
  mesh:
    width: 2
    height: 1
    cores_per_tile: 1
    energy_x_pj: 3
    energy_y_pj: 4
    time_x_ns: 4
    time_y_ns: 6
    link_bandwidth_bits_per_cycle: 32
    packet_bits: 32
    multicast: false
off_chip:
  read_bandwidth_bits_per_cycle: 8
  write_bandwidth_bits_per_cycle: 8
  read_energy_pj_per_bit: 8
  write_energy_pj_per_bit: 8
sync: {time_ns_by_tiles: {1: 100, 2: 200}, energy_pj: 0}
)";

hardware::Architecture machine() {
    core::Problems problems;
    const core::Node root = core::parse_yaml(machine_text, "machine.yaml", problems);
    hardware::Architecture a = hardware::read_architecture(root, problems);
    problems.throw_if_any();
    return a;
}

// Three linear layers in a chain, 48 → 40 → 24 → 56.
constexpr const char* chain_text = R"(
- {id: 0, name: a, operator_type: Gemm, equation: "O[b][k]+=I[b][c]*W[k][c]",
   loop_dims: [B, K, C], loop_sizes: [1, 40, 48],
   operand_precision: {W: 8, I: 8, O: 24, O_final: 8}, operand_source: {I: 0, W: 0}}
- {id: 1, name: b, operator_type: Gemm, equation: "O[b][k]+=I[b][c]*W[k][c]",
   loop_dims: [B, K, C], loop_sizes: [1, 24, 40],
   operand_precision: {W: 8, I: 8, O: 24, O_final: 8}, operand_source: {I: 0, W: 1}}
- {id: 2, name: c, operator_type: Gemm, equation: "O[b][k]+=I[b][c]*W[k][c]",
   loop_dims: [B, K, C], loop_sizes: [1, 56, 24],
   operand_precision: {W: 8, I: 8, O: 24, O_final: 8}, operand_source: {I: 1, W: 2}}
)";

workloads::Workload chain() {
    core::Problems problems;
    const core::Node root = core::parse_yaml(chain_text, "chain.yaml", problems);
    workloads::Workload w = workloads::read_workload(root, problems);
    problems.throw_if_any();
    return w;
}

struct Fixture {
    hardware::Architecture architecture = machine();
    workloads::Workload workload = chain();
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
