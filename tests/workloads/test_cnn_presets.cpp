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

/// The window of an axis ends in the last stride of the padded input; other axes are read whole.
void check_axis(const Operator& reader, const IndexExpr& index, std::int64_t written) {
    if (index.terms.size() == 1) {
        CHECK(reader.dims[index.terms[0].dim].size == written);
        return;
    }
    REQUIRE(index.terms.size() == 2);  // stride · output + tap
    const auto size = std::ranges::find(reader.axis_sizes, index.name, &LoopDim::name);
    REQUIRE(size != reader.axis_sizes.end());
    CHECK(size->size == written);
    const auto pad = std::ranges::find(reader.padding, index.name, &Operator::Padding::axis);
    REQUIRE(pad != reader.padding.end());
    std::int64_t reach = 1;
    for (const IndexTerm& term : index.terms) {
        reach += term.scale * (reader.dims[term.dim].size - 1);
    }
    const std::int64_t padded = pad->before + written + pad->after;
    CHECK(reach <= padded);
    CHECK(reach > padded - index.terms[0].scale);
}

/// That `reader` reads all of a tensor; a classifier reads a map of one pixel as a vector.
void check_input(const Operator& reader, const Tensor& tensor, std::size_t number) {
    const auto input = std::ranges::find(reader.inputs, number, &Access::tensor);
    REQUIRE(input != reader.inputs.end());
    if (reader.type == "Gemm") {
        CHECK(reader.dims[input->indices[1].terms[0].dim].size == tensor.elements());
        return;
    }
    REQUIRE(input->indices.size() == tensor.shape.size());
    for (std::size_t axis = 0; axis < tensor.shape.size(); ++axis) {
        check_axis(reader, input->indices[axis], tensor.shape[axis]);
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

TEST_CASE("cnn presets: ResNet-50 has the published operations and parameters", "[cnn_presets]") {
    const Workload w = load_preset("resnet50");
    check_graph(w);
    CHECK(count(w, "Conv") == 53);  // 49 of the 50 weighted layers, 4 shortcuts
    CHECK(count(w, "Gemm") == 1);
    CHECK(count(w, "Add") == 16);
    // torchvision.models.resnet50: 4.09 G multiply-adds.
    CHECK(macs(w, "Conv") + macs(w, "Gemm") == 4'089'184'256.0);
    CHECK(w.parameters() == 25'502'912);  // without batch normalisation and biases
    // torchvision.models.resnet50: scale and shift of every batch norm, and the bias of fc.
    CHECK(w.parameters() + 2 * channels(w, "Conv") + channels(w, "Gemm") == 25'557'032);
    // He et al., table 1, has 3.8 G: there the first 1 x 1 convolution of a block halves the map.
    CHECK(find(w, "layer3.0.conv1").points() == 512.0 * 256 * 28 * 28);
    CHECK(w.tensors[find(w, "layer4.2.add").output.tensor].shape ==
          std::vector<std::int64_t>{1, 2048, 7, 7});
}

TEST_CASE("cnn presets: SqueezeNet 1.1 has the published operations and parameters",
          "[cnn_presets]") {
    const Workload w = load_preset("squeezenet1_1");
    check_graph(w);
    // torchvision.models.squeezenet1_1: 0.35 G multiply-adds.
    CHECK(macs(w, "Conv") == 349'151'936.0);
    CHECK(w.parameters() == 1'231'552);
    // Biases of torchvision.models.squeezenet1_1; two convolutions whose sums are added share one.
    CHECK(count(w, "Add") == 8);  // seven squeezes and the classifier
    CHECK(w.parameters() + channels(w, "Conv") - channels(w, "Add") == 1'235'496);
    // What is added are sums that no one has rounded yet.
    const Operator& add = find(w, "fire4.squeeze_add");
    for (const Access& input : add.inputs) {
        CHECK(w.tensors[input.tensor].bits == 16);
    }
    CHECK(w.tensors[add.output.tensor].bits == 8);
    CHECK(w.tensors[find(w, "fire9.expand3x3").output.tensor].shape ==
          std::vector<std::int64_t>{1, 256, 13, 13});
}

// Parameters of the Keras models in github mlcommons/tiny, benchmark/training: weights, a bias for
// every output channel, and four numbers for every channel of a batch normalisation.

TEST_CASE("cnn presets: the keyword spotter of MLPerf Tiny", "[cnn_presets]") {
    const Workload w = load_preset("ds_cnn_kws");
    check_graph(w);
    CHECK(macs(w, "Conv") + macs(w, "Gemm") == 2'656'768.0);
    CHECK(w.parameters() == 22'016);
    const std::int64_t normalised = channels(w, "Conv");
    CHECK(w.parameters() + normalised + channels(w, "Gemm") + 4 * normalised == 24'908);
    CHECK(w.tensors[find(w, "conv1").output.tensor].shape ==
          std::vector<std::int64_t>{1, 64, 25, 5});
}

TEST_CASE("cnn presets: the visual wake words of MLPerf Tiny", "[cnn_presets]") {
    const Workload w = load_preset("mobilenet_v1_vww");
    check_graph(w);
    CHECK(count(w, "Conv") == 27);
    CHECK(macs(w, "Conv") + macs(w, "Gemm") == 7'489'664.0);
    CHECK(w.parameters() == 208'112);
    const std::int64_t normalised = channels(w, "Conv");
    CHECK(w.parameters() + normalised + channels(w, "Gemm") + 4 * normalised == 221'794);
    CHECK(w.tensors[find(w, "block13.pointwise").output.tensor].shape ==
          std::vector<std::int64_t>{1, 256, 3, 3});
}

TEST_CASE("cnn presets: the image classifier of MLPerf Tiny", "[cnn_presets]") {
    const Workload w = load_preset("resnet8_cifar");
    check_graph(w);
    CHECK(count(w, "Conv") == 9);  // 7 of the 8 weighted layers, 2 shortcuts
    CHECK(macs(w, "Conv") + macs(w, "Gemm") == 12'501'632.0);
    CHECK(w.parameters() == 77'360);
    const std::int64_t normalised = channels(w, "Conv") - (32 + 64);  // not the shortcuts
    CHECK(w.parameters() + channels(w, "Conv") + channels(w, "Gemm") + 4 * normalised == 78'666);
    const Operator& add = find(w, "stack1.add");
    CHECK(add.inputs[1].tensor == find(w, "conv1").output.tensor);
}

TEST_CASE("cnn presets: the anomaly detector of MLPerf Tiny", "[cnn_presets]") {
    const Workload w = load_preset("autoencoder_ad");
    check_graph(w);
    CHECK(count(w, "Gemm") == 10);
    CHECK(macs(w, "Gemm") == 264'192.0);
    CHECK(w.parameters() == 264'192);
    const std::int64_t normalised = channels(w, "Gemm") - 640;  // not the output
    CHECK(w.parameters() + channels(w, "Gemm") + 4 * normalised == 269'992);
    CHECK(w.tensors[find(w, "bottleneck").output.tensor].shape == std::vector<std::int64_t>{1, 8});
}

TEST_CASE("cnn presets: every layer reads what its producer wrote", "[cnn_presets]") {
    for (const char* const name : {"resnet18",
                                   "resnet50",
                                   "mobilenet_v2",
                                   "squeezenet1_1",
                                   "ds_cnn_kws",
                                   "mobilenet_v1_vww",
                                   "resnet8_cifar",
                                   "autoencoder_ad"}) {
        const Workload w = load_preset(name);
        for (const Edge& edge : w.edges) {
            const Operator& reader = w.operators[edge.consumer];
            INFO(name << ": " << w.operators[edge.producer].name << " to " << reader.name);
            check_input(reader, w.tensors[edge.tensor], edge.tensor);
        }
    }
}
}  // namespace test_cnn_presets
