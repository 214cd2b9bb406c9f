// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>

#include <rapidcheck/catch.h>

#include "plexus/results/comparison.hpp"

#include "catch.hpp"
#include "gnuplot.hpp"

namespace test_comparison {

using namespace plexus;
using results::ComparisonMap;
using tests::drawn;
using tests::has_gnuplot;

namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

core::RunInfo info_of() {
    return {.name = "duel",
            .axes = {"workload.x", "workload.y", "decisions.z"},
            .objectives = {"energy_pj"},
            .metrics = {},
            .scenarios = {"ours", "theirs"},
            .budget_evaluations = 100};
}

const results::ComparedAxes axes{"ours", 0, 1, "activation", "density"};

core::EvaluationRecord record(std::int64_t id,
                              const std::string& scenario,
                              double x,
                              double y,
                              const char* z,
                              double energy) {
    return {.id = id,
            .scenario = scenario,
            .values = {x, y, std::string(z)},
            .objectives = {energy},
            .violations = {},
            .metrics = {}};
}

/// One map with these ratios, [y][x]; the other scenario costs 10 everywhere.
ComparisonMap map_of(std::vector<double> x, std::vector<double> y, std::vector<double> ratios) {
    ComparisonMap map{"ours", "theirs", "energy_pj", std::move(x), std::move(y), {}, {}};
    for (const double ratio : ratios) {
        map.value.push_back(10 * ratio);
        map.other.push_back(10);
    }
    return map;
}

bool has(const std::string& text, const std::string& word) {
    return text.find(word) != std::string::npos;
}

}  // namespace

TEST_CASE("a map compares the best of all other axes") {
    std::vector<core::EvaluationRecord> records{
        record(0, "ours", 0.5, 1, "a", 8),
        record(1, "ours", 0.5, 1, "b", 6),
        record(2, "ours", 0.1, 1, "a", 3),
        record(3, "theirs", 0.5, 1, "a", 4),
        record(4, "theirs", 0.5, 1, "b", 5),
        record(5, "theirs", 0.1, 1, "a", 4),
    };
    records.push_back(record(6, "ours", 0.1, 1, "c", 1));
    records.back().violations = {{"memory", "2", "1"}};
    records.back().objectives.clear();
    const auto maps = results::compare_scenarios(info_of(), axes, records);
    REQUIRE(maps.size() == 1);
    CHECK(maps[0].x == std::vector<double>{0.1, 0.5});
    CHECK(maps[0].y == std::vector<double>{1});
    CHECK(maps[0].value == std::vector<double>{3, 6});
    CHECK(maps[0].other == std::vector<double>{4, 4});
    CHECK(maps[0].ratio(0, 0) == 0.75);
    const core::Table table = results::comparison_table(info_of(), axes, maps);
    CHECK(table.columns == std::vector<std::string>{"objective",
                                                    "scenario",
                                                    "against",
                                                    "workload.x",
                                                    "workload.y",
                                                    "value",
                                                    "against_value",
                                                    "ratio",
                                                    "winner"});
    REQUIRE(table.rows.size() == 2);
    CHECK(table.rows[1] == std::vector<core::Cell>{std::string("energy_pj"),
                                                   std::string("ours"),
                                                   std::string("theirs"),
                                                   0.5,
                                                   1.0,
                                                   6.0,
                                                   4.0,
                                                   1.5,
                                                   std::string("theirs")});
    CHECK(std::get<std::string>(table.rows[0].back()) == "ours");
    CHECK(results::compare_scenarios(info_of(), axes, {}).empty());
}

TEST_CASE("a point that one of both cannot do has no ratio and no winner") {
    const std::vector<core::EvaluationRecord> records{record(0, "ours", 0.1, 1, "a", 3),
                                                      record(1, "ours", 0.5, 1, "a", 3),
                                                      record(2, "theirs", 0.1, 1, "a", 4)};
    const auto maps = results::compare_scenarios(info_of(), axes, records);
    CHECK(std::isnan(maps.at(0).ratio(0, 1)));
    const core::Table table = results::comparison_table(info_of(), axes, maps);
    for (const std::size_t column : {6, 7, 8})
        CHECK(std::holds_alternative<std::monostate>(table.rows[1][column]));
}

