// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>
#include <string>

#include <rapidcheck/catch.h>

#include "plexus/cost_models/timeline/node_graph.hpp"

#include "catch.hpp"
#include "tile_networks.hpp"

namespace test_node_graph {

using namespace plexus;
using namespace plexus::cost_models;
using namespace plexus::cost_models::timeline;
using plexus::cost_models::test::TileNetwork;

namespace {

OperatorTiling rows(std::int64_t parts) {
    return {{}, {{"OY", parts}}, ""};
}

/// Nodes of the producers of what a node reads.
std::vector<std::int32_t> producers(const NodeGraph& graph, std::int32_t node) {
    std::vector<std::int32_t> out;
    for (const std::int32_t block : graph.uses_of(node)) {
        if (graph.blocks[static_cast<std::size_t>(block)].producer >= 0) {
            out.push_back(graph.blocks[static_cast<std::size_t>(block)].producer);
        }
    }
    return out;
}

/// The only block that a node writes.
const Block& output(const NodeGraph& graph, std::int32_t node) {
    REQUIRE(graph.outputs_of(node).size() == 1);
    return graph.blocks[static_cast<std::size_t>(graph.outputs_of(node).front())];
}

std::int64_t bits_of(const NodeGraph& graph, BlockKind kind) {
    std::int64_t bits = 0;
    for (const Block& block : graph.blocks) {
        bits += block.kind == kind ? block.bits : 0;
    }
    return bits;
}

}  // namespace

TEST_CASE("a convolution reads the rows that its halo meets", "[timeline]") {
    TileNetwork net;
    const auto a = net.conv(net.input(2, 8), 4, 1);
    net.conv(a, 3, 3, 1, 1);
    const NodeGraph graph = build_node_graph(net.workload, {rows(0), rows(0)});
    REQUIRE(graph.violations.empty());
    REQUIRE(graph.nodes.size() == 16);
    CHECK(producers(graph, 8) == std::vector<std::int32_t>{0, 1});  // the first row: padding above
    CHECK(producers(graph, 9) == std::vector<std::int32_t>{0, 1, 2});
    CHECK(producers(graph, 15) == std::vector<std::int32_t>{6, 7});
    // 6 rows with 3 above each other and 2 at the borders
    CHECK(graph.dependencies() == 6 * 3 + 2 * 2);
    // rows of 4 and of 3 channels of 8 bits
    CHECK(output(graph, 0).bits == 32);
    CHECK(output(graph, 8).bits == 24);
    CHECK(output(graph, 8).leaves);
    CHECK_FALSE(output(graph, 0).leaves);
    CHECK(bits_of(graph, BlockKind::input) == 2 * 8 * 8);
    CHECK(bits_of(graph, BlockKind::weight) == (4 * 2 * 1 + 3 * 4 * 3) * 8);
}

TEST_CASE("a stride skips rows, and parts differ by one row at most", "[timeline]") {
    TileNetwork net;
    const auto a = net.conv(net.input(1, 11), 1, 1);
    net.conv(a, 1, 3, 2, 1);  // 6 rows
    const NodeGraph graph = build_node_graph(net.workload, {rows(4), rows(2)});
    REQUIRE(graph.violations.empty());
    // 11 rows in 4 parts: [0,2) [2,5) [5,8) [8,11); rows 0 … 2 read 0 … 5, rows 3 … 5 read 5 … 10.
    std::vector<std::int64_t> bits;
    for (std::int32_t n = 0; n < 4; ++n) {
        bits.push_back(output(graph, n).bits);
    }
    CHECK(bits == std::vector<std::int64_t>{16, 24, 24, 24});
    CHECK(producers(graph, 4) == std::vector<std::int32_t>{0, 1, 2});
    CHECK(producers(graph, 5) == std::vector<std::int32_t>{2, 3});
    CHECK(graph.shapes.size() == 3);  // 2 and 3 rows of the first, 3 rows of the second
}

TEST_CASE("branches meet, and a transposed map is read across", "[timeline]") {
    TileNetwork net;
    const auto a = net.conv(net.input(1, 4), 2, 1);
    const auto b = net.conv(a, 2, 1);
    const auto c = net.add(a, b);
    net.transpose(c);
    const NodeGraph graph =
        build_node_graph(net.workload, {rows(2), rows(2), rows(4), {{}, {{"K", 4}}, ""}});
    REQUIRE(graph.violations.empty());
    CHECK(producers(graph, 4) == std::vector<std::int32_t>{0, 2});
    CHECK(producers(graph, 7) == std::vector<std::int32_t>{1, 3});
    CHECK(producers(graph, 8) == std::vector<std::int32_t>{4});  // channel 0 of it is row 0
    CHECK(producers(graph, 11) == std::vector<std::int32_t>{7});
}

TEST_CASE("parts of a reduction pass their sum on", "[timeline]") {
    TileNetwork net;
    const auto a = net.conv(net.input(6, 2), 4, 1);
    net.conv(a, 1, 1);
    const NodeGraph graph =
        build_node_graph(net.workload, {{{}, {{"OY", 2}, {"C", 3}}, ""}, rows(1)});
    REQUIRE(graph.violations.empty());
    REQUIRE(graph.nodes.size() == 7);
    CHECK(producers(graph, 0).empty());
    CHECK(producers(graph, 1) == std::vector<std::int32_t>{0});
    CHECK(producers(graph, 2) == std::vector<std::int32_t>{1});
    CHECK(producers(graph, 3).empty());
    CHECK(producers(graph, 6) == std::vector<std::int32_t>{2, 5});  // complete ones only
    const Block& partial = output(graph, 0);
    CHECK(partial.kind == BlockKind::partial_sum);
    CHECK(partial.bits == 4 * 16);
    CHECK(output(graph, 2).bits == 4 * 8);
}

TEST_CASE("a scan hands its state on", "[timeline]") {
    TileNetwork net;
    net.conv(net.input(1, 6), 5, 1);
    OperatorTiling tiling{{{"K", 5}}, {{"OY", 3}}, "OY"};
    const NodeGraph graph = build_node_graph(net.workload, {tiling});
    REQUIRE(graph.violations.empty());
    REQUIRE(graph.groups.size() == 5);
    // Node = part of OY · 5 + part of K.
    CHECK(producers(graph, 3).empty());
    CHECK(producers(graph, 8) == std::vector<std::int32_t>{3});
    CHECK(producers(graph, 13) == std::vector<std::int32_t>{8});
    const std::int32_t state = graph.nodes[3].state;
    REQUIRE(state >= 0);
    CHECK(graph.blocks[static_cast<std::size_t>(state)].bits == 16);  // one channel, 16 bit
    CHECK(graph.nodes[13].state == -1);
}

TEST_CASE("a dimension cut for cores and in time gives each core neighbouring parts",
          "[timeline]") {
    TileNetwork net;
    net.conv(net.input(1, 1), 8, 1);
    const NodeGraph graph = build_node_graph(net.workload, {{{{"K", 2}}, {{"K", 4}}, ""}});
    REQUIRE(graph.groups.size() == 2);
    CHECK(graph.groups[0] == NodeGroup{0, 0, 2, 4});
    CHECK(graph.groups[1] == NodeGroup{0, 1, 2, 4});
    // Core 0 has weights 0 … 3, core 1 has 4 … 7.
    std::vector<std::int32_t> weights;
    for (std::int32_t n = 0; n < 8; n += 2) {
        weights.push_back(graph.uses_of(n).back());
    }
    CHECK(std::ranges::is_sorted(weights));
    CHECK(weights.back() < graph.uses_of(1).back());
}

TEST_CASE("what cannot be cut is refused with the reason", "[timeline]") {
    TileNetwork net;
    const auto a = net.conv(net.input(1, 4), 2, 1);
    net.add(a, a);
    net.workload.operators[1].kind = workloads::OperatorKind::softmax;
    const auto rule = [&](const OperatorTiling& first, const OperatorTiling& second = {}) {
        const NodeGraph graph = build_node_graph(net.workload, {first, second});
        REQUIRE(graph.nodes.empty());
        REQUIRE_FALSE(graph.violations.empty());
        return core::to_string(graph.violations[0]);
    };
    CHECK(rule(rows(5)) == "conv0: OY cut into parts: needed 5 parts, available 4 elements");
    CHECK(rule({{}, {{"X", 2}}, ""}) ==
          "conv0: dimension to cut: needed X, available a loop dimension of the operator");
    CHECK(rule({{}, {{"OY", 2}, {"OY", 2}}, ""}) ==
          "conv0: dimension to cut: needed OY once, available OY twice");
    CHECK(rule({{{"OY", 3}}, {{"OY", 3}}, ""}) ==
          "conv0: OY cut into parts: needed 9 parts, available 4 elements");
    CHECK(rule({}, rows(2)) ==
          "add1: OY cut into parts: needed the whole axis, which the operator "
          "normalises, available 2 parts");
    CHECK(rule({{}, {}, "L"}) ==
          "conv0: state carried along a dimension: needed L, available a "
          "loop dimension of the operator");
    // The same tensor read twice is one use.
    const NodeGraph graph = build_node_graph(net.workload, {rows(4), {}});
    CHECK(graph.uses_of(4).size() == 4);
}

TEST_CASE("dependencies are those that element-wise reading gives", "[timeline][property]") {
    rc::prop("for convolutions of any halo, stride, padding and cut", [] {
        const auto taps = *rc::gen::inRange<std::int64_t>(1, 5);
        const auto stride = *rc::gen::inRange<std::int64_t>(1, 4);
        const auto padding = *rc::gen::inRange<std::int64_t>(0, taps);
        const auto height = *rc::gen::inRange<std::int64_t>(taps, 20);
        TileNetwork net;
        const auto a = net.conv(net.input(1, height), 1, 1);
        net.conv(a, 1, taps, stride, padding);
        const std::int64_t out = net.workload.tensors.back().shape[1];
        const auto p = *rc::gen::inRange<std::int64_t>(1, height + 1);
        const auto c = *rc::gen::inRange<std::int64_t>(1, out + 1);
        const NodeGraph graph = build_node_graph(net.workload, {rows(p), rows(c)});
        for (std::int64_t part = 0; part < c; ++part) {
            std::set<std::int32_t> expected;
            const std::int64_t first = part * out / c * stride - padding;
            const std::int64_t last = ((part + 1) * out / c - 1) * stride + taps - 1 - padding;
            for (std::int64_t y = std::max<std::int64_t>(first, 0); y <= last && y < height; ++y) {
                std::int32_t owner = 0;
                while ((owner + 1) * height / p <= y) {
                    ++owner;
                }
                expected.insert(owner);
            }
            const auto found = producers(graph, static_cast<std::int32_t>(p + part));
            RC_ASSERT(std::set<std::int32_t>(found.begin(), found.end()) == expected);
            RC_ASSERT(found.size() == expected.size());
        }
    });
}

}  // namespace test_node_graph
