// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <tuple>
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

std::int32_t TileRun::copy_in(std::int32_t block, std::int32_t memory) {
    std::int32_t* at = &state(block).first_copy;
    while (*at >= 0) {
        if (copy(*at).memory == memory) {
            return *at;
        }
        at = &copy(*at).next;
    }
    const auto id = static_cast<std::int32_t>(copies_.size());
    *at = id;
    copies_.push_back({.block = block, .memory = memory});
    return id;
}

void TileRun::enter(std::int32_t id, Time since, Time available) {
    Copy& c = copy(id);
    c.resident = true;
    c.since = since;
    c.available = available;
    c.last_use = available;
    std::int32_t& head = resident_[static_cast<std::size_t>(c.memory)];
    c.before = -1;
    c.behind = head;
    if (head >= 0) {
        copy(head).before = id;
    }
    head = id;
    memories_[static_cast<std::size_t>(c.memory)].add(since, never, block(c.block).bits);
}

void TileRun::leave(std::int32_t id, Time until) {
    Copy& c = copy(id);
    c.resident = false;
    c.fetched = true;
    if (c.before >= 0) {
        copy(c.before).behind = c.behind;
    } else {
        resident_[static_cast<std::size_t>(c.memory)] = c.behind;
    }
    if (c.behind >= 0) {
        copy(c.behind).before = c.before;
    }
    memories_[static_cast<std::size_t>(c.memory)].add(until, never, -block(c.block).bits);
    out_->stays.push_back({c.block, c.memory, c.since, c.available, until});
}

bool TileRun::elsewhere(std::int32_t id) const {
    const Copy& c = copy(id);
    if (state(c.block).off_chip != never) {
        return true;
    }
    for (std::int32_t at = state(c.block).first_copy; at >= 0; at = copy(at).next) {
        if (at != id && copy(at).resident && machine_.route(copy(at).memory, c.memory)) {
            return true;
        }
    }
    return false;
}

void TileRun::drop_unused(std::int32_t id) {
    const Copy& c = copy(id);
    if (state(c.block).uses == 0) {
        for (std::int32_t at = state(c.block).first_copy; at >= 0; at = copy(at).next) {
            if (copy(at).resident) {
                leave(at, copy(at).last_use);
            }
        }
    } else if (c.resident && c.uses == 0 && elsewhere(id)) {
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
    for (std::int32_t at = resident_[static_cast<std::size_t>(memory)]; at >= 0;
         at = copy(at).behind) {
        if (copy(at).pinned != placing_) {
            victims_.push_back(at);
        }
    }
    const auto worth = [&](std::int32_t id) {
        const Copy& c = copy(id);
        return std::pair(block(c.block).bits * (c.uses + c.later), c.block);
    };
    std::ranges::sort(victims_, {}, worth);
    for (const std::int32_t victim : victims_) {
        if (missing <= 0) {
            break;
        }
        missing -= block(copy(victim).block).bits;
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