TEST_CASE("break-even lies where the logarithm of the ratio is 0") {
    // From 1/2 at 0.1 to 4 at 0.8: a third of the way in logarithms, 0.1 · 8^(1/3).
    CHECK(*results::break_even(map_of({0.1, 0.8}, {1}, {0.5, 4}), 0) == Approx(0.2));
    // An axis that touches 0 is linear.
    CHECK(*results::break_even(map_of({0, 0.9}, {1}, {0.5, 4}), 0) == Approx(0.3));
    CHECK_FALSE(results::break_even(map_of({0.1, 0.8}, {1}, {0.5, 0.9}), 0));
    CHECK_FALSE(results::break_even(map_of({0.1, 0.8}, {1}, {1, 2}), 0));
    // The last change counts: from there on it loses.
    CHECK(*results::break_even(map_of({1, 2, 4, 8}, {1}, {0.5, 2, 0.5, 2}), 0) ==
          Approx(4 * std::sqrt(2.0)));
    CHECK(*results::break_even(map_of({1, 2}, {1}, {0.5, nothing}), 0) == 2);
}

TEST_CASE("break-even lies between its neighbours and moves with the ratio") {
    rc::check([] {
        const double wins = *rc::gen::inRange(1, 999) / 1000.0;
        const double loses = 1 + *rc::gen::inRange(1, 9000) / 1000.0;
        const double a = *rc::gen::inRange(1, 500) / 1000.0;
        const double b = a + *rc::gen::inRange(1, 500) / 1000.0;
        const double at = *results::break_even(map_of({a, b}, {1}, {wins, loses}), 0);
        RC_ASSERT(at >= a && at <= b);
        const double later = *results::break_even(map_of({a, b}, {1}, {wins * 0.9, loses}), 0);
        RC_ASSERT(later >= at);
    });
}

TEST_CASE("the sentence says where the scenario loses") {
    const auto text = [](const ComparisonMap& map) {
        return results::comparison_text(axes, {map});
    };
    CHECK(text(map_of({0.1, 0.8}, {0.5, 1}, {0.25, 4, 0.5, 4})) ==
          "In energy, ours loses to theirs above activation 0.2 (density 1) to 0.283 (density "
          "0.5): 2 of 4 points.\n");
    CHECK(text(map_of({0.1, 0.8}, {1}, {0.5, 4})) ==
          "In energy, ours loses to theirs above activation 0.2 (density 1): 1 of 2 points.\n");
    CHECK(text(map_of({0.1, 0.8}, {0.1, 0.2, 0.5, 1}, {0.5, 0.6, 0.5, 4, 2, 3, 3, 4})) ==
          "In energy, ours loses to theirs above activation 0.2 (density 0.2), at any activation "
          "for density 0.5 to 1, at no activation for density 0.1: 5 of 8 points.\n");
    CHECK(text(map_of({0.1, 0.8}, {1}, {0.5, 0.6})) ==
          "In energy, ours beats theirs at all 2 points.\n");
    CHECK(text(map_of({0.1, 0.8}, {1}, {2, 3})) ==
          "In energy, ours loses to theirs at all 2 points.\n");
    CHECK(text(map_of({0.1, 0.8}, {1}, {nothing, nothing})) ==
          "In energy, ours and theirs have no point in common.\n");
}

TEST_CASE("maps are drawn with their line of break-even") {
    core::RunInfo info = info_of();
    const ComparisonMap map = map_of({0.01, 0.1, 1}, {0.5, 1}, {0.1, 0.5, 4, 0.5, 2, nothing});
    const std::string script = results::comparison_script(info, axes, {map});
    // log10 of 0.1 and 0.5; cells reach half a decade around 0.01 and 0.1.
    CHECK(has(script, "-2.500000 -1.500000 0.250000 0.750000 -1\n"));
    CHECK(has(script, " NaN\nEND\n"));
    // Row 0.5: between 0.1 and 1 at a third in logarithms: 10^(-2/3).
    CHECK(has(script, "$line_0 << END\n-0.666667 0.500000\n-1.500000 1.000000\n"));
    CHECK(has(script, "'energy, against theirs'"));
    if (!has_gnuplot())
        return;
    const std::string svg = drawn("comparison", script);
    CHECK(has(svg, "activation"));
    CHECK(svg == drawn("comparison", script));
    info.objectives = {"latency_cycles", "energy_pj"};
    info.scenarios = {"ours", "it's", "theirs"};
    static_cast<void>(
        drawn("comparison", results::comparison_script(info, axes, {map, map, map, map})));
    static_cast<void>(
        drawn("comparison", results::comparison_script(info_of(), axes, {map_of({1}, {2}, {1})})));
}

}  // namespace test_comparison
