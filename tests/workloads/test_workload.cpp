// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include <rapidcheck/catch.h>

#include "plexus/workloads/workload.hpp"

#include "catch.hpp"

namespace test_workload {

using namespace plexus;
using namespace plexus::workloads;

namespace {

IndexExpr plain(std::size_t dim) {
    return {"", {{dim, 1}}};
}

/// O[k] += I[c] · W[k][c] over B, K, C, and a bias.
Operator gemm(std::int64_t b, std::int64_t k, std::int64_t c) {
    Operator op;
    op.dims = {{"B", b}, {"K", k}, {"C", c}};
    op.output = {"O", 0, {plain(0), plain(1)}};
    op.inputs = {
        {"I", 1, {plain(0), plain(2)}}, {"W", 2, {plain(1), plain(2)}}, {"B", 3, {plain(1)}}};
    return op;
}

}  // namespace

TEST_CASE("linear_shape: a linear layer", "[workload]") {
    CHECK(linear_shape(gemm(4, 10, 7)) == LinearShape{10, 7, 4, 1});
    CHECK(gemm(4, 10, 7).points() == 280);
}

TEST_CASE("linear_shape: a convolution counts its window as inputs", "[workload]") {
    Operator op;  // O[k][ox] += W[k][c][fx] * I[c][2*ox + fx]
    op.dims = {{"K", 8}, {"C", 3}, {"OX", 16}, {"FX", 5}};
    op.output = {"O", 0, {plain(0), plain(2)}};
    op.inputs = {{"I", 1, {plain(1), {"ix", {{2, 2}, {3, 1}}}}},
                 {"W", 2, {plain(0), plain(1), plain(3)}}};
    CHECK(linear_shape(op) == LinearShape{8, 3 * 5, 16, 1});
}

TEST_CASE("linear_shape: dims of all three operands are groups", "[workload]") {
    Operator op;  // O[h][t][s] += I[h][t][d] * W[h][s][d]
    op.dims = {{"H", 6}, {"T", 2}, {"S", 9}, {"D", 4}};
    op.output = {"O", 0, {plain(0), plain(1), plain(2)}};
    op.inputs = {{"I", 1, {plain(0), plain(1), plain(3)}},
                 {"W", 2, {plain(0), plain(2), plain(3)}}};
    CHECK(linear_shape(op) == LinearShape{9, 4, 2, 6});
}

TEST_CASE("linear_shape: needs two inputs", "[workload]") {
    Operator op = gemm(1, 1, 1);
    op.inputs.resize(1);
    CHECK_THROWS_AS(linear_shape(op), std::logic_error);
}

TEST_CASE("linear_shape: the four sizes multiply to the points of any nest",
          "[workload][property]") {
    rc::prop("rows · columns · batch · groups = points", [] {
        Operator op;
        const auto count = *rc::gen::inRange<std::size_t>(1, 6);
        op.inputs = {{"I", 0, {}}, {"W", 1, {}}};
        for (std::size_t d = 0; d < count; ++d) {
            op.dims.push_back({std::string(1, static_cast<char>('A' + d)),
                               *rc::gen::inRange<std::int64_t>(1, 20)});
            if (*rc::gen::arbitrary<bool>())
                op.output.indices.push_back(plain(d));
            if (*rc::gen::arbitrary<bool>())
                op.inputs[0].indices.push_back(plain(d));
            if (*rc::gen::arbitrary<bool>())
                op.inputs[1].indices.push_back(plain(d));
        }
        const LinearShape s = linear_shape(op);
        RC_ASSERT(static_cast<double>(s.rows * s.columns * s.batch * s.groups) == op.points());
    });
}

TEST_CASE("topological_order: producers first, else file order", "[workload]") {
    // 3 feeds 0, 0 feeds 1; 2 stands alone.
    const auto order = topological_order(4, {{3, 0, 0}, {0, 1, 1}});
    CHECK_FALSE(order.cyclic);
    CHECK(order.order == std::vector<std::size_t>{2, 3, 0, 1});
    CHECK(topological_order(0, {}).order.empty());
}

TEST_CASE("topological_order: names the operators of one cycle only", "[workload]") {
    // 0 -> 1 -> 2 -> 3 -> 1, and 3 -> 4: 0 and 4 are in no cycle.
    const auto order =
        topological_order(5, {{0, 1, 0}, {1, 2, 1}, {2, 3, 2}, {3, 1, 3}, {3, 4, 3}});
    CHECK(order.cyclic);
    CHECK(order.order == std::vector<std::size_t>{1, 2, 3});
    const auto self = topological_order(2, {{1, 1, 0}});
    CHECK(self.cyclic);
    CHECK(self.order == std::vector<std::size_t>{1});
    CHECK_THROWS_AS(topological_order(1, {{0, 1, 0}}), std::logic_error);
}

TEST_CASE("topological_order: any graph", "[workload][property]") {
    rc::prop("is a permutation that respects the edges, or a closed walk along them", [] {
        const auto n = *rc::gen::inRange<std::size_t>(1, 12);
        std::vector<Edge> edges;
        for (const auto& [a, b] :
             *rc::gen::container<std::vector<std::pair<std::size_t, std::size_t>>>(rc::gen::pair(
                 rc::gen::inRange<std::size_t>(0, n), rc::gen::inRange<std::size_t>(0, n)))) {
            edges.push_back({a, b, 0});
        }
        const auto has = [&](std::size_t a, std::size_t b) {
            return std::find(edges.begin(), edges.end(), Edge{a, b, 0}) != edges.end();
        };
        const auto result = topological_order(n, edges);
        if (result.cyclic) {
            RC_ASSERT(!result.order.empty());
            for (std::size_t i = 0; i < result.order.size(); ++i) {
                RC_ASSERT(has(result.order[i], result.order[(i + 1) % result.order.size()]));
            }
            return;
        }
        RC_ASSERT(std::set<std::size_t>(result.order.begin(), result.order.end()).size() == n);
        std::vector<std::size_t> position(n);
        for (std::size_t i = 0; i < n; ++i)
            position[result.order[i]] = i;
        for (const Edge& e : edges)
            RC_ASSERT(position[e.producer] < position[e.consumer]);
    });
}

TEST_CASE("connect: one edge per producer, consumer and tensor", "[workload]") {
    Operator first = gemm(1, 2, 3);
    Operator second = gemm(1, 2, 3);
    second.output.tensor = 5;
    second.inputs[0].tensor = 0;
    second.inputs[1].tensor = 0;  // squares its input
    CHECK(connect({first, second}) == std::vector<Edge>{{0, 1, 0}});
    CHECK(connect({first}).empty());
}

TEST_CASE("parameters: shared tensors count once, empty ones not at all", "[workload]") {
    Workload w;
    w.tensors = {{"a", TensorRole::weight, {10, 7}, 8, 1, {}},
                 {"b", TensorRole::activation, {100}, 8, 1, {}},
                 {"c", TensorRole::weight, {3, 3}, 0, 1, {}},
                 {"d", TensorRole::cache, {50}, 8, 1, {}}};
    w.operators = {gemm(1, 10, 7), gemm(1, 10, 7)};
    w.operators[0].inputs[1].tensor = 0;
    w.operators[1].inputs[1].tensor = 0;
    CHECK(w.parameters() == 70);
}

TEST_CASE("content_hash: changes with whatever can change a cost, not with names of the file",
          "[workload]") {
    Workload w;
    w.tensors = {{"a", TensorRole::weight, {10, 7}, 8, 1, {}}};
    w.operators = {gemm(1, 10, 7)};
    const core::Hash before = content_hash(w);
    Workload other = w;
    other.name = "other";
    other.provenance.push_back({});
    CHECK(content_hash(other) == before);
    const auto differs = [&](auto change) {
        Workload changed = w;
        change(changed);
        return content_hash(changed) != before;
    };
    CHECK(differs([](Workload& x) { x.tensors[0].bits = 4; }));
    CHECK(differs([](Workload& x) { x.tensors[0].density = 0.5; }));
    CHECK(differs([](Workload& x) { x.tensors[0].shape = {7, 10}; }));
    CHECK(differs([](Workload& x) { x.tensors[0].role = TensorRole::cache; }));
    CHECK(differs([](Workload& x) {
        x.tensors[0].sparsity.pattern = Pattern::unstructured;
        x.tensors[0].sparsity.density = 0.5;
    }));
    CHECK(differs([](Workload& x) { x.operators[0].dims[0].size = 2; }));
    CHECK(differs([](Workload& x) { x.operators[0].kind = OperatorKind::softmax; }));
    CHECK(differs([](Workload& x) { x.operators[0].partial_sum_bits = 32; }));
    CHECK(differs([](Workload& x) { x.operators[0].operations_per_point = 2; }));
    CHECK(differs([](Workload& x) { x.operators[0].inputs.pop_back(); }));
    CHECK(differs([](Workload& x) { x.operators[0].output.indices[0].terms[0].scale = 2; }));
    CHECK(differs([](Workload& x) { x.operators[0].padding.push_back({"ix", 1, 1}); }));
    CHECK(differs([](Workload& x) { x.edges.push_back({0, 0, 0}); }));
}

}  // namespace test_workload
