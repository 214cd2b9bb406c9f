// SPDX-License-Identifier: Apache-2.0
#include "sparsity/view.hpp"

#include <algorithm>

namespace plexus::cost_models::sparsity {

namespace {

std::vector<std::int64_t> lengths_within(const View& view, std::size_t t, const Extents& box) {
    Extents cut(box);
    for (std::size_t d = 0; d < cut.size(); ++d) {
        cut[d] = std::clamp<std::int64_t>(cut[d], 1, view.problem.einsum.sizes[d]);
    }
    return axis_lengths(view.tensor(t), cut);
}

}  // namespace

double empty_share(const View& view, std::size_t t, const Extents& box) {
    return view.problem.densities[t].empty(lengths_within(view, t, box));
}

double most_nonzeros(const View& view, std::size_t t, const Extents& box) {
    return view.problem.densities[t].most(lengths_within(view, t, box));
}

double effectual_share(const SparseProblem& problem) {
    if (problem.effectual) {
        return *problem.effectual;
    }
    double share = 1;
    for (std::size_t t = 0; t < problem.densities.size(); ++t) {
        share *= problem.einsum.tensors[t].written ? 1 : problem.densities[t].density();
    }
    return share;
}

}  // namespace plexus::cost_models::sparsity
