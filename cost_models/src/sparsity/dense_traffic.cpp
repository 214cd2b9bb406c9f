// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/sparsity/dense_traffic.hpp"

#include <algorithm>
#include <cmath>

namespace plexus::cost_models::sparsity {

namespace {

/// Words that come anew when `loops[moving]` makes a step and all temporal loops inside it (from
/// `first` on) start over: the tile without its overlap with the tile before.
double new_words(const Tensor& tensor,
                 const Extents& tile,
                 const std::vector<LoopNest::Position>& loops,
                 std::size_t first,
                 std::size_t moving) {
    Extents shift(tile.size(), 0);
    const LoopNest::Position& step = loops[moving];
    shift[step.loop.dimension] += step.below[step.loop.dimension];
    for (std::size_t i = first; i < moving; ++i) {
        const auto& [loop, level, below, inside] = loops[i];
        if (loop.kind == LoopKind::temporal) {
            shift[loop.dimension] -= below[loop.dimension] * (loop.size - 1);
        }
    }
    double all = 1;
    double kept = 1;
    for (const std::vector<AxisTerm>& axis : tensor.axes) {
        std::int64_t length = 1;
        std::int64_t moved = 0;
        for (const AxisTerm& term : axis) {
            length += term.coefficient * (tile[term.dimension] - 1);
            moved += term.coefficient * shift[term.dimension];
        }
        all *= static_cast<double>(length);
        kept *= static_cast<double>(std::max<std::int64_t>(0, length - std::abs(moved)));
    }
    return all - kept;
}

/// Words that one instance of `level` gets during the whole operation.
double words_in(const Tensor& tensor, const LoopNest& nest, std::size_t level) {
    const Extents& tile = nest.tile(level);
    const std::vector<LoopNest::Position>& loops = nest.loops();
    const std::size_t first = nest.first(level + 1);
    double words = points(tensor, tile);
    double outer = 1;
    for (std::size_t i = loops.size(); i-- > first;) {
        const Loop& loop = loops[i].loop;
        if (loop.kind != LoopKind::temporal || loop.size == 1) {
            continue;
        }
        words +=
            outer * static_cast<double>(loop.size - 1) * new_words(tensor, tile, loops, first, i);
        outer *= static_cast<double>(loop.size);
    }
    return words;
}

/// Different tiles among the children of `level` from loop `from` on.
double spread(const Tensor& tensor, const LoopNest& nest, std::size_t from, std::size_t level) {
    double different = 1;
    for (std::size_t i = from; i < nest.first(level + 1); ++i) {
        const Loop& loop = nest.loops()[i].loop;
        if (loop.kind != LoopKind::temporal && indexes(tensor, loop.dimension)) {
            different *= static_cast<double>(loop.size);
        }
    }
    return different;
}

/// Distinct elements that one instance of `level` ever holds.
double elements_seen(const Tensor& tensor, const LoopNest& nest, std::size_t level) {
    Extents box(nest.tile(level));
    for (std::size_t i = nest.first(level + 1); i < nest.loops().size(); ++i) {
        const Loop& loop = nest.loops()[i].loop;
        if (loop.kind == LoopKind::temporal) {
            box[loop.dimension] *= loop.size;
        }
    }
    return points(tensor, box);
}

DenseCounts counts_of(
    const Einsum& einsum, const LoopNest& nest, std::size_t level, std::size_t t, double steps) {
    const Tensor& tensor = einsum.tensors[t];
    DenseCounts counts;
    counts.instances = nest.instances(level);
    counts.tile = points(tensor, nest.tile(level));
    const std::size_t child = nest.child(level, t);
    const double per_child = child == no_level ? steps : words_in(tensor, nest, child);
    const std::size_t from = child == no_level ? 0 : nest.first(child + 1);
    const double moved = per_child * spread(tensor, nest, from, level);
    const bool has_parent = nest.parent(level, t) != no_level;
    const double in = has_parent ? words_in(tensor, nest, level) : 0;
    if (tensor.written) {
        const double seen = elements_seen(tensor, nest, level);
        counts.updates = moved;
        counts.added = std::max(0.0, moved - seen);
        counts.reads = counts.added;
        counts.fills = std::max(0.0, in - seen);
    } else {
        counts.reads = moved;
        counts.fills = in;
    }
    return counts;
}

}  // namespace

DenseTraffic dense_traffic(const Einsum& einsum, const LoopNest& nest) {
    DenseTraffic traffic;
    traffic.computes = einsum.computes();
    traffic.units = nest.instances(no_level);
    const double steps = traffic.computes / traffic.units;
    for (std::size_t l = 0; l < nest.levels(); ++l) {
        std::vector<DenseCounts>& level = traffic.levels.emplace_back(einsum.tensors.size());
        for (std::size_t t = 0; t < einsum.tensors.size(); ++t) {
            if (nest.keeps(l, t)) {
                level[t] = counts_of(einsum, nest, l, t, steps);
            }
        }
    }
    return traffic;
}

}  // namespace plexus::cost_models::sparsity
