// SPDX-License-Identifier: Apache-2.0
#include "sparsity/stored_ranks.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace plexus::cost_models::sparsity {

namespace {

/// A loop that a rank stands for: its iterations, and the box of all of them.
struct RankLoop {
    std::size_t dimension = 0;
    std::int64_t size = 1;
    Extents inside{};
};

/// Loops between a level and its child that index the tensor, inner to outer, without those of one
/// iteration. Without a rank of its own for it, what the child holds of a dimension is run over
/// together with the innermost loop of that dimension.
std::vector<RankLoop> rank_loops(const View& view, std::size_t level, std::size_t t, bool tiled) {
    const std::size_t child = view.nest.child(level, t);
    const std::size_t from = child == no_level ? 0 : view.nest.first(child + 1);
    Extents left(view.problem.einsum.sizes.size(), 1);
    if (child != no_level && !tiled) {
        left = view.nest.tile(child);
    }
    std::vector<RankLoop> loops;
    for (std::size_t i = from; i < view.nest.first(level + 1); ++i) {
        const LoopNest::Position& p = view.nest.loops()[i];
        if (view.relevant(t, p.loop.dimension)) {
            loops.push_back({p.loop.dimension, p.loop.size * left[p.loop.dimension], p.inside});
            left[p.loop.dimension] = 1;
        }
    }
    for (std::size_t d = left.size(); d-- > 0;) {
        if (left[d] > 1 && view.relevant(t, d)) {
            loops.insert(loops.begin(), {d, left[d], view.nest.tile(child)});
        }
    }
    std::erase_if(loops, [](const RankLoop& l) { return l.size == 1; });
    return loops;
}

bool takes(const RankFormat& format, const RankLoop& loop) {
    return format.flattened.empty() ||
           std::ranges::find(format.flattened, loop.dimension) != format.flattened.end();
}

/// Loops per rank, innermost rank first; takes them off `loops`.
std::vector<std::vector<RankLoop>> deal(const TensorFormat& format,
                                        std::size_t base,
                                        std::vector<RankLoop>& loops) {
    const std::size_t count = format.ranks.size();
    std::vector<std::vector<RankLoop>> dealt(count);
    if (!format.from_inside) {
        std::ranges::reverse(loops);
    }
    for (std::size_t i = base; i < count; ++i) {
        const std::size_t r = format.from_inside ? i : count - 1 - (i - base);
        const RankFormat& rank = format.ranks[count - 1 - r];
        if (loops.empty() || !takes(rank, loops.front())) {
            continue;
        }
        do {
            dealt[r].push_back(loops.front());
            loops.erase(loops.begin());
        } while (!loops.empty() && !rank.flattened.empty() && takes(rank, loops.front()));
        if (!format.from_inside) {
            std::ranges::reverse(dealt[r]);
        }
    }
    return dealt;
}

StoredRank stored(const View& view,
                  std::size_t t,
                  const RankFormat& format,
                  const std::vector<RankLoop>& loops,
                  const Extents& below) {
    StoredRank rank{.format = format, .fiber = 1, .tile = below, .below = below};
    if (!loops.empty()) {
        Extents sizes(below.size(), 1);
        for (const RankLoop& loop : loops) {
            sizes[loop.dimension] *= loop.size;
        }
        rank.fiber = points(view.tensor(t), sizes);
        rank.tile = loops.back().inside;
    }
    return rank;
}

std::vector<StoredRank> ranks_of_level(const View& view,
                                       std::size_t level,
                                       std::size_t t,
                                       const std::vector<StoredRank>& of_child,
                                       std::vector<core::Violation>& violations) {
    const TensorFormat& format = view.format(level, t);
    const std::size_t child = view.nest.child(level, t);
    const bool tiled = format.compressed() && child != no_level &&
                       points(view.tensor(t), view.nest.tile(child)) > 1;
    const std::size_t count = format.ranks.size();
    const std::size_t base = tiled ? std::max<std::size_t>(1, of_child.size()) : 0;
    const std::string place = view.core.levels[level].name + ": " + view.tensor(t).name;
    if (base > count) {
        violations.push_back({place + " is stored as tiles that have the ranks of the level inside",
                              fmt::format("{}", base),
                              fmt::format("{}", count)});
        return {};
    }
    std::vector<RankLoop> loops = rank_loops(view, level, t, tiled);
    const auto dealt = deal(format, base, loops);
    if (!loops.empty()) {
        violations.push_back({place + " has a rank for every loop",
                              fmt::format("{} more", loops.size()),
                              fmt::format("{}", count)});
        return {};
    }
    const Extents scalar(view.problem.einsum.sizes.size(), 1);
    std::vector<StoredRank> out;
    for (std::size_t r = 0; r < count; ++r) {
        const RankFormat& rank = format.ranks[count - 1 - r];
        if (r >= base) {
            out.push_back(stored(view, t, rank, dealt[r], r == 0 ? scalar : out.back().tile));
        } else if (of_child.empty()) {
            out.push_back({rank,
                           points(view.tensor(t), view.nest.tile(child)),
                           view.nest.tile(child),
                           scalar});
        } else {
            out.push_back(of_child[r]);
            out.back().format = rank;
        }
    }
    return out;
}

/// Is the rank innermost of those with more than one coordinate? Its payload is the data.
std::size_t innermost(const std::vector<StoredRank>& ranks) {
    const auto found = std::ranges::find_if(ranks, [](const auto& r) { return r.fiber > 1; });
    return found == ranks.end() ? 0 : static_cast<std::size_t>(found - ranks.begin());
}

/// Words of a rank of which `fibers` and `coordinates` are stored; `all` fibers if nothing above
/// left one out.
RankUnits units_of(const StoredRank& rank, double all, double fibers, double coordinates) {
    switch (rank.format.format) {
        case Format::uncompressed:
            return {};
        case Format::uncompressed_bitmap:
            return {all * rank.fiber, all * rank.fiber};
        case Format::offsets:
            return {0, all * (rank.fiber + 1)};
        case Format::bitmap:
            return {fibers * rank.fiber, coordinates};
        case Format::coordinate:
        case Format::run_length:
            break;
    }
    return {coordinates, coordinates};
}

/// Words per rank, `kept(box, n)` telling how many of n boxes of a tile have something in them.
template <class Kept>
std::vector<RankUnits> units(const View& view,
                             std::size_t level,
                             std::size_t t,
                             const std::vector<StoredRank>& ranks,
                             const Kept& kept) {
    const double elements = points(view.tensor(t), view.nest.tile(level));
    const std::size_t last = innermost(ranks);
    const bool single = ranks.empty() || ranks[last].fiber == 1;
    std::vector<RankUnits> out(ranks.size());
    bool thinned = false;
    for (std::size_t r = ranks.size(); r-- > 0;) {
        const StoredRank& rank = ranks[r];
        if (rank.fiber > 1 || (single && r == last)) {
            const double fibers = elements / points(view.tensor(t), rank.tile);
            const double with = kept(rank.tile, fibers);
            const double below = elements / points(view.tensor(t), rank.below);
            out[r] = units_of(rank, thinned ? with : fibers, with, kept(rank.below, below));
            thinned = thinned || compresses(rank.format.format);
        }
        if (r == last) {
            out[r].payload = 0;
        }
    }
    return out;
}

}  // namespace

