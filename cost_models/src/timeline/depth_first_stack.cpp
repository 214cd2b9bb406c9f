// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/timeline/depth_first_stack.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace plexus::cost_models::depth_first {

namespace {

using workloads::Access;
using workloads::IndexExpr;
using workloads::Operator;
using workloads::Tensor;
using workloads::TensorRole;
using workloads::Workload;

std::optional<std::size_t> dim_named(const Operator& op, const std::string& name) {
    for (std::size_t d = 0; d < op.dims.size(); ++d) {
        if (op.dims[d].name == name) {
            return d;
        }
    }
    return std::nullopt;
}

/// The tensor axis that a loop dimension indexes.
std::optional<std::size_t> axis_of(const Access& access, std::size_t dim) {
    for (std::size_t a = 0; a < access.indices.size(); ++a) {
        for (const workloads::IndexTerm& term : access.indices[a].terms) {
            if (term.dim == dim) {
                return a;
            }
        }
    }
    return std::nullopt;
}

/// How an access slides over its tensor axis as the loop `dim` advances. Padding that is not given
/// is what the loops reach beyond the map, half of it in front.
Window window_of(const Operator& op,
                 const IndexExpr& index,
                 std::size_t dim,
                 std::int64_t map_size) {
    Window window;
    for (const workloads::IndexTerm& term : index.terms) {
        if (term.dim == dim) {
            window.stride = term.scale;
        } else {
            window.extent += term.scale * (op.dims[term.dim].size - 1);
        }
    }
    for (const Operator::Padding& padding : op.padding) {
        if (padding.axis == index.name) {
            window.before = padding.before;
            return window;
        }
    }
    const std::int64_t reach = window.stride * (op.dims[dim].size - 1) + window.extent;
    window.before = std::max<std::int64_t>(0, reach - map_size) / 2;
    return window;
}

bool is_feature(const Tensor& tensor) {
    return tensor.role != TensorRole::weight && tensor.bits > 0;
}

double bits_of(const Tensor& tensor) {
    return static_cast<double>(tensor.elements()) * static_cast<double>(tensor.bits);
}

class StackBuilder {
  public:
    StackBuilder(const Workload& workload,
                 std::size_t first,
                 std::size_t last,
                 const AxisNames& names)
        : workload_(workload), first_(first), last_(last), names_{names.x, names.y} {}

    Stack build() {
        add_inputs();
        for (std::size_t i = first_; i < last_; ++i) {
            add_layer(i);
        }
        check_outputs();
        return std::move(stack_);
    }

  private:
    /// Tensor axes along which a map extends; none if it has one position only.
    using MapAxes = std::optional<std::array<std::size_t, axis_count>>;

    void refuse(const std::string& rule, const std::string& needed, const std::string& available) {
        stack_.violations.push_back({rule, needed, available});
    }

    /// The dimensions of x and y of an operator that has both.
    [[nodiscard]] std::optional<std::array<std::size_t, axis_count>> dims_of(
        const Operator& op) const {
        const auto x = dim_named(op, names_[0]);
        const auto y = dim_named(op, names_[1]);
        if (!x || !y || !axis_of(op.output, *x) || !axis_of(op.output, *y)) {
            return std::nullopt;
        }
        return std::array<std::size_t, axis_count>{*x, *y};
    }

    [[nodiscard]] bool made_inside(std::size_t tensor) const {
        for (std::size_t i = first_; i < last_; ++i) {
            if (workload_.operators[i].output.tensor == tensor) {
                return true;
            }
        }
        return false;
    }

    void add_node(StackNode node, std::size_t tensor, const MapAxes& axes) {
        const Tensor& t = workload_.tensors[tensor];
        double positions = 1;
        for (std::size_t a = 0; a < axis_count; ++a) {
            node.size[a] = axes ? t.shape.at((*axes)[a]) : 1;
            positions *= static_cast<double>(node.size[a]);
        }
        node.bits = bits_of(t) / positions;
        node_of_[tensor] = {stack_.nodes.size(), axes};
        stack_.nodes.push_back(std::move(node));
    }

