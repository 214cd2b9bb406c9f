// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "plexus/cost_models/timeline/timeline.hpp"

#include "timeline/step_profile.hpp"

namespace plexus::cost_models::timeline {

/// Share of a channel's bandwidth is counted in whole millionths, so that sums are exact.
inline constexpr std::int64_t whole_channel = 1'000'000;

[[nodiscard]] inline std::int64_t share_of(double rate, double bandwidth) {
    return rate == bandwidth
               ? whole_channel
               : std::min(whole_channel,
                          static_cast<std::int64_t>(std::ceil(
                              rate / bandwidth * static_cast<double>(whole_channel) - 1e-6)));
}

/// A block in a memory, now or at some time: there is one for every memory in which a node reads or
/// writes the block. Those of one block stand side by side.
struct Copy {
    std::int32_t block = 0;
    std::int32_t uses = 0;     ///< Reads still to come there, of the stack of its producer.
    std::int32_t later = 0;    ///< Reads of later stacks, if tensors do not stay between stacks.
    std::int32_t pinned = -1;  ///< Node that needs it right now.
    std::int32_t place = -1;   ///< Among those that are in the memory; -1 = it is not.
    std::int16_t memory = 0;
    bool fetched = false;  ///< It was there before.
    Time since = 0;
    Time available = 0;
    Time last_use = 0;

    [[nodiscard]] bool resident() const { return place >= 0; }
};

/// What is known of a block while a timeline grows.
struct BlockState {
    std::int32_t first_copy = 0;
    std::int32_t end_copy = 0;
    std::int32_t uses = 0;        ///< Reads still to come.
    std::int32_t last_move = -1;  ///< Head of the list of its moves.
    std::int64_t bits = 0;
    Time off_chip = never;  ///< Since when it is there.
};

/// What is known of a node while a timeline grows.
struct NodeState {
    const NodeCost* cost = nullptr;
    Time ready = 0;            ///< End of the last node that it waits for.
    std::int32_t pending = 0;  ///< Nodes that it waits for.
    std::int32_t core = 0;
};

/// A node that could run.
struct Candidate {
    std::int32_t stack = 0;
    std::int32_t node = 0;
    std::int64_t key = 0;
};

/// State of a timeline that grows node by node.
class TileRun {
  public:
    TileRun(const NodeGraph& graph, const TileMachine& machine, const NodeCosts& costs);

    void run(const TileSchedule& schedule, Timeline& out);

  private:
    // tile_prepare.cpp
    void count_copies();
    void list_operator_reads();
    [[nodiscard]] bool check(const TileSchedule& schedule);
    /// Sets core and cost of every node. \return false with a violation if one cannot run there.
    bool assign_cores(const TileSchedule& schedule);
    void check_stacks(const TileSchedule& schedule);
    void prepare(const TileSchedule& schedule);
    void prepare_node(std::int32_t node);
    void preload();

    // tile_run.cpp
    /// How far the group of a node has come when the node is next, as a share of 2^30.
    [[nodiscard]] Time progress(std::int32_t node) const;
    void push(std::int32_t node);
    std::int32_t pop();
    bool place(std::int32_t node);
    /// Asks for the memory of what placing a node touches, so that it comes all at once.
    void ask_for(std::int32_t node) const;
    [[nodiscard]] bool bring_inputs(std::int32_t node, Time& ready);
    /// How long before the core of a node is free its moves may start; what it lacks is known.
    [[nodiscard]] Time head_start(std::int32_t node) const;
    /// Sets when the node runs, from run.start on.
    bool find_start(std::int32_t node, const NodeCost& cost, NodeRun& run);
    void finish_inputs(std::int32_t node, Time end);
    bool finish_outputs(std::int32_t node, const NodeCost& cost, const NodeRun& run);
    /// Writes a block that a node has made off chip if it has to go there.
    bool finish_output(std::int32_t block, std::int32_t node, Time end);
    void wake(std::int32_t block, Time end);
    void wake_node(std::int32_t node, Time end);
    void finish();

    // tile_moves.cpp
    [[nodiscard]] Time move_cycles(std::int32_t block, std::span<const std::int32_t> route) const;
    /// Brings the block of a copy into its memory. \return false with a violation if it cannot.
    bool fetch(std::int32_t copy, Time earliest);
    bool join(std::int32_t copy, Time earliest);
    /// Where a block is best taken from; -1 = it is out of reach.
    [[nodiscard]] std::int32_t source_of(const Copy& copy) const;
    [[nodiscard]] Time first_window(std::span<const std::int32_t> route,
                                    double rate,
                                    Time earliest,
                                    Time cycles);
    void occupy(std::span<const std::int32_t> route, double rate, Time from, Time to);
    void record(const BlockMove& move, std::span<const std::int32_t> route);
    /// Writes a block off chip. \return its end; `never` with a violation if there is no way.
    Time write_back(std::int32_t copy, Time earliest, MoveCause cause);
    [[nodiscard]] double rate_of(std::span<const std::int32_t> route) const;
    [[nodiscard]] Time duration_of(std::int32_t copy) const;

