// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <fstream>
#include <string>

#include <unistd.h>

#include "plexus/core/node.hpp"
#include "plexus/workloads/load.hpp"
#include "plexus/workloads/onnx.hpp"

#include "catch.hpp"

using namespace plexus;
using namespace plexus::workloads;
using Shape = std::vector<std::int64_t>;

#ifndef PLEXUS_ONNX

TEST_CASE("onnx: a build without the library says so", "[onnx]") {
    core::Problems problems;
    (void)load_workload("model.onnx", problems);
    REQUIRE(problems.errors().size() == 1);
    CHECK(problems.errors().front().message.find("built without ONNX support") !=
          std::string::npos);
    CHECK_FALSE(has_onnx_support());
}

#else

#include <onnx/onnx_pb.h>

namespace test_onnx {

namespace {

using Ints = std::vector<std::pair<std::string, Shape>>;

/// Builds a model value by value and writes it to a file that goes away with it.
class Model {
  public:
    Model() {
        proto_.set_ir_version(8);
        proto_.add_opset_import()->set_version(13);
        graph().set_name("net");
    }
    Model(const Model&) = delete;
    Model& operator=(const Model&) = delete;
    ~Model() { std::filesystem::remove(file_); }

    onnx::GraphProto& graph() { return *proto_.mutable_graph(); }

    void input(const std::string& name, const Shape& shape, int type = onnx::TensorProto::FLOAT) {
        describe(*graph().add_input(), name, shape, type);
    }
    void output(const std::string& name, const Shape& shape) {
        describe(*graph().add_output(), name, shape, onnx::TensorProto::FLOAT);
    }
    void weight(const std::string& name, const Shape& shape, int type = onnx::TensorProto::FLOAT) {
        onnx::TensorProto& tensor = *graph().add_initializer();
        tensor.set_name(name);
        tensor.set_data_type(type);
        for (const std::int64_t size : shape) {
            tensor.add_dims(size);
        }
    }
    void node(const std::string& type,
              const std::string& name,
              const std::vector<std::string>& inputs,
              const Ints& attributes = {},
              const std::string& auto_pad = {}) {
        onnx::NodeProto& n = *graph().add_node();
        n.set_op_type(type);
        n.set_name(name);
        n.add_output(name + "_out");
        for (const std::string& input : inputs) {
            n.add_input(input);
        }
        if (!auto_pad.empty()) {
            onnx::AttributeProto& a = *n.add_attribute();
            a.set_name("auto_pad");
            a.set_type(onnx::AttributeProto::STRING);
            a.set_s(auto_pad);
        }
        for (const auto& [key, values] : attributes) {
            onnx::AttributeProto& a = *n.add_attribute();
            a.set_name(key);
            const bool one = key == "group" || key.starts_with("trans") || key == "ceil_mode";
            a.set_type(one ? onnx::AttributeProto::INT : onnx::AttributeProto::INTS);
            for (const std::int64_t value : values) {
                one ? a.set_i(value) : a.add_ints(value);
            }
        }
    }
    /// \param share Of the bytes that are written; less than 1 = cut off.
    const std::filesystem::path& write(double share = 1) {
        const std::string bytes = proto_.SerializeAsString();
        std::ofstream(file_, std::ios::binary)
            << bytes.substr(0, static_cast<std::size_t>(share * static_cast<double>(bytes.size())));
        return file_;
    }

  private:
    static void describe(onnx::ValueInfoProto& info,
                         const std::string& name,
                         const Shape& shape,
                         int type) {
        info.set_name(name);
        auto& tensor = *info.mutable_type()->mutable_tensor_type();
        tensor.set_elem_type(type);
        for (const std::int64_t size : shape) {
            auto& dim = *tensor.mutable_shape()->add_dim();
            size < 0 ? dim.set_dim_param("N") : dim.set_dim_value(size);
        }
    }

