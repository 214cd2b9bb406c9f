// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <string>
#include <vector>

#include "plexus/explorers/mapping/mapping_file.hpp"
#include "plexus/hardware/load.hpp"
#include "plexus/workloads/load.hpp"

#include "catch.hpp"

namespace test_mapping_file {

using namespace plexus;
using namespace plexus::explorers;

namespace {

const std::filesystem::path source = PLEXUS_SOURCE_DIR;

/// What a mapping file says of two matrix products, "up" and "down" of type Gemm with a ReLU
/// between them, on a TPU-like core.
class Told {
  public:
    explicit Told(const std::string& text) {
        const auto machine = hardware::load_architecture(source / "hardware/presets/tpu_like.yaml");
        const auto workload =
            workloads::load_workload(source / "workloads/presets/sparse_gemm_pair.yaml", problems_);
        problems_.throw_if_any();
        const core::Node tree = core::parse_yaml(text, "m.yaml", problems_);
        tasks_ = map_tasks(workload,
                           std::get<hardware::DataflowCore>(machine.core_types[0].kind),
                           {},
                           &tree,
                           problems_);
    }
    [[nodiscard]] const MapTask& task(const std::string& name) const {
        for (const MapTask& task : tasks_) {
            if (task.layer.name == name) {
                return task;
            }
        }
        throw std::logic_error("no task " + name);
    }
    [[nodiscard]] std::string warnings() const { return written(problems_.warnings()); }
    [[nodiscard]] std::string errors() const { return written(problems_.errors()); }

  private:
    static std::string written(const std::vector<core::Problem>& problems) {
        std::string out;
        for (const core::Problem& problem : problems) {
            out += core::to_string(problem) + '\n';
        }
        return out;
    }
    core::Problems problems_;
    std::vector<MapTask> tasks_;
};

using Loops = std::vector<OrderedLoop>;

}  // namespace

TEST_CASE("the entry of a layer goes before that of its type, and this before the default",
          "[mapping]") {
    const Told told(
        "- {name: default, temporal_ordering: [[B, 1]]}\n"
        "- {name: Gemm, temporal_ordering: [[C, \"*\"], [\"*\", \"*\"]]}\n"
        "- {name: down, temporal_ordering: [[K, 4]]}\n");
    CHECK(told.errors() == "");
    CHECK(told.warnings() == "");
    CHECK(told.task("down").ordering == Loops{{"K", 4}});
    CHECK(told.task("up").ordering == Loops{{"C", 0}, {"*", 0}});
    CHECK(told.task("relu").ordering == Loops{{"B", 1}});
}

TEST_CASE("loops that a layer has not are left out of what is meant for many", "[mapping]") {
    const Told told("- {name: default, temporal_ordering: [[C, 2], [K, 8], [\"*\", \"*\"]]}\n");
    CHECK(told.errors() == "");
    CHECK(told.task("up").ordering == Loops{{"C", 2}, {"K", 8}, {"*", 0}});
    CHECK(told.task("relu").ordering == Loops{{"K", 8}, {"*", 0}});
}

TEST_CASE("spatial loops and links of a mapping file reach the task", "[mapping]") {
    const Told told(
        "- name: up\n"
        "  spatial_mapping: {D1: [\"C, 16\"]}\n"
        "  spatial_mapping_hint: {D2: [K]}\n"
        "  memory_operand_links: {O: O, W: I1, I: I2}\n");
    CHECK(told.errors() == "");
    const MapTask& up = told.task("up");
    REQUIRE(up.spatial.given.dimensions.size() == 1);
    CHECK(up.spatial.given.dimensions[0].name == "D1");
    CHECK(up.spatial.given.dimensions[0].unrolled == std::vector<dataflow::Unrolling>{{"C", 16}});
    CHECK(up.spatial.hints == std::vector<SpatialHint>{{"D2", {"K"}}});
    const auto linked = [](const MapTask& task) {
        std::string out;
        for (const dataflow::LayerOperand& operand : task.layer.operands) {
            out += operand.name + ":" + operand.memory_operand + " ";
        }
        return out;
    };
    CHECK(linked(up).find("W:I1") != std::string::npos);
    CHECK(linked(up).find("I:I2") != std::string::npos);
    CHECK(linked(told.task("down")).find("W:I2") != std::string::npos);
}

TEST_CASE("an entry that no layer can use is a warning with its place", "[mapping]") {
    const Told told(
        "- {name: dwon, temporal_ordering: [[K, 4]]}\n"
        "- {name: Pooling}\n"
        "- {name: Gemm}\n"
        "- {name: default}\n");
    CHECK(told.errors() == "");
    CHECK(told.warnings().find("m.yaml:1:10: [0].name: \"dwon\" is no layer of sparse_gemm_pair") !=
          std::string::npos);
    CHECK(told.warnings().find("did you mean \"down\"?") != std::string::npos);
    CHECK(told.warnings().find("m.yaml:2:10: [1].name: \"Pooling\"") != std::string::npos);
    CHECK(told.warnings().find("Gemm\" is") == std::string::npos);
    CHECK(told.warnings().find("default\" is") == std::string::npos);
    CHECK(told.task("down").ordering.empty());
}

TEST_CASE("two entries of one name are a problem", "[mapping]") {
    const Told told("- {name: up}\n- {name: down}\n- {name: up}\n");
    CHECK(told.errors().find("m.yaml:3:10: [2].name: there is an earlier entry") !=
          std::string::npos);
}

}  // namespace test_mapping_file
