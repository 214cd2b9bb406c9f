// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "plexus/core/error.hpp"
#include "plexus/core/record.hpp"
#include "plexus/cost_models/timeline/node_graph.hpp"
#include "plexus/cost_models/timeline/tile_machine.hpp"

namespace plexus::cost_models::timeline {

/// What a node of one shape costs on a core of one type. Operands that do not fit beside each other
/// stream: they pass between off-chip memory and the core while the node runs, and are not kept.
struct NodeCost {
    bool feasible = false;
    std::int64_t cycles = 0;
    double energy_pj = 0;           ///< On the core.
    std::int64_t read_bits = 0;     ///< From off chip while it runs.
    std::int64_t written_bits = 0;  ///< To off chip while it runs.
    bool streams_weights = false;
    bool streams_tensors = false;
    bool streams_output = false;
    std::string reason;  ///< Why it is not feasible.

    [[nodiscard]] bool streams() const { return read_bits > 0 || written_bits > 0; }
};

/// Costs of all shapes of a graph on all types of core.
struct NodeCosts {
    std::int32_t core_types = 1;
    std::vector<NodeCost> entries;  ///< By shape, then by type of core.

    [[nodiscard]] const NodeCost& at(std::int32_t shape, std::int32_t core_type) const {
        return entries[static_cast<std::size_t>(shape) * static_cast<std::size_t>(core_types) +
                       static_cast<std::size_t>(core_type)];
    }
    [[nodiscard]] NodeCost& at(std::int32_t shape, std::int32_t core_type) {
        return entries[static_cast<std::size_t>(shape) * static_cast<std::size_t>(core_types) +
                       static_cast<std::size_t>(core_type)];
    }
};

/// Which of the nodes that could run comes next.
enum class Priority : std::uint8_t {
    latency,  ///< The one whose data are there first; ties: the lowest node.
    memory,   ///< The one of the last operator, so that data die soon; ties: the lowest node.
    given,    ///< The one with the lowest rank.
    /// The one of the operator that has come least far through its tiles, so that the first tile of
    /// every operator comes before the second of any; ties: the lowest node.
    tiles,
};

/// When what a node lacks may start to move, if data move while cores compute.
enum class Prefetch : std::uint8_t {
    /// As long before its core is free as what it lacks takes: it is there in time if no channel is
    /// taken.
    missing,
    /// As long before as all that it reads would take from off chip, whether it lacks it or not.
    inputs,
    /// Weights and inputs as soon as their way and memory have room; the rest as `missing`.
    early,
};

/// Decisions that make a timeline.
struct TileSchedule {
    std::vector<std::int32_t> core_of_group;  ///< One per NodeGraph::groups.
    /// One per operator: all nodes of a stack are placed before those of the next. Empty = one
    /// stack.
    std::vector<std::int32_t> stack_of_operator;
    Priority priority = Priority::latency;
    std::vector<std::int64_t> rank;  ///< Priority `given`: one per group; ties: the lowest node.
    /// Data of a node move while its core computes another; else the core waits for what its nodes
    /// fetch and for what leaves the chip from them.
    bool overlap = true;
    Prefetch prefetch = Prefetch::missing;
    bool preload_weights = false;     ///< Weights are fetched from cycle 0 on, as far as they fit.
    bool keep_between_stacks = true;  ///< Else what a later stack reads goes off chip and back.
    auto operator<=>(const TileSchedule&) const = default;
};

/// Why data move.
enum class MoveCause : std::uint8_t {
    weights,  ///< Fetched from off chip.
    inputs,   ///< Fetched from off chip.
    refetch,  ///< Fetched again after it had to go.
    core_to_core,
    eviction,  ///< Written off chip to make room.
    spill,     ///< Written off chip because a later stack, or a node that streams, reads it there.
    output,    ///< Leaves the network.
};
inline constexpr std::size_t move_causes = 7;
[[nodiscard]] const char* to_string(MoveCause cause);

/// The memory of a core in which its nodes read blocks of a kind. Sums and states that they go on
/// with stay where they were written.
[[nodiscard]] inline std::int32_t memory_for(const TileCore& core, BlockKind kind) {
    switch (kind) {
        case BlockKind::weight:
            return core.weights;
        case BlockKind::partial_sum:
        case BlockKind::state:
            return core.outputs;
        case BlockKind::input:
        case BlockKind::activation:
            break;
    }
    return core.tensors;
}

using Time = std::int64_t;  ///< Whole cycles.

/// A node runs.
struct NodeRun {
    std::int32_t core = 0;
    Time start = 0;
    Time end = 0;
    auto operator<=>(const NodeRun&) const = default;
};

/// A block moves from one memory to another.
struct BlockMove {
    std::int32_t block = 0;
    std::int32_t from = 0;  ///< Memory.
    std::int32_t to = 0;
    MoveCause cause = MoveCause::inputs;
    Time start = 0;
    Time end = 0;
    /// Channels of the route, from the first on, that carry it for an earlier move of the same
    /// block at the same time (broadcast).
    std::int32_t joined = 0;
    auto operator<=>(const BlockMove&) const = default;
};

/// A block is in a memory.
struct BlockStay {
    std::int32_t block = 0;
    std::int32_t memory = 0;
    Time since = 0;      ///< Its room is taken from here on.
    Time available = 0;  ///< It is complete.
    Time until = 0;
    auto operator<=>(const BlockStay&) const = default;
};

/// What runs, moves and stays where and when, and what that costs.
struct Timeline {
    std::vector<core::Violation> violations;  ///< Why there is none; then the rest is unspecified.
    Time latency = 0;                         ///< End of the last node or move.
    std::vector<NodeRun> runs;                ///< One per node.
    std::vector<BlockMove> moves;             ///< In the order in which they were decided.
    std::vector<BlockStay> stays;             ///< On chip; in the order in which they end.
    std::vector<std::int64_t> peak_bits;      ///< Per memory on chip.
    std::vector<Time> busy_cycles;            ///< Per core.
    double compute_pj = 0;
    double stream_pj = 0;  ///< Off-chip memory and its channels, for operands that stream.
    std::array<double, move_causes> memory_pj{};  ///< Of moves: reading and writing memories.
    std::array<double, move_causes> channel_pj{};
    std::array<std::int64_t, move_causes> moved_bits{};
    double off_chip_read_bits = 0;
    double off_chip_written_bits = 0;

