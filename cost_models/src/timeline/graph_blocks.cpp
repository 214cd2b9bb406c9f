// SPDX-License-Identifier: Apache-2.0
#include "timeline/graph_blocks.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace plexus::cost_models::timeline {

namespace {

using workloads::Operator;
using workloads::Tensor;
using workloads::TensorRole;

constexpr std::int64_t most_blocks = std::int64_t{1} << 28;

/// Bits of some elements of a tensor, in whole ones.
std::int64_t stored(const Tensor& tensor, std::int64_t elements) {
    return tensor.format ? std::llround(static_cast<double>(elements) * tensor.bits_per_element())
                         : elements * tensor.bits;
}

/// Cuts what an operator reads at least as fine as its tiles.
void refine(const OperatorGrid& grid,
            const workloads::Access& access,
            std::vector<AxisParts>& axes) {
    for (std::size_t a = 0; a < access.indices.size() && a < axes.size(); ++a) {
        Parts& parts = axes[a].parts;
        for (const workloads::IndexTerm& term : access.indices[a].terms) {
            parts.count = std::max(parts.count, std::min(grid.dims()[term.dim].count, parts.size));
        }
    }
}

/// Every element of the tensor is written, in order along every axis.
bool writes_all(const Operator& op, const Tensor& tensor) {
    bool all = op.output.indices.size() == tensor.shape.size();
    for (std::size_t a = 0; all && a < tensor.shape.size(); ++a) {
        std::int64_t elements = 1;
        for (const workloads::IndexTerm& term : op.output.indices[a].terms) {
            elements *= op.dims[term.dim].size;
        }
        const workloads::IndexTerm* const lead = leading_term(op.output.indices[a]);
        all = elements == tensor.shape[a] &&
              (lead == nullptr || op.dims[lead->dim].size * lead->scale == elements);
    }
    return all;
}

std::int64_t written_elements(const Operator& op,
                              const OperatorGrid& grid,
                              const std::vector<std::int64_t>& parts) {
    std::int64_t elements = 1;
    for (const workloads::IndexExpr& index : op.output.indices) {
        for (const workloads::IndexTerm& term : index.terms) {
            elements *= grid.dims()[term.dim].size_of(parts[term.dim]);
        }
    }
    return elements;
}

}  // namespace

GraphBlocks::GraphBlocks(const workloads::Workload& workload,
                         const std::vector<OperatorGrid>& grids,
                         BlockRule rule,
                         NodeGraph& graph)
    : workload_(workload), grids_(grids), writer_(workload.tensors.size()) {
    for (std::size_t o = 0; o < grids.size(); ++o) {
        writer_[workload.operators[o].output.tensor] = o;
    }
    if (rule == BlockRule::parts) {
        cuts_ = element_cuts(workload, grids);
    }
    add_constants(graph);
    add_written(graph);
}

std::vector<const TensorGrid*> GraphBlocks::read_by(std::size_t op, std::size_t tensor) const {
    std::vector<const TensorGrid*> grids;
    if (constants_[tensor]) {
        grids.push_back(&*constants_[tensor]);
    }
    if (writer_[tensor] && *writer_[tensor] < op) {
        grids.push_back(&written_[*writer_[tensor]]);
    }
    return grids;
}

/// The tensor is off chip at first.
bool GraphBlocks::constant(std::size_t tensor) const {
    return !writer_[tensor] || workload_.tensors[tensor].role == TensorRole::cache;
}

/// The axes of a tensor, cut as `cuts_` says.
std::vector<AxisParts> GraphBlocks::exact_axes(std::size_t tensor) const {
    std::vector<AxisParts> axes;
    for (const std::vector<std::int64_t>& begins : cuts_[tensor]) {
        axes.push_back({.parts = {begins.back(), std::ssize(begins) - 1, begins}});
    }
    return axes;
}

/// The axes of the tensors that are off chip at first, cut as their readers need; none if nobody
/// reads them.
std::vector<std::optional<std::vector<AxisParts>>> GraphBlocks::constant_axes() const {
    std::vector<std::optional<std::vector<AxisParts>>> axes(workload_.tensors.size());
    for (std::size_t o = 0; o < grids_.size(); ++o) {
        for (const workloads::Access& access : workload_.operators[o].inputs) {
            const std::size_t t = access.tensor;
            if (!constant(t) || workload_.tensors[t].bits == 0) {
                continue;
            }
            if (!axes[t]) {
                axes[t].emplace();
                for (const std::int64_t size : workload_.tensors[t].shape) {
                    axes[t]->push_back({.parts = {size, 1, {}}});
                }
            }
            refine(grids_[o], access, *axes[t]);
        }
    }
    return axes;
}

