// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/dataflow/layer.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <tuple>

#include <fmt/format.h>

#include "plexus/core/error.hpp"

namespace plexus::cost_models::dataflow {

namespace {

using workloads::Access;
using workloads::IndexExpr;
using workloads::Operator;

double common_divisor(const SlidingAxis& axis) {
    return static_cast<double>(std::gcd(static_cast<std::int64_t>(axis.first_scale),
                                        static_cast<std::int64_t>(axis.second_scale)));
}

/// Elements that exist along an axis: as given, else what the loops reach less the padding.
double axis_size(const Operator& op, const IndexExpr& index, const SlidingAxis& axis) {
    for (const workloads::LoopDim& known : op.axis_sizes) {
        if (known.name == index.name) {
            return static_cast<double>(known.size);
        }
    }
    double size = axis.span(static_cast<double>(op.dims[axis.first].size),
                            static_cast<double>(op.dims[axis.second].size));
    for (const Operator::Padding& padding : op.padding) {
        if (padding.axis == index.name) {
            size -= static_cast<double>(padding.before + padding.after);
        }
    }
    return std::max(1.0, size);
}

/// Every iteration of the loops of `index` gives another value, as where an axis is several loops
/// one inside the other (group, head and channel of an attention): each loop steps over all that
/// the loops with smaller steps reach.
bool gives_each_once(const Operator& op, const IndexExpr& index) {
    std::vector<workloads::IndexTerm> terms = index.terms;
    std::sort(terms.begin(), terms.end(), [](const auto& a, const auto& b) {
        return std::abs(a.scale) < std::abs(b.scale);
    });
    std::int64_t reach = 0;
    for (const workloads::IndexTerm& term : terms) {
        const std::int64_t steps = op.dims[term.dim].size - 1;
        if (steps > 0 && std::abs(term.scale) <= reach) {
            return false;
        }
        reach += std::abs(term.scale) * steps;
    }
    return true;
}

LayerOperand operand_of(const Operator& op, const Access& access, double bits) {
    LayerOperand operand{access.operand, {}, bits, {}, {}};
    operand.relevance.assign(op.dims.size(), Relevance::irrelevant);
    for (const IndexExpr& index : access.indices) {
        if (index.terms.size() > 2 && !gives_each_once(op, index)) {
            throw core::ConfigErrors(
                {{{},
                  op.name,
                  fmt::format("operand {} is indexed by a sum of {} dimensions that overlap; the "
                              "loop-nest model knows sums of two",
                              access.operand,
                              index.terms.size())}});
        }
        if (index.terms.size() != 2) {
            for (const workloads::IndexTerm& term : index.terms) {
                operand.relevance[term.dim] = Relevance::relevant;
            }
        } else {
            const auto& [first, second] = std::tie(index.terms[0], index.terms[1]);
            SlidingAxis axis{first.dim,
                             second.dim,
                             static_cast<double>(first.scale),
                             static_cast<double>(second.scale),
                             HUGE_VAL};
            axis.size = axis_size(op, index, axis);
            operand.axes.push_back(axis);
            operand.relevance[first.dim] = Relevance::partial;
            operand.relevance[second.dim] = Relevance::partial;
        }
    }
    return operand;
}

}  // namespace

double SlidingAxis::first_step() const {
    return first_scale / common_divisor(*this);
}

double SlidingAxis::second_step() const {
    return second_scale / common_divisor(*this);
}

double SlidingAxis::span(double a, double b) const {
    const double repeated = std::max(0.0, b - first_step()) * std::max(0.0, a - second_step());
    return std::min(size, a * b - repeated);
}

std::size_t Layer::dim(std::string_view name_of_dim) const {
    const auto found = std::find_if(dims.begin(), dims.end(), [&](const workloads::LoopDim& d) {
        return d.name == name_of_dim;
    });
    return static_cast<std::size_t>(found - dims.begin());
}

Layer layer_of(const workloads::Workload& workload, std::size_t index, const MemoryLinks& links) {
    const Operator& op = workload.operators.at(index);
    const auto bits = [&](const Access& access) {
        return workload.tensors.at(access.tensor).bits_per_element();
    };
    Layer layer{op.name, op.dims, {}, op.partial_sum_bits, op.points()};
    layer.operands.push_back(operand_of(op, op.output, bits(op.output)));
    layer.operands.back().memory_operand = links[0];
    const std::size_t inputs = std::min<std::size_t>(2, op.inputs.size());
    for (std::size_t i = 0; i < inputs; ++i) {
        const std::size_t input = op.weight_first ? inputs - 1 - i : i;
        const Access& access = op.inputs[input];
        layer.operands.push_back(operand_of(op, access, bits(access)));
        layer.operands.back().memory_operand = links[1 + input];
    }
    return layer;
}

}  // namespace plexus::cost_models::dataflow
