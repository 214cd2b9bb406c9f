// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <fmt/format.h>

#include "sparsity/savings.hpp"

namespace plexus::cost_models::sparsity {

namespace {

using Position = LoopNest::Position;

/// Box of a child's part of `leader` while its part of the target stays: what is below the spatial
/// loop, times the loops in time that bring no other part of the target, if the target stays in a
/// storage below and both are split by the same loop.
Extents part_of_child(const View& view, std::size_t level, std::size_t target, const Position& at) {
    Extents box(at.below);
    if (view.nest.child(level, target) == no_level || !view.relevant(target, at.loop.dimension)) {
        return box;
    }
    const std::size_t holder = view.holder(level, target);
    for (std::size_t i = view.nest.first(level); i < view.nest.first(holder + 1); ++i) {
        const Loop& loop = view.nest.loops()[i].loop;
        if (loop.kind != LoopKind::temporal || loop.size == 1) {
            continue;
        }
        if (view.relevant(target, loop.dimension)) {
            break;
        }
        box[loop.dimension] *= loop.size;
    }
    return box;
}

/// What the zeros of `leader` leave of the children of `level` that work on `target`.
Spread left_by(const View& view, std::size_t level, std::size_t leader, std::size_t target) {
    Spread out;
    if (!view.has_metadata(view.holder(level, leader), leader)) {
        return out;
    }
    bool innermost = true;
    for (std::size_t i = view.nest.first(level); i < view.nest.first(level + 1); ++i) {
        const Position& p = view.nest.loops()[i];
        if (p.loop.kind == LoopKind::temporal || p.loop.size == 1 ||
            !view.relevant(leader, p.loop.dimension)) {
            continue;
        }
        Extents box = leader == target ? p.below : part_of_child(view, level, target, p);
        if (innermost) {
            out.busy = 1 - empty_share(view, leader, box);
            innermost = false;
        }
        const auto size = static_cast<double>(p.loop.size);
        box[p.loop.dimension] *= p.loop.size;
        const double needed = std::min(size, most_nonzeros(view, leader, box)) / size;
        (p.loop.kind == LoopKind::spatial_x ? out.x : out.y) *= needed;
    }
    return out;
}

bool skips_spatially(const SparseCore& core) {
    return std::ranges::any_of(core.levels, [](const SparseLevel& level) {
        return std::ranges::any_of(level.units, [](const SavingUnit& unit) {
            return unit.saving == Saving::spatial_skipping;
        });
    });
}

/// Spatial loops of a level along one axis, multiplied.
double asked(const View& view, std::size_t level, LoopKind kind) {
    double product = 1;
    for (std::size_t i = view.nest.first(level); i < view.nest.first(level + 1); ++i) {
        if (view.nest.loops()[i].loop.kind == kind) {
            product *= static_cast<double>(view.nest.loops()[i].loop.size);
        }
    }
    return product;
}

void check_axis(const std::string& rule,
                double needed,
                double available,
                std::vector<core::Violation>& violations) {
    if (needed > available * (1 + 1e-9)) {
        violations.push_back({rule, fmt::format("{:g}", needed), fmt::format("{:g}", available)});
    }
}

/// Children asked for beside those there are, for the tensor that needs most of them.
void check_fanout(const View& view,
                  const SpreadTable& own,
                  std::vector<core::Violation>& violations) {
    for (std::size_t l = 0; l < own.size(); ++l) {
        const SparseLevel& level = view.core.levels[l];
        const double x = std::ranges::max(own[l], {}, &Spread::x).x;
        const double y = std::ranges::max(own[l], {}, &Spread::y).y;
        check_axis(level.name + ": children along X",
                   asked(view, l, LoopKind::spatial_x) * x,
                   level.fanout_x,
                   violations);
        check_axis(level.name + ": children along Y",
                   asked(view, l, LoopKind::spatial_y) * y,
                   level.fanout_y,
                   violations);
    }
}

}  // namespace

SpreadTable spatial_savings(const View& view,
                            SavingTable& savings,
                            std::vector<core::Violation>& violations) {
    const std::size_t tensors = view.problem.einsum.tensors.size();
    SpreadTable own(view.nest.levels(), std::vector<Spread>(tensors));
    std::vector<std::vector<bool>> decided(view.nest.levels(), std::vector<bool>(tensors));
    const bool any = skips_spatially(view.core);
    for (std::size_t l = 0; any && l < own.size(); ++l) {
        for (std::size_t t = 0; t < tensors; ++t) {
            own[l][t] = left_by(view, l, t, t);
            decided[l][t] = own[l][t].x * own[l][t].y != 1;
            own[l][t].busy = decided[l][t] ? own[l][t].busy : 1;
        }
        for (const SavingUnit& unit : view.core.levels[l].units) {
            if (unit.saving != Saving::spatial_skipping) {
                continue;
            }
            const Condition& condition = unit.conditions.front();
            Spread& spread = own[l][condition.target];
            spread.busy = 1;
            for (const std::size_t leader : condition.leaders) {
                const Spread left = left_by(view, l, leader, condition.target);
                spread = {spread.busy * left.busy, spread.x * left.x, spread.y * left.y};
            }
            decided[l][condition.target] = true;
            std::optional<LocalSaving>& saving = savings[l][condition.target];
            if (saving) {
                violations.push_back({view.core.levels[l].name + ": " +
                                          view.tensor(condition.target).name +
                                          " is skipped in time or in space",
                                      "one",
                                      "both"});
            }
            saving =
                LocalSaving{Saving::spatial_skipping, 1 - spread.busy, false, condition.leaders};
        }
    }
    check_fanout(view, own, violations);
    for (std::size_t l = own.size(); l-- > 0;) {
        for (std::size_t t = 0; l + 1 < own.size() && t < tensors; ++t) {
            const Spread& above = own[l + 1][t];
            Spread& spread = own[l][t];
            spread = {
                decided[l][t] ? spread.busy : above.busy, spread.x * above.x, spread.y * above.y};
        }
    }
    return own;
}

}  // namespace plexus::cost_models::sparsity