TensorGrid GraphBlocks::grid_of(std::size_t tensor,
                                std::vector<AxisParts> axes,
                                std::vector<core::Violation>& violations) {
    double blocks = 1;
    for (const AxisParts& axis : axes) {
        blocks *= static_cast<double>(axis.parts.count);
    }
    if (static_cast<double>(total_) + blocks > static_cast<double>(most_blocks)) {
        violations.push_back({"blocks of " + workload_.tensors[tensor].name,
                              fmt::format("{:.0f}", blocks),
                              std::to_string(most_blocks) + " of all tensors at most"});
        return TensorGrid({});
    }
    total_ += static_cast<std::int64_t>(blocks);
    return TensorGrid(std::move(axes));
}

void GraphBlocks::add_constants(NodeGraph& graph) {
    constants_.resize(workload_.tensors.size());
    std::vector<std::optional<std::vector<AxisParts>>> axes = constant_axes();
    for (std::size_t t = 0; t < axes.size() && graph.violations.empty(); ++t) {
        if (!axes[t]) {
            continue;
        }
        const Tensor& tensor = workload_.tensors[t];
        TensorGrid& grid = constants_[t].emplace(
            grid_of(t, cuts_.empty() ? *axes[t] : exact_axes(t), graph.violations));
        for (std::size_t b = 0; b < grid.blocks.size(); ++b) {
            grid.blocks[b] = static_cast<std::int32_t>(graph.blocks.size());
            graph.blocks.push_back(
                {stored(tensor, grid.elements(static_cast<std::int64_t>(b))),
                 -1,
                 static_cast<std::int32_t>(t),
                 tensor.role == TensorRole::weight ? BlockKind::weight : BlockKind::input,
                 false});
        }
    }
    graph.first_output = static_cast<std::int32_t>(graph.blocks.size());
}

void GraphBlocks::add_written(NodeGraph& graph) {
    for (std::size_t o = 0; o < grids_.size(); ++o) {
        const Operator& op = workload_.operators[o];
        const std::size_t t = op.output.tensor;
        std::vector<AxisParts> axes = written_axes(op, grids_[o], graph.violations);
        if (!cuts_.empty() && !constant(t) && writes_all(op, workload_.tensors[t])) {
            axes = exact_axes(t);
        }
        written_.push_back(grid_of(t, std::move(axes), graph.violations));
    }
    for (std::size_t o = 0; o < grids_.size() && graph.violations.empty(); ++o) {
        add_outputs(o, graph);
    }
    graph.first_made.push_back(static_cast<std::int32_t>(graph.blocks.size()));
}

/// Adds the blocks that the nodes of an operator write; they stand in the order of nodes.
void GraphBlocks::add_outputs(std::size_t o, NodeGraph& graph) {
    const Operator& op = workload_.operators[o];
    const OperatorGrid& grid = grids_[o];
    std::vector<std::int64_t> parts(grid.dims().size(), 0);
    std::vector<std::int32_t> indices;
    for (std::int64_t n = 0; n < grid.nodes(); ++n) {
        indices.clear();
        if (grid.complete(parts)) {
            append_written(op, grid, written_[o], parts, indices);
        }
        add_output(o, written_elements(op, grid, parts), indices, graph);
        grid.advance(parts);
    }
}

/// Adds what the next node writes: the blocks at `indices`, or a partial sum if there are none.
void GraphBlocks::add_output(std::size_t o,
                             std::int64_t elements,
                             const std::vector<std::int32_t>& indices,
                             NodeGraph& graph) {
    const Operator& op = workload_.operators[o];
    const Tensor& tensor = workload_.tensors[op.output.tensor];
    Block block{elements * op.partial_sum_bits,
                static_cast<std::int32_t>(graph.first_made.size()),
                static_cast<std::int32_t>(op.output.tensor),
                BlockKind::partial_sum,
                false};
    graph.first_made.push_back(static_cast<std::int32_t>(graph.blocks.size()));
    if (indices.empty()) {
        graph.blocks.push_back(block);
        return;
    }
    block.kind = BlockKind::activation;
    block.leaves = tensor.role == TensorRole::output || tensor.role == TensorRole::cache;
    std::int64_t before = 0;
    for (const std::int32_t index : indices) {
        const std::int64_t end =
            indices.size() == 1 ? elements : before + written_[o].elements(index);
        block.bits = stored(tensor, end) - stored(tensor, before);  // so that sums are exact
        written_[o].blocks[static_cast<std::size_t>(index)] =
            static_cast<std::int32_t>(graph.blocks.size());
        graph.blocks.push_back(block);
        before = end;
    }
}

}  // namespace plexus::cost_models::timeline
