// SPDX-License-Identifier: Apache-2.0
#include "sparsity/filter.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace plexus::cost_models::sparsity {

namespace {

constexpr std::array accesses{Access::read, Access::fill, Access::update};

/// A dense count per access.
double of(const DenseCounts& dense, Access access) {
    switch (access) {
        case Access::read:
            return dense.reads;
        case Access::fill:
            return dense.fills;
        case Access::update:
            break;
    }
    return dense.updates;
}

/// How accesses arrive at a level and what it does about them.
struct Arrival {
    double saved_above = 0;            ///< Share that units of levels above took away.
    const LocalSaving* own = nullptr;  ///< Units of this level, if there are any.
    bool written = false;              ///< The tensor is read to be added to.
};

/// Accesses that arrive at a level: `count` less what levels above saved, and of those the part
/// that the level's own units save (fills are the business of the level above). Accesses are whole:
/// what is saved is rounded down; of reads to be added to, up, as the first one finds nothing.
void split(Actions& out, Access access, double count, const Arrival& arrival) {
    const double left = count - whole_below(count * arrival.saved_above);
    const LocalSaving* own = arrival.own;
    double share = 0;
    if (own != nullptr && own->saving != Saving::spatial_skipping && access != Access::fill) {
        const double above = arrival.saved_above;
        share = above < 1 ? std::max(0.0, 1 - (1 - own->share) / (1 - above)) : 0;
    }
    const bool up = arrival.written && access == Access::read;
    const double saved = std::min(left, up ? whole(left * share) : whole_below(left * share));
    out.at(access, Outcome::actual) = left - saved;
    if (saved > 0) {
        out.at(access, own->saving == Saving::gating ? Outcome::gated : Outcome::skipped) = saved;
    }
}

/// Ranks that a read sends inwards: those of the child; all, towards the units.
std::size_t sent_ranks(const View& view, std::size_t level, std::size_t t) {
    const std::size_t child = view.nest.child(level, t);
    const std::size_t own = view.format(level, t).ranks.size();
    return child == no_level ? own : std::min(own, view.format(child, t).ranks.size());
}

void count_ranks(const View& view,
                 std::size_t level,
                 std::size_t t,
                 const Arrival& arrival,
                 const std::vector<RankUnits>& units,
                 TensorCost& out) {
    const DenseCounts& dense = view.dense.levels[level][t];
    const std::size_t sent = sent_ranks(view, level, t);
    const std::vector<RankFormat>& formats = view.format(level, t).ranks;
    out.ranks.resize(units.size());
    for (std::size_t r = 0; r < units.size(); ++r) {
        const Arrival here{arrival.saved_above, r < sent ? arrival.own : nullptr, false};
        const WordBits bits = word_bits(view.core.levels[level], formats[formats.size() - 1 - r]);
        for (const Access access : accesses) {
            const double tiles = of(dense, access) / dense.tile;
            RankWords& rank = out.ranks[r];
            split(rank.metadata, access, whole(units[r].metadata * tiles), here);
            split(rank.payload, access, whole(units[r].payload * tiles), here);
            for (const Outcome outcome : {Outcome::actual, Outcome::gated}) {
                (access == Access::read ? out.metadata_bits_read : out.metadata_bits_written) +=
                    rank.metadata.at(access, outcome) * bits.metadata +
                    rank.payload.at(access, outcome) * bits.payload;
            }
        }
    }
}

/// Storage inside or outside of a compressed one has to be able to do the other half.
void count_conversions(const View& view, std::size_t level, std::size_t t, TensorCost& out) {
    const std::size_t parent = view.nest.parent(level, t);
    if (parent == no_level || view.format(level, t).compressed() ||
        !view.format(parent, t).compressed()) {
        return;
    }
    out.decompressed = out.data.at(Access::fill, Outcome::actual);
    if (view.tensor(t).written) {
        const double density = view.problem.densities[t].density();
        const DenseCounts& above = view.dense.levels[parent][t];
        out.compressed = above.updates * density;
    }
}

}  // namespace

double whole(double count) {
    return std::ceil(count - 1e-9 * std::max(1.0, count));
}

double whole_below(double count) {
    return std::floor(count + 1e-9 * std::max(1.0, count));
}

std::vector<TensorCost> filtered_counts(const View& view,
                                        std::size_t t,
                                        const SavingTable& savings,
                                        const SpreadTable& spread,
                                        const std::vector<std::vector<RankUnits>>& units) {
    std::vector<TensorCost> out(view.nest.levels());
    double arriving = 0;  // Share that the nearest level above with units of its own saved.
    for (std::size_t l = view.nest.levels(); l-- > 0;) {
        const LocalSaving* own = savings[l][t] ? &*savings[l][t] : nullptr;
        if (view.nest.keeps(l, t)) {
            const DenseCounts& dense = view.dense.levels[l][t];
            TensorCost& cost = out[l];
            const double empty = empty_share(view, t, view.nest.tile(l));
            const std::size_t parent = view.nest.parent(l, t);
            const bool nonempty = view.has_metadata(parent, t) && empty < 1;
            cost.tile = dense.tile;
            cost.expected_words =
                dense.tile * view.problem.densities[t].density() / (nonempty ? 1 - empty : 1);
            const Spread above = l + 1 < spread.size() ? spread[l + 1][t] : Spread{};
            cost.instances = dense.instances * above.x * above.y;
            cost.busy_instances = dense.instances * (above.busy != 1 ? above.busy
                                                     : nonempty      ? 1 - empty
                                                                     : 1);
            cost.saved = own != nullptr ? own->share : 0;
            const double stored = view.has_metadata(l, t) ? cost.expected_words / dense.tile : 1;
            const Arrival arrival{arriving, own, view.tensor(t).written};
            for (const Access access : accesses) {
                const double all = of(dense, access);
                split(cost.data, access, all - whole_below(all * (1 - stored)), arrival);
            }
            if (dense.updates > 0) {
                cost.added =
                    dense.added * cost.data.at(Access::update, Outcome::actual) / dense.updates;
            }
            count_ranks(view, l, t, arrival, units[l], cost);
            count_conversions(view, l, t, cost);
        }
        if (own != nullptr) {
            arriving = std::max(arriving, own->share);
        }
    }
    return out;
}

}  // namespace plexus::cost_models::sparsity
