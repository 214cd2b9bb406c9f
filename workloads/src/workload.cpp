// SPDX-License-Identifier: Apache-2.0
#include "plexus/workloads/workload.hpp"

#include <algorithm>
#include <functional>
#include <queue>
#include <set>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/strong_components.hpp>

#include "plexus/core/error.hpp"

namespace plexus::workloads {

namespace {

using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS>;

/// Vertices on one cycle inside the strongly connected component of `start`: walks along the
/// smallest successor in the component until a vertex comes back.
std::vector<std::size_t> cycle_from(const Graph& graph,
                                    std::size_t start,
                                    const std::vector<std::size_t>& component) {
    std::vector<std::size_t> walk{start};
    while (true) {
        std::size_t next = boost::num_vertices(graph);
        for (auto [e, end] = boost::out_edges(walk.back(), graph); e != end; ++e) {
            const std::size_t target = boost::target(*e, graph);
            if (component[target] == component[start]) {
                next = std::min(next, target);
            }
        }
        const auto seen = std::find(walk.begin(), walk.end(), next);
        if (seen != walk.end()) {
            return {seen, walk.end()};
        }
        walk.push_back(next);
    }
}

bool has_self_loop(const Graph& graph, std::size_t vertex) {
    return boost::edge(vertex, vertex, graph).second;
}

std::vector<std::size_t> find_cycle(const Graph& graph) {
    std::vector<std::size_t> component(boost::num_vertices(graph));
    if (component.empty()) {
        return {};
    }
    const auto count = static_cast<std::size_t>(
        boost::strong_components(graph,
                                 boost::make_iterator_property_map(
                                     component.begin(), boost::get(boost::vertex_index, graph))));
    std::vector<std::size_t> members(count, 0);
    for (const std::size_t c : component) {
        ++members[c];
    }
    for (std::size_t v = 0; v < component.size(); ++v) {
        if (members[component[v]] > 1 || has_self_loop(graph, v)) {
            return cycle_from(graph, v, component);
        }
    }
    return {};
}

void add(core::Hasher& hasher, const std::vector<LoopDim>& dims) {
    hasher.add(static_cast<std::uint64_t>(dims.size()));
    for (const LoopDim& dim : dims) {
        hasher.add(dim.name).add(dim.size);
    }
}

void add(core::Hasher& hasher, const Access& access) {
    hasher.add(access.operand).add(static_cast<std::uint64_t>(access.tensor));
    hasher.add(static_cast<std::uint64_t>(access.indices.size()));
    for (const IndexExpr& index : access.indices) {
        hasher.add(index.name).add(static_cast<std::uint64_t>(index.terms.size()));
        for (const IndexTerm& term : index.terms) {
            hasher.add(static_cast<std::uint64_t>(term.dim)).add(term.scale);
        }
    }
}

void add(core::Hasher& hasher, const Operator& op) {
    hasher.add(op.id).add(op.name).add(op.type).add(static_cast<int>(op.kind));
    add(hasher, op.dims);
    add(hasher, op.output);
    hasher.add(static_cast<std::uint64_t>(op.inputs.size()));
    for (const Access& input : op.inputs) {
        add(hasher, input);
    }
    hasher.add(op.weight_first).add(op.partial_sum_bits).add(op.operations_per_point);
    hasher.add(static_cast<std::uint64_t>(op.padding.size()));
    for (const Operator::Padding& padding : op.padding) {
        hasher.add(padding.axis).add(padding.before).add(padding.after);
    }
    add(hasher, op.axis_sizes);
}

void add(core::Hasher& hasher, const Tensor& tensor) {
    hasher.add(tensor.name).add(static_cast<int>(tensor.role));
    hasher.add(static_cast<std::uint64_t>(tensor.shape.size()));
    for (const std::int64_t size : tensor.shape) {
        hasher.add(size);
    }
    hasher.add(tensor.bits).add(tensor.density).add(content_hash(tensor.sparsity));
    hasher.add(tensor.format.has_value());
    if (tensor.format) {
        hasher.add(content_hash(*tensor.format));
    }
}

bool uses(const Access& access, std::size_t dim) {
    return std::any_of(access.indices.begin(), access.indices.end(), [dim](const IndexExpr& index) {
        return std::any_of(index.terms.begin(), index.terms.end(), [dim](const IndexTerm& term) {
            return term.dim == dim;
        });
    });
}

}  // namespace

const char* to_string(OperatorKind kind) {
    switch (kind) {
        case OperatorKind::contraction:
            return "contraction";
        case OperatorKind::elementwise:
            return "elementwise";
        case OperatorKind::reduction:
            return "reduction";
        case OperatorKind::normalisation:
            return "normalisation";
        case OperatorKind::softmax:
            return "softmax";
        case OperatorKind::gather:
            return "gather";
    }
    return "";
}

const char* to_string(TensorRole role) {
    switch (role) {
        case TensorRole::weight:
            return "weight";
        case TensorRole::activation:
            return "activation";
        case TensorRole::input:
            return "input";
        case TensorRole::output:
            return "output";
        case TensorRole::cache:
            return "cache";
    }
    return "";
}

double Operator::points() const {
    double product = 1;
    for (const LoopDim& dim : dims) {
        product *= static_cast<double>(dim.size);
    }
    return product;
}

std::int64_t Tensor::elements() const {
    std::int64_t product = 1;
    for (const std::int64_t size : shape) {
        product *= size;
    }
    return product;
}

double Tensor::storage_bits() const {
    const std::int64_t all = elements();
    if (!format || shape.empty() || all == 0) {
        return static_cast<double>(all) * static_cast<double>(bits);
    }
    return format->storage_bits(all / shape.back(), shape.back());
}

double Tensor::bits_per_element() const {
    const std::int64_t all = elements();
    return format && all > 0 ? storage_bits() / static_cast<double>(all)
                             : static_cast<double>(bits);
}

std::int64_t Tensor::multiplier_bits() const {
    return format ? format->multiplier_bits() : bits;
}

std::int64_t Workload::parameters() const {
    std::int64_t sum = 0;
    for (const Tensor& tensor : tensors) {
        if (tensor.role == TensorRole::weight && tensor.bits > 0) {
            sum += tensor.elements();
        }
    }
    return sum;
}

core::Hash content_hash(const Workload& workload) {
    core::Hasher hasher;
    hasher.add("workload").add(static_cast<std::uint64_t>(workload.tensors.size()));
    for (const Tensor& tensor : workload.tensors) {
        add(hasher, tensor);
    }
    hasher.add(static_cast<std::uint64_t>(workload.operators.size()));
    for (const Operator& op : workload.operators) {
        add(hasher, op);
    }
    hasher.add(static_cast<std::uint64_t>(workload.edges.size()));
    for (const Edge& edge : workload.edges) {
        hasher.add(static_cast<std::uint64_t>(edge.producer));
        hasher.add(static_cast<std::uint64_t>(edge.consumer));
        hasher.add(static_cast<std::uint64_t>(edge.tensor));
    }
    return hasher.finish();
}

TopologicalOrder topological_order(std::size_t operators, const std::vector<Edge>& edges) {
    Graph graph(operators);
    for (const Edge& edge : edges) {
        core::ensure(edge.producer < operators && edge.consumer < operators, "edge out of range");
        boost::add_edge(edge.producer, edge.consumer, graph);
    }
    std::vector<std::size_t> waiting(operators);
    std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
    for (std::size_t v = 0; v < operators; ++v) {
        waiting[v] = boost::in_degree(v, graph);
        if (waiting[v] == 0) {
            ready.push(v);
        }
    }
    TopologicalOrder result;
    while (!ready.empty()) {
        const std::size_t v = ready.top();
        ready.pop();
        result.order.push_back(v);
        for (auto [e, end] = boost::out_edges(v, graph); e != end; ++e) {
            if (--waiting[boost::target(*e, graph)] == 0) {
                ready.push(boost::target(*e, graph));
            }
        }
    }
    if (result.order.size() != operators) {
        result.cyclic = true;
        result.order = find_cycle(graph);
    }
    return result;
}

std::vector<Edge> connect(const std::vector<Operator>& operators) {
    std::vector<std::pair<std::size_t, std::size_t>> producers;  // (tensor, operator)
    for (std::size_t i = 0; i < operators.size(); ++i) {
        producers.emplace_back(operators[i].output.tensor, i);
    }
    std::sort(producers.begin(), producers.end());
    std::set<Edge> edges;
    for (std::size_t i = 0; i < operators.size(); ++i) {
        for (const Access& input : operators[i].inputs) {
            auto it = std::lower_bound(producers.begin(),
                                       producers.end(),
                                       std::pair<std::size_t, std::size_t>(input.tensor, 0));
            for (; it != producers.end() && it->first == input.tensor; ++it) {
                edges.insert({it->second, i, input.tensor});
            }
        }
    }
    return {edges.begin(), edges.end()};
}

LinearShape linear_shape(const Operator& op) {
    core::ensure(op.inputs.size() >= 2, "linear_shape() needs an operator with two inputs");
    LinearShape shape;
    for (std::size_t d = 0; d < op.dims.size(); ++d) {
        const bool in_input = uses(op.inputs[0], d);
        const bool in_weight = uses(op.inputs[1], d);
        const bool in_output = uses(op.output, d);
        const std::int64_t size = op.dims[d].size;
        if (in_input && in_weight && in_output) {
            shape.groups *= size;
        } else if (in_input && in_output) {
            shape.batch *= size;
        } else if (in_output) {
            shape.rows *= size;
        } else {
            shape.columns *= size;
        }
    }
    return shape;
}

}  // namespace plexus::workloads
