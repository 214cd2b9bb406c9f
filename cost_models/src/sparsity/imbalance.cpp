// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "sparsity/filter.hpp"

namespace plexus::cost_models::sparsity {

namespace {

/// Fullest over average of the parts that the children of `level` get of `leader`.
double uneven(const View& view, std::size_t level, std::size_t leader) {
    const Extents* part = nullptr;
    double parts = 1;
    for (std::size_t i = view.nest.first(level); i < view.nest.first(level + 1); ++i) {
        const LoopNest::Position& p = view.nest.loops()[i];
        if (p.loop.kind != LoopKind::temporal && p.loop.size > 1 &&
            view.relevant(leader, p.loop.dimension)) {
            part = part == nullptr ? &p.below : part;
            parts *= static_cast<double>(p.loop.size);
        }
    }
    if (part == nullptr) {
        return 1;
    }
    const TensorDensity& density = view.problem.densities[leader];
    const double mean = points(view.tensor(leader), *part) * density.density();
    return mean > 0 ? density.fullest(axis_lengths(view.tensor(leader), *part), parts) / mean : 1;
}

}  // namespace

double imbalance(const View& view, const SavingTable& savings) {
    double worst = 1;
    for (std::size_t t = 0; t < view.problem.einsum.tensors.size(); ++t) {
        if (view.tensor(t).written) {
            continue;
        }
        for (const auto& level : savings) {
            if (!level[t] || level[t]->saving != Saving::skipping) {
                continue;
            }
            for (const std::size_t leader : level[t]->leaders) {
                for (std::size_t l = 0; l < view.nest.levels(); ++l) {
                    worst = std::max(worst, uneven(view, l, leader));
                }
            }
        }
    }
    return worst;
}

}  // namespace plexus::cost_models::sparsity
