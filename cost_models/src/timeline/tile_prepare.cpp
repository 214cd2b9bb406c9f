// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "timeline/tile_run.hpp"

namespace plexus::cost_models::timeline {

TileRun::TileRun(const NodeGraph& graph, const TileMachine& machine, const NodeCosts& costs)
    : graph_(graph), machine_(machine), costs_(costs) {
    for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
        const auto node = static_cast<std::int32_t>(n);
        const NodeGroup& group = graph.groups[static_cast<std::size_t>(graph.nodes[n].group)];
        std::int32_t waits = node >= group.first + group.stride ? 1 : 0;
        for (const std::int32_t b : graph.uses_of(node)) {
            waits += block(b).producer >= 0 ? 1 : 0;
        }
        waits_.push_back(waits);
    }
    count_copies();
    list_operator_reads();
    nodes_.resize(graph.nodes.size());
    use_copy_.resize(graph.uses.size());
    output_copy_.resize(static_cast<std::size_t>(graph.first_made.back() - graph.first_output));
    resident_.resize(machine.memories.size() - 1);
    memories_.resize(machine.memories.size() - 1);
    channels_.resize(machine.channels.size());
}

/// A block is at most in every memory of its kind, and in one for every node that touches it.
void TileRun::count_copies() {
    std::vector<std::int32_t> weights;
    std::vector<std::int32_t> tensors;
    for (const TileCore& core : machine_.cores) {
        weights.push_back(core.weights);
        tensors.push_back(core.tensors);
        tensors.push_back(core.outputs);
    }
    const auto distinct = [](std::vector<std::int32_t>& memories) {
        std::ranges::sort(memories);
        return std::unique(memories.begin(), memories.end()) - memories.begin();
    };
    const auto weight_memories = distinct(weights);
    const auto tensor_memories = distinct(tensors);
    std::int32_t copies = 0;
    for (std::size_t b = 0; b < graph_.blocks.size(); ++b) {
        const Block& data = graph_.blocks[b];
        const std::int64_t reads = graph_.first_consumer[b + 1] - graph_.first_consumer[b];
        const std::int64_t touches = reads + (data.producer >= 0 ? 1 : 0);
        fresh_.push_back({copies,
                          copies,
                          static_cast<std::int32_t>(reads),
                          -1,
                          data.bits,
                          data.producer < 0 ? 0 : never});
        copies += static_cast<std::int32_t>(std::min<std::int64_t>(
            touches, data.kind == BlockKind::weight ? weight_memories : tensor_memories));
    }
    copies_.resize(static_cast<std::size_t>(copies));
}

void TileRun::list_operator_reads() {
    std::size_t own = 0;  // first pair of the operator at hand
    for (std::size_t n = 0; n < graph_.nodes.size(); ++n) {
        const std::int32_t op = graph_.nodes[n].op;
        if (n == 0 || graph_.nodes[n - 1].op != op) {
            own = operator_reads_.size();
        }
        for (const std::int32_t b : graph_.uses_of(static_cast<std::int32_t>(n))) {
            const std::int32_t producer = block(b).producer;
            if (producer < 0) {
                continue;
            }
            const std::pair read(op, graph_.nodes[static_cast<std::size_t>(producer)].op);
            const auto begin = operator_reads_.begin() + static_cast<std::ptrdiff_t>(own);
            if (std::find(begin, operator_reads_.end(), read) == operator_reads_.end()) {
                operator_reads_.push_back(read);
            }
        }
    }
}

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
    if (assign_cores(schedule)) {
        check_stacks(schedule);
    }
    return out_->violations.empty();
}

bool TileRun::assign_cores(const TileSchedule& schedule) {
    for (std::size_t n = 0; n < nodes_.size(); ++n) {
        const Node& node = graph_.nodes[n];
        const std::int32_t at = schedule.core_of_group[static_cast<std::size_t>(node.group)];
        const TileCore& core = machine_.cores[static_cast<std::size_t>(at)];
        const NodeCost& cost = costs_.at(node.shape, core.type);
        if (!cost.feasible) {
            fail(fmt::format("operator {} on core {}", node.op, core.name),
                 "a mapping that fits",
                 cost.reason.empty() ? "none" : cost.reason);
            return false;
        }
        nodes_[n] = {&cost, 0, waits_[n], at};
    }
    return true;
}

void TileRun::check_stacks(const TileSchedule& schedule) {
    if (schedule.stack_of_operator.empty()) {
        return;
    }
    for (const auto& [op, from] : operator_reads_) {
        if (stack_of(from) > stack_of(op)) {
            fail(fmt::format("stack of operator {}, which reads of operator {}", op, from),
                 fmt::format("{} or later", stack_of(from)),
                 std::to_string(stack_of(op)));
            return;
        }
    }
}

void TileRun::prepare(const TileSchedule& schedule) {
    for (StepProfile& profile : memories_) {
        profile.clear();
    }
    for (StepProfile& profile : channels_) {
        profile.clear();
    }
    for (std::vector<std::int32_t>& copies : resident_) {
        copies.clear();
    }
    idle_.assign(machine_.cores.size(), 0);
    blocks_ = fresh_;
    candidates_.clear();
    earlier_move_.clear();
    for (std::size_t n = 0; n < nodes_.size(); ++n) {
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
    for (std::size_t n = 0; n < nodes_.size(); ++n) {
        if (waits_[n] == 0) {
            push(static_cast<std::int32_t>(n));
        }
    }
}

void TileRun::prepare_node(std::int32_t node) {
    const auto n = static_cast<std::size_t>(node);
    const std::int32_t op = graph_.nodes[n].op;
    const TileCore& core = core_of(node);
    const NodeCost& cost = *nodes_[n].cost;
    const bool apart = !schedule_->keep_between_stacks;
    for (std::int64_t u = graph_.first_use[n]; u < graph_.first_use[n + 1]; ++u) {
        const std::int32_t b = graph_.uses[static_cast<std::size_t>(u)];
        const Block& data = block(b);
        const bool weight = data.kind == BlockKind::weight;
        std::int32_t& at = use_copy_[static_cast<std::size_t>(u)];
        at = -1;
        if (weight ? cost.streams_weights : cost.streams_tensors) {
            continue;
        }
        at = copy_in(b, memory_for(core, data.kind));
        const bool later =
            apart && data.producer >= 0 &&
            stack_of(graph_.nodes[static_cast<std::size_t>(data.producer)].op) != stack_of(op);
        ++(later ? copy(at).later : copy(at).uses);
    }
    for (const std::int32_t b : graph_.outputs_of(node)) {
        output_copy(b) = cost.streams_output ? -1 : copy_in(b, core.outputs);
    }
}

/// Weights are fetched from the start on, block by block, as long as they fit.
void TileRun::preload() {
    placing_ = -2;  // no node
    for (std::int32_t b = 0; b < graph_.first_output; ++b) {
        for (std::int32_t at = state(b).first_copy; at < state(b).end_copy; ++at) {
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

}  // namespace plexus::cost_models::timeline
