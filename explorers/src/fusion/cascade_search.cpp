// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/fusion/cascade_search.hpp"

#include <algorithm>
#include <memory>
#include <tuple>

#include "plexus/core/error.hpp"
#include "plexus/core/parallel.hpp"

#include "fusion/cascade_join.hpp"
#include "fusion/einsum_fronts.hpp"

namespace plexus::explorers {

namespace {

namespace model = cost_models::cascade;
using fusion::EinsumFronts;

/// Whether two einsums have the same fronts: they differ in names only.
bool alike(const model::Cascade& cascade, std::size_t a, std::size_t b) {
    const model::Einsum& first = cascade.einsums[a];
    const model::Einsum& second = cascade.einsums[b];
    if (std::tuple(
            first.work, first.operations, first.copy, first.uses.size(), first.ranks.size()) !=
        std::tuple(
            second.work, second.operations, second.copy, second.uses.size(), second.ranks.size()))
        return false;
    for (std::size_t r = 0; r < first.ranks.size(); ++r)
        if (first.ranks[r].size != second.ranks[r].size)
            return false;
    const auto passes = [&](std::size_t tensor) {
        return cascade.producer(tensor).has_value() && cascade.last_reader(tensor).has_value();
    };
    for (std::size_t u = 0; u < first.uses.size(); ++u) {
        const model::Use& x = first.uses[u];
        const model::Use& y = second.uses[u];
        const model::Tensor& of_x = cascade.tensors[x.tensor];
        const model::Tensor& of_y = cascade.tensors[y.tensor];
        if (x.role != y.role || x.ranks != y.ranks || of_x.bits != of_y.bits ||
            of_x.intermediate != of_y.intermediate || passes(x.tensor) != passes(y.tensor))
            return false;
    }
    return true;
}

/// [einsum] the first einsum like it.
std::vector<std::size_t> first_alike(const model::Cascade& cascade) {
    std::vector<std::size_t> first;
    for (std::size_t e = 0; e < cascade.einsums.size(); ++e) {
        std::size_t like = 0;
        while (!alike(cascade, like, e))
            ++like;
        first.push_back(like);
    }
    return first;
}

void add_up(const EinsumFronts& fronts, CascadeSearchProof& proof) {
    proof.templates += static_cast<std::int64_t>(fronts.shapes.size());
    proof.mapspace += fronts.mapspace;
    proof.evaluated += fronts.evaluated;
    proof.cut += fronts.cut;
    for (const auto& [face, front] : fronts.fronts)
        proof.partial_mappings += static_cast<std::int64_t>(front.size());
}

}  // namespace

CascadeSearchResult search_cascade(const model::Cascade& cascade,
                                   const model::Machine& machine,
                                   const CascadeSearchOptions& options) {
    core::ensure(options.max_fused_loops <= most_fused_loops, "too many fused loops");
    const std::vector<std::size_t> first = first_alike(cascade);
    std::vector<std::size_t> distinct = first;
    std::sort(distinct.begin(), distinct.end());
    distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
    std::vector<EinsumFronts> fronts(distinct.size());
    core::parallel_for(
        static_cast<std::int64_t>(distinct.size()), options.jobs, [&](std::int64_t i) {
            const auto at = static_cast<std::size_t>(i);
            fronts[at] = fusion::einsum_fronts(cascade, distinct[at], machine, options);
        });
    CascadeSearchResult result;
    std::vector<const EinsumFronts*> of_einsum;
    for (const std::size_t like : first) {
        const auto at = std::lower_bound(distinct.begin(), distinct.end(), like) - distinct.begin();
        of_einsum.push_back(&fronts[static_cast<std::size_t>(at)]);
    }
    for (const EinsumFronts& one : fronts)
        add_up(one, result.proof);
    const fusion::JoinResult joined = fusion::join(cascade, machine, of_einsum, options.objective);
    result.proof.complete = true;
    result.proof.relaxed_bound = joined.relaxed_bound;
    result.proof.joined = joined.joined;
    result.proof.states = joined.states;
    result.feasible = joined.feasible;
    if (!joined.feasible)
        return result;
    for (std::size_t e = 0; e < cascade.einsums.size(); ++e) {
        result.mapping.einsums.push_back(of_einsum[e]->mapping(joined.chosen[e].recipe));
        result.mapping.shared.push_back(joined.chosen[e].shared);
    }
    result.cost = evaluate(cascade, machine, result.mapping);
    result.objective = result.proof.bound = joined.objective;
    return result;
}

}  // namespace plexus::explorers