    [[nodiscard]] bool feasible() const { return violations.empty(); }
    [[nodiscard]] double energy_pj() const;
    /// Energy by cause; adds up to energy_pj().
    [[nodiscard]] std::vector<core::CostItem> explain() const;
};

/// Computes timelines of one graph on one machine, for many schedules. Nodes are taken one after
/// another, each at the earliest time at which its core, its data, the channels and room in the
/// memories allow; nothing that was placed before moves.
///
/// - Tiles of a group run in their order. An output takes room from the start of its node on. If
///   its core reads it in another memory than it writes in, it moves there as to any other.
/// - A block is fetched from a memory on chip that has it (constants: from off chip), over the
///   channels of the route at the full bandwidth of the narrowest, at the earliest time at which
///   all of them are free; with overlap no earlier than Prefetch says.
/// - A block that already moves to another memory from the same source is also taken from the
///   channels that both routes begin with, if it has room there from the start of that move on.
/// - If there is no room, blocks not needed by this node go, those with the least bits times
///   remaining uses first; what is not off chip yet is written there.
/// - A block goes after its last use, from a memory after the last use there if it is elsewhere.
class TimelineModel {
  public:
    /// Keeps references. \pre Graph and machine are without violations.
    TimelineModel(const NodeGraph& graph, const TileMachine& machine, const NodeCosts& costs);
    ~TimelineModel();
    TimelineModel(const TimelineModel&) = delete;
    TimelineModel& operator=(const TimelineModel&) = delete;
    TimelineModel(TimelineModel&&) = delete;
    TimelineModel& operator=(TimelineModel&&) = delete;

    /// Scratch memory of one thread.
    struct Scratch;
    struct ScratchDeleter {
        void operator()(Scratch* scratch) const;
    };
    using ScratchPointer = std::unique_ptr<Scratch, ScratchDeleter>;
    [[nodiscard]] ScratchPointer make_scratch() const;

    /// The timeline of `schedule`, in `timeline`, whose memory is used again.
    void run(const TileSchedule& schedule, Scratch& scratch, Timeline& timeline) const;
    [[nodiscard]] Timeline run(const TileSchedule& schedule) const;

  private:
    const NodeGraph& graph_;
    const TileMachine& machine_;
    const NodeCosts& costs_;
};

}  // namespace plexus::cost_models::timeline
