// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "onnx_graph.hpp"

namespace plexus::workloads {

/// Says why a node cannot become a layer.
struct NodeError {
    std::string message;
};

/// An operand of a layer being built.
struct Operand {
    std::string name;  ///< I or W.
    std::string axes;  ///< `[b][c][iy][ix]`
    std::string value;
};

struct LayerText {
    std::string type;
    std::string output;  ///< Axes: `[b][k]`
    const char* assign = " += ";
    const char* combine = " * ";
    std::vector<Operand> operands;  ///< As the equation names them.
    std::vector<std::string> dims;
    std::vector<std::int64_t> sizes;
    std::vector<std::string> relations;
    std::vector<std::string> axes;  ///< Indexed axes, with size and padding.
    std::vector<std::int64_t> axis_sizes;
    std::vector<std::vector<std::int64_t>> padding;
};

/// The layer of an operator by the shapes of its operands; nothing if the type has no layer.
/// \param constant Whether a value is constant; of two factors or summands, W is the constant one.
/// \throws NodeError if shapes are unknown, or do not fit the operator or what the model says.
[[nodiscard]] std::optional<LayerText> layer_of(
    const OnnxGraph& graph,
    const OnnxNode& node,
    const std::function<bool(const std::string&)>& constant);

}  // namespace plexus::workloads
