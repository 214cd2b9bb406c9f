// SPDX-License-Identifier: Apache-2.0
// Layers of recorded ZigZag 3.8.5 evaluations (PLEXUS_GOLDEN_DIR/dataflow/*.jsonl.gz), written back
// as YAML and read here: loop nests and operand sizes must be those that ZigZag saw.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "plexus/core/node.hpp"
#include "plexus/workloads/load.hpp"

#include "../../workloads/src/layer.hpp"
#include "catch.hpp"

namespace test_zigzag_dialect {

using namespace plexus;
using namespace plexus::workloads;
using nlohmann::ordered_json;

namespace {

std::vector<ordered_json> records(const std::filesystem::path& file) {
    const std::string command = "gzip -dc '" + file.string() + "'";
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(::popen(command.c_str(), "r"),
                                                               ::pclose);
    std::string text;
    std::array<char, 65536> buffer{};
    std::size_t got = 0;
    while (pipe && (got = std::fread(buffer.data(), 1, buffer.size(), pipe.get())) > 0) {
        text.append(buffer.data(), got);
    }
    std::vector<ordered_json> out;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        out.push_back(ordered_json::parse(line)["layer"]);
    }
    return out;
}

std::string to_layer_yaml(const ordered_json& layer) {
    std::vector<std::string> dims;
    std::vector<std::int64_t> sizes;
    for (const auto& [name, size] : layer["dims"].items()) {
        dims.push_back(name);
        sizes.push_back(size.get<std::int64_t>());
    }
    std::vector<std::string> relations = layer["relations"].get<std::vector<std::string>>();
    std::string yaml = fmt::format(
        "- id: {}\n  name: {}\n  operator_type: {}\n  equation: {}\n  loop_dims: [{}]\n"
        "  loop_sizes: [{}]\n  dimension_relations: [{}]\n  operand_precision: {}\n",
        layer["id"].get<std::int64_t>(),
        layer["name"].get<std::string>(),
        layer["type"].get<std::string>(),
        layer["equation"].get<std::string>(),
        fmt::join(dims, ", "),
        fmt::join(sizes, ", "),
        fmt::join(relations, ", "),
        layer["precision"].dump());
    if (!layer["padding"].empty()) {
        std::vector<std::string> axes;
        std::vector<std::string> pads;
        std::vector<std::int64_t> real;
        for (const auto& [axis, sides] : layer["padding"].items()) {
            axes.push_back(axis);
            pads.push_back(sides.dump());
            real.push_back(layer["pr_dim_sizes"][axis].get<std::int64_t>());
        }
        yaml += fmt::format("  pr_loop_dims: [{}]\n  pr_loop_sizes: [{}]\n  padding: [{}]\n",
                            fmt::join(axes, ", "),
                            fmt::join(real, ", "),
                            fmt::join(pads, ", "));
    }
    return yaml;
}

void check_layer(const ordered_json& layer) {
    const std::string yaml = to_layer_yaml(layer);
    INFO(yaml);
    core::Problems problems;
    const core::Node root = core::parse_yaml(yaml, "layer.yaml", problems);
    const Workload w = read_workload(root, problems);
    for (const core::Problem& p : problems.errors()) {
        FAIL_CHECK(core::to_string(p));
    }
    REQUIRE(w.operators.size() == 1);
    const Operator& op = w.operators.front();
    CHECK(op.points() == layer["macs"].get<double>());
    CHECK(op.weight_first == (layer["operands"][1] == "W"));
    CHECK(op.partial_sum_bits == layer["precision"]["O"].get<std::int64_t>());
    std::vector<Access> accesses = op.inputs;
    accesses.push_back(op.output);
    for (const Access& access : accesses) {
        const Tensor& tensor = w.tensors[access.tensor];
        INFO(tensor.name);
        // ZigZag counts the elements a layer touches: a stride without a window skips some.
        std::int64_t touched = 1;
        for (std::size_t axis = 0; axis < access.indices.size(); ++axis) {
            touched *= std::min(distinct_values(access.indices[axis], op.dims), tensor.shape[axis]);
        }
        CHECK(touched == layer["operand_size_elem"][access.operand].get<std::int64_t>());
        const std::string key = access.operand == "O" ? "O_final" : access.operand;
        CHECK(tensor.bits == layer["precision"][key].get<std::int64_t>());
    }
}

}  // namespace

TEST_CASE("layers of recorded ZigZag evaluations have the same sizes", "[layer_reader][golden]") {
    const char* golden = std::getenv("PLEXUS_GOLDEN_DIR");
    const auto folder = std::filesystem::path(golden == nullptr ? "" : golden) / "dataflow";
    if (golden == nullptr || !std::filesystem::exists(folder)) {
        WARN("PLEXUS_GOLDEN_DIR has no dataflow folder: not tested");
        return;
    }
    std::size_t layers = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() != ".gz") {
            continue;
        }
        INFO(entry.path().filename().string());
        for (const ordered_json& layer : records(entry.path())) {
            check_layer(layer);
            ++layers;
        }
    }
    CHECK(layers > 0);
}

}  // namespace test_zigzag_dialect
