// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/timeline/node_graph.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "timeline/graph_blocks.hpp"
#include "timeline/operator_grid.hpp"
#include "timeline/tensor_grid.hpp"
#include "timeline/tile_cuts.hpp"

namespace plexus::cost_models::timeline {

namespace {

using workloads::Operator;
using workloads::Tensor;
using workloads::Workload;

constexpr std::int64_t most_nodes = std::int64_t{1} << 28;

/// How one operator reads.
struct OperatorPlan {
    std::int64_t first_node = 0;
    std::vector<TensorRead> reads;
    bool may_repeat = false;  ///< Two inputs are the same tensor.
};

class Builder {
  public:
    Builder(const Workload& workload,
            const std::vector<OperatorTiling>& tiling,
            const GraphRules& rules)
        : workload_(workload), rules_(rules) {
        const OperatorTiling whole;
        std::int64_t nodes = 0;
        for (std::size_t o = 0; o < workload.operators.size(); ++o) {
            const Operator& op = workload.operators[o];
            grids_.emplace_back(op, tiling.empty() ? whole : tiling[o], graph_.violations);
            plans_.push_back({nodes, {}});
            nodes += grids_.back().nodes();
        }
        if (nodes > most_nodes) {
            graph_.violations.push_back({"computation nodes",
                                         std::to_string(nodes),
                                         std::to_string(most_nodes) + " at most"});
        }
    }

    NodeGraph build() {
        if (graph_.violations.empty()) {
            if (rules_.cuts == CutRule::aligned) {
                align_cuts(workload_, rules_.stack_of_operator, grids_);
            }
            blocks_.emplace(workload_, grids_, rules_.blocks, graph_);
        }
        if (!graph_.violations.empty()) {
            NodeGraph none;
            none.violations = std::move(graph_.violations);
            return none;
        }
        graph_.first_use.push_back(0);
        for (std::size_t o = 0; o < plans_.size(); ++o) {
            add_reads(o);
            add_nodes(o);
        }
        graph_.operator_nodes.push_back(static_cast<std::int32_t>(graph_.nodes.size()));
        graph_.operator_groups.push_back(static_cast<std::int32_t>(graph_.groups.size()));
        add_consumers();
        return std::move(graph_);
    }

  private:
    void add_reads(std::size_t o) {
        const Operator& op = workload_.operators[o];
        OperatorPlan& plan = plans_[o];
        std::vector<std::size_t> seen;
        for (const workloads::Access& access : op.inputs) {
            const Tensor& tensor = workload_.tensors[access.tensor];
            if (tensor.bits == 0) {
                continue;
            }
            plan.may_repeat = plan.may_repeat || std::ranges::count(seen, access.tensor) > 0;
            seen.push_back(access.tensor);
            const std::vector<AxisRead> axes = axis_reads(op, access, tensor);
            for (const TensorGrid* const grid : blocks_->read_by(o, access.tensor)) {
                plan.reads.push_back({grid, axes});
            }
        }
    }

    void add_nodes(std::size_t o) {
        const OperatorPlan& plan = plans_[o];
        const OperatorGrid& grid = grids_[o];
        const auto first_group = static_cast<std::int32_t>(graph_.groups.size());
        graph_.operator_nodes.push_back(static_cast<std::int32_t>(plan.first_node));
        graph_.operator_groups.push_back(first_group);
        for (std::int64_t g = 0; g < grid.groups(); ++g) {
            graph_.groups.push_back({static_cast<std::int32_t>(o),
                                     static_cast<std::int32_t>(plan.first_node + g),
                                     static_cast<std::int32_t>(grid.groups()),
                                     static_cast<std::int32_t>(grid.nodes() / grid.groups())});
        }
        std::vector<std::int64_t> parts(grid.dims().size(), 0);
        known_shapes_.clear();
        for (std::int64_t n = 0; n < grid.nodes(); ++n) {
            const bool complete = grid.complete(parts);
            Node node{static_cast<std::int32_t>(o),
                      shape_of(o, parts, complete),
                      first_group + static_cast<std::int32_t>(n % grid.groups())};
            add_uses(o, parts);
            if (!grid.reduced().empty()) {
                continue_sum(grid, plan.first_node, parts);
            }
            if (grid.carried() < parts.size()) {
                continue_state(grid, plan.first_node, parts);
            }
            graph_.nodes.push_back(node);
            graph_.first_use.push_back(std::ssize(graph_.uses));
            grid.advance(parts);
        }
    }

    void add_uses(std::size_t o, const std::vector<std::int64_t>& parts) {
        const std::size_t first = graph_.uses.size();
        for (const TensorRead& read : plans_[o].reads) {
            append_read(read, grids_[o], parts, graph_.uses);
        }
        if (plans_[o].may_repeat) {
            const auto begin = graph_.uses.begin() + static_cast<std::ptrdiff_t>(first);
            std::sort(begin, graph_.uses.end());
            graph_.uses.erase(std::unique(begin, graph_.uses.end()), graph_.uses.end());
        }
    }

    /// A part of a reduction reads the sum that the part before it has left.
    void continue_sum(const OperatorGrid& grid,
                      std::int64_t first_node,
                      const std::vector<std::int64_t>& parts) {
        std::int64_t before = first_node;
        for (std::size_t d = 0; d < parts.size(); ++d) {
            before += grid.offset(d, parts[d]);
        }
        bool found = false;
        // The part before: the last reduced dimension that is not at its start goes one back, those
        // behind it go to their ends.
        for (std::size_t r = grid.reduced().size(); r-- > 0 && !found;) {
            const std::size_t d = grid.reduced()[r];
            const std::int64_t to = parts[d] > 0 ? parts[d] - 1 : grid.dims()[d].count - 1;
            before += grid.offset(d, to) - grid.offset(d, parts[d]);
            found = parts[d] > 0;
        }
        if (found) {
            graph_.uses.push_back(graph_.first_made[static_cast<std::size_t>(before)]);
        }
    }