    void add_inputs() {
        for (std::size_t i = first_; i < last_; ++i) {
            const Operator& op = workload_.operators[i];
            const auto dims = dims_of(op);
            for (const Access& input : op.inputs) {
                const Tensor& tensor = workload_.tensors[input.tensor];
                if (!is_feature(tensor) || made_inside(input.tensor) ||
                    node_of_.contains(input.tensor)) {
                    continue;
                }
                MapAxes axes;
                if (dims) {
                    const auto x = axis_of(input, (*dims)[0]);
                    const auto y = axis_of(input, (*dims)[1]);
                    if (x && y && std::max(*x, *y) < tensor.shape.size()) {
                        axes = {*x, *y};
                    }
                }
                StackNode node;
                node.name = tensor.name;
                add_node(std::move(node), input.tensor, axes);
            }
        }
    }

    void read(const Operator& op, const Access& access, StackNode& node) {
        const auto [producer, axes] = node_of_.at(access.tensor);
        FeatureInput input;
        input.node = producer;
        const auto dims = dims_of(op);
        for (std::size_t a = 0; a < axis_count; ++a) {
            const std::int64_t size = stack_.nodes[producer].size[a];
            const auto axis = dims ? axis_of(access, (*dims)[a]) : std::nullopt;
            if (axes && axis && *axis == (*axes)[a]) {
                input.window[a] = window_of(op, access.indices[*axis], (*dims)[a], size);
            } else {
                input.window[a] = {1, size, 0};  // all of it, for the one position there is
                if (axes || dims) {
                    refuse(fmt::format("{} reads {} tile by tile",
                                       op.name,
                                       workload_.tensors[access.tensor].name),
                           "the same axes for " + names_[a] + " in both",
                           "other axes");
                }
            }
        }
        node.inputs.push_back(input);
    }

    void add_layer(std::size_t index) {
        const Operator& op = workload_.operators[index];
        StackNode node;
        node.op = index;
        node.name = op.name;
        const auto dims = dims_of(op);
        MapAxes axes;
        double positions = 1;
        if (dims) {
            axes = {*axis_of(op.output, (*dims)[0]), *axis_of(op.output, (*dims)[1])};
            for (const std::size_t d : *dims) {
                positions *= static_cast<double>(op.dims[d].size);
            }
        } else if (last_ - first_ > 1) {
            refuse(op.name + " is executed tile by tile",
                   fmt::format("loop dimensions {} and {}", names_[0], names_[1]),
                   "none");
        }
        node.macs = op.points() / positions;
        for (const Access& input : op.inputs) {
            const Tensor& tensor = workload_.tensors[input.tensor];
            if (is_feature(tensor)) {
                read(op, input, node);
            } else if (tensor.role == TensorRole::weight) {
                node.weight_bits += bits_of(tensor);
            }
        }
        add_node(std::move(node), op.output.tensor, axes);
    }

    /// Only the last layer may hand its map to the outside.
    void check_outputs() {
        for (std::size_t i = first_; i + 1 < last_; ++i) {
            const std::size_t tensor = workload_.operators[i].output.tensor;
            const bool leaves = workload_.tensors[tensor].role == TensorRole::output;
            const bool used_outside = std::any_of(
                workload_.edges.begin(), workload_.edges.end(), [&](const workloads::Edge& edge) {
                    return edge.producer == i && edge.consumer >= last_;
                });
            if (leaves || used_outside) {
                refuse("maps that leave a stack",
                       "that of its last layer only",
                       "also that of " + workload_.operators[i].name);
            }
        }
    }

    const Workload& workload_;
    std::size_t first_;
    std::size_t last_;
    std::array<std::string, axis_count> names_;
    std::map<std::size_t, std::pair<std::size_t, MapAxes>> node_of_;  ///< By tensor.
    Stack stack_;
};

}  // namespace

double Stack::weight_bits() const {
    double bits = 0;
    for (const StackNode& node : nodes) {
        bits += node.weight_bits;
    }
    return bits;
}

std::size_t Stack::layers() const {
    return static_cast<std::size_t>(std::count_if(
        nodes.begin(), nodes.end(), [](const StackNode& node) { return !node.is_input(); }));
}

Stack make_stack(const workloads::Workload& workload,
                 std::size_t first,
                 std::size_t last,
                 const AxisNames& names) {
    core::ensure(first < last && last <= workload.operators.size(), "operators of a stack");
    return StackBuilder(workload, first, last, names).build();
}

}  // namespace plexus::cost_models::depth_first
