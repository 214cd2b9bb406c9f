// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "plexus/core/node.hpp"
#include "plexus/explorers/experiment.hpp"

#include "catch.hpp"

namespace test_experiment {

using namespace plexus;

namespace {

const std::filesystem::path source = PLEXUS_SOURCE_DIR;
const std::filesystem::path small = source / "tests/explorers/data/small.yaml";

std::string errors_of(const std::filesystem::path& file,
                      const std::vector<explorers::Override>& overrides = {}) {
    try {
        static_cast<void>(explorers::load_experiment(file, overrides));
    } catch (const core::ConfigErrors& errors) {
        return errors.what();
    }
    return "";
}

/// small.yaml with `from` replaced by `to`, beside it so that its relative paths still hold.
class Edited {
  public:
    Edited(const std::string& name, const std::string& from, const std::string& to)
        : file_(source / "tests/explorers/data" / ("edited_" + name + ".yaml")) {
        std::ifstream in(small);
        std::string text((std::istreambuf_iterator<char>(in)), {});
        const std::size_t at = text.find(from);
        REQUIRE(at != std::string::npos);
        text.replace(at, from.size(), to);
        std::ofstream(file_) << text;
    }
    ~Edited() { std::filesystem::remove(file_); }
    Edited(const Edited&) = delete;
    Edited& operator=(const Edited&) = delete;
    Edited(Edited&&) = delete;
    Edited& operator=(Edited&&) = delete;
    [[nodiscard]] const std::filesystem::path& file() const { return file_; }

