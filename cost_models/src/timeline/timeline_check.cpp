// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/timeline/timeline_check.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

namespace plexus::cost_models::timeline {

namespace {

/// Deliberately plain: sorted lists of events, swept once.
class Checker {
  public:
    Checker(const NodeGraph& graph,
            const TileMachine& machine,
            const NodeCosts& costs,
            const TileSchedule& schedule,
            const Timeline& timeline)
        : graph_(graph), machine_(machine), costs_(costs), schedule_(schedule), line_(timeline) {
        for (const BlockStay& stay : line_.stays) {
            stays_[{stay.block, stay.memory}].push_back(stay);
        }
        for (const BlockMove& move : line_.moves) {
            if (move.to == machine_.off_chip()) {
                auto [at, fresh] = off_chip_.try_emplace(move.block, move.end);
                at->second = std::min(at->second, move.end);
            }
        }
    }

    std::vector<core::Violation> check() {
        check_runs();
        check_cores();
        for (std::size_t n = 0; n < graph_.nodes.size() && found_.empty(); ++n) {
            check_inputs(static_cast<std::int32_t>(n));
        }
        check_stays();
        for (const BlockMove& move : line_.moves) {
            check_move(move);
        }
        check_memories();
        check_channels();
        check_end();
        return std::move(found_);
    }

  private:
    void report(std::string rule, std::string needed, std::string available) {
        if (std::ranges::find(found_, rule, &core::Violation::rule) == found_.end()) {
            found_.push_back({std::move(rule), std::move(needed), std::move(available)});
        }
    }

    [[nodiscard]] const TileCore& core_of(std::int32_t node) const {
        return machine_.cores[static_cast<std::size_t>(core_id(node))];
    }
    [[nodiscard]] std::int32_t core_id(std::int32_t node) const {
        return schedule_.core_of_group[static_cast<std::size_t>(
            graph_.nodes[static_cast<std::size_t>(node)].group)];
    }
    [[nodiscard]] const NodeCost& cost_of(std::int32_t node) const {
        return costs_.at(graph_.nodes[static_cast<std::size_t>(node)].shape, core_of(node).type);
    }
    [[nodiscard]] const NodeRun& run_of(std::int32_t node) const {
        return line_.runs[static_cast<std::size_t>(node)];
    }

    void check_runs() {
        for (std::size_t n = 0; n < graph_.nodes.size(); ++n) {
            const auto node = static_cast<std::int32_t>(n);
            const NodeRun& run = run_of(node);
            if (run.core != core_id(node)) {
                report("core of a node", std::to_string(core_id(node)), std::to_string(run.core));
            }
            if (run.start < 0 || run.end - run.start < cost_of(node).cycles) {
                report(fmt::format("cycles of node {}", n),
                       std::to_string(cost_of(node).cycles),
                       std::to_string(run.end - run.start));
            }
            if (run.end > line_.latency) {
                report("latency", std::to_string(run.end), std::to_string(line_.latency));
            }
        }
    }

    void check_cores() {
        std::vector<std::tuple<std::int32_t, Time, Time>> runs;
        for (const NodeRun& run : line_.runs) {
            if (run.end > run.start) {
                runs.emplace_back(run.core, run.start, run.end);
            }
        }
        std::ranges::sort(runs);
        for (std::size_t i = 1; i < runs.size(); ++i) {
            const auto& [core, start, end] = runs[i];
            const auto& [core_before, start_before, end_before] = runs[i - 1];
            if (core == core_before && start < end_before) {
                report("nodes of a core at one time",
                       "1",
                       fmt::format("2 on core {} at {}", core, start));
            }
        }
    }

    /// The block is complete in the memory all the time from `from` to `to`.
    [[nodiscard]] bool there(std::int32_t block, std::int32_t memory, Time from, Time to) const {
        if (memory == machine_.off_chip()) {
            return off_chip_at(block) <= from;
        }
        const auto known = stays_.find({block, memory});
        return known != stays_.end() &&
               std::ranges::any_of(known->second, [&](const BlockStay& stay) {
                   return stay.available <= from && to <= stay.until;
               });
    }

