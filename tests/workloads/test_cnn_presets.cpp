// SPDX-License-Identifier: Apache-2.0
// The shipped convolutional networks against the published numbers of operations and parameters.
#include <algorithm>
#include <filesystem>
#include <string>

#include "plexus/workloads/load.hpp"

#include "catch.hpp"

namespace test_cnn_presets {

using namespace plexus;
using namespace plexus::workloads;

namespace {

Workload load_preset(const std::string& name) {
    core::Problems problems;
    const auto file =
        std::filesystem::path(PLEXUS_SOURCE_DIR) / "workloads" / "presets" / (name + ".yaml");
    Workload w = load_workload(file, problems);
    for (const core::Problem& p : problems.errors()) {
        FAIL_CHECK(core::to_string(p));
    }
    for (const core::Problem& p : problems.warnings()) {
        FAIL_CHECK(core::to_string(p));  // shapes that do not chain are warnings
    }
    return w;
}

double macs(const Workload& w, const std::string& type) {
    double sum = 0;
    for (const Operator& op : w.operators) {
        sum += op.type == type ? op.points() : 0;
    }
    return sum;
}

/// Output channels of all operators of a type: biases, and half of what batch norms would add.
std::int64_t channels(const Workload& w, const std::string& type) {
    std::int64_t sum = 0;
    for (const Operator& op : w.operators) {
        if (op.type == type) {
            const auto& shape = w.tensors[op.output.tensor].shape;
            sum += shape.size() == 5 ? shape[1] * shape[2] : shape[1];  // [b][g][k]… or [b][k]…
        }
    }
    return sum;
}

std::ptrdiff_t count(const Workload& w, const std::string& type) {
    return std::count_if(w.operators.begin(), w.operators.end(), [&](const Operator& op) {
        return op.type == type;
    });
}

const Operator& find(const Workload& w, const std::string& name) {
    const auto it = std::find_if(w.operators.begin(), w.operators.end(), [&](const Operator& op) {
        return op.name == name;
    });
    REQUIRE(it != w.operators.end());
    return *it;
}

/// No cycle, one image in, one result out, and every operator after the first fed by others.
void check_graph(const Workload& w) {
    CHECK_FALSE(topological_order(w.operators.size(), w.edges).cyclic);
    const auto of_role = [&](TensorRole role) {
        return std::count_if(
            w.tensors.begin(), w.tensors.end(), [role](const Tensor& t) { return t.role == role; });
    };
    CHECK(of_role(TensorRole::input) == 1);
    CHECK(of_role(TensorRole::output) == 1);
    for (std::size_t i = 1; i < w.operators.size(); ++i) {
        INFO(w.operators[i].name);
        const std::ptrdiff_t feeders = std::count_if(
            w.edges.begin(), w.edges.end(), [i](const Edge& e) { return e.consumer == i; });
        CHECK(feeders == (w.operators[i].type == "Add" ? 2 : 1));
    }
}

}  // namespace

TEST_CASE("cnn presets: ResNet-18 has the published operations and parameters", "[cnn_presets]") {
    const Workload w = load_preset("resnet18");
    check_graph(w);
    CHECK(count(w, "Conv") == 20);  // 17 of the 18 weighted layers, 3 shortcuts
    CHECK(count(w, "Gemm") == 1);
    CHECK(count(w, "Add") == 8);
    CHECK(macs(w, "Conv") == 1'813'561'344.0);
    CHECK(macs(w, "Conv") + macs(w, "Gemm") == 1'814'073'344.0);
    CHECK(w.parameters() == 11'678'912);  // without batch normalisation and biases
    // torchvision.models.resnet18: scale and shift of every batch norm, and the bias of fc.
    CHECK(w.parameters() + 2 * channels(w, "Conv") + channels(w, "Gemm") == 11'689'512);
    CHECK(w.tensors[find(w, "layer3.0.downsample").output.tensor].shape ==
          std::vector<std::int64_t>{1, 256, 14, 14});
}

TEST_CASE("cnn presets: a residual edge skips the convolutions of its block", "[cnn_presets]") {
    const Workload w = load_preset("resnet18");
    const Operator& add = find(w, "layer1.1.add");
    REQUIRE(add.inputs.size() == 2);
    CHECK(add.inputs[0].tensor == find(w, "layer1.1.conv2").output.tensor);
    CHECK(add.inputs[1].tensor == find(w, "layer1.0.add").output.tensor);
    CHECK(find(w, "layer2.0.add").inputs[1].tensor == find(w, "layer2.0.downsample").output.tensor);
}

TEST_CASE("cnn presets: MobileNetV2 has the published operations and parameters", "[cnn_presets]") {
    const Workload w = load_preset("mobilenet_v2");
    check_graph(w);
    CHECK(count(w, "Conv") == 52);
    CHECK(count(w, "Add") == 10);
    // Sandler et al., table 4: 300 M multiply-adds, 3.4 M parameters.
    CHECK(macs(w, "Conv") + macs(w, "Gemm") == 300'774'272.0);
    CHECK(w.parameters() == 3'469'760);  // without batch normalisation and biases
    // torchvision.models.mobilenet_v2
    CHECK(w.parameters() + 2 * channels(w, "Conv") + channels(w, "Gemm") == 3'504'872);
    const Operator& depthwise = find(w, "bottleneck2.depthwise");
    CHECK(depthwise.points() == 96.0 * 56 * 56 * 9);
    CHECK(linear_shape(depthwise).groups == 96);
    CHECK(linear_shape(depthwise).columns == 9);
}

TEST_CASE("cnn presets: AlexNet has the published operations and parameters", "[cnn_presets]") {
    const Workload w = load_preset("alexnet");
    check_graph(w);
    CHECK(macs(w, "Conv") == 665'784'864.0);
    CHECK(macs(w, "Gemm") == 58'621'952.0);
    // bvlc_reference_caffenet and bvlc_alexnet have 60,965,224 parameters, biases included.
    CHECK(w.parameters() == 60'954'656);
    CHECK(w.parameters() + channels(w, "Conv") + channels(w, "Gemm") == 60'965'224);
    CHECK(find(w, "conv2").points() == 223'948'800.0);
}

}  // namespace test_cnn_presets
