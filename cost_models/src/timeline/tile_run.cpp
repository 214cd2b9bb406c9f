// SPDX-License-Identifier: Apache-2.0
#include "timeline/tile_run.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace plexus::cost_models::timeline {

namespace {

/// Order of a heap whose top is the candidate that comes first.
bool comes_later(const Candidate& a, const Candidate& b) {
    if (a.stack != b.stack) {
        return a.stack > b.stack;
    }
    return a.key != b.key ? a.key > b.key : a.node > b.node;
}

}  // namespace

bool TileRun::check(const TileSchedule& schedule) {
    core::ensure(
        schedule.core_of_group.size() == graph_.groups.size() &&
            (schedule.stack_of_operator.empty() ||
             schedule.stack_of_operator.size() + 1 == graph_.operator_nodes.size()) &&
            (schedule.priority != Priority::given || schedule.rank.size() == graph_.groups.size()),
        "TimelineModel::run(): schedule of another graph");
    for (const std::int32_t core : schedule.core_of_group) {
        core::ensure(core >= 0 && core < std::ssize(machine_.cores),
                     "TimelineModel::run(): no such core");
    }
    for (const Node& node : graph_.nodes) {
        const auto& core = machine_.cores[static_cast<std::size_t>(
            schedule.core_of_group[static_cast<std::size_t>(node.group)])];
        const NodeCost& cost = costs_.at(node.shape, core.type);
        if (!cost.feasible) {
            fail(fmt::format("operator {} on core {}", node.op, core.name),
                 "a mapping that fits",
                 cost.reason.empty() ? "none" : cost.reason);
            return false;
        }
    }
    check_stacks(schedule);
    return out_->violations.empty();
}

void TileRun::check_stacks(const TileSchedule& schedule) {
    if (schedule.stack_of_operator.empty()) {
        return;
    }
    for (std::size_t n = 0; n < graph_.nodes.size(); ++n) {
        const std::int32_t op = graph_.nodes[n].op;
        for (const std::int32_t b : graph_.uses_of(static_cast<std::int32_t>(n))) {
            const std::int32_t producer = block(b).producer;
            if (producer < 0) {
                continue;
            }
            const std::int32_t from = graph_.nodes[static_cast<std::size_t>(producer)].op;
            if (stack_of(from) > stack_of(op)) {
                fail(fmt::format("stack of operator {}, which reads of operator {}", op, from),
                     fmt::format("{} or later", stack_of(from)),
                     std::to_string(stack_of(op)));
                return;
            }
        }
    }
}

void TileRun::prepare(const TileSchedule& schedule) {
    const std::size_t on_chip = machine_.memories.size() - 1;
    memories_.resize(on_chip);
    channels_.resize(machine_.channels.size());
    for (StepProfile& profile : memories_) {
        profile.clear();
    }
    for (StepProfile& profile : channels_) {
        profile.clear();
    }
    idle_.assign(machine_.cores.size(), 0);
    blocks_.assign(graph_.blocks.size(), {});
    for (std::size_t b = 0; b < blocks_.size(); ++b) {
        blocks_[b].uses =
            static_cast<std::int32_t>(graph_.first_consumer[b + 1] - graph_.first_consumer[b]);
        blocks_[b].off_chip = graph_.blocks[b].producer < 0 ? 0 : never;
    }
    copies_.clear();
    use_copy_.resize(graph_.uses.size());
    output_copy_.resize(graph_.nodes.size());
    pending_.resize(graph_.nodes.size());
    ready_.assign(graph_.nodes.size(), 0);
    candidates_.clear();
    earlier_move_.clear();
    resident_.assign(on_chip, -1);
    for (std::size_t n = 0; n < graph_.nodes.size(); ++n) {
        prepare_node(static_cast<std::int32_t>(n));
    }
    out_->runs.resize(graph_.nodes.size());
    out_->moves.clear();
    out_->stays.clear();
    out_->latency = 0;
    out_->busy_cycles.assign(machine_.cores.size(), 0);
    out_->compute_pj = 0;
    out_->stream_pj = 0;
    out_->memory_pj.fill(0);
    out_->channel_pj.fill(0);
    out_->moved_bits.fill(0);
    out_->off_chip_read_bits = 0;
    out_->off_chip_written_bits = 0;
    if (schedule.preload_weights) {
        preload();
    }
    for (std::size_t n = 0; n < graph_.nodes.size(); ++n) {
        if (pending_[n] == 0) {
            push(static_cast<std::int32_t>(n));
        }
    }
}

