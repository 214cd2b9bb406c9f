// SPDX-License-Identifier: Apache-2.0
#include "axis_cuts.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace plexus::cost_models::cascade {

namespace {

using workloads::Access;
using workloads::IndexTerm;
using workloads::Operator;

/// The terms of an index by rising scale, without those of dimensions of size 1.
std::vector<IndexTerm> terms_of(const Operator& op, const workloads::IndexExpr& index) {
    std::vector<IndexTerm> terms;
    for (const IndexTerm& term : index.terms)
        if (op.dims[term.dim].size > 1)
            terms.push_back(term);
    std::ranges::sort(terms, {}, &IndexTerm::scale);
    return terms;
}

/// Strides of `from` within [low, high), over `low`, as multiples; whether they were all new.
bool take(const std::set<std::int64_t>& from,
          std::int64_t low,
          std::int64_t high,
          std::set<std::int64_t>& into) {
    bool grown = false;
    for (const std::int64_t stride : from)
        if (stride > low && stride < high && stride % low == 0)
            grown = into.insert(stride / low).second || grown;
    return grown;
}

}  // namespace

bool AxisCuts::plain(const Operator& op, const Access& access) {
    std::set<std::size_t> seen;
    for (const workloads::IndexExpr& index : access.indices) {
        std::int64_t reached = 1;
        for (const IndexTerm& term : terms_of(op, index)) {
            if (term.scale != reached || !seen.insert(term.dim).second)
                return false;
            reached *= op.dims[term.dim].size;
        }
    }
    return true;
}

AxisCuts::AxisCuts(const workloads::Workload& workload, std::vector<core::Violation>& violations)
    : workload_(workload) {
    for (const Operator& op : workload.operators)
        dims_.emplace_back(op.dims.size());
    for (const workloads::Tensor& tensor : workload.tensors)
        axes_.emplace_back(tensor.shape.size());
    const auto each_access = [&](const auto& visit) {
        for (std::size_t o = 0; o < workload.operators.size(); ++o) {
            visit(o, workload.operators[o].output);
            for (const Access& input : workload.operators[o].inputs)
                visit(o, input);
        }
    };
    bool grown = true;
    while (grown) {
        grown = false;
        each_access([&](std::size_t o, const Access& access) {
            const Operator& op = workload.operators[o];
            if (plain(op, access) && access.indices.size() == axes_[access.tensor].size())
                grown = exchange(op, o, access) || grown;
        });
    }
    const auto chain = [&](const Strides& strides, std::int64_t size) {
        std::int64_t last = 1;
        for (const std::int64_t stride : strides) {
            if (stride % last != 0)
                return false;
            last = stride;
        }
        return size % last == 0;
    };
    for (std::size_t o = 0; o < workload.operators.size(); ++o)
        for (std::size_t d = 0; d < dims_[o].size(); ++d) {
            const workloads::LoopDim& dim = workload.operators[o].dims[d];
            if (!chain(dims_[o][d], dim.size))
                violations.push_back({"cascade",
                                      fmt::format("{} of {} in parts that all its tensors have",
                                                  dim.name,
                                                  workload.operators[o].name),
                                      "axes that are cut in different ways"});
        }
}

bool AxisCuts::exchange(const Operator& op, std::size_t o, const Access& access) {
    bool grown = false;
    for (std::size_t a = 0; a < access.indices.size(); ++a) {
        Strides& axis = axes_[access.tensor][a];
        for (const IndexTerm& term : terms_of(op, access.indices[a])) {
            Strides& dim = dims_[o][term.dim];
            const std::int64_t size = op.dims[term.dim].size;
            if (term.scale > 1)
                grown = axis.insert(term.scale).second || grown;
            for (const std::int64_t stride : dim)
                grown = axis.insert(stride * term.scale).second || grown;
            grown = take(axis, term.scale, term.scale * size, dim) || grown;
        }
    }
    return grown;
}

std::vector<AxisPart> AxisCuts::parts(std::size_t op, std::size_t dim) const {
    std::vector<AxisPart> parts;
    std::int64_t stride = 1;
    const std::int64_t size = workload_.operators[op].dims[dim].size;
    Strides ends = dims_[op][dim];
    ends.insert(size);
    for (const std::int64_t end : ends) {
        if (end > stride)
            parts.push_back({stride, end / stride});
        stride = end;
    }
    std::ranges::reverse(parts);
    return parts;
}

}  // namespace plexus::cost_models::cascade
