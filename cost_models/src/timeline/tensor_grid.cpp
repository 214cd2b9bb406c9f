// SPDX-License-Identifier: Apache-2.0
#include "timeline/tensor_grid.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace plexus::cost_models::timeline {

using workloads::IndexTerm;
using workloads::Operator;

namespace {

/// Replaces every index from place `first` on by one for each part of `axis` that `elements` meet.
void spread(const AxisParts& axis,
            const Interval& elements,
            std::size_t first,
            std::vector<std::int32_t>& indices) {
    const std::int64_t from = axis.part_of(elements.first);
    const std::int64_t to = axis.part_of(elements.last);
    const std::size_t end = indices.size();
    for (std::int64_t p = from + 1; p <= to; ++p) {
        for (std::size_t i = first; i < end; ++i) {
            indices.push_back(indices[i] + static_cast<std::int32_t>(p * axis.stride));
        }
    }
    for (std::size_t i = first; i < end; ++i) {
        indices[i] += static_cast<std::int32_t>(from * axis.stride);
    }
}

}  // namespace

TensorGrid::TensorGrid(std::vector<AxisParts> parts) : axes(std::move(parts)) {
    std::int64_t stride = 1;
    for (std::size_t a = axes.size(); a-- > 0;) {
        axes[a].stride = stride;
        stride *= axes[a].parts.count;
    }
    blocks.assign(static_cast<std::size_t>(stride), -1);
}

std::int64_t TensorGrid::elements(std::int64_t index) const {
    std::int64_t elements = 1;
    for (const AxisParts& axis : axes) {
        elements *= axis.parts.size_of(index / axis.stride % axis.parts.count);
    }
    return elements;
}

Interval AxisRead::at(const OperatorGrid& grid, const std::vector<std::int64_t>& parts) const {
    if (terms.empty()) {
        return {0, size - 1};
    }
    std::int64_t low = -shift;
    std::int64_t high = -shift;
    for (const IndexTerm& term : terms) {
        const Parts& dim = grid.dims()[term.dim];
        low += term.scale * dim.begin(parts[term.dim]);
        high += term.scale * (dim.begin(parts[term.dim] + 1) - 1);
    }
    return {std::max<std::int64_t>(low, 0), std::min(high, size - 1)};
}

std::vector<AxisRead> axis_reads(const Operator& op,
                                 const workloads::Access& access,
                                 const workloads::Tensor& tensor) {
    std::vector<AxisRead> axes;
    for (std::size_t a = 0; a < access.indices.size(); ++a) {
        const workloads::IndexExpr& index = access.indices[a];
        AxisRead axis{index.terms, 0, a < tensor.shape.size() ? tensor.shape[a] : 1};
        std::int64_t extent = 1;
        for (const IndexTerm& term : index.terms) {
            extent += term.scale * (op.dims[term.dim].size - 1);
        }
        const auto padding = std::ranges::find_if(op.padding, [&](const Operator::Padding& p) {
            return !index.name.empty() && p.axis == index.name;
        });
        axis.shift = padding != op.padding.end()
                         ? padding->before
                         : std::max<std::int64_t>(0, (extent - axis.size) / 2);
        axes.push_back(std::move(axis));
    }
    return axes;
}

const IndexTerm* leading_term(const workloads::IndexExpr& index) {
    const auto lead =
        std::ranges::max_element(index.terms, {}, [](const IndexTerm& t) { return t.scale; });
    return lead == index.terms.end() ? nullptr : &*lead;
}

std::vector<AxisParts> written_axes(const Operator& op,
                                    const OperatorGrid& grid,
                                    std::vector<core::Violation>& violations) {
    std::vector<AxisParts> axes;
    for (const workloads::IndexExpr& index : op.output.indices) {
        AxisParts axis;
        if (const IndexTerm* const lead = leading_term(index)) {
            axis.parts = grid.dims()[lead->dim];
            axis.scale = lead->scale;
            for (const IndexTerm& term : index.terms) {
                if (term.dim != lead->dim && grid.dims()[term.dim].count > 1) {
                    violations.push_back({op.name + ": inner dimension of a merged output axis",
                                          "whole",
                                          fmt::format("{} in {} parts",
                                                      op.dims[term.dim].name,
                                                      grid.dims()[term.dim].count)});
                }
            }
        }
        axes.push_back(std::move(axis));
    }
    return axes;
}

void append_written(const Operator& op,
                    const OperatorGrid& grid,
                    const TensorGrid& written,
                    const std::vector<std::int64_t>& parts,
                    std::vector<std::int32_t>& indices) {
    const std::size_t first = indices.size();
    indices.push_back(0);
    for (std::size_t a = 0; a < op.output.indices.size(); ++a) {
        if (const IndexTerm* const lead = leading_term(op.output.indices[a])) {
            const Parts& dim = grid.dims()[lead->dim];
            const std::int64_t part = parts[lead->dim];
            spread(written.axes[a],
                   {dim.begin(part) * lead->scale, dim.begin(part + 1) * lead->scale - 1},
                   first,
                   indices);
        }
    }
}

void append_read(const TensorRead& read,
                 const OperatorGrid& grid,
                 const std::vector<std::int64_t>& parts,
                 std::vector<std::int32_t>& blocks) {
    const std::size_t first = blocks.size();
    blocks.push_back(0);
    for (std::size_t a = 0; a < read.axes.size(); ++a) {
        const Interval elements = read.axes[a].at(grid, parts);
        if (elements.empty()) {
            blocks.resize(first);
            return;
        }
        spread(read.grid->axes[a], elements, first, blocks);
    }
    for (std::size_t i = first; i < blocks.size(); ++i) {
        blocks[i] = read.grid->blocks[static_cast<std::size_t>(blocks[i])];
    }
}

}  // namespace plexus::cost_models::timeline
