// SPDX-License-Identifier: Apache-2.0
#include "timeline/operator_grid.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace plexus::cost_models::timeline {

namespace {

using workloads::Operator;
using workloads::OperatorKind;

std::size_t find_dim(const Operator& op, const std::string& name) {
    const auto found = std::ranges::find(op.dims, name, &workloads::LoopDim::name);
    return static_cast<std::size_t>(found - op.dims.begin());
}

bool indexes(const workloads::Access& access, std::size_t dim) {
    return std::ranges::any_of(access.indices, [&](const workloads::IndexExpr& index) {
        return std::ranges::any_of(index.terms, [&](const auto& term) { return term.dim == dim; });
    });
}

/// The dimension is an axis that the operator needs as a whole before it writes any of it.
bool needed_whole(const Operator& op, std::size_t dim) {
    if (op.kind != OperatorKind::softmax && op.kind != OperatorKind::normalisation) {
        return false;
    }
    if (op.output.indices.empty()) {
        return false;
    }
    workloads::Access last;
    last.indices.push_back(op.output.indices.back());
    return indexes(last, dim);
}

}  // namespace

OperatorGrid::OperatorGrid(const Operator& op,
                           const OperatorTiling& tiling,
                           std::vector<core::Violation>& violations) {
    for (const workloads::LoopDim& dim : op.dims) {
        dims_.push_back({dim.size, 1, {}});
    }
    std::vector<Loop> inter;
    read_cuts(op, tiling.inter, inter, violations);
    read_cuts(op, tiling.intra, loops_, violations);
    for (const Loop& loop : loops_) {
        dims_[loop.dim].count *= loop.parts;
        nodes_ *= loop.parts;
    }
    for (Loop& loop : inter) {
        loop.step = dims_[loop.dim].count;
        dims_[loop.dim].count *= loop.parts;
        nodes_ *= loop.parts;
        groups_ *= loop.parts;
        loops_.push_back(loop);
    }
    for (std::size_t d = 0; d < dims_.size(); ++d) {
        if (dims_[d].count > dims_[d].size) {
            violations.push_back({op.name + ": " + op.dims[d].name + " cut into parts",
                                  fmt::format("{} parts", dims_[d].count),
                                  fmt::format("{} elements", dims_[d].size)});
        } else if (dims_[d].count > 1 && needed_whole(op, d)) {
            violations.push_back({op.name + ": " + op.dims[d].name + " cut into parts",
                                  "the whole axis, which the operator normalises",
                                  fmt::format("{} parts", dims_[d].count)});
        }
        if (dims_[d].count > 1 && !indexes(op.output, d)) {
            reduced_.push_back(d);
        }
    }
    carried_ = tiling.carried.empty() ? dims_.size() : find_dim(op, tiling.carried);
    if (!tiling.carried.empty() && carried_ == dims_.size()) {
        violations.push_back({op.name + ": state carried along a dimension",
                              tiling.carried,
                              "a loop dimension of the operator"});
    }
    if (violations.empty()) {
        number_nodes();
    }
}

void OperatorGrid::read_cuts(const Operator& op,
                             const std::vector<DimCut>& cuts,
                             std::vector<Loop>& loops,
                             std::vector<core::Violation>& violations) {
    for (const DimCut& cut : cuts) {
        const std::size_t dim = find_dim(op, cut.dim);
        if (dim == op.dims.size()) {
            violations.push_back(
                {op.name + ": dimension to cut", cut.dim, "a loop dimension of the operator"});
            continue;
        }
        if (std::ranges::any_of(loops, [&](const Loop& loop) { return loop.dim == dim; })) {
            violations.push_back(
                {op.name + ": dimension to cut", cut.dim + " once", cut.dim + " twice"});
            continue;
        }
        const std::int64_t parts = cut.parts == 0 ? op.dims[dim].size : cut.parts;
        if (parts < 1 || parts > op.dims[dim].size) {
            violations.push_back({op.name + ": " + cut.dim + " cut into parts",
                                  fmt::format("{} parts", parts),
                                  fmt::format("{} elements", op.dims[dim].size)});
            continue;
        }
        loops.push_back({dim, parts, 1});
    }
}

void OperatorGrid::number_nodes() {
    offsets_.resize(dims_.size());
    for (std::size_t d = 0; d < dims_.size(); ++d) {
        offsets_[d].assign(static_cast<std::size_t>(dims_[d].count), 0);
    }
    std::int64_t stride = nodes_;
    for (const Loop& loop : loops_) {
        stride /= loop.parts;
        std::vector<std::int64_t>& offsets = offsets_[loop.dim];
        for (std::size_t p = 0; p < offsets.size(); ++p) {
            offsets[p] += static_cast<std::int64_t>(p) / loop.step % loop.parts * stride;
        }
    }
}

void OperatorGrid::advance(std::vector<std::int64_t>& parts) const {
    for (std::size_t l = loops_.size(); l-- > 0;) {
        const Loop& loop = loops_[l];
        std::int64_t& part = parts[loop.dim];
        const std::int64_t digit = part / loop.step % loop.parts;
        if (digit + 1 < loop.parts) {
            part += loop.step;
            return;
        }
        part -= digit * loop.step;
    }
}

bool OperatorGrid::complete(const std::vector<std::int64_t>& parts) const {
    return std::ranges::all_of(reduced_,
                               [&](std::size_t d) { return parts[d] + 1 == dims_[d].count; });
}

}  // namespace plexus::cost_models::timeline
