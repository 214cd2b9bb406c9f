// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "plexus/results/grid_map.hpp"

#include "catch.hpp"
#include "gnuplot.hpp"

namespace test_grid_map {

using namespace plexus;
using core::EvaluationRecord;
using results::GridMap;

namespace {

core::RunInfo info() {
    return {.name = "tiles",
            .axes = {"decisions.fusion.mode", "decisions.fusion.tile_x", "decisions.fusion.tile_y"},
            .objectives = {"latency_cycles", "energy_pj"},
            .metrics = {},
            .scenarios = {""},
            .budget_evaluations = 12};
}

/// Modes a and b by x in {4, 1} by y in {3, 9, 2}; latency is 100·x + 10·y, b costs one more.
std::vector<EvaluationRecord> records() {
    std::vector<EvaluationRecord> out;
    for (const char* mode : {"a", "b"})
        for (const std::int64_t x : {4, 1})
            for (const std::int64_t y : {3, 9, 2}) {
                const double latency =
                    static_cast<double>(100 * x + 10 * y) + (mode[0] == 'b' ? 1 : 0);
                out.push_back({.id = static_cast<std::int64_t>(out.size()),
                               .scenario = "",
                               .values = {std::string(mode), x, y},
                               .objectives = {latency, 2e9 * latency},
                               .violations = {},
                               .metrics = {}});
            }
    return out;
}

bool has(const std::string& text, const std::string& word) {
    return text.find(word) != std::string::npos;
}

}  // namespace

TEST_CASE("all designs of two numeric axes are a map with a panel per other value", "[grid]") {
    const auto map = results::grid_of(info(), records());
    REQUIRE(map);
    CHECK(map->x_axis == 1);
    CHECK(map->y_axis == 2);
    CHECK(map->x == std::vector<double>{1, 4});
    CHECK(map->y == std::vector<double>{2, 3, 9});
    REQUIRE(map->panels.size() == 2);
    CHECK(map->panels[0].title == "a");
    CHECK(map->at(map->panels[0], 0, 0, 1) == 420);
    CHECK(map->at(map->panels[0], 0, 2, 0) == 190);
    CHECK(map->at(map->panels[1], 1, 1, 0) == Approx(2e9 * 131));
}

TEST_CASE("infeasible designs have no value in the map", "[grid]") {
    auto all = records();
    all[2].objectives.clear();  // a, x 4, y 2
    all[2].violations = {{"memory", "2", "1"}};
    const auto map = results::grid_of(info(), all);
    REQUIRE(map);
    CHECK(std::isnan(map->at(map->panels[0], 0, 0, 1)));
    CHECK(map->at(map->panels[1], 0, 0, 1) == 421);
}

TEST_CASE("what does not fill a grid of two axes is no map", "[grid]") {
    CHECK_FALSE(results::grid_of(info(), {}));
    auto missing = records();
    missing.pop_back();
    CHECK_FALSE(results::grid_of(info(), missing));
    auto twice = records();
    twice.push_back(twice.front());
    CHECK_FALSE(results::grid_of(info(), twice));
    auto three = records();  // a third axis of numbers
    for (EvaluationRecord& record : three)
        record.values[0] = std::int64_t{std::get<std::string>(record.values[0]) == "a" ? 1 : 2};
    CHECK_FALSE(results::grid_of(info(), three));
    auto inactive = records();  // y does not count everywhere
    inactive[0].values[2] = std::monostate{};
    CHECK_FALSE(results::grid_of(info(), inactive));
    std::vector<EvaluationRecord> many;  // more panels than can be read
    for (int mode = 0; mode < 7; ++mode)
        for (EvaluationRecord record : records())
            if (std::get<std::string>(record.values[0]) == "a") {
                record.values[0] = "mode " + std::to_string(mode);
                many.push_back(std::move(record));
            }
    CHECK_FALSE(results::grid_of(info(), many));
}

TEST_CASE("scenarios are panels too", "[grid]") {
    core::RunInfo two = info();
    two.scenarios = {"near", "far"};
    auto all = records();
    for (EvaluationRecord& record : all) {
        record.scenario = std::get<std::string>(record.values[0]) == "a" ? "near" : "far";
        record.values[0] = "a";
    }
    const auto map = results::grid_of(two, all);
    REQUIRE(map);
    REQUIRE(map->panels.size() == 2);
    CHECK(map->panels[1].title == "far");
}

TEST_CASE("the picture shows every value, the lowest in a frame", "[grid]") {
    auto all = records();
    all[8].objectives.clear();  // b, x 4, y 2
    all[8].violations = {{"memory", "2", "1"}};
    const auto map = results::grid_of(info(), all);
    REQUIRE(map);
    const std::string script = results::grid_script(info(), *map);
    CHECK(has(script, "$cells_0_0 << END\n0 0 120 120 2105376\n1 0 420 420 16777215\n"));
    CHECK(has(script, "$none_0_1 << END\n1 0 –\nEND"));
    CHECK(has(script, "\n0 2 0.38 380m "));  // 2e9 · 190 pJ in J
    CHECK(has(script, "'energy, b'"));
    CHECK(has(script, "set xtics ('1' 0, '4' 1)"));
    CHECK(has(script, "lowest: latency 120 at tile_x 1, tile_y 2, a; energy 240 mJ at"));
    CHECK(has(script, "set object rectangle from -0.48,-0.47 to 0.48,0.47 front"));
    if (tests::has_gnuplot())
        CHECK(has(tests::drawn("map", script), "energy, b"));
}

TEST_CASE("a map without any feasible design is drawn all the same", "[grid]") {
    auto all = records();
    for (EvaluationRecord& record : all) {
        record.objectives.clear();
        record.violations = {{"memory", "2", "1"}};
    }
    const auto map = results::grid_of(info(), all);
    REQUIRE(map);
    const std::string script = results::grid_script(info(), *map);
    CHECK(has(script, "no design is feasible"));
    if (tests::has_gnuplot())
        CHECK(has(tests::drawn("map", script), "no design is feasible"));
}

}  // namespace test_grid_map
