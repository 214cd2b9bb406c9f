// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "plexus/core/node.hpp"
#include "plexus/explorers/decisions.hpp"

#include "catch.hpp"

namespace test_decisions {

using namespace plexus;

namespace {

struct Read {
    core::Problems problems;
    explorers::Decisions decisions;

    explicit Read(const std::string& yaml) {
        const core::Node root = core::parse_yaml(yaml, "d.yaml", problems);
        decisions = explorers::read_decisions(core::Reader(root, "decisions", problems),
                                              explorers::builtin_cooling_schedules(),
                                              explorers::builtin_mappers());
    }

    [[nodiscard]] std::string errors() const {
        std::string text;
        for (const core::Problem& p : problems.errors())
            text += core::to_string(p) + "\n";
        return text;
    }
};

}  // namespace

TEST_CASE("decisions are read from every key of the section") {
    const Read r(R"yaml(
kernels: {bank: [csr, "n_m(1:8)"], block: 64}
weighting: {alpha: 0.25, error_reference: 0.05, work_share: 0.75}
fusion: {stacks: all}
placement: {mode: uniform, latency_share: 0.125}
annealing: {cooling: lundy_mees, steps: 77, probes: 5, initial_acceptance: 0.6}
)yaml");
    CHECK(r.errors().empty());
    CHECK(r.decisions.bank == std::vector<std::string>{"csr", "n_m(1:8)"});
    CHECK(r.decisions.block == 64);
    CHECK(r.decisions.weighting.alpha == 0.25);
    CHECK(r.decisions.weighting.error_reference == 0.05);
    CHECK(r.decisions.weighting.work_share == 0.75);
    CHECK(r.decisions.plan.fusion == explorers::FusionMode::all);
    CHECK(r.decisions.plan.placement == explorers::PlacementMode::uniform);
    CHECK(r.decisions.plan.latency_share == 0.125);
    CHECK(r.decisions.plan.annealing.steps == 77);
    CHECK(r.decisions.plan.annealing.probes == 5);
    CHECK(r.decisions.plan.annealing.initial_acceptance == 0.6);
    CHECK(r.decisions.cooling == "lundy_mees");
}

TEST_CASE("decisions on kernels are read from every key") {
    const Read r(R"yaml(
kernels:
  bank: ["low_rank(2)+coo_top(50)", "poly_weights(3:estrin)"]
  selector: density_threshold
  density_threshold: {threshold: 0.4}
  path: run_time
  mixture: 3
  weights: frank_wolfe
  table: /a/table.json
  seed: 12
weighting:
  mode: dual
  error_budget: 0.03
  resources: latency_and_energy
  form: bottleneck
  switch_cost: 0.5
  storage_cap: 0.25
  work_cap: 0.125
  regret_rate: 0.1
  regret_hysteresis: 0.2
)yaml");
    CHECK(r.errors().empty());
    const explorers::KernelDecision& k = r.decisions.kernels;
    CHECK(k.selector == "density_threshold");
    CHECK(k.selector_params.number("threshold") == 0.4);
    CHECK(k.path == explorers::SelectionPath::run_time);
    CHECK(k.mixture == 3);
    CHECK(k.solver == "frank_wolfe");
    CHECK(k.table == "/a/table.json");
    CHECK(k.seed == 12);
    const explorers::Weighting& w = r.decisions.weighting;
    CHECK(w.mode == explorers::AlphaMode::dual);
    CHECK(w.error_budget == 0.03);
    CHECK(w.resources == explorers::Resources::latency_and_energy);
    CHECK(w.form == explorers::ResourceForm::bottleneck);
    CHECK(w.switch_cost == 0.5);
    CHECK(w.storage_cap == 0.25);
    CHECK(w.work_cap == 0.125);
    CHECK(w.regret_rate == 0.1);
    CHECK(w.regret_hysteresis == 0.2);
    const Read wrong(
        "kernels: {selector: oracel, path: later, mixture: 0, weights: newton, static: {a: 1}}\n"
        "weighting: {mode: adaptive, switch_cost: -1, storage_cap: 0}\n");
    const std::string errors = wrong.errors();
    CAPTURE(errors);
    for (const char* part : {"did you mean \"oracle\"",
                             "decisions.kernels.path",
                             "decisions.kernels.mixture",
                             "decisions.kernels.weights",
                             "static",
                             "decisions.weighting.mode",
                             "decisions.weighting.switch_cost",
                             "decisions.weighting.storage_cap"})
        CHECK(errors.find(part) != std::string::npos);
}

TEST_CASE("parameters of a cooling schedule stand under its name") {
    const Read r("annealing: {cooling: geometric, geometric: {gamma: 0.9}}");
    CHECK(r.errors().empty());
    CHECK(r.decisions.cooling_params.number("gamma") == 0.9);
}

TEST_CASE("every wrong decision is reported at its place") {
    const Read r(
        "kernels: {bank: [csv], block: 0}\n"
        "weighting: {alpha: 1.5, error_reference: 0}\n"
        "fusion: {stacks: some}\n"
        "placement: {mode: serched}\n"
        "annealing: {cooling: geometrical, steps: -1, geometric: {gamma: 2}}\n"
        "kernel: {}\n");
    const std::string errors = r.errors();
    CAPTURE(errors);
    CHECK(errors.find("d.yaml:1:17: decisions.kernels.bank[0]") != std::string::npos);
    CHECK(errors.find("did you mean \"csr\"") != std::string::npos);
    CHECK(errors.find("d.yaml:1:31: decisions.kernels.block") != std::string::npos);
    CHECK(errors.find("d.yaml:2:20: decisions.weighting.alpha") != std::string::npos);
    CHECK(errors.find("decisions.weighting.error_reference") != std::string::npos);
    CHECK(errors.find("d.yaml:3:18: decisions.fusion.stacks") != std::string::npos);
    CHECK(errors.find("did you mean \"searched\"") != std::string::npos);
    CHECK(errors.find("did you mean \"geometric\"") != std::string::npos);
    CHECK(errors.find("decisions.annealing.steps") != std::string::npos);
    CHECK(errors.find("decisions.annealing.geometric.gamma") != std::string::npos);
    CHECK(errors.find("did you mean \"kernels\"") != std::string::npos);
}

}  // namespace test_decisions
