// SPDX-License-Identifier: Apache-2.0
// Blocks in parts and cuts that are ahead of those of their readers.
#include <algorithm>
#include <map>
#include <vector>

#include <rapidcheck/catch.h>

#include "plexus/cost_models/timeline/node_graph.hpp"

#include "catch.hpp"
#include "tile_networks.hpp"

namespace test_block_cuts {

using namespace plexus;
using namespace plexus::cost_models;
using namespace plexus::cost_models::timeline;
using plexus::cost_models::test::TileNetwork;

namespace {

constexpr GraphRules in_parts(CutRule cuts = CutRule::even) {
    return {BlockRule::parts, cuts, {}};
}

OperatorTiling rows(std::int64_t parts) {
    return {{}, {{"OY", parts}}, ""};
}

std::vector<std::int64_t> output_bits(const NodeGraph& graph, std::int32_t node) {
    std::vector<std::int64_t> bits;
    for (const std::int32_t block : graph.outputs_of(node)) {
        bits.push_back(graph.blocks[static_cast<std::size_t>(block)].bits);
    }
    return bits;
}

/// Bits that a node reads of what a node has made.
std::int64_t read_bits(const NodeGraph& graph, std::int32_t node) {
    std::int64_t bits = 0;
    for (const std::int32_t block : graph.uses_of(node)) {
        const Block& b = graph.blocks[static_cast<std::size_t>(block)];
        bits += b.producer >= 0 ? b.bits : 0;
    }
    return bits;
}

/// Rows of every node of an operator.
std::vector<std::int64_t> tile_rows(const NodeGraph& graph, std::size_t op) {
    std::vector<std::int64_t> out;
    for (std::int32_t n = graph.operator_nodes[op]; n < graph.operator_nodes[op + 1]; ++n) {
        const Node& node = graph.nodes[static_cast<std::size_t>(n)];
        out.push_back(graph.shapes[static_cast<std::size_t>(node.shape)].sizes[2]);
    }
    return out;
}

}  // namespace

TEST_CASE("a block in parts is cut where its readers begin and end", "[timeline]") {
    TileNetwork net;
    const auto a = net.conv(net.input(1, 6), 1, 1);
    net.conv(a, 1, 3, 1, 1);
    const NodeGraph graph = build_node_graph(net.workload, {rows(2), rows(2)}, in_parts());
    REQUIRE(graph.violations.empty());
    // Rows 0 … 2 read 0 … 3, rows 3 … 5 read 2 … 5: cut before 2, 3 and 4.
    CHECK(output_bits(graph, 0) == std::vector<std::int64_t>{16, 8});
    CHECK(output_bits(graph, 1) == std::vector<std::int64_t>{8, 16});
    CHECK(output_bits(graph, 2) == std::vector<std::int64_t>{24});
    CHECK(read_bits(graph, 2) == 4 * 8);
    CHECK(read_bits(graph, 3) == 4 * 8);
    const auto first = graph.outputs_of(0).front();
    CHECK(graph.consumers_of(first).size() == 1);      // rows 0 and 1
    CHECK(graph.consumers_of(first + 1).size() == 2);  // row 2
    CHECK(graph.consumers_of(first + 2).size() == 2);  // row 3
}

TEST_CASE("what is off chip at first is cut in parts too, along every axis", "[timeline]") {
    TileNetwork net;
    net.conv(net.input(2, 8), 4, 3, 1, 1);
    const OperatorTiling tiling{{{"K", 2}}, {{"OY", 2}}, ""};
    const NodeGraph graph = build_node_graph(net.workload, {tiling}, in_parts());
    REQUIRE(graph.violations.empty());
    std::map<BlockKind, std::vector<std::int64_t>> bits;
    for (const Block& block : graph.blocks) {
        bits[block.kind].push_back(block.bits);
    }
    // Rows 0 … 4 and 3 … 7 of two channels; each half of the kernels.
    CHECK(bits[BlockKind::input] == std::vector<std::int64_t>{48, 32, 48});
    CHECK(bits[BlockKind::weight] == std::vector<std::int64_t>{96, 96});
    for (std::int32_t n = 0; n < 4; ++n) {
        CHECK(graph.uses_of(n).size() == 3);
    }
}

TEST_CASE("one writer whose readers cut different axes leaves the product of both", "[timeline]") {
    TileNetwork net;
    const auto a = net.conv(net.input(1, 4), 6, 1);
    net.conv(a, 1, 1);
    net.transpose(a);
    const NodeGraph graph = build_node_graph(
        net.workload, {{}, rows(2), {{}, {{"OY", 3}}, ""}}, in_parts());  // OY of it: channels
    REQUIRE(graph.violations.empty());
    CHECK(output_bits(graph, 0) == std::vector<std::int64_t>(6, 2 * 2 * 8));
    CHECK(read_bits(graph, 1) == 6 * 2 * 8);
    CHECK(read_bits(graph, 3) == 2 * 4 * 8);
}

TEST_CASE("partial sums, states and caches stay whole", "[timeline]") {
    TileNetwork net;
    const auto a = net.conv(net.input(4, 6), 2, 1);
    net.conv(a, 1, 1);
    const OperatorTiling sums{{}, {{"C", 2}}, ""};
    const NodeGraph graph = build_node_graph(net.workload, {sums, rows(3)}, in_parts());
    REQUIRE(graph.violations.empty());
    CHECK(output_bits(graph, 0) == std::vector<std::int64_t>{2 * 6 * 16});
    CHECK(output_bits(graph, 1) == std::vector<std::int64_t>(3, 2 * 2 * 8));
    CHECK(read_bits(graph, 1) == 2 * 6 * 16);

    net.workload.tensors[a].role = workloads::TensorRole::cache;
    const NodeGraph cached = build_node_graph(net.workload, {rows(2), rows(3)}, in_parts());
    REQUIRE(cached.violations.empty());
    CHECK(output_bits(cached, 0) == std::vector<std::int64_t>{2 * 3 * 8});
    std::int64_t held = 0;  // blocks of what the cache holds before: as the reader reads
    for (const Block& block : cached.blocks) {
        held += block.producer < 0 && block.tensor == static_cast<std::int32_t>(a) ? 1 : 0;
    }
    CHECK(held == 3);
}

TEST_CASE("bits of the parts of a format add up to those of the whole", "[timeline]") {
    TileNetwork net;
    const auto a = net.conv(net.input(1, 7), 1, 1);
    net.conv(a, 1, 1);
    workloads::PrecisionFormat format;  // five values of base 3 in a byte: 1.6 bits each
    format.kind = workloads::NumberKind::ternary;
    format.per_byte = 5;
    net.workload.tensors[a].format = format;
    const std::vector<OperatorTiling> tiling{{}, rows(7)};
    const NodeGraph whole = build_node_graph(net.workload, tiling);
    const NodeGraph parts = build_node_graph(net.workload, tiling, in_parts());
    REQUIRE(parts.outputs_of(0).size() == 7);
    CHECK(parts.output_bits(0) == whole.output_bits(0));
}

TEST_CASE("an axis that nothing indexes is read as a whole", "[timeline]") {
    TileNetwork net;
    const auto a = net.conv(net.input(1, 6), 2, 1);
    net.conv(a, 2, 1);
    net.workload.operators[1].inputs[0].indices[1].terms.clear();
    for (const BlockRule rule : {BlockRule::whole, BlockRule::parts}) {
        const NodeGraph graph =
            build_node_graph(net.workload, {rows(3), rows(2)}, {rule, CutRule::even, {}});
        REQUIRE(graph.violations.empty());
        CHECK(read_bits(graph, 3) == 2 * 6 * 8);
        CHECK(read_bits(graph, 4) == 2 * 6 * 8);
    }
}

TEST_CASE("aligned tiles end where those of their readers need no more", "[timeline]") {
    TileNetwork net;
    const auto a = net.conv(net.input(1, 12), 1, 1);
    const auto b = net.conv(a, 1, 3, 1, 1);
    net.conv(b, 1, 3, 1, 1);
    const std::vector<OperatorTiling> tiling{rows(3), rows(3), rows(3)};
    const NodeGraph graph = build_node_graph(net.workload, tiling, in_parts(CutRule::aligned));
    REQUIRE(graph.violations.empty());
    CHECK(tile_rows(graph, 2) == std::vector<std::int64_t>{4, 4, 4});
    CHECK(tile_rows(graph, 1) == std::vector<std::int64_t>{5, 4, 3});
    CHECK(tile_rows(graph, 0) == std::vector<std::int64_t>{6, 4, 2});
    // So the first tile of each waits for nothing but first tiles.
    for (const std::int32_t block : graph.uses_of(6)) {
        CHECK(graph.blocks[static_cast<std::size_t>(block)].producer <= 3);
    }
    SECTION("alone in its stack an operator is cut evenly") {
        const NodeGraph apart =
            build_node_graph(net.workload, tiling, {BlockRule::whole, CutRule::aligned, {0, 0, 1}});
        CHECK(tile_rows(apart, 1) == std::vector<std::int64_t>{4, 4, 4});
        CHECK(tile_rows(apart, 0) == std::vector<std::int64_t>{5, 4, 3});
    }
    SECTION("no tile is left empty") {
        const std::vector<OperatorTiling> fine{rows(12), rows(12), rows(12)};
        const NodeGraph graph12 = build_node_graph(net.workload, fine, in_parts(CutRule::aligned));
        CHECK(tile_rows(graph12, 0) == std::vector<std::int64_t>(12, 1));
    }
    SECTION("nor if the first ones need padding only") {
        TileNetwork padded;
        padded.conv(padded.conv(padded.input(1, 6), 1, 1), 1, 1, 1, 3);
        const NodeGraph six =
            build_node_graph(padded.workload, {rows(6), rows(6)}, in_parts(CutRule::aligned));
        CHECK(tile_rows(six, 1) == std::vector<std::int64_t>(6, 2));
        CHECK(tile_rows(six, 0) == std::vector<std::int64_t>(6, 1));
    }
    SECTION("a reader that cuts its window too says nothing") {
        const OperatorTiling taps{{}, {{"OY", 3}, {"FY", 3}}, ""};
        const NodeGraph cut =
            build_node_graph(net.workload, {rows(3), rows(3), taps}, in_parts(CutRule::aligned));
        CHECK(tile_rows(cut, 1) == std::vector<std::int64_t>{4, 4, 4});
    }
    SECTION("a reader in other parts says nothing") {
        const NodeGraph other =
            build_node_graph(net.workload, {rows(3), rows(3), rows(4)}, in_parts(CutRule::aligned));
        CHECK(tile_rows(other, 1) == std::vector<std::int64_t>{4, 4, 4});
        CHECK(tile_rows(other, 0) == std::vector<std::int64_t>{5, 4, 3});
    }
}

TEST_CASE("axes that are not written element by element keep their cuts and blocks", "[timeline]") {
    TileNetwork net;
    const auto a = net.conv(net.input(1, 6), 1, 1);
    net.workload.tensors[a].shape = {1, 12};
    SECTION("every other element") {
        net.workload.operators[0].output.indices[1].terms[0].scale = 2;
        net.conv(a, 1, 3, 1, 1);
    }
    SECTION("two dimensions in one axis") {
        net.workload.operators[0].dims.push_back({"P", 2});
        net.workload.operators[0].output.indices[1].terms = {{2, 2}, {4, 1}};
        net.conv(a, 1, 3, 1, 1);
    }
    const NodeGraph graph =
        build_node_graph(net.workload, {rows(2), rows(2)}, in_parts(CutRule::aligned));
    REQUIRE(graph.violations.empty());
    CHECK(tile_rows(graph, 0) == std::vector<std::int64_t>{3, 3});
    const bool strided = net.workload.operators[0].dims.size() == 4;
    CHECK(graph.output_bits(0) == (strided ? 3 : 6) * 8);
    CHECK(graph.outputs_of(0).size() == (strided ? 1 : 2));
}

TEST_CASE("with two readers a tile is enough for both", "[timeline]") {
    TileNetwork net;
    const auto a = net.conv(net.input(1, 12), 1, 1);
    const auto b = net.conv(a, 1, 5, 1, 2);
    net.add(a, b);
    const std::vector<OperatorTiling> tiling(3, rows(3));
    const NodeGraph graph = build_node_graph(net.workload, tiling, in_parts(CutRule::aligned));
    REQUIRE(graph.violations.empty());
    CHECK(tile_rows(graph, 1) == std::vector<std::int64_t>{4, 4, 4});
    CHECK(tile_rows(graph, 0) == std::vector<std::int64_t>{6, 4, 2});
}

TEST_CASE("more blocks than can be numbered are no graph", "[timeline]") {
    TileNetwork net;
    const auto a = net.conv(net.input(1, 20000), 20000, 1);
    net.conv(a, 1, 1);
    net.transpose(a);
    const NodeGraph graph =
        build_node_graph(net.workload, {{}, rows(20000), {{}, {{"OY", 20000}}, ""}}, in_parts());
    REQUIRE(graph.violations.size() == 1);
    CHECK(graph.violations[0].rule == "blocks of " + net.workload.tensors[a].name);
    CHECK(graph.nodes.empty());
}

TEST_CASE("blocks in parts are what tiles read, and add up to the whole ones",
          "[timeline][property]") {
    rc::prop("for any chain of convolutions", [](std::vector<std::uint8_t> dice) {
        TileNetwork net;
        std::vector<OperatorTiling> tiling;
        std::size_t from = net.input(2, 24);
        for (std::size_t i = 0; i < dice.size() && i < 4; ++i) {
            const std::int64_t taps = 1 + dice[i] % 4;
            from = net.conv(from, 2, taps, 1 + dice[i] / 4 % 2, taps / 2);
            const std::int64_t size = net.workload.tensors[from].shape[1];
            tiling.push_back(rows(1 + dice[i] / 8 % size));
        }
        const auto cuts = static_cast<CutRule>(dice.size() % 2);
        const NodeGraph whole =
            build_node_graph(net.workload, tiling, {BlockRule::whole, cuts, {}});
        const NodeGraph parts = build_node_graph(net.workload, tiling, in_parts(cuts));
        RC_ASSERT(whole.violations.empty() && parts.violations.empty());
        RC_ASSERT(whole.nodes == parts.nodes);
        RC_ASSERT(whole.shapes == parts.shapes);
        std::map<std::int32_t, std::int64_t> next;  // first row of the next tile, by operator
        for (std::int32_t n = 0; n < std::ssize(parts.nodes); ++n) {
            RC_ASSERT(parts.output_bits(n) == whole.output_bits(n));
            RC_ASSERT(read_bits(parts, n) <= read_bits(whole, n));
            // By hand: rows stride·first − padding … of the map before that exist.
            const Node& node = parts.nodes[static_cast<std::size_t>(n)];
            const auto& op = net.workload.operators[static_cast<std::size_t>(node.op)];
            const std::int64_t tile = parts.shapes[static_cast<std::size_t>(node.shape)].sizes[2];
            const std::int64_t row = next[node.op];
            next[node.op] += tile;
            const std::int64_t stride = op.inputs[0].indices[1].terms[0].scale;
            const std::int64_t begin = stride * row - op.padding[0].before;
            const std::int64_t end = begin + stride * (tile - 1) + op.dims[3].size;
            const std::int64_t have = net.workload.tensors[op.inputs[0].tensor].shape[1];
            const std::int64_t seen =
                std::max<std::int64_t>(0, std::min(end, have) - std::max<std::int64_t>(begin, 0));
            std::int64_t bits = 0;
            for (const std::int32_t block : parts.uses_of(n)) {
                const Block& b = parts.blocks[static_cast<std::size_t>(block)];
                bits += b.kind == BlockKind::weight ? 0 : b.bits;
            }
            RC_ASSERT(bits == 2 * seen * 8);
        }
    });
}

}  // namespace test_block_cuts
