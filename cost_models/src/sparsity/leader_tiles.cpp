// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "sparsity/savings.hpp"

namespace plexus::cost_models::sparsity {

namespace {

using Position = LoopNest::Position;

bool spatial(const Loop& loop) {
    return loop.kind != LoopKind::temporal;
}

/// The loop whose iterations bring a tile of the target each.
struct TargetLoop {
    std::size_t index = 0;  ///< Into LoopNest::loops(); their number if there is no such loop.
    bool scalar = false;    ///< Each compute takes an element of its own.
};

TargetLoop towards_units(const View& view, std::size_t t) {
    const std::vector<Position>& loops = view.nest.loops();
    const std::size_t end = view.nest.first(1);
    std::size_t last = loops.size();
    for (std::size_t i = 0; i < end; ++i) {
        if (loops[i].loop.size > 1 && spatial(loops[i].loop)) {
            last = i;
            if (view.relevant(t, loops[i].loop.dimension)) {
                break;
            }
        }
    }
    if (last != loops.size()) {
        return {last, false};
    }
    const auto moving =
        std::find_if(loops.begin(), loops.end(), [](const Position& p) { return p.loop.size > 1; });
    return {static_cast<std::size_t>(moving - loops.begin()), true};
}

TargetLoop target_loop(const View& view, std::size_t level, std::size_t t) {
    const std::size_t child = view.nest.child(level, t);
    if (child == no_level) {
        return towards_units(view, t);
    }
    for (std::size_t i = view.nest.first(child + 1); i < view.nest.first(level + 1); ++i) {
        const Loop& loop = view.nest.loops()[i].loop;
        if (loop.size > 1 && view.relevant(t, loop.dimension)) {
            return {i, false};
        }
    }
    return {view.nest.loops().size(), false};
}

/// What is iterated while one tile of the target stays put.
struct Reach {
    Extents target{};           ///< Box of the target loop.
    Extents leader{};           ///< The same with the loops around it that bring no other tile.
    std::vector<Loop> loops{};  ///< The target loop and those.
};

/// Loops above the target loop during which its tile stays: those side by side; and, if it is
/// itself side by side in a level, those that bring no other tile up to one that does.
Reach reach_of(const View& view, std::size_t level, std::size_t t, const TargetLoop& target) {
    const std::vector<Position>& loops = view.nest.loops();
    Reach reach;
    const bool none = target.index == loops.size();
    reach.target = none ? view.nest.tile(level) : loops[target.index].inside;
    if (target.scalar) {
        reach.target.assign(view.problem.einsum.sizes.size(), 1);
    }
    reach.leader = reach.target;
    if (none) {
        return reach;
    }
    const Loop& own = loops[target.index].loop;
    reach.loops.push_back(own);
    bool stays = spatial(own) && view.nest.child(level, t) != no_level;
    for (std::size_t i = target.index + 1; i < view.nest.first(level + 1); ++i) {
        const Loop& loop = loops[i].loop;
        if (loop.size == 1) {
            continue;
        }
        stays = stays && (spatial(loop) || !view.relevant(t, loop.dimension));
        if (spatial(loop) || stays) {
            reach.leader[loop.dimension] *= loop.size;
            reach.loops.push_back(loop);
        }
    }
    return reach;
}

/// Box of the leader that decides over one access of `block` words of the target; none if the
/// leader would have to be read in another order than it comes.
std::optional<Extents> deciding_box(const View& view,
                                    const Reach& reach,
                                    const TargetLoop& target,
                                    std::size_t t,
                                    std::size_t leader,
                                    double block) {
    Extents box(reach.leader);
    std::vector<Loop> shared;
    double together = 1;
    if (!target.scalar && !reach.loops.empty()) {
        for (const Loop& loop : reach.loops) {
            const bool led = view.relevant(leader, loop.dimension);
            if (spatial(reach.loops.front()) && !shared.empty() && led) {
                return std::nullopt;
            }
            if (led && view.relevant(t, loop.dimension)) {
                shared.push_back(loop);
                together *= static_cast<double>(loop.size);
            }
        }
    }
    const double words = points(view.tensor(t), reach.target) / together;
    double steps = std::ceil(block / std::max(1.0, words));
    for (const Loop& loop : shared) {
        const auto size = static_cast<double>(loop.size);
        const double taken = std::min(size, std::max(1.0, steps));
        const double length = static_cast<double>(box[loop.dimension]) / size * taken;
        box[loop.dimension] = static_cast<std::int64_t>(std::ceil(length));
        steps = std::ceil(steps / taken);
    }
    if (steps > 1 && target.index < view.nest.loops().size()) {
        box[view.nest.loops()[target.index].loop.dimension] *= static_cast<std::int64_t>(steps);
    }
    return box;
}

double stored_words(const View& view,
                    std::size_t level,
                    std::size_t t,
                    const std::vector<std::vector<std::vector<RankUnits>>>& units) {
    const SparseLevel& storage = view.core.levels[level];
    double words =
        points(view.tensor(t), view.nest.tile(level)) * view.problem.densities[t].density();
    const std::size_t child = view.nest.child(level, t);
    double metadata = 0;
    for (const RankUnits& rank : units[child == no_level ? level : child][t]) {
        metadata += rank.metadata + rank.payload;
    }
    return words + metadata * storage.metadata_word.value_or(storage.word_bits) / storage.word_bits;
}

}  // namespace

LocalSaving leader_saving(const View& view,
                          std::size_t level,
                          const Condition& condition,
                          Saving saving) {
    const std::size_t t = condition.target;
    const TargetLoop target = target_loop(view, level, t);
    const Reach reach = reach_of(view, level, t, target);
    double effectual = 1;
    bool scalars = true;
    std::size_t operands = 0;
    for (const std::size_t leader : condition.leaders) {
        const auto box =
            deciding_box(view, reach, target, t, leader, view.core.levels[level].block);
        if (box) {
            effectual *= 1 - empty_share(view, leader, *box);
            scalars = scalars && points(view.tensor(leader), *box) == 1;
            operands += view.tensor(leader).written ? 0 : 1;
        }
    }
    if (scalars && operands == 2) {
        effectual = effectual_share(view.problem);
    }
    return {saving, 1 - effectual, scalars, condition.leaders};
}

SavingTable temporal_savings(const View& view,
                             const std::vector<std::vector<std::vector<RankUnits>>>& units) {
    SavingTable table(view.nest.levels(), {view.problem.einsum.tensors.size(), std::nullopt});
    for (std::size_t l = 0; l < view.nest.levels(); ++l) {
        for (const SavingUnit& unit : view.core.levels[l].units) {
            if (unit.saving == Saving::spatial_skipping) {
                continue;
            }
            std::optional<LocalSaving> best;
            std::size_t at = 0;
            std::size_t tensor = 0;
            double most = -1;
            for (const Condition& condition : unit.conditions) {
                const std::size_t holder = view.holder(l, condition.target);
                const LocalSaving local = leader_saving(view, holder, condition, unit.saving);
                const SparseLevel& storage = view.core.levels[holder];
                const double saved =
                    local.share * storage.data_energy.at(Access::read, Outcome::actual) /
                    storage.block * stored_words(view, holder, condition.target, units);
                if (saved > most) {
                    most = saved;
                    best = local;
                    at = holder;
                    tensor = condition.target;
                }
            }
            if (best && (!table[at][tensor] || table[at][tensor]->share < best->share)) {
                table[at][tensor] = best;
            }
        }
    }
    return table;
}

}  // namespace plexus::cost_models::sparsity