  private:
    std::filesystem::path file_;
};

}  // namespace

TEST_CASE("an experiment is loaded with everything it names") {
    const explorers::Experiment e = explorers::load_experiment(small);
    CHECK(e.name == "small");
    CHECK(e.objectives.size() == 3);
    CHECK(e.explorer == "exhaustive");
    CHECK(e.budget.evaluations == 10000);
    CHECK(e.scenarios.size() == 1);
    // 3 stacks · 3 banks · 2 blocks · 3 alphas · (2 gammas + linear) · 2 lanes
    CHECK(e.space.size() == 3 * 3 * 2 * 3 * 3 * 2);
    CHECK(core::find_path(e.tree, "hardware.event_driven.lanes").size() == 1);
    CHECK(core::find_path(e.tree, "decisions.annealing.steps").at(0)->text == "100");
    CHECK(core::find_path(e.tree, "decisions.annealing.probes").at(0)->text == "32");
}

TEST_CASE("the resolved experiment is an experiment of its own") {
    const explorers::Experiment e = explorers::load_experiment(small);
    const std::filesystem::path copy =
        std::filesystem::temp_directory_path() / "plexus_resolved_experiment.yaml";
    std::ofstream(copy) << core::to_yaml(e.resolved);
    const explorers::Experiment again = explorers::load_experiment(copy);
    std::filesystem::remove(copy);
    CHECK(core::content_hash(again.resolved) == core::content_hash(e.resolved));
    CHECK(again.space.size() == e.space.size());
}

TEST_CASE("overrides reach every part of an experiment") {
    const explorers::Experiment e =
        explorers::load_experiment(small,
                                   {{"hardware.event_driven.neurons", "512"},
                                    {"decisions.placement.mode", "uniform"},
                                    {"explorer.seed", "99"},
                                    {"budget.evaluations", "7"}});
    CHECK(core::find_path(e.tree, "hardware.event_driven.neurons").at(0)->text == "512");
    CHECK(core::find_path(e.tree, "decisions.placement.mode").at(0)->text == "uniform");
    CHECK(e.seed == 99);
    CHECK(e.budget.evaluations == 7);
    CHECK(errors_of(small, {{"hardware.event_driven.neuronz", "512"}}).find("neurons") !=
          std::string::npos);
    CHECK(errors_of(small, {{"budget.evaluations", "many"}}).find("--set budget.evaluations") !=
          std::string::npos);
}

TEST_CASE("axes are checked against the loaders before anything runs") {
    const Edited path("path", "hardware.event_driven.lanes:", "hardware.event_driven.lans:");
    CHECK(errors_of(path.file()).find("did you mean \"lanes\"") != std::string::npos);

    const Edited value("value", "lanes: [1, 4]", "lanes: [1, -4]");
    const std::string errors = errors_of(value.file());
    CHECK(errors.find(":18:36: ") != std::string::npos);
    CHECK(errors.find("hardware.event_driven.lanes") != std::string::npos);

    const Edited bank("bank", "[csr]", "[crs]");
    CHECK(errors_of(bank.file()).find("did you mean \"csr\"") != std::string::npos);

    const Edited root("root", "decisions.kernels.block", "kernels.block");
    CHECK(errors_of(root.file()).find("must start with") != std::string::npos);
}

TEST_CASE("problems of an experiment's own keys have their place") {
    CHECK(errors_of(Edited("a", "version: 1", "version: 2").file()).find(":2:10: version") !=
          std::string::npos);
    CHECK(
        errors_of(Edited("b", "energy_pj", "enrgy_pj").file()).find("did you mean \"energy_pj\"") !=
        std::string::npos);
    CHECK(errors_of(Edited("c", "energy_pj", "error").file()).find("twice") != std::string::npos);
    CHECK(errors_of(Edited("d", "name: exhaustive", "name: exaustive").file())
              .find("did you mean \"exhaustive\"") != std::string::npos);
    CHECK(errors_of(Edited("e", "loihi_like_64.yaml", "no_such.yaml").file())
              .find("there is no file") != std::string::npos);
    CHECK(errors_of(Edited("f", "budget: {evaluations: 10000}", "budget: {}").file())
              .find("expected evaluations") != std::string::npos);
    CHECK(errors_of(Edited("g", "explorer:", "explorers:").file())
              .find("did you mean \"explorer\"") != std::string::npos);
    CHECK(errors_of(source / "no/such/file.yaml").find("no/such/file.yaml") != std::string::npos);
}

TEST_CASE("a value that makes a loader warn is a warning of the experiment") {
    const explorers::Experiment e = explorers::load_experiment(
        small,
        {{"workload.sparsity",
          "{up.W: {file: '${PLEXUS_TEST_LEVEL}.smtx', otherwise: {density: 0.5}}}"},
         {"workload.variables", "{PLEXUS_TEST_LEVEL: 'a'}"},
         {"scenarios", "{path: workload.variables.PLEXUS_TEST_LEVEL, values: ['a', 'b']}"}});
    int scenario_b = 0;
    for (const core::Problem& w : e.warnings)
        scenario_b += w.path == "scenarios.workload.variables.PLEXUS_TEST_LEVEL" ? 1 : 0;
    CHECK(e.warnings.size() == 2);  // the base design, and scenario b beyond it
    CHECK(scenario_b == 1);
}

TEST_CASE("sections that a file leaves out can still be set") {
    const Edited bare("bare", "explorer: {name: exhaustive}\nbudget: {evaluations: 10000}\n", "");
    const explorers::Experiment plain = explorers::load_experiment(bare.file());
    CHECK(plain.explorer == "nsga2");
    CHECK(plain.budget.evaluations == 1000);
    const explorers::Experiment set = explorers::load_experiment(
        bare.file(), {{"budget.evaluations", "10"}, {"explorer.seed", "4"}});
    CHECK(set.budget.evaluations == 10);
    CHECK(set.seed == 4);
}

TEST_CASE("a missing machine does not hide what is wrong elsewhere") {
    const std::filesystem::path file =
        std::filesystem::temp_directory_path() / "plexus_test_missing_machine.yaml";
    std::ofstream(file) << "version: 1\n"
                           "hardware: no_such_machine.yaml\n"
                           "workload: no_such_workload.yaml\n"
                           "objectives: [latency]\n"
                           "decisions: {fusion: {stacks: some}}\n"
                           "explorer: {name: nsga3}\n"
                           "budget: {evaluations: 0}\n";
    try {
        static_cast<void>(explorers::load_experiment(file, {}));
        FAIL("was taken");
    } catch (const core::ConfigErrors& wrong) {
        std::vector<std::string> paths;
        for (const core::Problem& p : wrong.problems())
            paths.push_back(p.path);
        CHECK(paths == std::vector<std::string>{"hardware",
                                                "workload",
                                                "objectives[0]",
                                                "decisions.fusion.stacks",
                                                "explorer.name",
                                                "budget.evaluations"});
    }
    std::filesystem::remove(file);
}

TEST_CASE("a file that is no workload is told where the experiment names it") {
    const std::filesystem::path model =
        std::filesystem::temp_directory_path() / "plexus_test_no_model.onnx";
    std::ofstream(model) << "no model";
    const Edited e("no_model", "../../../workloads/presets/sparse_gemm_pair.yaml", model.string());
    CHECK_THAT(errors_of(e.file()),
               Catch::Contains("edited_no_model.yaml:5:11: workload: " + model.string() + ": "));
    std::filesystem::remove(model);
}

TEST_CASE("overrides reach into a workload that is a bare list of layers") {
    const std::filesystem::path list =
        std::filesystem::temp_directory_path() / "plexus_test_bare_list.yaml";
    std::ofstream(list)
        << "- {id: 0, name: fc, operator_type: Gemm, equation: 'O[b][k] += I[b][c] * "
           "W[k][c]', loop_dims: [B, K, C], loop_sizes: [1, 8, 8], "
           "operand_precision: {I: 8, W: 8, O: 24, O_final: 8}}\n";
    const Edited e("bare_list", "../../../workloads/presets/sparse_gemm_pair.yaml", list.string());
    CHECK_THAT(errors_of(e.file(), {{"workload.fc.loop_sizes", "[1, 8, 0]"}}),
               Catch::Contains("--set workload.fc.loop_sizes=[1, 8, 0]"));
    std::filesystem::remove(list);
}

}  // namespace test_experiment
