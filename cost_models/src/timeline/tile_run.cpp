// SPDX-License-Identifier: Apache-2.0
#include "timeline/tile_run.hpp"

#include <algorithm>

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

Time TileRun::progress(std::int32_t node) const {
    constexpr Time whole = Time{1} << 30;
    const NodeGroup& group =
        graph_.groups[static_cast<std::size_t>(graph_.nodes[static_cast<std::size_t>(node)].group)];
    return (node - group.first) / group.stride * whole / group.count;
}

void TileRun::push(std::int32_t node) {
    const Node& n = graph_.nodes[static_cast<std::size_t>(node)];
    Candidate candidate{stack_of(n.op), node, 0};
    switch (schedule_->priority) {
        case Priority::latency:
            candidate.key = nodes_[static_cast<std::size_t>(node)].ready;
            break;
        case Priority::memory:
            candidate.key = -n.op;
            break;
        case Priority::given:
            candidate.key = schedule_->rank[static_cast<std::size_t>(n.group)];
            break;
        case Priority::tiles:
            candidate.key = progress(node);
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
                while (!copy(holder).resident()) {
                    ++holder;
                }
                if (write_back(holder, copy(holder).available, MoveCause::spill) == never) {
                    return false;
                }
            }
            ready = std::max(ready, data.off_chip);
        } else if (copy(id).resident()) {
            copy(id).pinned = node;
            ready = std::max(ready, copy(id).available);
        } else {
            missing_.push_back(id);
        }
    }
    const Time ahead = schedule_->overlap ? head_start(node) : 0;
    for (const std::int32_t id : missing_) {
        const bool early = schedule_->overlap && schedule_->prefetch == Prefetch::early &&
                           block(copy(id).block).producer < 0;
        if (!fetch(id, early ? 0 : std::max<Time>(0, idle_[core] - ahead))) {
            return false;
        }
        ready = std::max(ready, copy(id).available);
        if (!schedule_->overlap) {
            idle_[core] = std::max(idle_[core], copy(id).available);
        }
    }
    return true;
}

Time TileRun::head_start(std::int32_t node) const {
    Time cycles = 0;
    if (schedule_->prefetch != Prefetch::inputs) {
        for (const std::int32_t id : missing_) {
            cycles += duration_of(id);
        }
        return cycles;
    }
    const auto n = static_cast<std::size_t>(node);
    for (std::int64_t u = graph_.first_use[n]; u < graph_.first_use[n + 1]; ++u) {
        if (const std::int32_t id = use_copy_[static_cast<std::size_t>(u)]; id >= 0) {
            const auto route = machine_.route(machine_.off_chip(), copy(id).memory);
            cycles += route ? move_cycles(copy(id).block, *route) : 0;
        }
    }
    return cycles;
}

bool TileRun::find_start(std::int32_t node, const NodeCost& cost, NodeRun& run) {
    const Node& self = graph_.nodes[static_cast<std::size_t>(node)];
    const std::int32_t memory = core_of(node).outputs;
    std::int64_t bits = cost.streams_output ? 0 : graph_.output_bits(node);
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
            leave_all(graph_.uses[static_cast<std::size_t>(u)]);
        }
    }
}

bool TileRun::finish_outputs(std::int32_t node, const NodeCost& cost, const NodeRun& run) {
    const Node& self = graph_.nodes[static_cast<std::size_t>(node)];
    if (self.state >= 0) {
        enter(copy_in(self.state, core_of(node).outputs), run.start, run.end);
    }
    for (const std::int32_t b : graph_.outputs_of(node)) {
        if (cost.streams_output) {
            state(b).off_chip = run.end;
        } else {
            enter(output_copy(b), run.start, run.end);
        }
    }
    for (const std::int32_t b : graph_.outputs_of(node)) {
        if (!cost.streams_output && !finish_output(b, node, run.end)) {
            return false;
        }
    }
    return true;
}

bool TileRun::finish_output(std::int32_t b, std::int32_t node, Time end) {
    bool spills = false;
    for (std::int32_t at = state(b).first_copy;
         at < state(b).end_copy && !schedule_->keep_between_stacks;
         ++at) {
        spills = spills || copy(at).later > 0;
    }
    if (block(b).leaves || spills) {
        const MoveCause cause = block(b).leaves ? MoveCause::output : MoveCause::spill;
        const Time written = write_back(output_copy(b), end, cause);
        if (written == never) {
            return false;
        }
        if (!schedule_->overlap) {
            Time& idle = idle_[static_cast<std::size_t>(core_index(node))];
            idle = std::max(idle, written);
        }
        drop_unused(output_copy(b));
    }
    return true;
}

void TileRun::wake_node(std::int32_t node, Time end) {
    NodeState& woken = nodes_[static_cast<std::size_t>(node)];
    woken.ready = std::max(woken.ready, end);
    if (--woken.pending == 0) {
        push(node);
    }
}

void TileRun::wake(std::int32_t b, Time end) {
    for (const std::int32_t consumer : graph_.consumers_of(b)) {
        wake_node(consumer, end);
    }
}

void TileRun::ask_for(std::int32_t node) const {
    const auto n = static_cast<std::size_t>(node);
    for (std::int64_t u = graph_.first_use[n]; u < graph_.first_use[n + 1]; ++u) {
        __builtin_prefetch(copies_.data() + use_copy_[static_cast<std::size_t>(u)], 1);
        __builtin_prefetch(blocks_.data() + graph_.uses[static_cast<std::size_t>(u)], 1);
    }
    for (const std::int32_t b : graph_.outputs_of(node)) {
        __builtin_prefetch(
            copies_.data() + output_copy_[static_cast<std::size_t>(b - graph_.first_output)], 1);
        for (const std::int32_t consumer : graph_.consumers_of(b)) {
            __builtin_prefetch(nodes_.data() + consumer, 1);
        }
    }
}

bool TileRun::place(std::int32_t node) {
    placing_ = node;
    ask_for(node);
    const Node& self = graph_.nodes[static_cast<std::size_t>(node)];
    const NodeState& now = nodes_[static_cast<std::size_t>(node)];
    const std::int32_t core = now.core;
    const NodeCost& cost = *now.cost;
    Time ready = now.ready;
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
    if (!finish_outputs(node, cost, run)) {
        return false;
    }
    finish_inputs(node, run.end);
    for (const std::int32_t b : graph_.outputs_of(node)) {
        wake(b, run.end);
    }
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
    for (StepProfile& profile : memories_) {
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
