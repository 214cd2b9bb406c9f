// SPDX-License-Identifier: Apache-2.0
// From the ONNX classes to a plain OnnxGraph. The only file that sees ONNX and protobuf.
#include "plexus/workloads/onnx.hpp"

#ifdef PLEXUS_ONNX

#include <exception>
#include <fstream>

#include <onnx/onnx_pb.h>
#include <onnx/shape_inference/implementation.h>

#include "onnx_graph.hpp"

namespace plexus::workloads {

namespace {

/// Bits of an element of an ONNX type; 0 if it is unknown or has no fixed size.
std::int64_t bits_of(int type) {
    switch (type) {
        case onnx::TensorProto::BOOL:
        case onnx::TensorProto::INT8:
        case onnx::TensorProto::UINT8:
            return 8;
        case onnx::TensorProto::INT16:
        case onnx::TensorProto::UINT16:
        case onnx::TensorProto::FLOAT16:
        case onnx::TensorProto::BFLOAT16:
            return 16;
        case onnx::TensorProto::FLOAT:
        case onnx::TensorProto::INT32:
        case onnx::TensorProto::UINT32:
            return 32;
        case onnx::TensorProto::DOUBLE:
        case onnx::TensorProto::INT64:
        case onnx::TensorProto::UINT64:
        case onnx::TensorProto::COMPLEX64:
            return 64;
        case onnx::TensorProto::COMPLEX128:
            return 128;
        default:
            return 0;
    }
}

OnnxValue value_of(const onnx::TensorProto& tensor) {
    return {std::vector<std::int64_t>(tensor.dims().begin(), tensor.dims().end()),
            bits_of(tensor.data_type())};
}

OnnxValue value_of(const onnx::ValueInfoProto& info) {
    const onnx::TypeProto_Tensor& type = info.type().tensor_type();
    OnnxValue value{{}, bits_of(type.elem_type())};
    if (!type.has_shape()) {
        return value;
    }
    value.shape.emplace();
    for (const onnx::TensorShapeProto_Dimension& dim : type.shape().dim()) {
        if (!dim.has_dim_value()) {
            value.shape.reset();
            return value;
        }
        value.shape->push_back(dim.dim_value());
    }
    return value;
}

OnnxNode node_of(const onnx::NodeProto& proto) {
    OnnxNode node{proto.name(),
                  proto.op_type(),
                  {proto.input().begin(), proto.input().end()},
                  {proto.output().begin(), proto.output().end()},
                  {},
                  {}};
    for (const onnx::AttributeProto& a : proto.attribute()) {
        if (a.type() == onnx::AttributeProto::INT) {
            node.numbers[a.name()] = {a.i()};
        } else if (a.type() == onnx::AttributeProto::INTS) {
            node.numbers[a.name()] = {a.ints().begin(), a.ints().end()};
        } else if (a.type() == onnx::AttributeProto::STRING) {
            node.texts[a.name()] = a.s();
        }
    }
    return node;
}

OnnxGraph graph_of(const onnx::GraphProto& proto) {
    OnnxGraph graph;
    graph.name = proto.name();
    for (const auto* infos : {&proto.input(), &proto.output(), &proto.value_info()}) {
        for (const onnx::ValueInfoProto& info : *infos) {
            graph.values[info.name()] = value_of(info);
        }
    }
    for (const onnx::ValueInfoProto& info : proto.input()) {
        graph.inputs.insert(info.name());
    }
    for (const onnx::TensorProto& tensor : proto.initializer()) {
        graph.values[tensor.name()] = value_of(tensor);
        graph.constants.insert(tensor.name());
    }
    for (const onnx::SparseTensorProto& tensor : proto.sparse_initializer()) {
        OnnxValue value = value_of(tensor.values());
        value.shape.emplace(tensor.dims().begin(), tensor.dims().end());
        graph.values[tensor.values().name()] = value;
        graph.constants.insert(tensor.values().name());
    }
    for (const onnx::NodeProto& node : proto.node()) {
        graph.nodes.push_back(node_of(node));
        for (const onnx::AttributeProto& a : node.attribute()) {
            if (node.op_type() == "Constant" && a.has_t() && node.output_size() == 1) {
                graph.values[node.output(0)] = value_of(a.t());
            }
        }
    }
    return graph;
}

/// Whether the shape of every result is known.
bool complete(const OnnxGraph& graph) {
    for (const OnnxNode& node : graph.nodes) {
        for (const std::string& output : node.outputs) {
            const auto it = graph.values.find(output);
            if (!output.empty() && (it == graph.values.end() || !it->second.shape)) {
                return false;
            }
        }
    }
    return true;
}

}  // namespace

bool has_onnx_support() {
    return true;
}

core::Node read_onnx(const std::filesystem::path& file, core::Problems& problems) {
    const core::SourceLocation where{file.string(), 0, 0};
    std::ifstream stream(file, std::ios::binary);
    if (!stream || !std::filesystem::is_regular_file(file)) {
        problems.add(where, "", "cannot be read");
        return {};
    }
    onnx::ModelProto model;
    if (!model.ParseFromIstream(&stream)) {
        problems.add(where, "", "is not an ONNX model, or is damaged or cut off");
        return {};
    }
    if (!model.has_graph() || model.graph().node_size() == 0) {
        problems.add(where, "", "expected an ONNX model with a graph of at least one node");
        return {};
    }
    OnnxGraph graph = graph_of(model.graph());
    if (!complete(graph)) {
        try {
            onnx::shape_inference::InferShapes(model);
            graph = graph_of(model.graph());
        } catch (const std::exception& error) {
            problems.warn(where, "", std::string("shapes cannot be inferred: ") + error.what());
        }
    }
    return to_workload_tree(graph, file.string(), problems);
}

}  // namespace plexus::workloads

#else  // a build without the ONNX library

namespace plexus::workloads {

bool has_onnx_support() {
    return false;
}

core::Node read_onnx(const std::filesystem::path& file, core::Problems& problems) {
    problems.add(
        {file.string(), 0, 0},
        "",
        "this program was built without ONNX support; install libonnx-dev, libprotobuf-dev "
        "and protobuf-compiler and build it again");
    return {};
}

}  // namespace plexus::workloads

#endif