    // tile_stream.cpp
    /// Takes the channels for what a node streams, and makes it as long as that takes.
    bool stream(std::int32_t node, const NodeCost& cost, NodeRun& run);
    void load_channels(std::span<const std::int32_t> route, std::int64_t bits, double pj_per_bit);

    // tile_room.cpp
    /// Earliest time from `from` on at which a memory has room for good; `never` with a violation
    /// if it cannot be made.
    [[nodiscard]] Time room(std::int32_t memory, std::int64_t bits, Time from);
    bool make_room(std::int32_t memory, std::int64_t missing);
    bool evict(std::int32_t copy);
    void enter(std::int32_t copy, Time since, Time available);
    void leave(std::int32_t copy, Time until);
    /// Takes a block out of all memories.
    void leave_all(std::int32_t block);
    [[nodiscard]] bool elsewhere(std::int32_t copy) const;
    void drop_unused(std::int32_t copy);
    [[nodiscard]] std::int32_t copy_in(std::int32_t block, std::int32_t memory);
    void fail(std::string rule, std::string needed, std::string available);
    [[nodiscard]] std::string name_of(std::int32_t node) const;

    [[nodiscard]] std::int32_t core_index(std::int32_t node) const {
        return nodes_[static_cast<std::size_t>(node)].core;
    }
    [[nodiscard]] const TileCore& core_of(std::int32_t node) const {
        return machine_.cores[static_cast<std::size_t>(core_index(node))];
    }
    [[nodiscard]] std::int32_t& output_copy(std::int32_t b) {
        return output_copy_[static_cast<std::size_t>(b - graph_.first_output)];
    }
    [[nodiscard]] const Block& block(std::int32_t b) const {
        return graph_.blocks[static_cast<std::size_t>(b)];
    }
    [[nodiscard]] BlockState& state(std::int32_t b) { return blocks_[static_cast<std::size_t>(b)]; }
    [[nodiscard]] const BlockState& state(std::int32_t b) const {
        return blocks_[static_cast<std::size_t>(b)];
    }
    [[nodiscard]] Copy& copy(std::int32_t c) { return copies_[static_cast<std::size_t>(c)]; }
    [[nodiscard]] const Copy& copy(std::int32_t c) const {
        return copies_[static_cast<std::size_t>(c)];
    }
    [[nodiscard]] std::int32_t stack_of(std::int32_t op) const {
        return schedule_->stack_of_operator.empty()
                   ? 0
                   : schedule_->stack_of_operator[static_cast<std::size_t>(op)];
    }
    const NodeGraph& graph_;
    const TileMachine& machine_;
    const NodeCosts& costs_;
    const TileSchedule* schedule_ = nullptr;
    Timeline* out_ = nullptr;
    std::int32_t placing_ = 0;  ///< Node at hand.

    std::vector<StepProfile> memories_;  ///< Bits, of those on chip.
    std::vector<StepProfile> channels_;  ///< Millionths of the bandwidth.
    std::vector<Time> idle_;             ///< Per core: since when.
    std::vector<NodeState> nodes_;
    std::vector<std::int32_t> waits_;  ///< Per node: nodes that it waits for at first.
    std::vector<BlockState> blocks_;
    std::vector<BlockState> fresh_;  ///< At first.
    std::vector<Copy> copies_;
    /// Operators that read of earlier ones, with those; in the order of their first nodes.
    std::vector<std::pair<std::int32_t, std::int32_t>> operator_reads_;
    std::vector<std::int32_t> use_copy_;  ///< Of every use; -1 = it streams.
    /// Of every block that a node writes, from the first one on; -1 = it streams.
    std::vector<std::int32_t> output_copy_;
    std::vector<Candidate> candidates_;       ///< A heap.
    std::vector<std::int32_t> earlier_move_;  ///< Per move: the one before of the same block.
    std::vector<std::vector<std::int32_t>> resident_;  ///< Per memory: its copies, unordered.
    std::vector<std::int32_t> missing_;
    std::vector<std::int32_t> victims_;
    struct Load {
        std::int32_t channel = 0;
        double bits = 0;
    };
    std::vector<Load> loads_;  ///< Of the channels, by a node that streams.
};

}  // namespace plexus::cost_models::timeline