void TileRun::prepare_node(std::int32_t node) {
    const auto n = static_cast<std::size_t>(node);
    const Node& self = graph_.nodes[n];
    const TileCore& core = core_of(node);
    const NodeCost& cost = costs_.at(self.shape, core.type);
    const bool apart = !schedule_->keep_between_stacks;
    pending_[n] = node >= graph_.groups[static_cast<std::size_t>(self.group)].first +
                              graph_.groups[static_cast<std::size_t>(self.group)].stride
                      ? 1
                      : 0;
    for (std::int64_t u = graph_.first_use[n]; u < graph_.first_use[n + 1]; ++u) {
        const std::int32_t b = graph_.uses[static_cast<std::size_t>(u)];
        const Block& data = block(b);
        pending_[n] += data.producer >= 0 ? 1 : 0;
        const bool streams =
            data.kind == BlockKind::weight ? cost.streams_weights : cost.streams_tensors;
        std::int32_t& at = use_copy_[static_cast<std::size_t>(u)];
        at = -1;
        if (streams) {
            continue;
        }
        at = copy_in(b, memory_for(data, core));
        const bool later =
            apart && data.producer >= 0 &&
            stack_of(graph_.nodes[static_cast<std::size_t>(data.producer)].op) != stack_of(self.op);
        ++(later ? copy(at).later : copy(at).uses);
    }
    output_copy_[n] = cost.streams_output ? -1 : copy_in(graph_.output_of(node), core.tensors);
}

/// Weights are fetched from the start on, block by block, as long as they fit.
void TileRun::preload() {
    placing_ = -2;  // no node
    for (std::int32_t b = 0; b < graph_.first_output; ++b) {
        for (std::int32_t at = state(b).first_copy; at >= 0; at = copy(at).next) {
            const auto memory = static_cast<std::size_t>(copy(at).memory);
            if (block(b).kind == BlockKind::weight && copy(at).uses > 0 &&
                memories_[memory].last() + block(b).bits <=
                    machine_.memories[memory].capacity_bits &&
                !fetch(at, 0)) {
                return;
            }
        }
    }
}

void TileRun::push(std::int32_t node) {
    const Node& n = graph_.nodes[static_cast<std::size_t>(node)];
    Candidate candidate{stack_of(n.op), node, 0};
    switch (schedule_->priority) {
        case Priority::latency:
            candidate.key = ready_[static_cast<std::size_t>(node)];
            break;
        case Priority::memory:
            candidate.key = -n.op;
            break;
        case Priority::given:
            candidate.key = schedule_->rank[static_cast<std::size_t>(n.group)];
            break;
    }
    candidates_.push_back(candidate);
    std::ranges::push_heap(candidates_, comes_later);
}

std::int32_t TileRun::pop() {
    std::ranges::pop_heap(candidates_, comes_later);
    const std::int32_t node = candidates_.back().node;
    candidates_.pop_back();
    return node;
}

bool TileRun::bring_inputs(std::int32_t node, Time& ready) {
    const auto n = static_cast<std::size_t>(node);
    const auto core = static_cast<std::size_t>(core_index(node));
    missing_.clear();
    for (std::int64_t u = graph_.first_use[n]; u < graph_.first_use[n + 1]; ++u) {
        const std::int32_t id = use_copy_[static_cast<std::size_t>(u)];
        if (id < 0) {
            BlockState& data = state(graph_.uses[static_cast<std::size_t>(u)]);
            if (data.off_chip == never) {  // what streams comes from off chip
                std::int32_t holder = data.first_copy;
                while (holder >= 0 && !copy(holder).resident) {
                    holder = copy(holder).next;
                }
                if (write_back(holder, copy(holder).available, MoveCause::spill) == never) {
                    return false;
                }
            }
            ready = std::max(ready, data.off_chip);
        } else if (copy(id).resident) {
            copy(id).pinned = node;
            ready = std::max(ready, copy(id).available);
        } else {
            missing_.push_back(id);
        }
    }
    Time ahead = 0;
    if (schedule_->overlap) {
        for (const std::int32_t id : missing_) {
            ahead += duration_of(id);
        }
    }
    for (const std::int32_t id : missing_) {
        if (!fetch(id, std::max<Time>(0, idle_[core] - ahead))) {
            return false;
        }
        ready = std::max(ready, copy(id).available);
        if (!schedule_->overlap) {
            idle_[core] = std::max(idle_[core], copy(id).available);
        }
    }
    return true;
}

bool TileRun::find_start(std::int32_t node, const NodeCost& cost, NodeRun& run) {
    const Node& self = graph_.nodes[static_cast<std::size_t>(node)];
    const std::int32_t memory = core_of(node).tensors;
    std::int64_t bits = cost.streams_output ? 0 : block(graph_.output_of(node)).bits;
    bits += self.state < 0 ? 0 : block(self.state).bits;
    if (bits > 0) {
        run.start = room(memory, bits, run.start);
    }
    run.end = run.start == never ? never : run.start + cost.cycles;
    return run.start != never && (!cost.streams() || stream(node, cost, run));
}

