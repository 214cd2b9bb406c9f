// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "sparsity/filter.hpp"

namespace plexus::cost_models::sparsity {

namespace {

/// Where units skip what, and by whose zeros.
struct Skipping {
    std::size_t level = 0;
    std::size_t target = 0;
    std::size_t leader = 0;
};

/// Do the children along a spatial loop of `level` skip each by its own part of the leader? Those
/// outside of the units do. Those that the units serve do where each takes a part of its own of
/// both tensors, unless one access brings the parts of all of them.
bool on_their_own(const View& view,
                  const Skipping& units,
                  std::size_t level,
                  const LoopNest::Position& at) {
    if (at.loop.kind == LoopKind::temporal || at.loop.size == 1 ||
        !view.relevant(units.leader, at.loop.dimension)) {
        return false;
    }
    return level > units.level ||
           (level == units.level && view.relevant(units.target, at.loop.dimension) &&
            view.core.levels[level].block < static_cast<double>(at.loop.size));
}

/// Fullest over average of the parts of the leader that the children of `level` get.
double uneven(const View& view, const Skipping& units, std::size_t level) {
    const std::size_t leader = units.leader;
    const Extents* part = nullptr;
    double parts = 1;
    for (std::size_t i = view.nest.first(level); i < view.nest.first(level + 1); ++i) {
        const LoopNest::Position& p = view.nest.loops()[i];
        if (on_their_own(view, units, level, p)) {
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
    for (std::size_t level = 0; level < savings.size(); ++level) {
        for (std::size_t t = 0; t < view.problem.einsum.tensors.size(); ++t) {
            const std::optional<LocalSaving>& saving = savings[level][t];
            if (view.tensor(t).written || !saving || saving->saving != Saving::skipping) {
                continue;
            }
            for (const std::size_t leader : saving->leaders) {
                for (std::size_t l = level; l < view.nest.levels(); ++l) {
                    worst = std::max(worst, uneven(view, {level, t, leader}, l));
                }
            }
        }
    }
    return worst;
}

}  // namespace plexus::cost_models::sparsity
