// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/mapping/allocation.hpp"

#include <algorithm>
#include <limits>

namespace plexus::explorers {

using dataflow::max_dims;
using dataflow::max_operands;
using dataflow::Relevance;
using dataflow::TemporalLoop;

Allocator::Allocator(const dataflow::Layer& layer,
                     const hardware::DataflowCore& core,
                     const dataflow::SpatialMapping& spatial,
                     dataflow::Rules rules)
    : operands_(layer.operands.size()),
      dims_(layer.dims.size()),
      sizes_(layer, core, spatial, rules) {
    Levels levels{};
    for (std::size_t o = 0; o < layer.operands.size(); ++o) {
        levels[o] = dataflow::memories_of(core, layer.operands[o].memory_operand).size();
        bits_[o] = layer.operands[o].bits;
        for (std::size_t d = 0; d < dims_; ++d) {
            irrelevant_[o][d] = layer.operands[o].relevance[d] == Relevance::irrelevant;
        }
    }
    for (std::size_t o = 0; o < operands_; ++o) {
        innermost_[o].fill(1.0);
        for (const DataSizes::Lane& lane : sizes_.lanes(o, 0)) {
            innermost_[o][lane.dim] *= lane.factor;
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
    measure_operands(dataflow::temporal_sizes(layer, spatial), levels);
    list_users(layer, core, rules, levels);
}

void Allocator::measure_operands(const std::vector<std::int64_t>& rounds, const Levels& levels) {
    std::array<double, max_dims> extents{};
    for (std::size_t o = 0; o < operands_; ++o) {
        for (std::size_t d = 0; d < dims_; ++d) {
            extents[d] = static_cast<double>(rounds[d]);
        }
        for (std::size_t a = 0; a <= levels[o]; ++a) {
            for (const DataSizes::Lane& lane : sizes_.lanes(o, a)) {
                extents[lane.dim] *= a < levels[o] ? lane.factor : 1;
            }
        }
        whole_[o] = sizes_.elements(o, extents.data());
    }
}

void Allocator::list_users(const dataflow::Layer& layer,
                           const hardware::DataflowCore& core,
                           dataflow::Rules rules,
                           const Levels& levels) {
    Levels next{};
    for (const hardware::Memory& memory : core.memories) {
        const bool halved = rules == dataflow::Rules::physical && memory.force_double_buffering;
        MemoryUse use{static_cast<double>(memory.size.value) / (halved ? 2 : 1), {}};
        for (const std::string& name : memory.operands) {
            for (std::size_t o = 0; o < layer.operands.size(); ++o) {
                if (layer.operands[o].memory_operand == name) {
                    const std::size_t level = next[o]++;
                    use.users.push_back({o, level, level + 1 == levels[o], level + 2 == levels[o]});
                }
            }
        }
        if (!use.users.empty()) {
            memories_.push_back(std::move(use));
        }
    }
}

double Allocator::precision(const User& user, const AllocationState& state) const {
    if (user.operand != 0) {
        return bits_[user.operand];
    }
    const bool partial = state.last_sum > state.taken[0] || sums_from_[user.level + 1];
    return partial ? partial_bits_ : bits_[0];
}

bool Allocator::list_candidates(const MemoryUse& memory, AllocationState& state) const {
    for (std::size_t u = 0; u < memory.users.size(); ++u) {
        if (!(memory.users[u].top ? list_whole(memory, u, state)
                                  : list_prefixes(memory, u, state))) {
            return false;
        }
    }
    return true;
}

bool Allocator::list_whole(const MemoryUse& memory, std::size_t u, AllocationState& state) const {
    const User& user = memory.users[u];
    const double bits = whole_[user.operand] * precision(user, state);
    state.bits[u][0] = bits;
    state.traffic[u][0] = 0;
    state.least_traffic[u] = 0;
    state.base[u] = state.order.size() - state.taken[user.operand];
    state.candidates[u] = 1;
    return bits <= memory.capacity;
}

bool Allocator::list_prefixes(const MemoryUse& memory,
                              std::size_t u,
                              AllocationState& state) const {
    const User& user = memory.users[u];
    const std::size_t o = user.operand;
    const std::size_t loops = state.order.size();
    const double precise = precision(user, state);
    std::array<double, max_dims> extents = state.extents[o];
    double size = sizes_.elements(o, extents.data()) * precise;
    double least = std::numeric_limits<double>::infinity();
    std::size_t n = 0;
    for (std::size_t i = state.taken[o]; size <= memory.capacity; ++i) {
        const double traffic = state.cycles_above[i] * size;
        state.bits[u][n] = size;
        state.traffic[u][n] = traffic;
        least = std::min(least, traffic);
        ++n;
        if (i == loops) {
            break;
        }
        const TemporalLoop& loop = state.order[i];
        extents[loop.dim] *= static_cast<double>(loop.size);
        if (!irrelevant_[o][loop.dim]) {
            size = sizes_.elements(o, extents.data()) * precise;
        }
    }
    state.least_traffic[u] = least;
    state.base[u] = 0;
    state.candidates[u] = n;
    return n > 0;
}

bool Allocator::is_even(const MemoryUse& memory, const AllocationState& state) {
    const auto takes = [&](std::size_t u) { return state.base[u] + state.tried[u]; };
    const auto end = [&](std::size_t u) { return state.taken[memory.users[u].operand] + takes(u); };
    std::size_t shortest = state.order.size();
    for (std::size_t u = 0; u < memory.users.size(); ++u) {
        shortest = std::min(shortest, end(u));
    }
    for (std::size_t u = 0; u < memory.users.size(); ++u) {
        if (takes(u) > 0 && end(u) > shortest) {
            return false;
        }
    }
    return true;
}

void Allocator::combine(const MemoryUse& memory,
                        std::size_t u,
                        double bits,
                        double traffic,
                        AllocationState& state) const {
    const bool last = u + 1 == memory.users.size();
    // What the other users add is not negative.
    const double others = last ? 0 : state.least_traffic[u + 1];
    for (std::size_t k = state.candidates[u]; k-- > 0;) {
        const double held = bits + state.bits[u][k];
        const double moved = traffic + state.traffic[u][k];
        if (held > memory.capacity || moved + others >= state.least) {
            continue;
        }
        state.tried[u] = k;
        if (!last) {
            combine(memory, u + 1, held, moved, state);
        } else if (!state.even || is_even(memory, state)) {
            state.least = moved;
            for (std::size_t v = 0; v <= u; ++v) {
                state.best[v] = state.base[v] + state.tried[v];
            }
        }
    }
}

bool Allocator::choose(const MemoryUse& memory, AllocationState& state) const {
    double bits = 0;
    for (std::size_t u = 0; u < memory.users.size(); ++u) {
        bits += state.bits[u][0];
        state.best[u] = 0;
    }
    state.least = std::numeric_limits<double>::infinity();
    if (bits > memory.capacity) {
        return false;
    }
    combine(memory, 0, 0, 0, state);
    return true;
}

void Allocator::start(AllocationState& state) const {
    const auto order = state.order;
    state.last_sum = 0;
    state.cycles_above[order.size()] = 1;
    for (std::size_t i = order.size(); i-- > 0;) {
        state.cycles_above[i] = state.cycles_above[i + 1] * static_cast<double>(order[i].size);
        if (state.last_sum == 0 && order[i].size > 1 && irrelevant_[0][order[i].dim]) {
            state.last_sum = i + 1;
        }
    }
    state.taken.fill(0);
    state.extents = innermost_;
}

void Allocator::take(const MemoryUse& memory, AllocationState& state, dataflow::Cuts& cuts) const {
    for (std::size_t u = 0; u < memory.users.size(); ++u) {
        const User& user = memory.users[u];
        auto& extents = state.extents[user.operand];
        std::size_t& taken = state.taken[user.operand];
        if (user.top) {
            taken = state.order.size();
            cuts[user.operand][user.level] = static_cast<std::uint8_t>(taken);
            continue;
        }
        const std::size_t end = taken + state.best[u];
        cuts[user.operand][user.level] = static_cast<std::uint8_t>(end);
        if (user.below_top) {  // Nobody asks for the extents any more.
            taken = end;
            continue;
        }
        for (; taken < end; ++taken) {
            extents[state.order[taken].dim] *= static_cast<double>(state.order[taken].size);
        }
        for (const DataSizes::Lane& lane : sizes_.lanes(user.operand, user.level + 1)) {
            extents[lane.dim] *= lane.factor;
        }
    }
}

bool Allocator::allocate(std::span<const TemporalLoop> order,
                         bool even,
                         AllocationState& state,
                         dataflow::Cuts& cuts) const {
    state.order = order;
    state.even = even;
    start(state);
    for (const MemoryUse& memory : memories_) {
        if (!list_candidates(memory, state) || !choose(memory, state)) {
            return false;
        }
        take(memory, state, cuts);
    }
    return true;
}

}  // namespace plexus::explorers
