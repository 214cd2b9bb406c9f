// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "plexus/results/curve_plot.hpp"
#include "plexus/results/fusion_plot.hpp"

#include "catch.hpp"
#include "gnuplot.hpp"

namespace test_fusion_plot {

using namespace plexus;
using namespace plexus::results;

namespace {

std::size_t count(const std::string& text, const std::string& what) {
    std::size_t found = 0;
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
        ++found;
    return found;
}

/// Two loops around two operators, one of them around a third as well; a fourth alone.
FusionTree tree() {
    return {.title = "it's a tree",
            .operators = {{"first", {"L in 4", "D in 2"}, 0, "1 ms, dram"},
                          {"second", {"L in 4", "D in 2"}, 2, ""},
                          {"third", {"L in 4"}, 1, ""},
                          {"fourth", {}, 0, ""}},
            .tensors = {{"a 8 bit", 0, 1}, {"b 9 bit", 0, 2}, {"c 10 bit", 2, 3}}};
}

core::EvaluationRecord record(std::int64_t id, bool fuse, double size, double energy) {
    core::EvaluationRecord out{.id = id, .scenario = "", .values = {}, .objectives = {energy}};
    out.values = {std::string(fuse ? "true" : "false"), size};
    out.metrics = {energy * 2};
    return out;
}

core::RunInfo info() {
    core::RunInfo out;
    out.name = "run";
    out.axes = {"decisions.fusion.optimal.fuse", "hardware.memories.sram.size"};
    out.objectives = {"energy_pj"};
    out.metrics = {"off_chip_bits"};
    out.scenarios = {""};
    return out;
}

}  // namespace

TEST_CASE("the picture of a fusion tree has a box per loop and a bar per tensor") {
    const std::string script = fusion_script(tree());
    // Written once for each of two terminals: loops L, D, and three bars.
    CHECK(count(script, "set object rectangle") == 2 * (2 + 3));
    CHECK(count(script, "'for L in 4'") == 2);
    CHECK(count(script, "'for D in 2'") == 2);
    CHECK(count(script, "'it''s a tree'") == 2);
    CHECK(count(script, "'c 10 bit'") == 2);
    // c is made by the last reader of b, so it needs a lane of its own; it takes that of a, which
    // is free by then.
    const auto left_of = [&](const std::string& label) {
        const std::size_t at = script.find("set label '" + label + "' at ");
        return std::stoi(script.substr(at + label.size() + 16));
    };
    CHECK(left_of("a 8 bit") == left_of("c 10 bit"));
    CHECK(left_of("a 8 bit") != left_of("b 9 bit"));
    CHECK(left_of("second") > left_of("third"));
    CHECK(left_of("third") > left_of("fourth"));
    if (tests::has_gnuplot())
        CHECK(tests::drawn("fusion", script).find("third") != std::string::npos);
}

TEST_CASE("a run with one numeric axis has a curve per setting of the others") {
    std::vector<core::EvaluationRecord> records;
    for (const bool fuse : {true, false})
        for (const double size : {4.0, 1.0, 2.0})
            records.push_back(record(0, fuse, size, fuse ? 5 : 10 / size));
    const auto curves = curves_of(info(), records);
    REQUIRE(curves);
    CHECK(curves->axis == "hardware.memories.sram.size");
    CHECK(curves->columns == std::vector<std::string>{"energy_pj", "off_chip_bits"});
    REQUIRE(curves->curves.size() == 2);
    CHECK(curves->curves[0].name == "fusion.optimal.fuse true");
    REQUIRE(curves->curves[1].points.size() == 3);
    CHECK(curves->curves[1].points[0].x == 1);
    CHECK(curves->curves[1].points[2].y == std::vector<double>{2.5, 5});
    const std::string script = curves_script("run", *curves);
    CHECK(script.find("memories.sram.size (bit)") != std::string::npos);
    if (tests::has_gnuplot())
        CHECK(tests::drawn("curves", script).find("fusion.optimal.fuse true") != std::string::npos);

    SECTION("not with two values") {
        records.erase(records.begin());
        records.erase(records.begin() + 2);
        CHECK_FALSE(curves_of(info(), records));
    }
    SECTION("not with two such axes") {
        for (std::size_t i = 0; i < records.size(); ++i)
            records[i].values[0] = static_cast<double>(i);
        CHECK_FALSE(curves_of(info(), records));
    }
    SECTION("infeasible designs leave a gap") {
        records[0].violations.push_back({"rule", "1", "2"});
        CHECK(curves_of(info(), records)->curves[0].points.size() == 2);
    }
}

}  // namespace test_fusion_plot
