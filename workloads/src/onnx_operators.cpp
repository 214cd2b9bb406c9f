// SPDX-License-Identifier: Apache-2.0
#include "onnx_operators.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "equation.hpp"

namespace plexus::workloads {

namespace {

using Shape = std::vector<std::int64_t>;
using IsConstant = std::function<bool(const std::string&)>;

std::string brackets(const std::vector<std::string>& names) {
    return names.empty() ? "" : fmt::format("[{}]", fmt::join(names, "]["));
}

const Shape& shape(const OnnxGraph& graph, const OnnxNode& node, std::size_t input) {
    if (input >= node.inputs.size() || node.inputs[input].empty()) {
        throw NodeError{fmt::format("{} needs at least {} inputs", node.type, input + 1)};
    }
    const std::string& value = node.inputs[input];
    const auto it = graph.values.find(value);
    if (it == graph.values.end() || !it->second.shape) {
        throw NodeError{"the shape of its input \"" + value +
                        "\" is unknown or symbolic; expected a model with fixed sizes"};
    }
    for (const std::int64_t size : *it->second.shape) {
        if (size < 1) {
            throw NodeError{
                fmt::format("its input \"{}\" has the shape [{}]; expected sizes "
                            "of at least 1",
                            value,
                            fmt::join(*it->second.shape, ", "))};
        }
    }
    return *it->second.shape;
}

Shape numbers(const OnnxNode& node, const std::string& name, const Shape& otherwise) {
    const auto it = node.numbers.find(name);
    if (it == node.numbers.end()) {
        return otherwise;
    }
    if (it->second.size() != otherwise.size()) {
        throw NodeError{fmt::format(
            "{} has {} values; expected {}", name, it->second.size(), otherwise.size())};
    }
    return it->second;
}

/// A problem if the model says another shape of the result than the layer gives.
void check_result(const OnnxGraph& graph, const OnnxNode& node, const Shape& computed) {
    const auto it =
        node.outputs.empty() ? graph.values.end() : graph.values.find(node.outputs.front());
    if (it != graph.values.end() && it->second.shape && *it->second.shape != computed) {
        throw NodeError{fmt::format("gives [{}], but the model says [{}]",
                                    fmt::join(computed, ", "),
                                    fmt::join(*it->second.shape, ", "))};
    }
}

/// A window that slides along one axis of an image.
struct WindowAxis {
    std::int64_t image = 1;
    std::int64_t kernel = 1;
    std::int64_t stride = 1;
    std::int64_t dilation = 1;
    std::int64_t before = 0;  ///< Padding.
    std::int64_t after = 0;

