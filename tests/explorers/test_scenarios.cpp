// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <unistd.h>

#include "plexus/core/node.hpp"
#include "plexus/explorers/evaluator.hpp"
#include "plexus/explorers/experiment.hpp"

#include "catch.hpp"

namespace test_scenarios {

using namespace plexus;
using explorers::Experiment;
using explorers::load_experiment;

namespace {

const std::filesystem::path source = PLEXUS_SOURCE_DIR;
const std::filesystem::path duel = source / "experiments/event_vs_dataflow.yaml";

std::string errors_of(const std::vector<explorers::Override>& overrides) {
    try {
        static_cast<void>(load_experiment(duel, overrides));
    } catch (const core::ConfigErrors& errors) {
        return errors.what();
    }
    return "";
}

bool has(const std::string& text, const std::string& word) {
    return text.find(word) != std::string::npos;
}

/// Objectives of the first design in a scenario.
std::vector<double> first_design(const Experiment& experiment, std::size_t scenario) {
    const explorers::Evaluator evaluator(experiment, scenario, 1);
    const explorers::Outcome outcome = evaluator.evaluate(experiment.space.first());
    REQUIRE(outcome.feasible());
    return outcome.objectives;
}

}  // namespace

TEST_CASE("a scenario can change the machine and anything else") {
    const Experiment e = load_experiment(duel);
    REQUIRE(e.scenarios.size() == 3);
    CHECK(e.scenarios[0].name == "event-driven");
    CHECK(e.scenarios[0].settings.empty());
    CHECK(e.scenarios[2].name == "gating array");
    REQUIRE(e.scenarios[2].settings.size() == 2);
    CHECK(e.scenarios[2].settings[0].path == "hardware");
    CHECK(e.scenarios[2].settings[0].value.find("operational_array") != nullptr);
    CHECK(e.scenarios[2].settings[1].path == "decisions.kernels.bank");
    REQUIRE(e.comparison);
    CHECK(e.comparison->scenario == 0);
    CHECK(e.comparison->x == 0);
    CHECK(e.comparison->y == 1);
    CHECK(e.comparison->x_name == "activation density");

    const Experiment one = load_experiment(duel, {{"hardware.technology.clock_mhz", "500"}});
    const auto event = first_design(one, 0);
    const auto dense = first_design(one, 1);
    const auto gating = first_design(one, 2);
    CHECK(event != dense);
    // 2 % of the weights and 1 % of the activations.
    CHECK(event[0] < dense[0]);
    CHECK(gating[1] < 0.5 * dense[1]);
}

TEST_CASE("a machine costs the same as base and as scenario") {
    const auto run = [](const std::string& base, const std::string& scenario) {
        const std::filesystem::path file = std::filesystem::temp_directory_path() /
                                           ("plexus_base_" + std::to_string(::getpid()) + ".yaml");
        const std::string presets = (source / "hardware/presets").string();
        std::ofstream(file) << "version: 1\nhardware: " << presets << "/" << base
                            << ".yaml\nworkload: " << (source / "workloads/presets").string()
                            << "/opt_125m_fc2.yaml\nobjectives: [latency_cycles, energy_pj]\n"
                            << "decisions: {kernels: {bank: [csr], block: 64}}\n"
                            << "scenarios: {base: {}, other: {hardware: " << presets << "/"
                            << scenario << ".yaml}}\n";
        const Experiment e = load_experiment(file);
        std::filesystem::remove(file);
        return std::vector{first_design(e, 0), first_design(e, 1)};
    };
    const auto one = run("event_28nm", "array_28nm");
    const auto two = run("array_28nm", "event_28nm");
    CHECK(one[0] == two[1]);
    CHECK(one[1] == two[0]);
}

TEST_CASE("an experiment with scenarios is self-contained once resolved") {
    const Experiment e = load_experiment(duel);
    const std::filesystem::path copy =
        std::filesystem::temp_directory_path() / "plexus_resolved_scenarios.yaml";
    std::ofstream(copy) << core::to_yaml(e.resolved);
    const Experiment again = load_experiment(copy);
    std::filesystem::remove(copy);
    CHECK(core::content_hash(again.resolved) == core::content_hash(e.resolved));
    CHECK(again.scenarios[1].settings[0].value.find("memories") != nullptr);
}

TEST_CASE("what is wrong with scenarios is said") {
    CHECK(has(errors_of({{"scenarios", "{a: {hardware: no_such.yaml}}"}}),
              "scenarios.a.hardware: there is no file"));
    CHECK(has(errors_of({{"scenarios", "{a: {budget.evaluations: 3}}"}}), "must start with"));
    CHECK(has(errors_of({{"scenarios", "{a: {hardware.event_driven.lanes: -1}}"}}),
              "hardware.event_driven.lanes"));
    CHECK(has(errors_of({{"scenarios", "{}"}}), "expected at least one scenario"));
    CHECK(has(errors_of({{"scenarios", "{a: {}, b: {decisions.mapping.objective: edp}}"}}),
              "is also an axis"));
    CHECK(has(errors_of({{"scenarios", "{path: decisions.kernels.block, values: [8, 8]}"}}),
              "twice"));
}

TEST_CASE("what cannot be compared is said") {
    CHECK(has(errors_of({{"compare.scenario", "event-drivn"}}), "did you mean \"event-driven\"?"));
    CHECK(has(errors_of({{"compare.x.axis", "decisions.mapping.objective"}}),
              "expected an axis with a list of at least two numbers"));
    CHECK(has(errors_of({{"compare.y.axis", "workload.tensors.*.density"}}),
              "expected another axis than x"));
    CHECK(has(errors_of({{"scenarios", "{a: {}}"}}), "expected at least two scenarios"));
    CHECK(has(errors_of({{"hardware.technology.clock_mhz", "400"}}),
              "cycles of different clocks cannot be compared: 400 MHz in event-driven, 500 MHz in "
              "dense array"));
    // Energy can be compared whatever the clocks.
    CHECK(errors_of({{"hardware.technology.clock_mhz", "400"}, {"objectives", "[energy_pj]"}})
              .empty());
}

TEST_CASE("factors of scenarios are combined, the last one varying fastest") {
    const Experiment e = load_experiment(source / "experiments/akf_sparsity_sweep.yaml");
    REQUIRE(e.factors.size() == 2);
    CHECK(e.factors[0].name == "machine");
    CHECK(e.factors[0].levels == std::vector<std::string>{"event-driven", "dataflow"});
    const std::size_t methods = e.factors[1].levels.size();
    REQUIRE(e.scenarios.size() == 2 * methods);
    CHECK(e.scenarios[0].name == "event-driven, dense");
    CHECK(e.scenarios[methods + 1].name == "dataflow, masked");
    CHECK(e.scenarios[methods + 1].levels == std::vector<std::size_t>{1, 1});
    // The machine as a whole comes before what reaches into it.
    CHECK(e.scenarios[methods + 1].settings[0].path == "hardware");
    CHECK(e.scenarios[methods + 1].settings[1].path == "decisions.kernels.bank");
    REQUIRE(e.study.has_value());
    CHECK(e.study->factor == 1);
    CHECK(e.study->references == std::vector<std::size_t>{1, 0});
    CHECK(e.study->density == e.study->axes[0]);
}

TEST_CASE("both studies of kernel fusion try the same methods on the same machines") {
    if (std::getenv("PLEXUS_DATA_DIR") == nullptr) {
        WARN("skipped: PLEXUS_DATA_DIR is not set");
        return;
    }
    const Experiment drawn = load_experiment(source / "experiments/akf_sparsity_sweep.yaml");
    const Experiment pruned = load_experiment(source / "experiments/akf_dlmc_sweep.yaml");
    REQUIRE(pruned.scenarios.size() == drawn.scenarios.size());
    for (std::size_t s = 0; s < drawn.scenarios.size(); ++s)
        CHECK(pruned.scenarios[s].name == drawn.scenarios[s].name);
    CHECK(pruned.space.size() == std::optional<std::int64_t>(32));
}

TEST_CASE("what is wrong with a study is said") {
    const auto errors = [](const std::vector<explorers::Override>& overrides) {
        try {
            static_cast<void>(
                load_experiment(source / "experiments/akf_sparsity_sweep.yaml", overrides));
        } catch (const core::ConfigErrors& e) {
            return std::string(e.what());
        }
        return std::string();
    };
    CHECK(errors({}).empty());
    CHECK(has(errors({{"study.factor", "metod"}}), "did you mean \"method\"?"));
    CHECK(has(errors({{"study.references", "[maskd]"}}), "did you mean \"masked\"?"));
    CHECK(has(errors({{"study.references", "[]"}}), "expected at least one level"));
    CHECK(has(errors({{"study.references", "[masked, masked]"}}), "stands twice"));
    CHECK(has(errors({{"study.by", "[{axis: workload.sparsity.*.densty}]"}}), "did you mean"));
    CHECK(has(errors({{"study.by", "[{axis: workload.sparsity.*.seed, regress: true}]"}}),
              "expects densities in (0, 1]"));
    CHECK(has(errors({{"study.metrics", "[selector_regrets]"}}), "did you mean"));
    CHECK(has(errors({{"scenarios", "{a: {}, b: {}}"}}), "expected scenarios with factors"));
    CHECK(has(errors({{"scenarios", "{factors: {machine: {}, method: {a: {}, b: {}}}}"}}),
              "expected at least one level"));
    CHECK(has(errors({{"scenarios", "{factors: {method: {a: {}, b: {hardware.nonsense: 1}}}}"},
                      {"study.references", "[a]"}}),
              "hardware.nonsense"));
}

TEST_CASE("evaluators that share what they remember say what fresh ones say") {
    const Experiment e = load_experiment(source / "experiments/akf_sparsity_sweep.yaml",
                                         {{"workload.layers.*.loop_sizes", "[1, 128, 96]"}});
    const explorers::DesignPoint point = e.space.first();
    const explorers::Evaluator first(e, 0, 1);
    for (const std::size_t scenario : {4U, 10U, 13U, 23U}) {
        const explorers::Evaluator shared(e, scenario, 1, &first);
        const explorers::Evaluator alone(e, scenario, 1);
        const explorers::Outcome one = shared.evaluate(point);
        const explorers::Outcome other = alone.evaluate(point);
        CHECK(one.objectives == other.objectives);
        CHECK(one.metrics == other.metrics);
    }
}

}  // namespace test_scenarios
