// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/mapping/allocation.hpp"

#include <algorithm>
#include <limits>

namespace plexus::explorers {

using dataflow::max_dims;
using dataflow::max_levels;
using dataflow::max_loops;
using dataflow::max_operands;
using dataflow::Relevance;
using dataflow::TemporalLoop;

struct Allocator::Progress {
    std::span<const TemporalLoop> order;
    bool even = false;
    std::array<std::array<double, max_dims>, max_operands> extents{};
    std::array<std::size_t, max_operands> taken{};
    std::array<double, max_loops + 1> cycles_above{};  ///< [i] = product of the loops from i on.
    std::size_t last_sum = 0;  ///< Loops from here on do not add to the same sums.
};

struct Allocator::Candidates {
    std::array<std::array<double, max_loops + 1>, max_operands> bits{};  ///< [user][candidate]
    std::array<std::size_t, max_operands> count{};
    std::array<std::size_t, max_operands> base{};  ///< Loops that candidate 0 takes.
    std::array<std::size_t, max_operands> best{};  ///< Loops to take.
};

Allocator::Allocator(const dataflow::Layer& layer,
                     const hardware::DataflowCore& core,
                     const dataflow::SpatialMapping& spatial,
                     dataflow::Rules rules)
    : dims_(layer.dims.size()), sizes_(layer, core, spatial, rules) {
    std::array<std::size_t, max_operands> levels{};
    for (std::size_t o = 0; o < layer.operands.size(); ++o) {
        levels[o] = dataflow::memories_of(core, layer.operands[o].memory_operand).size();
        bits_[o] = layer.operands[o].bits;
        for (std::size_t d = 0; d < dims_; ++d) {
            irrelevant_[o][d] = layer.operands[o].relevance[d] == Relevance::irrelevant;
        }
    }
    partial_bits_ = static_cast<double>(layer.partial_sum_bits);
    for (std::size_t a = levels[0] + 1; a-- > 0;) {
        const auto& lanes = sizes_.lanes(0, a);
        sums_from_[a] = sums_from_[a + 1] ||
                        std::any_of(lanes.begin(), lanes.end(), [&](const DataSizes::Lane& lane) {
                            return lane.factor > 1 && irrelevant_[0][lane.dim];
                        });
    }
    std::array<std::size_t, max_operands> next{};
    for (const hardware::Memory& memory : core.memories) {
        const bool halved = rules == dataflow::Rules::physical && memory.force_double_buffering;
        MemoryUse use{static_cast<double>(memory.size.value) / (halved ? 2 : 1), {}};
        for (const std::string& name : memory.operands) {
            for (std::size_t o = 0; o < layer.operands.size(); ++o) {
                if (layer.operands[o].memory_operand == name) {
                    const std::size_t level = next[o]++;
                    use.users.push_back({o, level, level + 1 == levels[o]});
                }
            }
        }
        if (!use.users.empty()) {
            memories_.push_back(std::move(use));
        }
    }
}

double Allocator::precision(const User& user, const Progress& progress) const {
    if (user.operand != 0) {
        return bits_[user.operand];
    }
    const bool partial = progress.last_sum > progress.taken[0] || sums_from_[user.level + 1];
    return partial ? partial_bits_ : bits_[0];
}

bool Allocator::list_candidates(const MemoryUse& memory,
                                Progress& progress,
                                Candidates& found) const {
    for (std::size_t u = 0; u < memory.users.size(); ++u) {
        const User& user = memory.users[u];
        const std::size_t o = user.operand;
        const double bits = precision(user, progress);
        std::array<double, max_dims> extents = progress.extents[o];
        std::size_t n = 0;
        for (std::size_t k = progress.taken[o];; ++k) {
            const double size = sizes_.elements(o, extents.data()) * bits;
            if (size > memory.capacity) {
                break;
            }
            found.bits[u][n++] = size;
            if (k == progress.order.size()) {
                break;
            }
            extents[progress.order[k].dim] *= static_cast<double>(progress.order[k].size);
        }
        if (n == 0) {
            return false;
        }
        found.base[u] = user.top ? n - 1 : 0;
        found.count[u] = user.top ? 1 : n;
        found.bits[u][0] = found.bits[u][found.base[u]];
    }
    return true;
}

bool Allocator::choose(const MemoryUse& memory, const Progress& progress, Candidates& found) const {
    const std::size_t users = memory.users.size();
    std::array<std::size_t, max_operands> k{};
    found.best.fill(0);
    double best = std::numeric_limits<double>::infinity();
    const auto end = [&](std::size_t u) {
        return progress.taken[memory.users[u].operand] + found.base[u] + k[u];
    };
    for (bool first = true;; first = false) {
        double bits = 0;
        double traffic = 0;
        std::size_t shortest = progress.order.size();
        for (std::size_t u = 0; u < users; ++u) {
            bits += found.bits[u][k[u]];
            traffic +=
                memory.users[u].top ? 0 : progress.cycles_above[end(u)] * found.bits[u][k[u]];
            shortest = std::min(shortest, end(u));
        }
        const bool fits = bits <= memory.capacity;
        if (!fits && first) {
            return false;
        }
        bool allowed = fits && traffic <= best;
        for (std::size_t u = 0; progress.even && u < users; ++u) {
            allowed = allowed && (found.base[u] + k[u] == 0 || end(u) <= shortest);
        }
        if (allowed) {
            best = traffic;
            for (std::size_t u = 0; u < users; ++u) {
                found.best[u] = found.base[u] + k[u];
            }
        }
        std::size_t u = users;
        while (u > 0 && ++k[u - 1] == found.count[u - 1]) {
            k[--u] = 0;
        }
        if (u == 0) {
            return true;
        }
    }
}

bool Allocator::allocate(std::span<const TemporalLoop> order,
                         bool even,
                         dataflow::Cuts& cuts) const {
    Progress progress{.order = order, .even = even};
    progress.cycles_above[order.size()] = 1;
    for (std::size_t i = order.size(); i-- > 0;) {
        progress.cycles_above[i] =
            progress.cycles_above[i + 1] * static_cast<double>(order[i].size);
        if (progress.last_sum == 0 && order[i].size > 1 && irrelevant_[0][order[i].dim]) {
            progress.last_sum = i + 1;
        }
    }
    for (std::size_t o = 0; o < max_operands; ++o) {
        progress.extents[o].fill(1);
        for (const DataSizes::Lane& lane : sizes_.lanes(o, 0)) {
            progress.extents[o][lane.dim] *= lane.factor;
        }
    }
    Candidates found;
    for (const MemoryUse& memory : memories_) {
        if (!list_candidates(memory, progress, found) || !choose(memory, progress, found)) {
            return false;
        }
        for (std::size_t u = 0; u < memory.users.size(); ++u) {
            const User& user = memory.users[u];
            auto& extents = progress.extents[user.operand];
            std::size_t& taken = progress.taken[user.operand];
            for (std::size_t k = 0; k < found.best[u]; ++k, ++taken) {
                extents[order[taken].dim] *= static_cast<double>(order[taken].size);
            }
            for (const DataSizes::Lane& lane : sizes_.lanes(user.operand, user.level + 1)) {
                extents[lane.dim] *= lane.factor;
            }
            cuts[user.operand][user.level] = static_cast<std::uint8_t>(taken);
            if (user.top && taken != order.size()) {
                return false;
            }
        }
    }
    return true;
}

}  // namespace plexus::explorers
