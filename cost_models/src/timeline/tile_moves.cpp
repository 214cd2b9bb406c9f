// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <utility>

#include "timeline/tile_run.hpp"

namespace plexus::cost_models::timeline {

namespace {

MoveCause cause_of(const Block& block, const Copy& copy, bool off_chip) {
    if (!off_chip) {
        return MoveCause::core_to_core;
    }
    if (block.producer >= 0 || copy.fetched) {
        return MoveCause::refetch;
    }
    return block.kind == BlockKind::weight ? MoveCause::weights : MoveCause::inputs;
}

}  // namespace

double TileRun::rate_of(std::span<const std::int32_t> route) const {
    double rate = machine_.channels[static_cast<std::size_t>(route[0])].bits_per_cycle;
    for (const std::int32_t channel : route) {
        rate = std::min(rate, machine_.channels[static_cast<std::size_t>(channel)].bits_per_cycle);
    }
    return rate;
}

Time TileRun::move_cycles(std::int32_t b, std::span<const std::int32_t> route) const {
    return route.empty()
               ? 0
               : static_cast<Time>(std::ceil(static_cast<double>(block(b).bits) / rate_of(route)));
}

Time TileRun::first_window(std::span<const std::int32_t> route,
                           double rate,
                           Time earliest,
                           Time cycles) {
    Time begin = earliest;
    for (std::size_t settled = 0; settled < route.size();) {
        for (const std::int32_t c : route) {
            const auto at = static_cast<std::size_t>(c);
            const std::int64_t share = share_of(rate, machine_.channels[at].bits_per_cycle);
            const Time free = channels_[at].first_fit(begin, cycles, whole_channel - share);
            settled = free == begin ? settled + 1 : 1;
            begin = free;
            if (settled == route.size()) {
                break;
            }
        }
    }
    return begin;
}

void TileRun::occupy(std::span<const std::int32_t> route, double rate, Time from, Time to) {
    for (const std::int32_t c : route) {
        const auto at = static_cast<std::size_t>(c);
        channels_[at].add(from, to, share_of(rate, machine_.channels[at].bits_per_cycle));
    }
}

void TileRun::record(const BlockMove& move, std::span<const std::int32_t> route) {
    const auto cause = static_cast<std::size_t>(move.cause);
    const std::int64_t bits = block(move.block).bits;
    const auto amount = static_cast<double>(bits);
    const TileMemory& from = machine_.memories[static_cast<std::size_t>(move.from)];
    const TileMemory& to = machine_.memories[static_cast<std::size_t>(move.to)];
    out_->moved_bits[cause] += bits;
    out_->memory_pj[cause] += amount * to.write_pj_per_bit;
    if (move.joined == 0) {
        out_->memory_pj[cause] += amount * from.read_pj_per_bit;
        out_->off_chip_read_bits += move.from == machine_.off_chip() ? amount : 0;
    }
    out_->off_chip_written_bits += move.to == machine_.off_chip() ? amount : 0;
    for (const std::int32_t c : route.subspan(static_cast<std::size_t>(move.joined))) {
        out_->channel_pj[cause] +=
            amount * machine_.channels[static_cast<std::size_t>(c)].pj_per_bit;
    }
    earlier_move_.push_back(state(move.block).last_move);
    state(move.block).last_move = static_cast<std::int32_t>(out_->moves.size());
    out_->moves.push_back(move);
    out_->latency = std::max(out_->latency, move.end);
}

std::int32_t TileRun::source_of(const Copy& target) const {
    const BlockState& known = state(target.block);
    const bool constant = block(target.block).producer < 0;
    std::int32_t best = -1;
    Time best_time = never;
    for (std::int32_t at = known.first_copy; at < known.end_copy && !constant; ++at) {
        const Copy& c = copy(at);
        if (c.resident() && c.available < best_time && machine_.route(c.memory, target.memory)) {
            best = c.memory;
            best_time = c.available;
        }
    }
    if (best < 0 && known.off_chip != never && machine_.route(machine_.off_chip(), target.memory)) {
        best = machine_.off_chip();
    }
    return best;
}

Time TileRun::duration_of(std::int32_t id) const {
    const std::int32_t from = source_of(copy(id));
    return from < 0 ? 0 : move_cycles(copy(id).block, *machine_.route(from, copy(id).memory));
}

bool TileRun::join(std::int32_t id, Time earliest) {
    const Copy& c = copy(id);
    const auto memory = static_cast<std::size_t>(c.memory);
    const std::int64_t limit = machine_.memories[memory].capacity_bits - block(c.block).bits;
    for (std::int32_t at = state(c.block).last_move; at >= 0;
         at = earlier_move_[static_cast<std::size_t>(at)]) {
        const BlockMove move = out_->moves[static_cast<std::size_t>(at)];
        const auto route = machine_.route(move.from, c.memory);
        if (!route || route->empty() || move.to == c.memory || move.start < earliest ||
            move.end - move.start < move_cycles(c.block, *route)) {
            continue;
        }
        const auto other = *machine_.route(move.from, move.to);
        const auto fork = std::ranges::mismatch(*route, other).in1 - route->begin();
        const auto rest = route->subspan(static_cast<std::size_t>(fork));
        const double rate = rate_of(*route);
        const Time cycles = move.end - move.start;
        if (fork == 0 || memories_[memory].peak_from(move.start) > limit ||
            first_window(rest, rate, move.start, cycles) != move.start) {
            continue;
        }
        occupy(rest, rate, move.start, move.end);
        const bool off_chip = move.from == machine_.off_chip();
        record({c.block,
                move.from,
                c.memory,
                cause_of(block(c.block), c, off_chip),
                move.start,
                move.end,
                static_cast<std::int32_t>(fork)},
               *route);
        enter(id, move.start, move.end);
        return true;
    }
    return false;
}

bool TileRun::fetch(std::int32_t id, Time earliest) {
    copy(id).pinned = placing_;
    if (copy(id).uses == 0) {
        copy(id).uses = std::exchange(copy(id).later, 0);
    }
    if (join(id, schedule_->overlap ? 0 : earliest)) {
        return true;
    }
    const std::int32_t b = copy(id).block;
    const std::int32_t to = copy(id).memory;
    const std::int32_t from = source_of(copy(id));
    if (from < 0) {
        fail("way of a block of tensor " + std::to_string(block(b).tensor),
             "to " + machine_.memories[static_cast<std::size_t>(to)].name,
             "none");
        return false;
    }
    const bool off_chip = from == machine_.off_chip();
    const std::int32_t source = off_chip ? -1 : copy_in(b, from);
    earliest = std::max(earliest, off_chip ? state(b).off_chip : copy(source).available);
    earliest = room(to, block(b).bits, earliest);
    if (earliest == never) {
        return false;
    }
    const auto route = *machine_.route(from, to);
    const Time cycles = move_cycles(b, route);
    if (!route.empty()) {
        const double rate = rate_of(route);
        earliest = first_window(route, rate, earliest, cycles);
        occupy(route, rate, earliest, earliest + cycles);
    }
    const Time end = earliest + cycles;
    record({b, from, to, cause_of(block(b), copy(id), off_chip), earliest, end}, route);
    enter(id, earliest, end);
    if (source >= 0) {
        copy(source).last_use = std::max(copy(source).last_use, end);
        drop_unused(source);
    }
    return true;
}

Time TileRun::write_back(std::int32_t id, Time earliest, MoveCause cause) {
    const std::int32_t b = copy(id).block;
    const auto route = machine_.route(copy(id).memory, machine_.off_chip());
    if (!route) {
        fail("way of a block of tensor " + std::to_string(block(b).tensor),
             "from " + machine_.memories[static_cast<std::size_t>(copy(id).memory)].name +
                 " off chip",
             "none");
        return never;
    }
    const Time cycles = move_cycles(b, *route);
    Time begin = earliest;
    if (!route->empty()) {
        const double rate = rate_of(*route);
        begin = first_window(*route, rate, earliest, cycles);
        occupy(*route, rate, begin, begin + cycles);
    }
    const Time end = begin + cycles;
    record({b, copy(id).memory, machine_.off_chip(), cause, begin, end}, *route);
    state(b).off_chip = end;
    copy(id).last_use = std::max(copy(id).last_use, end);
    return end;
}

}  // namespace plexus::cost_models::timeline
