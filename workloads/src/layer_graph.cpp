// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <set>

#include <fmt/format.h>

#include "plexus/core/text.hpp"

#include "layer.hpp"
#include "sections.hpp"

namespace plexus::workloads {

namespace {

std::vector<std::int64_t> shape_of(const Operator& op, const Access& access) {
    std::vector<std::int64_t> shape;
    for (const IndexExpr& index : access.indices) {
        shape.push_back(axis_extent(op, index));
    }
    return shape;
}

/// Drops layers whose id was used before, and makes names unique.
void check_identities(std::vector<Layer>& layers) {
    std::map<std::int64_t, core::SourceLocation> ids;
    std::set<std::string> names;
    std::vector<Layer> kept;
    for (Layer& layer : layers) {
        const auto [it, fresh] = ids.emplace(layer.op.id, layer.id_where);
        if (!fresh) {
            layer.where.problems().add(
                layer.id_where,
                layer.where.path() + ".id",
                fmt::format("id {} is used in line {} already", layer.op.id, it->second.line));
            continue;
        }
        if (!names.insert(layer.op.name).second) {
            const std::string renamed = layer.op.name + "_" + std::to_string(layer.op.id);
            layer.where.warning("second layer named \"" + layer.op.name + "\", taken as \"" +
                                renamed + "\"");
            layer.op.name = renamed;
            names.insert(renamed);
        }
        kept.push_back(std::move(layer));
    }
    layers = std::move(kept);
}

/// A constant operand: the network's input if it is I (or, without an I, the first), else a weight.
TensorRole constant_role(const Operator& op, std::size_t input) {
    const bool has_input = std::any_of(
        op.inputs.begin(), op.inputs.end(), [](const Access& a) { return a.operand == "I"; });
    const bool outside = has_input ? op.inputs[input].operand == "I" : input == 0;
    return outside ? TensorRole::input : TensorRole::weight;
}

bool is_constant(const Layer& layer, std::size_t input) {
    const Layer::Source& source = layer.sources[input];
    return !source.id || (*source.id == layer.op.id && source.operand.empty());
}

void add_constants(std::vector<Layer>& layers, Workload& workload) {
    for (Layer& layer : layers) {
        for (std::size_t i = 0; i < layer.op.inputs.size(); ++i) {
            Access& access = layer.op.inputs[i];
            if (is_constant(layer, i)) {
                access.tensor = workload.tensors.size();
                workload.tensors.push_back({layer.op.name + "." + access.operand,
                                            constant_role(layer.op, i),
                                            shape_of(layer.op, access),
                                            layer.sources[i].bits,
                                            1,
                                            {}});
            }
        }
    }
}

/// The tensor that a source names, once the constants have theirs; nothing if there is none.
std::optional<std::size_t> find_source(const std::vector<Layer>& layers,
                                       const Layer::Source& source) {
    const auto layer = std::find_if(
        layers.begin(), layers.end(), [&](const Layer& l) { return l.op.id == *source.id; });
    if (layer == layers.end()) {
        return {};
    }
    if (source.operand.empty()) {
        return layer->op.output.tensor;
    }
    for (std::size_t i = 0; i < layer->op.inputs.size(); ++i) {
        if (layer->op.inputs[i].operand == source.operand && is_constant(*layer, i)) {
            return layer->op.inputs[i].tensor;
        }
    }
    return {};
}

/// Names the tensor of every operand that another layer has. \return whether all were found.
bool link_inputs(std::vector<Layer>& layers) {
    bool complete = true;
    for (Layer& layer : layers) {
        for (std::size_t i = 0; i < layer.op.inputs.size(); ++i) {
            if (is_constant(layer, i)) {
                continue;
            }
            const Layer::Source& source = layer.sources[i];
            if (const auto tensor = find_source(layers, source)) {
                layer.op.inputs[i].tensor = *tensor;
                continue;
            }
            complete = false;
            std::vector<std::string> ids;
            for (const Layer& other : layers) {
                ids.push_back(std::to_string(other.op.id));
            }
            layer.where.problems().add(
                source.where,
                layer.where.path() + ".operand_source." + layer.op.inputs[i].operand,
                source.operand.empty()
                    ? fmt::format(
                          "no layer has the id {} (ids are {})", *source.id, core::join(ids))
                    : fmt::format(
                          "no layer {} with a constant operand {}", *source.id, source.operand));
        }
    }
    return complete;
}

void mark_outputs(Workload& workload) {
    std::set<std::size_t> read;
    for (const Operator& op : workload.operators) {
        for (const Access& input : op.inputs) {
            read.insert(input.tensor);
        }
    }
    for (const Operator& op : workload.operators) {
        if (!read.contains(op.output.tensor)) {
            workload.tensors[op.output.tensor].role = TensorRole::output;
        }
    }
}

/// Puts the operators into topological order; a problem that names a cycle if there is one.
void sort_operators(const std::vector<Layer>& layers, Workload& workload) {
    const auto sorted = topological_order(workload.operators.size(), connect(workload.operators));
    if (sorted.cyclic) {
        std::vector<std::string> names;
        for (const std::size_t i : sorted.order) {
            names.push_back(workload.operators[i].name);
        }
        names.push_back(names.front());
        const core::Reader& first = layers[sorted.order.front()].where;
        first.problems().add(first.find("operand_source").where(),
                             first.path() + ".operand_source",
                             "the layers feed each other in a cycle: " + core::join(names, " -> "));
        return;
    }
    std::vector<Operator> ordered;
    for (const std::size_t i : sorted.order) {
        ordered.push_back(std::move(workload.operators[i]));
    }
    workload.operators = std::move(ordered);
    workload.edges = connect(workload.operators);
}

/// What is odd about how `op` reads `tensor`; "" if nothing. Axes with a relation may be padded
/// without saying so, so only plain axes are compared.
std::string mismatch(const Operator& op, const Access& access, const Tensor& tensor) {
    const std::vector<std::int64_t> seen = shape_of(op, access);
    if (seen.size() != tensor.shape.size()) {
        const auto product = [](const std::vector<std::int64_t>& sizes) {
            return std::accumulate(sizes.begin(), sizes.end(), 1.0, [](double a, std::int64_t b) {
                return a * static_cast<double>(b);
            });
        };
        if (product(seen) == product(tensor.shape)) {
            return "";  // the same elements under other axes
        }
        return fmt::format("[{}] = {} elements are read of {}, which has [{}] = {}",
                           fmt::join(seen, ", "),
                           product(seen),
                           tensor.name,
                           fmt::join(tensor.shape, ", "),
                           product(tensor.shape));
    }
    for (std::size_t axis = 0; axis < seen.size(); ++axis) {
        const auto& terms = access.indices[axis].terms;
        const bool plain = terms.size() == 1 && terms.front().scale == 1;
        if (plain && seen[axis] != tensor.shape[axis]) {
            return fmt::format("axis {} of {} has {} elements, but {} are read",
                               axis,
                               tensor.name,
                               tensor.shape[axis],
                               seen[axis]);
        }
    }
    return "";
}

void check_shapes(const std::vector<Layer>& layers, const Workload& workload) {
    for (const Layer& layer : layers) {
        for (const Access& input : layer.op.inputs) {
            const std::string odd = mismatch(layer.op, input, workload.tensors[input.tensor]);
            if (!odd.empty()) {
                layer.where.warning("operand " + input.operand + ": " + odd);
            }
        }
    }
}

}  // namespace

std::int64_t distinct_values(const IndexExpr& index, const std::vector<LoopDim>& dims) {
    if (index.terms.size() == 1) {
        return dims[index.terms[0].dim].size;
    }
    if (index.terms.size() == 2) {
        const auto [x, sx] = index.terms[0];
        const auto [y, sy] = index.terms[1];
        const std::int64_t g = std::gcd(sx, sy);
        const std::int64_t a = dims[x].size;
        const std::int64_t b = dims[y].size;
        return a * b -
               std::max<std::int64_t>(0, a - sy / g) * std::max<std::int64_t>(0, b - sx / g);
    }
    // The products are only used if they fit: a scale can be as large as its text allows.
    std::int64_t span = 1;
    for (const auto& [dim, scale] : index.terms) {
        std::int64_t reach = 0;
        if (__builtin_mul_overflow(scale, dims[dim].size - 1, &reach) ||
            __builtin_add_overflow(span, reach, &span)) {
            return std::numeric_limits<std::int64_t>::max();
        }
    }
    return span;
}

std::int64_t axis_extent(const Operator& op, const IndexExpr& index) {
    std::int64_t extent = distinct_values(index, op.dims);
    for (const LoopDim& axis : op.axis_sizes) {
        if (!index.name.empty() && axis.name == index.name) {
            return axis.size;
        }
    }
    for (const Operator::Padding& padding : op.padding) {
        if (!index.name.empty() && padding.axis == index.name) {
            extent -= padding.before + padding.after;
        }
    }
    return std::max<std::int64_t>(1, extent);
}

Workload read_layers(const core::Reader& list, const core::Reader& tensors) {
    Workload workload;
    std::vector<Layer> layers;
    const auto items = list.items();
    if (list.is_sequence() && items.empty()) {
        list.problem("expected at least one layer");
    }
    for (const core::Reader& item : items) {
        if (auto layer = read_layer(item)) {
            layers.push_back(std::move(*layer));
        }
    }
    check_identities(layers);
    if (layers.size() != items.size()) {
        return workload;  // what names a layer that could not be read would only confuse
    }
    for (std::size_t i = 0; i < layers.size(); ++i) {
        layers[i].op.output.tensor = i;
        workload.tensors.push_back({layers[i].op.name + ".O",
                                    TensorRole::activation,
                                    shape_of(layers[i].op, layers[i].op.output),
                                    layers[i].output_bits,
                                    1,
                                    {}});
    }
    add_constants(layers, workload);
    if (!link_inputs(layers)) {
        return workload;
    }
    for (const Layer& layer : layers) {
        workload.operators.push_back(layer.op);
    }
    mark_outputs(workload);
    sort_operators(layers, workload);
    if (check_sizes(list, workload)) {
        apply_tensors(tensors, workload);
        check_shapes(layers, workload);
    }
    return workload;
}

}  // namespace plexus::workloads