    [[nodiscard]] Time off_chip_at(std::int32_t block) const {
        const std::int32_t producer = graph_.blocks[static_cast<std::size_t>(block)].producer;
        if (producer < 0) {
            return 0;
        }
        const auto known = off_chip_.find(block);
        if (known != off_chip_.end()) {
            return known->second;
        }
        const bool streamed =
            cost_of(producer).streams_output &&
            graph_.blocks[static_cast<std::size_t>(block)].kind != BlockKind::state;
        return streamed ? run_of(producer).end : std::numeric_limits<Time>::max();
    }

    void check_inputs(std::int32_t node) {
        const NodeCost& cost = cost_of(node);
        const NodeRun& run = run_of(node);
        for (const std::int32_t b : graph_.uses_of(node)) {
            const Block& block = graph_.blocks[static_cast<std::size_t>(b)];
            const bool weight = block.kind == BlockKind::weight;
            const bool streams = weight ? cost.streams_weights : cost.streams_tensors;
            const bool goes_on =
                block.kind == BlockKind::partial_sum || block.kind == BlockKind::state;
            const std::int32_t memory = streams   ? machine_.off_chip()
                                        : weight  ? core_of(node).weights
                                        : goes_on ? core_of(node).outputs
                                                  : core_of(node).tensors;
            if (block.producer >= 0 && run_of(block.producer).end > run.start) {
                report("node starts after those it reads from",
                       fmt::format("node {} at {}", node, run_of(block.producer).end),
                       std::to_string(run.start));
            }
            if (!there(b, memory, run.start, run.end)) {
                report("block that a node reads is in its memory",
                       fmt::format("block {} in memory {}", b, memory),
                       fmt::format("not all the time from {} to {}", run.start, run.end));
            }
        }
    }

    /// Every stay begins with a node or a move.
    void check_stays() {
        std::set<std::tuple<std::int32_t, std::int32_t, Time, Time>> arrivals;
        for (const BlockMove& move : line_.moves) {
            arrivals.emplace(move.block, move.to, move.start, move.end);
        }
        for (std::size_t n = 0; n < graph_.nodes.size(); ++n) {
            const auto node = static_cast<std::int32_t>(n);
            const std::int32_t memory = core_of(node).outputs;
            for (const std::int32_t b : graph_.outputs_of(node)) {
                arrivals.emplace(b, memory, run_of(node).start, run_of(node).end);
            }
            if (graph_.nodes[n].state >= 0) {
                arrivals.emplace(
                    graph_.nodes[n].state, memory, run_of(node).start, run_of(node).end);
            }
        }
        for (const BlockStay& stay : line_.stays) {
            if (arrivals.count({stay.block, stay.memory, stay.since, stay.available}) == 0) {
                report(
                    "a block comes from somewhere",
                    fmt::format("block {} in memory {} at {}", stay.block, stay.memory, stay.since),
                    "no node and no move");
            }
            if (stay.until < stay.available) {
                report("a block stays until it is complete",
                       std::to_string(stay.available),
                       std::to_string(stay.until));
            }
        }
    }

    void check_move(const BlockMove& move) {
        if (!there(move.block, move.from, move.start, move.end)) {
            report("a move takes a block from where it is",
                   fmt::format("block {} in memory {} from {}", move.block, move.from, move.start),
                   "not there");
        }
        const auto route = machine_.route(move.from, move.to);
        if (!route) {
            report("a move has a way",
                   fmt::format("from memory {} to {}", move.from, move.to),
                   "none");
            return;
        }
        const auto bits =
            static_cast<double>(graph_.blocks[static_cast<std::size_t>(move.block)].bits);
        for (const std::int32_t c : *route) {
            const double width = machine_.channels[static_cast<std::size_t>(c)].bits_per_cycle;
            if (static_cast<double>(move.end - move.start) * width < bits * (1 - 1e-12)) {
                report("a move is no faster than its channels",
                       fmt::format("{} bits at {} per cycle", bits, width),
                       fmt::format("{} cycles", move.end - move.start));
            }
        }
        if (move.end > line_.latency) {
            report("latency", std::to_string(move.end), std::to_string(line_.latency));
        }
    }