void TileRun::finish_inputs(std::int32_t node, Time end) {
    const auto n = static_cast<std::size_t>(node);
    for (std::int64_t u = graph_.first_use[n]; u < graph_.first_use[n + 1]; ++u) {
        BlockState& data = state(graph_.uses[static_cast<std::size_t>(u)]);
        const std::int32_t id = use_copy_[static_cast<std::size_t>(u)];
        --data.uses;
        if (id >= 0) {
            Copy& c = copy(id);
            --c.uses;
            c.last_use = std::max(c.last_use, end);
            if (c.uses == 0 || data.uses == 0) {
                drop_unused(id);
            }
        } else if (data.uses == 0) {
            for (std::int32_t at = data.first_copy; at >= 0; at = copy(at).next) {
                if (copy(at).resident) {
                    leave(at, copy(at).last_use);
                }
            }
        }
    }
}

bool TileRun::finish_output(std::int32_t node, const NodeCost& cost, const NodeRun& run) {
    const Node& self = graph_.nodes[static_cast<std::size_t>(node)];
    if (self.state >= 0) {
        enter(copy_in(self.state, core_of(node).tensors), run.start, run.end);
    }
    const std::int32_t b = graph_.output_of(node);
    if (cost.streams_output) {
        state(b).off_chip = run.end;
        return true;
    }
    const std::int32_t id = output_copy_[static_cast<std::size_t>(node)];
    enter(id, run.start, run.end);
    bool spills = false;
    for (std::int32_t at = state(b).first_copy; at >= 0; at = copy(at).next) {
        spills = spills || copy(at).later > 0;
    }
    if (block(b).leaves || spills) {
        const MoveCause cause = block(b).leaves ? MoveCause::output : MoveCause::spill;
        const Time end = write_back(id, run.end, cause);
        if (end == never) {
            return false;
        }
        if (!schedule_->overlap) {
            Time& idle = idle_[static_cast<std::size_t>(core_index(node))];
            idle = std::max(idle, end);
        }
        drop_unused(id);
    }
    return true;
}

void TileRun::wake_node(std::int32_t node, Time end) {
    const auto n = static_cast<std::size_t>(node);
    ready_[n] = std::max(ready_[n], end);
    if (--pending_[n] == 0) {
        push(node);
    }
}

void TileRun::wake(std::int32_t b, Time end) {
    for (const std::int32_t consumer : graph_.consumers_of(b)) {
        wake_node(consumer, end);
    }
}

bool TileRun::place(std::int32_t node) {
    placing_ = node;
    const Node& self = graph_.nodes[static_cast<std::size_t>(node)];
    const std::int32_t core = core_index(node);
    const NodeCost& cost =
        costs_.at(self.shape, machine_.cores[static_cast<std::size_t>(core)].type);
    Time ready = ready_[static_cast<std::size_t>(node)];
    if (!bring_inputs(node, ready)) {
        return false;
    }
    NodeRun run{core, std::max(ready, idle_[static_cast<std::size_t>(core)]), 0};
    if (!find_start(node, cost, run)) {
        return false;
    }
    out_->runs[static_cast<std::size_t>(node)] = run;
    out_->latency = std::max(out_->latency, run.end);
    out_->busy_cycles[static_cast<std::size_t>(core)] += run.end - run.start;
    out_->compute_pj += cost.energy_pj;
    idle_[static_cast<std::size_t>(core)] = run.end;
    if (!finish_output(node, cost, run)) {
        return false;
    }
    finish_inputs(node, run.end);
    wake(graph_.output_of(node), run.end);
    if (self.state >= 0) {
        wake(self.state, run.end);
    }
    const NodeGroup& group = graph_.groups[static_cast<std::size_t>(self.group)];
    const std::int32_t next = node + group.stride;
    if (next < group.first + group.stride * group.count) {
        wake_node(next, run.end);
    }
    return true;
}

void TileRun::finish() {
    out_->peak_bits.clear();
    for (const StepProfile& profile : memories_) {
        out_->peak_bits.push_back(profile.peak());
    }
}

void TileRun::run(const TileSchedule& schedule, Timeline& out) {
    out_ = &out;
    schedule_ = &schedule;
    out.violations.clear();
    if (!check(schedule)) {
        return;
    }
    prepare(schedule);
    std::size_t placed = 0;
    while (out.violations.empty() && !candidates_.empty()) {
        placed += place(pop()) ? 1 : 0;
    }
    if (out.violations.empty() && placed != graph_.nodes.size()) {
        fail("order of the tiles",
             "no cycle",
             std::to_string(graph_.nodes.size() - placed) + " in one");
    }
    finish();
}

}  // namespace plexus::cost_models::timeline
