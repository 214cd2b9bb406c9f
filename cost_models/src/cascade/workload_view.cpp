// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "plexus/cost_models/cascade/view.hpp"

#include "axis_cuts.hpp"

namespace plexus::cost_models::cascade {

namespace {

using workloads::Access;
using workloads::Operator;
using workloads::OperatorKind;
using workloads::TensorRole;

/// Adds the einsums of a workload one operator after the other.
class WorkloadView {
  public:
    WorkloadView(const workloads::Workload& workload, std::vector<core::Violation>& violations)
        : workload_(workload), violations_(violations), cuts_(workload, violations) {
        cascade_.name = workload.name;
        std::vector<bool> made(workload.tensors.size());
        for (const Operator& op : workload.operators)
            made[op.output.tensor] = true;
        for (std::size_t t = 0; t < workload.tensors.size(); ++t) {
            const workloads::Tensor& tensor = workload.tensors[t];
            cascade_.tensors.push_back(
                {.name = tensor.name,
                 .bits = tensor.bits_per_element(),
                 .intermediate = made[t] && tensor.role == TensorRole::activation});
            if (tensor.sparsity.pattern != workloads::Pattern::dense)
                refuse(tensor.name, "dense weights", "a sparse weight");
        }
    }

    Cascade all() {
        for (std::size_t o = 0; o < workload_.operators.size(); ++o)
            add(o);
        return std::move(cascade_);
    }

  private:
    void refuse(const std::string& what, const std::string& needed, const std::string& available) {
        violations_.push_back({"cascade", fmt::format("{}: {}", what, needed), available});
    }

    void add(std::size_t o) {
        const Operator& op = workload_.operators[o];
        if (op.kind == OperatorKind::gather) {
            refuse(op.name, "indices that are loops", "rows picked by data");
            return;
        }
        Einsum einsum{
            .name = op.name,
            .ranks = {},
            .uses = {},
            .work = op.kind == OperatorKind::contraction ? Work::multiply_accumulate : Work::vector,
            .operations = op.kind == OperatorKind::contraction ? 1 : op.operations_per_point,
            .copy = op.type == "Copy" || op.type == "CacheAppend"};
        first_rank_.clear();
        for (std::size_t d = 0; d < op.dims.size(); ++d) {
            first_rank_.push_back(einsum.ranks.size());
            const std::vector<AxisPart> parts = cuts_.parts(o, d);
            for (std::size_t p = 0; p < parts.size(); ++p)
                einsum.ranks.push_back(
                    {parts.size() == 1 ? op.dims[d].name : fmt::format("{}{}", op.dims[d].name, p),
                     parts[p].size});
        }
        bool usable = true;
        for (const Access& input : op.inputs)
            if (workload_.tensors[input.tensor].bits > 0)
                usable = use(o, input, einsum) && usable;
        usable = use(o, op.output, einsum) && usable;
        if (usable)
            add(op, std::move(einsum));
    }

    /// Adds one tensor to the einsum; false if it cannot be.
    bool use(std::size_t o, const Access& access, Einsum& einsum) {
        const Operator& op = workload_.operators[o];
        const workloads::Tensor& tensor = workload_.tensors[access.tensor];
        if (!AxisCuts::plain(op, access)) {
            refuse(op.name,
                   fmt::format("plain indices of {}", tensor.name),
                   "overlapping or strided ones");
            return false;
        }
        const bool output = &access == &op.output;
        Use use{.tensor = output && tensor.role == TensorRole::cache ? written(access.tensor)
                                                                     : access.tensor,
                .role = output                ? Role::output
                        : einsum.uses.empty() ? Role::input
                                              : Role::weight,
                .ranks = {}};
        for (const Use& other : einsum.uses)
            if (other.tensor == use.tensor)
                return true;  // x · x reads x once
        for (const workloads::IndexExpr& index : access.indices)
            append(o, index, use.ranks);
        einsum.uses.push_back(std::move(use));
        return true;
    }

    /// The ranks of an index, outermost first.
    void append(std::size_t o,
                const workloads::IndexExpr& index,
                std::vector<std::size_t>& ranks) const {
        std::vector<workloads::IndexTerm> terms = index.terms;
        std::ranges::sort(terms, std::ranges::greater{}, &workloads::IndexTerm::scale);
        for (const workloads::IndexTerm& term : terms)
            for (std::size_t p = 0; p < cuts_.parts(o, term.dim).size(); ++p)
                ranks.push_back(first_rank_[term.dim] + p);
    }