    void check_memories() {
        std::vector<std::map<Time, std::int64_t>> change(machine_.memories.size());
        for (const BlockStay& stay : line_.stays) {
            const std::int64_t bits = graph_.blocks[static_cast<std::size_t>(stay.block)].bits;
            change[static_cast<std::size_t>(stay.memory)][stay.since] += bits;
            change[static_cast<std::size_t>(stay.memory)][stay.until] -= bits;
        }
        for (std::size_t m = 0; m + 1 < machine_.memories.size(); ++m) {
            std::int64_t used = 0;
            std::int64_t peak = 0;
            for (const auto& [time, bits] : change[m]) {
                used += bits;
                peak = std::max(peak, used);
            }
            if (peak > machine_.memories[m].capacity_bits || used != 0) {
                report("bits in " + machine_.memories[m].name,
                       std::to_string(peak),
                       std::to_string(machine_.memories[m].capacity_bits));
            }
            if (peak != line_.peak_bits[m]) {
                report("peak of " + machine_.memories[m].name,
                       std::to_string(peak),
                       std::to_string(line_.peak_bits[m]));
            }
        }
    }

    /// A broadcast counts once: moves of one block at one time over one channel.
    void check_channels() {
        std::vector<std::map<Time, double>> change(machine_.channels.size());
        const auto carry = [&](std::int32_t channel, Time start, Time end, double bits) {
            if (end > start) {
                const double rate = bits / static_cast<double>(end - start);
                change[static_cast<std::size_t>(channel)][start] += rate;
                change[static_cast<std::size_t>(channel)][end] -= rate;
            }
        };
        std::set<std::tuple<std::int32_t, std::int32_t, Time>> carried;
        for (const BlockMove& move : line_.moves) {
            const auto bits =
                static_cast<double>(graph_.blocks[static_cast<std::size_t>(move.block)].bits);
            const auto route = machine_.route(move.from, move.to);
            for (const std::int32_t c : route ? *route : std::span<const std::int32_t>{}) {
                if (carried.emplace(c, move.block, move.start).second) {
                    carry(c, move.start, move.end, bits);
                }
            }
        }
        for (std::size_t n = 0; n < graph_.nodes.size(); ++n) {
            const auto node = static_cast<std::int32_t>(n);
            const NodeRun& run = run_of(node);
            const auto stream = [&](std::int32_t from, std::int32_t to, std::int64_t bits) {
                if (const auto route = machine_.route(from, to); route && bits > 0) {
                    for (const std::int32_t c : *route) {
                        carry(c, run.start, run.end, static_cast<double>(bits));
                    }
                }
            };
            stream(machine_.off_chip(), core_of(node).tensors, cost_of(node).read_bits);
            stream(core_of(node).outputs, machine_.off_chip(), cost_of(node).written_bits);
        }
        for (std::size_t c = 0; c < change.size(); ++c) {
            double used = 0;
            for (const auto& [time, rate] : change[c]) {
                used += rate;
                if (used > machine_.channels[c].bits_per_cycle * (1 + 1e-9)) {
                    report("bits per cycle of " + machine_.channels[c].name,
                           fmt::format("{} at {}", used, time),
                           fmt::format("{}", machine_.channels[c].bits_per_cycle));
                    break;
                }
            }
        }
    }

    void check_end() {
        for (std::size_t b = 0; b < graph_.blocks.size(); ++b) {
            if (graph_.blocks[b].leaves &&
                off_chip_at(static_cast<std::int32_t>(b)) > line_.latency) {
                report("output of the network is off chip",
                       fmt::format("block {}", b),
                       "on chip only");
            }
        }
    }

    const NodeGraph& graph_;
    const TileMachine& machine_;
    const NodeCosts& costs_;
    const TileSchedule& schedule_;
    const Timeline& line_;
    std::map<std::pair<std::int32_t, std::int32_t>, std::vector<BlockStay>> stays_;
    std::map<std::int32_t, Time> off_chip_;
    std::vector<core::Violation> found_;
};

}  // namespace

std::vector<core::Violation> check_timeline(const NodeGraph& graph,
                                            const TileMachine& machine,
                                            const NodeCosts& costs,
                                            const TileSchedule& schedule,
                                            const Timeline& timeline) {
    return Checker(graph, machine, costs, schedule, timeline).check();
}

}  // namespace plexus::cost_models::timeline
