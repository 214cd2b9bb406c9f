// SPDX-License-Identifier: Apache-2.0
// Mappings printed, written and read back.
#include "catch.hpp"
#include "loop_nest_fixture.hpp"

namespace test_mapping_files {

using namespace plexus;
using namespace plexus::cost_models::dataflow;
using namespace plexus::cost_models::dataflow::tests;

namespace {

const std::string good =
    "spatial_mapping:\n"
    "  D1: [\"K, 2\"]\n"
    "  D2: [\"C, 2\"]\n"
    "temporal_ordering: [[B, 4], [C, 4], [K, 4]]\n"
    "allocation: {O: [2, 3, 3], I: [3, 3], W: [3, 3]}\n";

core::Problems read(const std::string& yaml, Mapping& mapping) {
    core::Problems problems;
    const core::Node root = core::parse_yaml(yaml, "m.yaml", problems);
    mapping = read_mapping(root, gemm(4, 8, 8), worked_core(), problems);
    return problems;
}

/// `good` with one text replaced by another; the problems that brings.
std::string problems_of(const std::string& from, const std::string& to) {
    std::string yaml = good;
    const std::size_t at = yaml.find(from);
    REQUIRE(at != std::string::npos);
    yaml.replace(at, from.size(), to);
    Mapping mapping;
    std::string text;
    const core::Problems problems = read(yaml, mapping);
    for (const core::Problem& p : problems.errors()) {
        text += core::to_string(p) + "\n";
    }
    INFO(yaml);
    INFO(text);
    CHECK_FALSE(text.empty());
    return text;
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a mapping prints as a loop nest", "[dataflow]") {
    CHECK(to_text(gemm(4, 8, 8), worked_core(), worked_mapping()) ==
          "gemm             O    I   W\n"
          "for K in [0, 4)  l1   l1  l1\n"
          "for C in [0, 4)  acc  l1  l1\n"
          "for B in [0, 4)  acc  l1  l1\n"
          "parfor K in [0, 2) on D1\n"
          "parfor C in [0, 2) on D2\n");
}

TEST_CASE("a mapping comes back from its file", "[dataflow]") {
    const Layer layer = gemm(4, 8, 8);
    Mapping mapping;
    CHECK(read(good, mapping).empty());
    CHECK(mapping == worked_mapping());
    core::Problems problems;
    const std::string written = core::to_yaml(to_node(layer, worked_core(), mapping));
    const core::Node root = core::parse_yaml(written, "again.yaml", problems);
    CHECK(read_mapping(root, layer, worked_core(), problems) == mapping);
    CHECK(problems.empty());
}

TEST_CASE("a wrong mapping is refused with its place", "[dataflow]") {
    CHECK(has(problems_of("D1: [\"K", "D7: [\"K"),
              "m.yaml:2:7: spatial_mapping.D7: \"D7\" is no dimension"));
    CHECK(has(problems_of("\"K, 2\"", "\"Q, 2\""),
              "m.yaml:2:8: spatial_mapping.D1[0]: \"Q\" is no loop"));
    CHECK(has(problems_of("\"K, 2\"", "\"K 2\""), "as in \"K, 32\""));
    CHECK(has(problems_of("\"K, 2\"", "\"K, 0\""), "whole number of at least 1"));
    CHECK(has(problems_of("\"K, 2\"", "\"K, 2.5\""), "whole number of at least 1"));
    CHECK(has(problems_of("[K, 4]]", "[K, 2]]"),
              "temporal_ordering: loops of K multiply to 2; size 8 leaves 4"));
    CHECK(has(problems_of("[K, 4]]", "[K]]"), "expected a loop and its size"));
    CHECK(has(problems_of("[K, 4]]", "[K, 0]]"), "m.yaml:4:"));
    CHECK(has(problems_of("[K, 4]]", "[Kk, 4]]"), "\"Kk\" is no loop of the layer"));
    CHECK(has(problems_of("O: [2, 3, 3]", "O: [2, 3]"), "expected 3 numbers, one per memory"));
    CHECK(has(problems_of("O: [2, 3, 3]", "O: [2, 1, 3]"), "expected 2 to 3"));
    CHECK(has(problems_of("O: [2, 3, 3]", "O: [2, 2, 2]"), "the top memory takes all 3 loops"));
    CHECK(has(problems_of("O: [2, 3, 3]", "O: [2, 3, 9]"), "expected 3 to 3"));
    CHECK(has(problems_of("W: [3, 3]", "V: [3, 3]"), "allocation"));
    CHECK(has(problems_of("allocation", "alocation"), "allocation"));
    Mapping mapping;
    CHECK_FALSE(read("[1, 2]\n", mapping).empty());
    CHECK_FALSE(read("spatial_mapping: {}\n", mapping).empty());
}

}  // namespace test_mapping_files
