// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include "plexus/results/hierarchy_plot.hpp"

#include "catch.hpp"
#include "gnuplot.hpp"

namespace test_hierarchy_plot {

using namespace plexus;

namespace {

/// Weights have a register, I1 and O share a buffer, all share the DRAM.
results::HierarchyGraph sample_graph() {
    return {.title = "sample",
            .array = {"array of 4 MAC units"},
            .operands = {"I1", "I2", "O"},
            .memories = {{"rf", {"8 bit"}, {"I2"}},
                         {"buffer", {"1 kbit"}, {"I1", "O"}},
                         {"dram", {"1 Gbit"}, {"I1", "I2", "O"}}},
            .transfers = {{"I2", true, 0, std::nullopt, "8"},
                          {"I1", true, 1, std::nullopt, "16"},
                          {"O", false, 1, std::nullopt, "24"},
                          {"I2", true, 2, 0, "64 → 8"},
                          {"I1", true, 2, 1, "64 → 16"},
                          {"O", false, 2, 1, "24 → 64"}}};
}

struct Place {
    double left = 0;
    double low = 0;
    double right = 0;
    double high = 0;
};

/// The rectangle number `index` of a script: first the array, then the memories.
Place box(const std::string& script, std::size_t index) {
    std::size_t at = script.find("set object rectangle from ");
    for (; index > 0; --index)
        at = script.find("set object rectangle from ", at + 1);
    REQUIRE(at != std::string::npos);
    Place out;
    REQUIRE(std::sscanf(script.c_str() + at,
                        "set object rectangle from %lf,%lf to %lf,%lf",
                        &out.left,
                        &out.low,
                        &out.right,
                        &out.high) == 4);
    return out;
}

/// The arrow number `index`: from (left, low) to (right, high).
Place arrow(const std::string& script, std::size_t index) {
    std::size_t at = script.find("set arrow from ");
    for (; index > 0; --index)
        at = script.find("set arrow from ", at + 1);
    REQUIRE(at != std::string::npos);
    Place out;
    REQUIRE(std::sscanf(script.c_str() + at,
                        "set arrow from %lf,%lf to %lf,%lf",
                        &out.left,
                        &out.low,
                        &out.right,
                        &out.high) == 4);
    return out;
}

}  // namespace

TEST_CASE("memories stand above the array, side by side where they hold other operands") {
    const std::string script = results::hierarchy_script(sample_graph());
    const Place array = box(script, 0);
    const Place rf = box(script, 1);
    const Place buffer = box(script, 2);
    const Place dram = box(script, 3);
    CHECK(rf.low > array.high);
    CHECK(rf.low == buffer.low);
    CHECK(dram.low > std::max(rf.high, buffer.high));
    // I1 and O are put next to each other, so that the buffer does not span I2.
    CHECK((buffer.right < rf.left || rf.right < buffer.left));
    CHECK(dram.left <= std::min(rf.left, buffer.left));
    CHECK(dram.right >= std::max(rf.right, buffer.right));
    CHECK(array.left < dram.left);
}

TEST_CASE("arrows join the boxes between which an operand passes") {
    const std::string script = results::hierarchy_script(sample_graph());
    const Place array = box(script, 0);
    const Place rf = box(script, 1);
    const Place buffer = box(script, 2);
    const Place dram = box(script, 3);
    const Place weights = arrow(script, 0);
    CHECK(weights.low == rf.low);
    CHECK(weights.high == array.high);
    CHECK(weights.left > rf.left);
    CHECK(weights.left < rf.right);
    const Place results_up = arrow(script, 2);
    CHECK(results_up.low == array.high);
    CHECK(results_up.high == buffer.low);
    const Place fill = arrow(script, 3);
    CHECK(fill.low == dram.low);
    CHECK(fill.high == rf.high);
    CHECK(script.find("'I2  64 → 8'") != std::string::npos);
}

TEST_CASE("memories that cannot stand side by side are put above each other") {
    results::HierarchyGraph graph = sample_graph();
    // Each pair of operands shares a memory: one of the three must span the third operand.
    graph.memories = {{"a", {}, {"I1", "I2"}}, {"b", {}, {"I1", "O"}}, {"c", {}, {"I2", "O"}}};
    graph.transfers.clear();
    const std::string script = results::hierarchy_script(graph);
    for (std::size_t m = 1; m < 3; ++m)
        CHECK(box(script, m + 1).low > box(script, m).high);
}

TEST_CASE("a hierarchy is drawn, the same each time, with names as they are") {
    results::HierarchyGraph graph = sample_graph();
    graph.memories[1].name = "it's_{the} `buffer` \"ß\"";
    const std::string script = results::hierarchy_script(graph);
    CHECK(script == results::hierarchy_script(graph));
    if (!tests::has_gnuplot())
        return;
    const std::string svg = tests::drawn("hierarchy", script);
    CHECK(svg == tests::drawn("hierarchy", script));
    CHECK(svg.find("it's_{the} `buffer`") != std::string::npos);
}

}  // namespace test_hierarchy_plot
