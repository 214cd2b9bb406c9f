// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <functional>
#include <utility>

#include <fmt/format.h>

#include "timeline/tile_run.hpp"

namespace plexus::cost_models::timeline {

void TileRun::fail(std::string rule, std::string needed, std::string available) {
    out_->violations.push_back({std::move(rule), std::move(needed), std::move(available)});
}

std::string TileRun::name_of(std::int32_t node) const {
    const Node& n = graph_.nodes[static_cast<std::size_t>(node)];
    return fmt::format(
        "operator {}, tile {}", n.op, node - graph_.operator_nodes[static_cast<std::size_t>(n.op)]);
}

std::int32_t TileRun::copy_in(std::int32_t b, std::int32_t memory) {
    BlockState& known = state(b);
    for (std::int32_t at = known.first_copy; at < known.end_copy; ++at) {
        if (copy(at).memory == memory) {
            return at;
        }
    }
    copy(known.end_copy) = {.block = b, .memory = static_cast<std::int16_t>(memory)};
    return known.end_copy++;
}

void TileRun::enter(std::int32_t id, Time since, Time available) {
    Copy& c = copy(id);
    c.since = since;
    c.available = available;
    c.last_use = available;
    std::vector<std::int32_t>& there = resident_[static_cast<std::size_t>(c.memory)];
    c.place = static_cast<std::int32_t>(there.size());
    there.push_back(id);
    memories_[static_cast<std::size_t>(c.memory)].add(since, never, state(c.block).bits);
}

void TileRun::leave(std::int32_t id, Time until) {
    Copy& c = copy(id);
    c.fetched = true;
    std::vector<std::int32_t>& there = resident_[static_cast<std::size_t>(c.memory)];
    there[static_cast<std::size_t>(c.place)] = there.back();
    copy(there.back()).place = c.place;
    there.pop_back();
    c.place = -1;
    memories_[static_cast<std::size_t>(c.memory)].add(until, never, -state(c.block).bits);
    out_->stays.push_back({c.block, c.memory, c.since, c.available, until});
}

void TileRun::leave_all(std::int32_t b) {
    for (std::int32_t at = state(b).first_copy; at < state(b).end_copy; ++at) {
        if (copy(at).resident()) {
            leave(at, copy(at).last_use);
        }
    }
}

bool TileRun::elsewhere(std::int32_t id) const {
    const Copy& c = copy(id);
    const BlockState& known = state(c.block);
    if (known.off_chip != never) {
        return true;
    }
    for (std::int32_t at = known.first_copy; at < known.end_copy; ++at) {
        if (at != id && copy(at).resident() && machine_.route(copy(at).memory, c.memory)) {
            return true;
        }
    }
    return false;
}

void TileRun::drop_unused(std::int32_t id) {
    const Copy& c = copy(id);
    if (state(c.block).uses == 0) {
        leave_all(c.block);
    } else if (c.resident() && c.uses == 0 && elsewhere(id)) {
        leave(id, c.last_use);
    }
}

bool TileRun::evict(std::int32_t id) {
    if (elsewhere(id)) {
        leave(id, copy(id).last_use);
        return true;
    }
    const Time end = write_back(id, copy(id).last_use, MoveCause::eviction);
    if (end == never) {
        return false;
    }
    leave(id, end);
    return true;
}

bool TileRun::make_room(std::int32_t memory, std::int64_t missing) {
    victims_.clear();
    for (const std::int32_t at : resident_[static_cast<std::size_t>(memory)]) {
        if (copy(at).pinned != placing_) {
            victims_.push_back(at);
        }
    }
    const auto worth = [&](std::int32_t id) {
        const Copy& c = copy(id);
        return std::pair(state(c.block).bits * (c.uses + c.later), c.block);
    };
    std::ranges::make_heap(victims_, std::greater<>(), worth);
    while (missing > 0 && !victims_.empty()) {
        std::ranges::pop_heap(victims_, std::greater<>(), worth);
        const std::int32_t victim = victims_.back();
        victims_.pop_back();
        missing -= state(copy(victim).block).bits;
        if (!evict(victim)) {
            return false;
        }
    }
    return missing <= 0;
}

Time TileRun::room(std::int32_t memory, std::int64_t bits, Time from) {
    const auto at = static_cast<std::size_t>(memory);
    const std::int64_t capacity = machine_.memories[at].capacity_bits;
    const std::int64_t missing = memories_[at].last() + bits - capacity;
    if (missing > 0 && (bits > capacity || !make_room(memory, missing))) {
        if (out_->violations.empty()) {
            fail(machine_.memories[at].name + " for " + name_of(placing_),
                 fmt::format("{} bits more", memories_[at].last() + bits - capacity),
                 fmt::format("{} bits, all of which the tile needs", capacity));
        }
        return never;
    }
    return memories_[at].first_fit(from, never, capacity - bits);
}

}  // namespace plexus::cost_models::timeline