    /// Elements from the first to the last that the window covers.
    [[nodiscard]] std::int64_t reach() const { return (kernel - 1) * dilation + 1; }
};

/// Pads the axis so that the result has an element for every stride of the image.
void pad_same(bool more_before, WindowAxis& axis) {
    const std::int64_t steps = (axis.image + axis.stride - 1) / axis.stride;
    const std::int64_t padding =
        std::max<std::int64_t>(0, (steps - 1) * axis.stride + axis.reach() - axis.image);
    axis.before = more_before ? padding - padding / 2 : padding / 2;
    axis.after = padding - axis.before;
}

/// Places that the window takes along the axis.
std::int64_t places(const WindowAxis& axis, bool ceil) {
    const std::int64_t room = axis.image + axis.before + axis.after - axis.reach();
    if (room < 0 || axis.before < 0 || axis.after < 0) {
        throw NodeError{
            fmt::format("a window of {} does not fit on {} elements padded by {} and {}",
                        axis.reach(),
                        axis.image,
                        axis.before,
                        axis.after)};
    }
    const std::int64_t n = (room + (ceil ? axis.stride - 1 : 0)) / axis.stride + 1;
    // A last window that lies in the padding alone does not count.
    const bool outside = ceil && (n - 1) * axis.stride >= axis.image + axis.before;
    return outside ? n - 1 : n;
}

/// The axes as the attributes of the node describe them.
std::vector<WindowAxis> window_axes(const OnnxNode& node, const Shape& image, const Shape& kernel) {
    const std::size_t n = kernel.size();
    const Shape ones(n, 1);
    const Shape strides = numbers(node, "strides", ones);
    const Shape dilations = numbers(node, "dilations", ones);
    const Shape pads = numbers(node, "pads", Shape(2 * n, 0));
    const auto mode = node.texts.find("auto_pad");
    const std::string automatic = mode == node.texts.end() ? "NOTSET" : mode->second;
    std::vector<WindowAxis> axes;
    for (std::size_t i = 0; i < n; ++i) {
        if (kernel[i] < 1 || strides[i] < 1 || dilations[i] < 1) {
            throw NodeError{"kernel, strides and dilations must be at least 1"};
        }
        axes.push_back({image[i], kernel[i], strides[i], dilations[i], pads[i], pads[n + i]});
        if (automatic.starts_with("SAME")) {
            pad_same(automatic == "SAME_LOWER", axes.back());
        }
    }
    return axes;
}

/// Loops, relations, sizes and padding of the window axes; \return the sizes of the result.
Shape window(const OnnxNode& node, const Shape& image, const Shape& kernel, LayerText& l) {
    const bool ceil = numbers(node, "ceil_mode", {0}).front() != 0;
    const std::vector<WindowAxis> axes = window_axes(node, image, kernel);
    Shape out;
    for (std::size_t i = 0; i < axes.size(); ++i) {
        const WindowAxis& axis = axes[i];
        const std::string name = axes.size() == 1 || i == 1 ? "x" : "y";
        out.push_back(places(axis, ceil));
        l.relations.push_back(
            fmt::format("i{0} = {1}*o{0} + {2}*f{0}", name, axis.stride, axis.dilation));
        l.axes.push_back("I" + upper(name));
        l.axis_sizes.push_back(axis.image);
        l.padding.push_back({axis.before, axis.after});
    }
    const auto add_loops = [&](const char* prefix, const Shape& sizes) {
        for (std::size_t i = 0; i < sizes.size(); ++i) {
            l.dims.push_back(prefix + l.axes[i].substr(1));
            l.sizes.push_back(sizes[i]);
        }
    };
    add_loops("O", out);
    add_loops("F", kernel);
    return out;
}

LayerText convolution(const OnnxGraph& graph,
                      const OnnxNode& node,
                      std::size_t data,
                      std::size_t weights) {
    const Shape& x = shape(graph, node, data);
    const Shape& w = shape(graph, node, weights);
    const std::int64_t groups = numbers(node, "group", {1}).front();
    if (x.size() != w.size() || (x.size() != 3 && x.size() != 4)) {
        throw NodeError{
            fmt::format("input [{}] and weights [{}]: expected one or two spatial "
                        "axes",
                        fmt::join(x, ", "),
                        fmt::join(w, ", "))};
    }
    if (groups < 1 || w[0] % groups != 0 || x[1] != w[1] * groups) {
        throw NodeError{fmt::format("{} input channels, {} groups, weights [{}] do not fit",
                                    x[1],
                                    groups,
                                    fmt::join(w, ", "))};
    }
    LayerText l;
    l.type = "Conv";
    const bool depthwise = groups > 1 && w[1] == 1 && w[0] == groups;
    const std::string g = groups > 1 ? "[g]" : "";
    const std::string k = depthwise ? "" : "[k]";
    const std::string c = depthwise ? "" : "[c]";
    l.dims = {"B"};
    l.sizes = {x[0]};
    if (groups > 1) {
        l.dims.emplace_back("G");
        l.sizes.push_back(groups);
    }
    if (!depthwise) {
        l.dims.insert(l.dims.end(), {"K", "C"});
        l.sizes.insert(l.sizes.end(), {w[0] / groups, w[1]});
    }
    const Shape out = window(node, Shape(x.begin() + 2, x.end()), Shape(w.begin() + 2, w.end()), l);
    const bool flat = x.size() == 3;
    l.output = "[b]" + g + k + (flat ? "[ox]" : "[oy][ox]");
    l.operands = {{"W", g + k + c + (flat ? "[fx]" : "[fy][fx]"), node.inputs[weights]},
                  {"I", "[b]" + g + c + (flat ? "[ix]" : "[iy][ix]"), node.inputs[data]}};
    Shape computed{x[0], w[0]};
    computed.insert(computed.end(), out.begin(), out.end());
    check_result(graph, node, computed);
    return l;
}

LayerText pooling(const OnnxGraph& graph, const OnnxNode& node) {
    const Shape& x = shape(graph, node, 0);
    if (x.size() != 3 && x.size() != 4) {
        throw NodeError{
            fmt::format("input [{}]: expected one or two spatial axes", fmt::join(x, ", "))};
    }
    const Shape image(x.begin() + 2, x.end());
    const bool global = node.type == "GlobalAveragePool";
    if (!global && !node.numbers.contains("kernel_shape")) {
        throw NodeError{"missing kernel_shape"};
    }
    LayerText l;
    l.type = node.type;
    l.dims = {"B", "G"};
    l.sizes = {x[0], x[1]};
    const Shape out = window(node, image, global ? image : numbers(node, "kernel_shape", image), l);
    const bool flat = x.size() == 3;
    l.output = flat ? "[b][g][ox]" : "[b][g][oy][ox]";
    l.operands = {{"W", flat ? "[fx]" : "[fy][fx]", ""},
                  {"I", flat ? "[b][g][ix]" : "[b][g][iy][ix]", node.inputs[0]}};
    Shape computed{x[0], x[1]};
    computed.insert(computed.end(), out.begin(), out.end());
    check_result(graph, node, computed);
    return l;
}

LayerText gemm(const OnnxGraph& graph, const OnnxNode& node) {
    const Shape& a = shape(graph, node, 0);
    const Shape& b = shape(graph, node, 1);
    const bool ta = numbers(node, "transA", {0}).front() != 0;
    const bool tb = numbers(node, "transB", {0}).front() != 0;
    if (a.size() != 2 || b.size() != 2 || a[ta ? 0 : 1] != b[tb ? 1 : 0]) {
        throw NodeError{fmt::format(
            "factors [{}] and [{}] do not fit", fmt::join(a, ", "), fmt::join(b, ", "))};
    }
    LayerText l;
    l.type = "Gemm";
    l.dims = {"B", "K", "C"};
    l.sizes = {a[ta ? 1 : 0], b[tb ? 0 : 1], a[ta ? 0 : 1]};
    l.output = "[b][k]";
    l.operands = {{"I", ta ? "[c][b]" : "[b][c]", node.inputs[0]},
                  {"W", tb ? "[k][c]" : "[c][k]", node.inputs[1]}};
    check_result(graph, node, {l.sizes[0], l.sizes[1]});
    return l;
}

/// Axes of `shape` that are not broadcast; `names` and `sizes` are those of the result.
std::string broadcast(const Shape& shape,
                      const std::vector<std::string>& names,
                      const Shape& sizes) {
    std::vector<std::string> axes;
    const std::size_t missing = sizes.size() - shape.size();
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if (shape[i] == sizes[missing + i]) {
            axes.push_back(names[missing + i]);
        } else if (shape[i] != 1) {
            throw NodeError{
                fmt::format("axes of {} and {} elements do not fit", shape[i], sizes[missing + i])};
        }
    }
    return brackets(axes);
}

/// Sizes of the result of broadcasting `a` and `b`.
Shape broadcast_sizes(const Shape& a, const Shape& b) {
    const Shape& longer = a.size() >= b.size() ? a : b;
    const Shape& other = a.size() >= b.size() ? b : a;
    Shape sizes = longer;
    for (std::size_t i = 0; i < other.size(); ++i) {
        std::int64_t& size = sizes[longer.size() - other.size() + i];
        size = std::max(size, other[i]);
    }
    return sizes;
}

LayerText matrix_product(const OnnxGraph& graph,
                         const OnnxNode& node,
                         const IsConstant& constant,
                         std::size_t first,
                         std::size_t second) {
    const Shape& a = shape(graph, node, first);
    const Shape& b = shape(graph, node, second);
    if (a.empty() || b.empty() || a.back() != b[b.size() == 1 ? 0 : b.size() - 2]) {
        throw NodeError{fmt::format(
            "factors [{}] and [{}] do not fit", fmt::join(a, ", "), fmt::join(b, ", "))};
    }
    const auto outer = [](const Shape& s) {
        return Shape(s.begin(), s.end() - std::min<std::ptrdiff_t>(2, std::ssize(s)));
    };
    const Shape batch = broadcast_sizes(outer(a), outer(b));
    const std::vector<std::string> known{"b", "h", "g", "e"};
    if (batch.size() > known.size()) {
        throw NodeError{"has more than 4 batch axes"};
    }
    const std::vector<std::string> names(known.begin(), known.begin() + std::ssize(batch));
    LayerText l;
    l.type = "MatMul";
    Shape computed = batch;
    l.output = brackets(names);
    for (std::size_t i = 0; i < batch.size(); ++i) {
        l.dims.push_back(upper(names[i]));
        l.sizes.push_back(batch[i]);
    }
    if (a.size() > 1) {
        l.dims.emplace_back("D");
        l.sizes.push_back(a[a.size() - 2]);
        l.output += "[d]";
        computed.push_back(l.sizes.back());
    }
    if (b.size() > 1) {
        l.dims.emplace_back("K");
        l.sizes.push_back(b.back());
        l.output += "[k]";
        computed.push_back(l.sizes.back());
    }
    l.dims.emplace_back("C");
    l.sizes.push_back(a.back());
    const bool swapped = constant(node.inputs[first]);
    l.operands = {{swapped ? "W" : "I",
                   broadcast(outer(a), names, batch) + (a.size() > 1 ? "[d][c]" : "[c]"),
                   node.inputs[first]},
                  {swapped ? "I" : "W",
                   broadcast(outer(b), names, batch) + (b.size() > 1 ? "[c][k]" : "[c]"),
                   node.inputs[second]}};
    check_result(graph, node, computed);
    return l;
}

LayerText sum(const OnnxGraph& graph,
              const OnnxNode& node,
              const IsConstant& constant,
              std::size_t first,
              std::size_t second) {
    const Shape& a = shape(graph, node, first);
    const Shape& b = shape(graph, node, second);
    const Shape sizes = broadcast_sizes(a, b);
    static const std::vector<std::vector<std::string>> names{{},
                                                             {"k"},
                                                             {"b", "k"},
                                                             {"b", "d", "k"},
                                                             {"b", "g", "oy", "ox"},
                                                             {"b", "g", "k", "oy", "ox"}};
    if (sizes.empty() || sizes.size() >= names.size()) {
        throw NodeError{fmt::format(
            "[{}] + [{}]: expected 1 to 5 axes", fmt::join(a, ", "), fmt::join(b, ", "))};
    }
    const std::vector<std::string>& axes = names[sizes.size()];
    LayerText l;
    l.type = "Add";
    l.assign = " = ";
    l.combine = " + ";
    l.sizes = sizes;
    for (const std::string& axis : axes) {
        l.dims.push_back(upper(axis));
    }
    l.output = brackets(axes);
    const bool swapped = constant(node.inputs[first]);
    l.operands = {{swapped ? "W" : "I", broadcast(a, axes, sizes), node.inputs[first]},
                  {swapped ? "I" : "W", broadcast(b, axes, sizes), node.inputs[second]}};
    check_result(graph, node, sizes);
    return l;
}

}  // namespace

std::optional<LayerText> layer_of(const OnnxGraph& graph,
                                  const OnnxNode& node,
                                  const IsConstant& constant) {
    const std::string& type = node.type;
    if (type == "Conv" || type == "ConvInteger") {
        return convolution(graph, node, 0, 1);
    }
    if (type == "QLinearConv") {
        return convolution(graph, node, 0, 3);
    }
    if (type == "Gemm") {
        return gemm(graph, node);
    }
    if (type == "MatMul" || type == "MatMulInteger") {
        return matrix_product(graph, node, constant, 0, 1);
    }
    if (type == "QLinearMatMul") {
        return matrix_product(graph, node, constant, 0, 3);
    }
    if (type == "Add") {
        return sum(graph, node, constant, 0, 1);
    }
    if (type == "QLinearAdd") {
        return sum(graph, node, constant, 0, 3);
    }
    if (type == "MaxPool" || type == "AveragePool" || type == "GlobalAveragePool") {
        return pooling(graph, node);
    }
    return {};
}

}  // namespace plexus::workloads