    void continue_state(const OperatorGrid& grid,
                        std::int64_t first_node,
                        const std::vector<std::int64_t>& parts) {
        const std::size_t d = grid.carried();
        if (parts[d] == 0) {
            return;
        }
        std::int64_t before = first_node;
        for (std::size_t i = 0; i < parts.size(); ++i) {
            before += grid.offset(i, i == d ? parts[i] - 1 : parts[i]);
        }
        states_.push_back({static_cast<std::int32_t>(before), std::ssize(graph_.uses)});
        graph_.uses.push_back(-1);  // filled in once all outputs have their blocks
    }

    std::int32_t shape_of(std::size_t o, const std::vector<std::int64_t>& parts, bool complete) {
        std::vector<std::int64_t>& sizes = sizes_;
        sizes.resize(parts.size());
        for (std::size_t d = 0; d < parts.size(); ++d) {
            sizes[d] = grids_[o].dims()[d].size_of(parts[d]);
        }
        for (const std::int32_t known : known_shapes_) {
            const NodeShape& shape = graph_.shapes[static_cast<std::size_t>(known)];
            if (shape.complete == complete && shape.sizes == sizes) {
                return known;
            }
        }
        known_shapes_.push_back(static_cast<std::int32_t>(graph_.shapes.size()));
        graph_.shapes.push_back({static_cast<std::int32_t>(o), sizes, complete});
        return known_shapes_.back();
    }

    void add_states() {
        for (const auto& [node, use] : states_) {
            Node& producer = graph_.nodes[static_cast<std::size_t>(node)];
            if (producer.state < 0) {
                const auto o = static_cast<std::size_t>(producer.op);
                const Operator& op = workload_.operators[o];
                const NodeShape& shape = graph_.shapes[static_cast<std::size_t>(producer.shape)];
                const std::size_t carried = grids_[o].carried();
                std::int64_t elements = 1;
                for (std::size_t d = 0; d < shape.sizes.size(); ++d) {
                    elements *= d != carried && indexed(op, d) ? shape.sizes[d] : 1;
                }
                producer.state = static_cast<std::int32_t>(graph_.blocks.size());
                graph_.blocks.push_back({elements * op.partial_sum_bits,
                                         node,
                                         static_cast<std::int32_t>(op.output.tensor),
                                         BlockKind::state,
                                         false});
            }
            graph_.uses[static_cast<std::size_t>(use)] = producer.state;
        }
    }

    static bool indexed(const Operator& op, std::size_t dim) {
        return std::ranges::any_of(op.output.indices, [&](const auto& index) {
            return std::ranges::any_of(index.terms, [&](const auto& t) { return t.dim == dim; });
        });
    }

    void add_consumers() {
        add_states();
        std::vector<std::int64_t>& first = graph_.first_consumer;
        first.assign(graph_.blocks.size() + 1, 0);
        for (const std::int32_t block : graph_.uses) {
            ++first[static_cast<std::size_t>(block) + 1];
        }
        for (std::size_t b = 0; b < graph_.blocks.size(); ++b) {
            Block& block = graph_.blocks[b];
            block.leaves = block.leaves || (block.producer >= 0 && first[b + 1] == 0);
            first[b + 1] += first[b];
        }
        graph_.consumers.resize(graph_.uses.size());
        std::vector<std::int64_t> next(first.begin(), first.end() - 1);
        for (std::size_t n = 0; n < graph_.nodes.size(); ++n) {
            for (const std::int32_t block : graph_.uses_of(static_cast<std::int32_t>(n))) {
                const auto at = next[static_cast<std::size_t>(block)]++;
                graph_.consumers[static_cast<std::size_t>(at)] = static_cast<std::int32_t>(n);
            }
        }
    }

    const Workload& workload_;
    const GraphRules& rules_;
    std::vector<OperatorGrid> grids_;  ///< By operator.
    std::vector<OperatorPlan> plans_;
    std::optional<GraphBlocks> blocks_;
    std::vector<std::int32_t> known_shapes_;  ///< Of the operator at hand.
    std::vector<std::int64_t> sizes_;
    std::vector<std::pair<std::int32_t, std::int64_t>> states_;  ///< Node and place in uses.
    NodeGraph graph_;
};

}  // namespace

const char* to_string(BlockKind kind) {
    switch (kind) {
        case BlockKind::weight:
            return "weight";
        case BlockKind::input:
            return "input";
        case BlockKind::activation:
            return "activation";
        case BlockKind::partial_sum:
            return "partial_sum";
        case BlockKind::state:
            return "state";
    }
    return "";
}

std::int64_t NodeGraph::dependencies() const {
    return std::ranges::count_if(uses, [&](std::int32_t block) { return block >= first_output; });
}

NodeGraph build_node_graph(const Workload& workload,
                           const std::vector<OperatorTiling>& tiling,
                           const GraphRules& rules) {
    const std::size_t operators = workload.operators.size();
    core::ensure(
        (tiling.empty() || tiling.size() == operators) &&
            (rules.stack_of_operator.empty() || rules.stack_of_operator.size() == operators),
        "build_node_graph(): one tiling and one stack per operator");
    return Builder(workload, tiling, rules).build();
}

}  // namespace plexus::cost_models::timeline