std::vector<std::vector<StoredRank>> place_ranks(const View& view,
                                                 std::size_t t,
                                                 std::vector<core::Violation>& violations) {
    std::vector<std::vector<StoredRank>> out(view.nest.levels());
    for (std::size_t l = 0; l < view.nest.levels(); ++l) {
        if (view.nest.keeps(l, t) && view.has_metadata(l, t)) {
            const std::size_t child = view.nest.child(l, t);
            out[l] = ranks_of_level(
                view, l, t, child == no_level ? std::vector<StoredRank>{} : out[child], violations);
        }
    }
    return out;
}

std::vector<RankUnits> expected_units(const View& view,
                                      std::size_t level,
                                      std::size_t t,
                                      const std::vector<StoredRank>& ranks,
                                      bool nonempty) {
    const double there = nonempty ? 1 - empty_share(view, t, view.nest.tile(level)) : 1;
    return units(view, level, t, ranks, [&](const Extents& box, double boxes) {
        return there > 0 ? boxes * (1 - empty_share(view, t, box)) / there : 0;
    });
}

std::vector<RankUnits> most_units(const View& view,
                                  std::size_t level,
                                  std::size_t t,
                                  const std::vector<StoredRank>& ranks) {
    const double nonzeros = most_nonzeros(view, t, view.nest.tile(level));
    return units(view, level, t, ranks, [&](const Extents&, double boxes) {
        return std::min(boxes, nonzeros);
    });
}

WordBits word_bits(const SparseLevel& level, const RankFormat& format) {
    const double width = level.metadata_width;
    const auto fitted = [width](double bits) {
        if (bits <= 0 || bits > width) {
            return std::max(0.0, bits);
        }
        double divisor = std::ceil(bits);
        while (std::fmod(width, divisor) != 0) {
            ++divisor;
        }
        return divisor;
    };
    const double fallback = level.metadata_word.value_or(width > 0 ? width : level.word_bits);
    const bool bitmap =
        format.format == Format::bitmap || format.format == Format::uncompressed_bitmap;
    return {fitted(format.metadata_bits.value_or(bitmap ? 1 : fallback)),
            fitted(format.payload_bits.value_or(fallback))};
}

}  // namespace plexus::cost_models::sparsity
