// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "sparsity/filter.hpp"

namespace plexus::cost_models::sparsity {

namespace {

/// Where units skip what, and by whose zeros.
struct Skipping {
    std::size_t level = 0;
    std::size_t target = 0;
    std::size_t leader = 0;
};

/// Parts of the leader by which the children along a spatial loop of `level` skip each on their
/// own. Outside of the units each child has one. Of the children that the units serve each has if
/// it takes a part of both tensors, together with those that one access serves.
std::int64_t parts_along(const View& view,
                         const Skipping& units,
                         std::size_t level,
                         const LoopNest::Position& at) {
    if (at.loop.kind == LoopKind::temporal || !view.relevant(units.leader, at.loop.dimension)) {
        return 1;
    }
    if (level > units.level) {
        return at.loop.size;
    }
    const double words = std::max(1.0, points(view.tensor(units.target), at.below));
    const auto together =
        static_cast<std::int64_t>(std::ceil(view.core.levels[level].block / words));
    return view.relevant(units.target, at.loop.dimension) ? (at.loop.size + together - 1) / together
                                                          : 1;
}

/// Fullest over average of the parts of the leader that the children of `level` get.
double uneven(const View& view, const Skipping& units, std::size_t level) {
    const Tensor& leader = view.tensor(units.leader);
    Extents part;
    double all = 1;
    for (std::size_t i = view.nest.first(level); i < view.nest.first(level + 1); ++i) {
        const LoopNest::Position& p = view.nest.loops()[i];
        const std::int64_t parts = parts_along(view, units, level, p);
        if (parts > 1 && part.empty()) {
            part = p.below;
            part[p.loop.dimension] *= (p.loop.size + parts - 1) / parts;
        }
        all *= static_cast<double>(parts);
    }
    if (part.empty()) {
        return 1;
    }
    const TensorDensity& density = view.problem.densities[units.leader];
    const double mean = points(leader, part) * density.density();
    return mean > 0 ? density.fullest(axis_lengths(leader, part), all) / mean : 1;
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
