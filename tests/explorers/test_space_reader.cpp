// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include "plexus/core/node.hpp"
#include "plexus/explorers/design/design_space.hpp"

#include "catch.hpp"

namespace test_space_reader {

using namespace plexus;
using namespace plexus::explorers;

namespace {

DesignSpace read(const std::string& yaml, core::Problems& problems) {
    const core::Node root = core::parse_yaml(yaml, "e.yaml", problems);
    return read_space(core::Reader(root, "space", problems));
}

DesignSpace sound(const std::string& yaml) {
    core::Problems problems;
    DesignSpace space = read(yaml, problems);
    problems.throw_if_any();
    return space;
}

/// The only problem of a text, as `line:column: path: message`.
std::string only_problem(const std::string& yaml) {
    core::Problems problems;
    const DesignSpace space = read(yaml, problems);
    CHECK(space.dimensions() == 0);
    REQUIRE(problems.errors().size() == 1);
    return core::to_string(problems.errors().front());
}

using Catch::Contains;

}  // namespace

TEST_CASE("a space is read with all kinds of axes") {
    const DesignSpace space = sound(R"(
decisions:
  annealing:
    cooling: [geometric, lundy_mees]
    geometric.gamma: {from: 0.8, to: 0.99, when: {decisions.annealing.cooling: geometric}}
  weighting: {alpha: {from: 0.01, to: 0.99, scale: logit}}
  kernels.bank: {values: [[dense], [dense, csr]]}
hardware.event_driven.lanes: {from: 1, to: 64, scale: log, integer: true}
x-note: anything
)");
    REQUIRE(space.dimensions() == 5);
    const std::vector<Axis>& axes = space.axes();
    CHECK(axes[0].path == "decisions.annealing.cooling");
    CHECK(axes[0].kind == AxisKind::categorical);
    CHECK(axes[0].values.size() == 2);
    CHECK(axes[1].path == "decisions.annealing.geometric.gamma");
    REQUIRE(axes[1].when.has_value());
    CHECK(axes[1].when->axis == 0);
    CHECK(axes[1].when->values == std::vector<std::size_t>{0});
    CHECK(axes[2].kind == AxisKind::real);
    CHECK(axes[2].scale == Scale::logit);
    CHECK(axes[2].lower == 0.01);
    CHECK(axes[2].upper == 0.99);
    CHECK(space.cell(space.canonical({{0, 0.9, 0.5, 1, 1}}), 3) ==
          core::Cell(std::string("[dense, csr]")));
    CHECK(axes[4].kind == AxisKind::integer);
    CHECK(axes[4].scale == Scale::log);
    CHECK(axes[4].count() == 64);
}

TEST_CASE("a group may hold axes that are called like our keys") {
    const DesignSpace space = sound("workload: {scale: [1, 2], integer: [3]}");
    REQUIRE(space.dimensions() == 2);
    CHECK(space.axes()[0].path == "workload.scale");
    CHECK(space.axes()[1].path == "workload.integer");
}

TEST_CASE("a condition takes one value, several, or a list that is a value") {
    const auto values = [](const std::string& when) {
        return sound("a: [1, 2.5, x]\nb: {values: [0, 1], when: {a: " + when + "}}")
            .axes()[1]
            .when->values;
    };
    CHECK(values("2.50") == std::vector<std::size_t>{1});
    CHECK(values("[x, 1]") == std::vector<std::size_t>{0, 2});
    CHECK(
        sound("a: [[p], [p, q]]\nb: {values: [0, 1], when: {a: [p, q]}}").axes()[1].when->values ==
        std::vector<std::size_t>{1});
}

TEST_CASE("a space without axes has one design") {
    core::Problems problems;
    const core::Node root = core::parse_yaml("a: 1", "e.yaml", problems);
    const core::Reader reader(root, "", problems);
    CHECK(read_space(reader.find("space")).size() == 1);
    CHECK(problems.empty());
}

TEST_CASE("what is wrong with an axis is said with its place") {
    CHECK_THAT(only_problem("a: []"), Contains("e.yaml:1:4: space.a: ") && Contains("empty list"));
    CHECK_THAT(only_problem("a: {values: []}"), Contains("1:13: space.a.values"));
    CHECK_THAT(only_problem("a: [1, 2, 1]"), Contains("1:11: space.a[2]") && Contains("twice"));
    CHECK_THAT(only_problem("a: [0.5, 0.50]"), Contains("twice"));
    CHECK_THAT(only_problem("a: [1, ~]"), Contains("expected a value"));
    CHECK_THAT(only_problem("a: 5"), Contains("1:4: space.a") && Contains("[5]"));
    CHECK_THAT(only_problem("a:"), Contains("expected a list of values"));
    CHECK_THAT(only_problem("a: {}"), Contains("empty map"));
    CHECK_THAT(only_problem("a: {values: 3}"), Contains("expected a list"));
    CHECK_THAT(only_problem("a: {values: [1], scale: log}"), Contains("scale"));
    CHECK_THAT(only_problem("[1, 2]"), Contains("expected a map"));
    CHECK_THAT(only_problem("a: {b: [1]}\na.b: [2]"),
               Contains("2:6: space.a.b") && Contains("line 1"));
}

TEST_CASE("what is wrong with a range is said with its place") {
    CHECK_THAT(only_problem("a: {from: 2, to: 1}"),
               Contains("1:11: space.a.from") && Contains("<= to (1), got 2"));
    CHECK_THAT(only_problem("a: {from: 0, to: 1, scale: log}"),
               Contains("> 0 for scale log, got 0"));
    CHECK_THAT(only_problem("a: {from: 0, to: 0.5, scale: logit}"),
               Contains("a.from") && Contains("(0, 1)"));
    CHECK_THAT(only_problem("a: {from: 0.5, to: 1, scale: logit}"),
               Contains("a.to") && Contains("(0, 1)"));
    CHECK_THAT(only_problem("a: {from: 1, to: 3, scale: logit, integer: true}"), Contains("logit"));
    CHECK_THAT(only_problem("a: {from: 1}"), Contains("to"));
    CHECK_THAT(only_problem("a: {scale: log, from: 1}"), Contains("to"));
    CHECK_THAT(only_problem("a: {from: 1, to: 2, scale: logarithmic}"), Contains("log"));
    CHECK_THAT(only_problem("a: {from: 1, to: 2, intger: true}"), Contains("integer"));
    CHECK_THAT(only_problem("a: {from: 1.5, to: 3, integer: true}"),
               Contains("expected an integer"));
    CHECK_THAT(only_problem("a: {from: 1, to: 9007199254740993, integer: true}"), Contains("a.to"));
    CHECK_THAT(only_problem("a: {from: .nan, to: 1}"), Contains("a.from"));
    CHECK_THAT(only_problem("a: {from: -1e308, to: 1e308}"), Contains("narrower"));
}

TEST_CASE("what is wrong with a condition is said with its place") {
    const std::string a = "a.kind: [dense, csr]\n";
    CHECK_THAT(only_problem(a + "b: {values: [1, 2], when: {a.knd: csr}}"),
               Contains("2:") && Contains("did you mean \"a.kind\""));
    CHECK_THAT(only_problem(a + "b: {values: [1, 2], when: {a.kind: dens}}"),
               Contains("did you mean \"dense\""));
    CHECK_THAT(only_problem(a + "b: {values: [1, 2], when: {a.kind: []}}"), Contains("empty list"));
    CHECK_THAT(only_problem(a + "b: {values: [1, 2], when: {}}"), Contains("one path"));
    CHECK_THAT(only_problem(a + "b: {values: [1, 2], when: csr}"), Contains("expected a map"));
    CHECK_THAT(only_problem("b: {values: [1, 2], when: {a: 1}}\na: [1, 2]"), Contains("before"));
    CHECK_THAT(only_problem("b: {values: [1, 2], when: {b: 1}}"), Contains("itself"));
    CHECK_THAT(only_problem("a: {from: 1, to: 2}\nb: {values: [1, 2], when: {a: 1}}"),
               Contains("range"));
    CHECK_THAT(only_problem("a: [1]\nc: [1]\nb: {values: [1, 2], when: {a: 1, c: 1}}"),
               Contains("got 2"));
}

TEST_CASE("all problems of a space are collected") {
    core::Problems problems;
    (void)read("a: []\nb: {from: 2, to: 1}\nc: 4\n", problems);
    CHECK(problems.errors().size() == 3);
}

}  // namespace test_space_reader
