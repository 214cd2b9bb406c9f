// SPDX-License-Identifier: Apache-2.0
#include "timeline/tensor_grid.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace plexus::cost_models::timeline {

using workloads::IndexTerm;
using workloads::Operator;

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

TensorGrid written_grid(const Operator& op,
                        const OperatorGrid& grid,
                        std::int64_t first,
                        std::vector<core::Violation>& violations) {
    TensorGrid out{first, {}};
    for (const std::size_t d : grid.reduced()) {  // the last part writes the complete output
        out.base += grid.offsets(d).back();
    }
    for (const workloads::IndexExpr& index : op.output.indices) {
        AxisParts axis;
        axis.offsets = {0};
        if (!index.terms.empty()) {
            const auto lead = std::ranges::max_element(
                index.terms, {}, [](const IndexTerm& t) { return t.scale; });
            axis.parts = grid.dims()[lead->dim];
            axis.scale = lead->scale;
            axis.offsets = grid.offsets(lead->dim);
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
        out.axes.push_back(std::move(axis));
    }
    return out;
}

TensorGrid constant_grid(const workloads::Tensor& tensor,
                         const std::vector<std::int64_t>& parts,
                         std::int64_t first) {
    TensorGrid out{first, {}};
    std::int64_t stride = 1;
    out.axes.resize(tensor.shape.size());
    for (std::size_t a = tensor.shape.size(); a-- > 0;) {
        AxisParts& axis = out.axes[a];
        axis.parts = {tensor.shape[a], parts[a]};
        for (std::int64_t p = 0; p < parts[a]; ++p) {
            axis.offsets.push_back(p * stride);
        }
        stride *= parts[a];
    }
    return out;
}

void append_read(const TensorRead& read,
                 const OperatorGrid& grid,
                 const std::vector<std::int64_t>& parts,
                 std::vector<std::int32_t>& blocks) {
    const std::size_t first = blocks.size();
    blocks.push_back(static_cast<std::int32_t>(read.grid->base));
    for (std::size_t a = 0; a < read.axes.size(); ++a) {
        const AxisRead& axis = read.axes[a];
        std::int64_t low = -axis.shift;
        std::int64_t high = -axis.shift;
        for (const IndexTerm& term : axis.terms) {
            const Parts& dim = grid.dims()[term.dim];
            low += term.scale * dim.begin(parts[term.dim]);
            high += term.scale * (dim.begin(parts[term.dim] + 1) - 1);
        }
        low = std::max<std::int64_t>(low, 0);
        high = std::min(high, axis.size - 1);
        if (low > high) {  // all of it is padding
            blocks.resize(first);
            return;
        }
        const AxisParts& to = read.grid->axes[a];
        const auto from_part = static_cast<std::size_t>(to.part_of(low));
        const auto to_part = static_cast<std::size_t>(to.part_of(high));
        const std::size_t end = blocks.size();
        for (std::size_t p = from_part + 1; p <= to_part; ++p) {
            for (std::size_t i = first; i < end; ++i) {
                blocks.push_back(blocks[i] + static_cast<std::int32_t>(to.offsets[p]));
            }
        }
        for (std::size_t i = first; i < end; ++i) {
            blocks[i] += static_cast<std::int32_t>(to.offsets[from_part]);
        }
    }
}

}  // namespace plexus::cost_models::timeline