    onnx::ModelProto proto_;
    std::filesystem::path file_ = std::filesystem::temp_directory_path() /
                                  ("plexus_onnx_" + std::to_string(::getpid()) + ".onnx");
};

/// Conv + Relu + Add + GlobalAveragePool + Flatten + Gemm; only input shapes are given.
void residual(Model& m) {
    m.input("image", {1, 3, 8, 12});
    m.weight("w1", {4, 3, 3, 5});
    m.weight("b1", {4});
    m.weight("w2", {4, 4, 1, 1});
    m.weight("w3", {10, 4});
    m.node("Conv", "conv1", {"image", "w1", "b1"}, {{"strides", {2, 3}}, {"pads", {1, 2, 1, 2}}});
    m.node("Relu", "relu1", {"conv1_out"});
    m.node("Conv", "conv2", {"relu1_out", "w2"});
    m.node("Add", "add", {"conv2_out", "relu1_out"});
    m.node("GlobalAveragePool", "pool", {"add_out"});
    m.node("Flatten", "flat", {"pool_out"});
    m.node("Gemm", "fc", {"flat_out", "w3"}, {{"transB", {1}}});
    m.output("fc_out", {1, 10});
}

const Operator& find(const Workload& w, const std::string& name) {
    for (const Operator& op : w.operators) {
        if (op.name == name) {
            return op;
        }
    }
    FAIL("no operator " + name);
    return w.operators.front();
}

const Tensor& operand(const Workload& w, const std::string& op, const std::string& name) {
    for (const Access& access : find(w, op).inputs) {
        if (access.operand == name) {
            return w.tensors[access.tensor];
        }
    }
    FAIL("no operand " + name);
    return w.tensors.front();
}

std::string problems_of(Model& m, double share = 1) {
    core::Problems problems;
    (void)load_workload(m.write(share), problems);
    std::string all;
    for (const core::Problem& p : problems.errors()) {
        all += core::to_string(p) + "\n";
    }
    return all;
}

}  // namespace

TEST_CASE("onnx: a residual network keeps heights and widths apart", "[onnx]") {
    Model m;
    residual(m);
    core::Problems problems;
    const Workload w = load_workload(m.write(), problems);
    INFO(problems_of(m));
    REQUIRE(problems.empty());
    REQUIRE(w.operators.size() == 5);
    // Rows (8 + 2 - 3)/2 + 1 = 4, columns (12 + 4 - 5)/3 + 1 = 4.
    CHECK(find(w, "conv1").dims ==
          std::vector<LoopDim>{
              {"B", 1}, {"K", 4}, {"C", 3}, {"OY", 4}, {"OX", 4}, {"FY", 3}, {"FX", 5}});
    CHECK(operand(w, "conv1", "I").shape == Shape{1, 3, 8, 12});
    CHECK(operand(w, "conv1", "I").role == TensorRole::input);
    CHECK(operand(w, "conv1", "W").shape == Shape{4, 3, 3, 5});
    const IndexExpr& column = find(w, "conv1").inputs[0].indices[3];
    CHECK(column.terms == std::vector<IndexTerm>{{4, 3}, {6, 1}});
    CHECK(find(w, "fc").points() == 40);
    CHECK(w.parameters() == 4 * 3 * 3 * 5 + 16 + 40);
    CHECK(w.tensors[find(w, "fc").output.tensor].role == TensorRole::output);
    CHECK(w.tensors.front().bits == 32);
}

TEST_CASE("onnx: edges run through operators that are no layers, named in one warning", "[onnx]") {
    Model m;
    residual(m);
    core::Problems problems;
    const Workload w = load_workload(m.write(), problems);
    REQUIRE(problems.warnings().size() == 1);
    CHECK(problems.warnings().front().message.starts_with(
        "operators that are no layers here: Flatten, Relu; "));
    const std::size_t conv1 = find(w, "conv1").output.tensor;
    CHECK(find(w, "conv2").inputs[0].tensor == conv1);
    CHECK(find(w, "add").inputs[0].tensor == find(w, "conv2").output.tensor);
    CHECK(find(w, "add").inputs[1].tensor == conv1);
    CHECK(find(w, "fc").inputs[0].tensor == find(w, "pool").output.tensor);
}

TEST_CASE("onnx: the tree has dotted paths", "[onnx]") {
    Model m;
    residual(m);
    core::Problems problems;
    core::Node tree = load_workload_tree(m.write(), problems);
    const core::Node two = core::scalar("16");
    CHECK(core::override_path(tree, "layers.conv2.operand_precision.W", two, false, {}, problems) ==
          1);
    CHECK(operand(read_workload(tree, problems), "conv2", "W").bits == 16);
    // What is written is read back as the same workload.
    const core::Node again = core::parse_yaml(core::to_yaml(tree), "again.yaml", problems);
    CHECK(content_hash(read_workload(again, problems)) ==
          content_hash(read_workload(tree, problems)));
    CHECK(problems.empty());
}

TEST_CASE("onnx: quantised, grouped and pooled", "[onnx]") {
    Model m;
    m.input("x", {1, 4, 6, 6}, onnx::TensorProto::UINT8);
    m.weight("s", {});
    m.weight("z", {}, onnx::TensorProto::UINT8);
    m.weight("w", {4, 1, 3, 3}, onnx::TensorProto::UINT8);
    m.weight("v", {6, 2, 1, 1}, onnx::TensorProto::UINT8);
    m.node("QLinearConv",
           "deep",
           {"x", "s", "z", "w", "s", "z", "s", "z"},
           {{"group", {4}}, {"pads", {1, 1, 1, 1}}});
    m.node("MaxPool",
           "pool",
           {"deep_out"},
           {{"kernel_shape", {3, 2}}, {"strides", {2, 2}}, {"ceil_mode", {1}}});
    m.node(
        "QLinearConv", "pairs", {"pool_out", "s", "z", "v", "s", "z", "s", "z"}, {{"group", {2}}});
    core::Problems problems;
    const Workload w = load_workload(m.write(), problems);
    INFO(problems_of(m));
    REQUIRE(problems.empty());
    CHECK(problems.warnings().empty());
    CHECK(find(w, "deep").dims.size() == 6);  // B G OY OX FY FX
    CHECK(linear_shape(find(w, "deep")).groups == 4);
    CHECK(operand(w, "deep", "W").bits == 8);
    CHECK(w.tensors[find(w, "deep").output.tensor].bits == 8);
    CHECK(find(w, "deep").partial_sum_bits == 32);
    // ceil((6 - 3)/2) + 1 = 3 rows, (6 - 2)/2 + 1 = 3 columns
    CHECK(w.tensors[find(w, "pool").output.tensor].shape == Shape{1, 4, 3, 3});
    CHECK(find(w, "pairs").points() == 6.0 * 2 * 9);
    CHECK(w.parameters() == 36 + 12);
}

TEST_CASE("onnx: padding by rule, dilation and one spatial axis", "[onnx]") {
    Model m;
    m.input("x", {1, 2, 10});
    m.weight("w", {3, 2, 4});
    // Reach (4 - 1)·2 + 1 = 7; ⌈10/3⌉ = 4 places need 3·3 + 7 - 10 = 6 elements more.
    m.node("Conv", "upper", {"x", "w"}, {{"dilations", {2}}, {"strides", {3}}}, "SAME_UPPER");
    // 10 places of reach 4 need 3 elements more, 2 of them before.
    m.node("Conv", "lower", {"x", "w"}, {}, "SAME_LOWER");
    // ⌊(10 + 2 - 2)/3⌋ + 1 = 4 places
    m.node("MaxPool", "pool", {"x"}, {{"kernel_shape", {2}}, {"strides", {3}}, {"pads", {1, 1}}});
    core::Problems problems;
    const core::Node tree = load_workload_tree(m.write(), problems);
    const Workload w = read_workload(tree, problems);
    INFO(problems_of(m));
    REQUIRE(problems.empty());
    const auto padding = [&tree](std::size_t layer) {
        const core::Node& pair = tree.find("layers")->children[layer].find("padding")->children[0];
        return pair.children[0].text + " " + pair.children[1].text;
    };
    CHECK(find(w, "upper").dims ==
          std::vector<LoopDim>{{"B", 1}, {"K", 3}, {"C", 2}, {"OX", 4}, {"FX", 4}});
    CHECK(padding(0) == "3 3");
    CHECK(find(w, "upper").inputs[0].indices[2].terms == std::vector<IndexTerm>{{3, 3}, {4, 2}});
    CHECK(find(w, "lower").points() == 3.0 * 2 * 10 * 4);
    CHECK(padding(1) == "2 1");
    CHECK(w.tensors[find(w, "pool").output.tensor].shape == Shape{1, 2, 4});
}

TEST_CASE("onnx: factors may be transposed, and quantised ones have their scales between",
          "[onnx]") {
    Model m;
    m.input("x", {5, 4}, onnx::TensorProto::UINT8);
    m.weight("s", {});
    m.weight("z", {}, onnx::TensorProto::UINT8);
    m.weight("w", {5, 6}, onnx::TensorProto::UINT8);
    m.weight("v", {6, 7}, onnx::TensorProto::UINT8);
    m.node("Gemm", "both", {"x", "w"}, {{"transA", {1}}});
    m.node("QLinearMatMul", "quantised", {"both_out", "s", "z", "v", "s", "z", "s", "z"});
    core::Problems problems;
    const Workload w = load_workload(m.write(), problems);
    INFO(problems_of(m));
    REQUIRE(problems.empty());
    CHECK(find(w, "both").dims == std::vector<LoopDim>{{"B", 4}, {"K", 6}, {"C", 5}});
    CHECK(operand(w, "both", "I").shape == Shape{5, 4});
    CHECK(operand(w, "quantised", "W").shape == Shape{6, 7});
    CHECK(operand(w, "quantised", "W").bits == 8);
    CHECK(find(w, "quantised").points() == 4.0 * 6 * 7);
}

TEST_CASE("onnx: MatMul takes batches, broadcasts, and shares what comes from outside", "[onnx]") {
    Model m;
    m.input("x", {2, 3, 4, 5});
    m.input("y", {3, 5, 6});
    m.weight("w", {6, 7});
    m.weight("bias", {7});
    m.node("MatMul", "xy", {"x", "y"});
    m.node("MatMul", "xyw", {"xy_out", "w"});
    m.node("Add", "plus", {"bias", "xyw_out"});
    m.node("MatMul", "again", {"x", "y"});
    core::Problems problems;
    const Workload w = load_workload(m.write(), problems);
    INFO(problems_of(m));
    REQUIRE(problems.empty());
    CHECK(problems.warnings().empty());
    CHECK(find(w, "xy").points() == 2.0 * 3 * 4 * 5 * 6);
    CHECK(w.tensors[find(w, "xy").output.tensor].shape == Shape{2, 3, 4, 6});
    CHECK(operand(w, "xy", "W").shape == Shape{3, 5, 6});
    CHECK(operand(w, "xy", "W").role == TensorRole::input);
    CHECK(operand(w, "again", "W").name == operand(w, "xy", "W").name);
    CHECK(operand(w, "again", "I").name == operand(w, "xy", "I").name);
    CHECK(operand(w, "plus", "W").role == TensorRole::weight);
    CHECK(operand(w, "plus", "I").name == "xyw.O");
    CHECK(w.parameters() == 42 + 7);
}

TEST_CASE("onnx: what is wrong is said by node", "[onnx]") {
    Model m;
    SECTION("symbolic sizes") {
        m.input("x", {-1, 3, 8, 8});
        m.weight("w", {4, 3, 3, 3});
        m.node("Conv", "conv", {"x", "w"});
        const std::string all = problems_of(m);
        CHECK(all.find("graph.conv: the shape of its input \"x\" is unknown") != std::string::npos);
    }
    SECTION("an unknown operator hides the shape") {
        m.input("x", {1, 3, 8, 8});
        m.weight("w", {4, 3, 3, 3});
        m.node("Mystery", "odd", {"x"});
        m.node("Conv", "conv", {"odd_out", "w"});
        const std::string all = problems_of(m);
        CHECK(all.find("graph.conv: the shape of its input \"odd_out\"") != std::string::npos);
    }
    SECTION("channels") {
        m.input("x", {1, 5, 8, 8});
        m.weight("w", {4, 3, 3, 3});
        m.node("Conv", "conv", {"x", "w"});
        CHECK(problems_of(m).find("graph.conv: 5 input channels, 1 groups") != std::string::npos);
    }
    SECTION("a value that nothing makes") {
        m.weight("w", {4, 3, 3, 3});
        m.node("Conv", "conv", {"ghost", "w"});
        CHECK(problems_of(m).find("reads \"ghost\", which no node before it makes") !=
              std::string::npos);
    }
}

TEST_CASE("onnx: damaged files", "[onnx]") {
    Model m;
    residual(m);
    for (const double share : {0.1, 0.5, 0.9}) {
        INFO(share);
        CHECK(problems_of(m, share).find("is not an ONNX model, or is damaged or cut off") !=
              std::string::npos);
    }
    CHECK(problems_of(m, 0).find("with a graph of at least one node") != std::string::npos);
    core::Problems problems;
    (void)load_workload("no_such_file.onnx", problems);
    CHECK(problems.errors().front().message == "cannot be read");
}

}  // namespace test_onnx

#endif