    /// What an operator adds to a cache: a tensor of its own that goes off chip.
    std::size_t written(std::size_t cache) {
        Tensor part = cascade_.tensors[cache];
        part.name += " (new)";
        cascade_.tensors.push_back(std::move(part));
        return cascade_.tensors.size() - 1;
    }

    /// Softmax and norms in steps, everything else as it is.
    void add(const Operator& op, Einsum einsum) {
        if (op.kind == OperatorKind::softmax)
            add_softmax(op, std::move(einsum));
        else if (op.kind == OperatorKind::normalisation)
            add_norm(op, std::move(einsum));
        else
            cascade_.einsums.push_back(std::move(einsum));
    }

    /// A tensor between the steps of an operator, with the ranks of `like`.
    Use between(const Operator& op, const char* name, const Use& like) {
        cascade_.tensors.push_back({.name = fmt::format("{}.{}", op.name, name),
                                    .bits = cascade_.tensors[like.tensor].bits,
                                    .intermediate = true});
        return {.tensor = cascade_.tensors.size() - 1, .role = Role::output, .ranks = like.ranks};
    }

    /// As between(), without the ranks of the last axis.
    Use statistic(const Operator& op, const char* name, const Use& like) {
        Use one = between(op, name, like);
        std::size_t last = 0;
        for (const workloads::IndexTerm& term : op.output.indices.back().terms)
            last +=
                cuts_.parts(static_cast<std::size_t>(&op - workload_.operators.data()), term.dim)
                    .size();
        one.ranks.resize(one.ranks.size() - last);
        return one;
    }

    void step(const Einsum& whole, std::string name, std::vector<Use> uses, double operations) {
        Einsum einsum = whole;
        einsum.name = std::move(name);
        einsum.operations = operations;
        einsum.uses = std::move(uses);
        for (std::size_t u = 0; u < einsum.uses.size(); ++u)
            einsum.uses[u].role = u + 1 == einsum.uses.size() ? Role::output
                                  : u == 0                    ? Role::input
                                                              : Role::weight;
        cascade_.einsums.push_back(std::move(einsum));
    }

    /// Of the 6 operations per element: scale, maximum; subtract, exponential; sum; divide.
    void add_softmax(const Operator& op, const Einsum& whole) {
        const Use& in = whole.uses.front();
        const Use& out = whole.uses.back();
        const Use max = statistic(op, "max", out);
        const Use exp = between(op, "exp", out);
        const Use sum = statistic(op, "sum", out);
        const double sixth = op.operations_per_point / 6;
        step(whole, op.name + ".max", {in, max}, 2 * sixth);
        step(whole, op.name + ".exp", {in, max, exp}, 2 * sixth);
        step(whole, op.name + ".sum", {exp, sum}, sixth);
        step(whole, op.name, {exp, sum, out}, sixth);
    }

    /// RMSNorm: square, add; times 1/rms, times weight. LayerNorm: add; subtract the mean; square,
    /// add; times 1/σ, times weight, plus bias.
    void add_norm(const Operator& op, const Einsum& whole) {
        std::vector<Use> last(whole.uses.begin() + 1, whole.uses.end());
        Use in = whole.uses.front();
        const bool layer_norm = op.type == "LayerNorm";
        const double share = op.operations_per_point / (layer_norm ? 7 : 4);
        if (layer_norm) {
            const Use mean = statistic(op, "mean", whole.uses.back());
            const Use centred = between(op, "centred", whole.uses.back());
            step(whole, op.name + ".mean", {in, mean}, share);
            step(whole, op.name + ".centred", {in, mean, centred}, share);
            in = centred;
        }
        const Use square = statistic(op, "square", whole.uses.back());
        step(whole, op.name + ".square", {in, square}, 2 * share);
        last.insert(last.begin(), {in, square});
        step(whole, op.name, std::move(last), (layer_norm ? 3 : 2) * share);
    }

    const workloads::Workload& workload_;
    std::vector<core::Violation>& violations_;
    AxisCuts cuts_;
    Cascade cascade_;
    std::vector<std::size_t> first_rank_;  ///< [dimension] of the operator at hand.
};

}  // namespace

Cascade view_cascade(const workloads::Workload& workload,
                     std::vector<core::Violation>& violations) {
    const std::size_t before = violations.size();
    Cascade cascade = WorkloadView(workload, violations).all();
    if (before == violations.size())
        for (const std::string& fault : cascade.faults())
            violations.push_back({"cascade", "einsums that fit together", fault});
    return cascade;
}

}  // namespace plexus::cost_models::cascade
