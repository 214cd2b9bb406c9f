// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <ranges>
#include <span>
#include <string>
#include <vector>

#include "plexus/core/error.hpp"
#include "plexus/workloads/workload.hpp"

namespace plexus::cost_models::timeline {

/// A loop dimension cut into parts of sizes that differ by one at most: part p of k covers
/// [⌊p·n/k⌋, ⌊(p+1)·n/k⌋).
struct DimCut {
    std::string dim;
    std::int64_t parts = 1;  ///< 0 = as many as the dimension has elements.
    auto operator<=>(const DimCut&) const = default;
};

/// How one operator is cut into tiles.
struct OperatorTiling {
    std::vector<DimCut> inter;  ///< Parts that may run on different cores; first = slowest.
    std::vector<DimCut> intra;  ///< Parts run one after another; first = slowest.
    /// Each iteration of this dimension continues the state that the one before has left (a scan);
    /// empty = none does.
    std::string carried;
    auto operator<=>(const OperatorTiling&) const = default;
};

/// What makes a block.
enum class BlockRule : std::uint8_t {
    whole,  ///< What one node writes: whoever reads a part of it gets all of it.
    /// What one node writes, cut wherever a node that reads of it begins or ends to read, along
    /// every axis: nodes get what they read and no more.
    parts,
};

/// Where tiles of an operator end.
enum class CutRule : std::uint8_t {
    even,  ///< As DimCut says.
    /// Where the same tile of those that read of it in its stack needs no more: going back from the
    /// last operator, ahead of their cuts by the halo. Even, if they do not cut in as many parts.
    aligned,
};

/// How a network is cut beside its tiling.
struct GraphRules {
    BlockRule blocks = BlockRule::whole;
    CutRule cuts = CutRule::even;
    /// Of `aligned`: one per operator; empty = one stack.
    std::vector<std::int32_t> stack_of_operator;
    auto operator<=>(const GraphRules&) const = default;
};

/// What the data of a block are.
enum class BlockKind : std::uint8_t {
    weight,       ///< Constant, off chip at first.
    input,        ///< From outside, or a cache: off chip at first.
    activation,   ///< Complete output of a node.
    partial_sum,  ///< Output of a node that a later part of the reduction goes on with.
    state,        ///< Left by one iteration for the next.
};
[[nodiscard]] const char* to_string(BlockKind kind);

/// Data that are moved and kept as a whole: a part of a tensor.
struct Block {
    std::int64_t bits = 0;
    std::int32_t producer = -1;  ///< Node; -1 = none, it is off chip at first.
    std::int32_t tensor = 0;     ///< Index into Workload::tensors.
    BlockKind kind = BlockKind::activation;
    bool leaves = false;  ///< Must be off chip in the end.
    auto operator<=>(const Block&) const = default;
};

/// A computation node: a tile of an operator.
struct Node {
    std::int32_t op = 0;
    std::int32_t shape = 0;   ///< Index into NodeGraph::shapes.
    std::int32_t group = 0;   ///< Index into NodeGraph::groups.
    std::int32_t state = -1;  ///< Block of the state that it leaves; -1 = none.
    auto operator<=>(const Node&) const = default;
};

/// Nodes of one operator that cost the same.
struct NodeShape {
    std::int32_t op = 0;
    std::vector<std::int64_t> sizes;  ///< One per loop dimension of the operator.
    bool complete = true;             ///< The output is complete, not a partial sum.
    auto operator<=>(const NodeShape&) const = default;
};

/// Nodes that run on one core, in order: those of one combination of the inter-core parts.
struct NodeGroup {
    std::int32_t op = 0;
    std::int32_t first = 0;   ///< Node.
    std::int32_t stride = 1;  ///< From one node of the group to the next.
    std::int32_t count = 1;
    auto operator<=>(const NodeGroup&) const = default;
};

/// Computation nodes of a network and the blocks that pass between them.
struct NodeGraph {
    std::vector<Node> nodes;    ///< By operator, then by tile.
    std::vector<Block> blocks;  ///< Constants and inputs, outputs of nodes, states.
    std::vector<NodeShape> shapes;
    std::vector<NodeGroup> groups;  ///< By operator, then by combination of inter-core parts.
    std::vector<std::int32_t> operator_nodes;   ///< First node of each operator, and the end.
    std::vector<std::int32_t> operator_groups;  ///< First group of each operator, and the end.
    std::int32_t first_output = 0;
    std::vector<std::int32_t> first_made;      ///< First block that each node writes, and the end.
    std::vector<std::int64_t> first_use;       ///< Of each node in `uses`, and the end.
    std::vector<std::int32_t> uses;            ///< Blocks that a node reads; none twice.
    std::vector<std::int64_t> first_consumer;  ///< Of each block in `consumers`, and the end.
    std::vector<std::int32_t> consumers;       ///< Nodes, in order.
    std::vector<core::Violation> violations;   ///< Why there is no graph; then all is empty.

    [[nodiscard]] std::span<const std::int32_t> uses_of(std::int32_t node) const {
        const auto n = static_cast<std::size_t>(node);
        return {uses.data() + first_use[n],
                static_cast<std::size_t>(first_use[n + 1] - first_use[n])};
    }
    [[nodiscard]] std::span<const std::int32_t> consumers_of(std::int32_t block) const {
        const auto b = static_cast<std::size_t>(block);
        return {consumers.data() + first_consumer[b],
                static_cast<std::size_t>(first_consumer[b + 1] - first_consumer[b])};
    }
    /// The blocks that a node writes, one at least; its state is not among them.
    [[nodiscard]] std::ranges::iota_view<std::int32_t, std::int32_t> outputs_of(
        std::int32_t node) const {
        const auto n = static_cast<std::size_t>(node);
        return {first_made[n], first_made[n + 1]};
    }
    /// Bits of all of them.
    [[nodiscard]] std::int64_t output_bits(std::int32_t node) const {
        std::int64_t bits = 0;
        for (const std::int32_t block : outputs_of(node)) {
            bits += blocks[static_cast<std::size_t>(block)].bits;
        }
        return bits;
    }
    /// Uses of blocks that a node has made.
    [[nodiscard]] std::int64_t dependencies() const;
};

/// The tiles of every operator and what each reads, in time linear in nodes and uses: the tiles of
/// an operator are a regular grid over its output, so that the parts that an interval of indices
/// meets are known without a search.
///
/// - A tile reads the parts of its inputs that its intervals meet: halos of convolutions, strides
///   and padding follow from the affine indices. Padding that the operator does not give is taken
///   as equal on both sides.
/// - Tensors from outside and weights are cut like the tiles of the reader that cuts them finest.
/// - Tiles along a reduction form a chain of partial sums; the last one has the complete output.
/// - A cache is read from off chip; what is appended to it is waited for, in whole blocks.
/// \param tiling One per operator; empty = no operator is cut.
/// \return a graph with violations if an operator cannot be cut like that: a dimension it does not
/// have or that is cut twice, more parts than elements, a cut along the axis that a softmax or
/// normalisation needs as a whole, or along the inner dimension of a merged output axis.
[[nodiscard]] NodeGraph build_node_graph(const workloads::Workload& workload,
                                         const std::vector<OperatorTiling>& tiling,
                                         const GraphRules& rules = {});

}  // namespace plexus::cost_models::timeline
