// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <rapidcheck/catch.h>

#include "plexus/core/pareto.hpp"
#include "plexus/results/csv.hpp"
#include "plexus/results/front.hpp"
#include "plexus/results/quantity.hpp"
#include "plexus/results/terminal.hpp"

#include "catch.hpp"
#include "sample_run.hpp"

namespace test_front {

using namespace plexus;
using tests::feasible;
using tests::infeasible;
using tests::sample_info;

namespace {

/// 0 is dominated by 1; 1 to 5 are the front of scenario 0.5.
std::vector<core::EvaluationRecord> sample_records() {
    return {feasible(0, "0.5", {2000, 1e6, 0.5}),
            feasible(1, "0.5", {1000, 1e6, 0}),
            feasible(2, "0.5", {10, 1e9, 0.5}),
            feasible(3, "0.5", {100, 1e7, 0.01}),
            feasible(4, "0.5", {10000, 1e5, 0.25}),
            feasible(5, "0.5", {20, 9e8, 0}),
            infeasible(6, "0.5"),
            feasible(7, "0.9", {5, 5e5, 0})};
}

const results::FrontPoint& point(const results::Front& front, std::int64_t id) {
    return *std::ranges::find_if(front.points, [&](const auto& p) { return p.record.id == id; });
}

}  // namespace

TEST_CASE("the front of each scenario is sorted and its notable points are labelled") {
    const auto fronts = results::select_fronts(sample_info(), sample_records());
    REQUIRE(fronts.size() == 2);
    REQUIRE(fronts[0].points.size() == 5);
    std::vector<std::int64_t> ids;
    for (const auto& p : fronts[0].points)
        ids.push_back(p.record.id);
    CHECK(ids == std::vector<std::int64_t>{2, 5, 3, 1, 4});
    CHECK(point(fronts[0], 2).label == "A");
    CHECK(point(fronts[0], 2).notable == std::vector<std::string>{"lowest latency"});
    CHECK(point(fronts[0], 4).label == "B");
    CHECK(point(fronts[0], 4).notable == std::vector<std::string>{"lowest energy"});
    // Of the two without error the faster one.
    CHECK(point(fronts[0], 5).label == "C");
    CHECK(point(fronts[0], 5).notable == std::vector<std::string>{"lowest error"});
    // Scaled (log, log, linear): 3 is (1/3, 1/2, 0.02), 1 is (2/3, 1/4, 0): 0.36 < 0.51.
    CHECK(point(fronts[0], 3).label == "D");
    CHECK(point(fronts[0], 3).notable == std::vector<std::string>{"knee"});
    // Without error: 1 has (2/3)² + (1/4)² = 0.51, 5 has 0.1² + 0.99² = 0.99.
    CHECK(point(fronts[0], 1).label == "E");
    CHECK(point(fronts[0], 1).notable == std::vector<std::string>{"knee without error"});
    REQUIRE(fronts[1].points.size() == 1);
    CHECK(fronts[1].points[0].label == "A");
    CHECK(fronts[1].points[0].notable == std::vector<std::string>{"dominates all others"});
}

TEST_CASE("a run without feasible design has no front") {
    CHECK(results::select_fronts(sample_info(), {infeasible(0, "0.5")}).empty());
    CHECK(results::front_text(sample_info(), {}, 12, 100) == "no feasible design found\n");
}

TEST_CASE("front.csv holds the front with labels, axes and metrics") {
    const auto fronts = results::select_fronts(sample_info(), {feasible(3, "0.9", {5, 5e5, 0})});
    CHECK(results::to_csv(results::front_table(sample_info(), fronts)) ==
          "scenario,label,notable,id,decisions.kernels.block,decisions.weighting.alpha,"
          "latency_cycles,energy_pj,error,cores\n"
          "0.9,A,dominates all others,3,64,"
          "0.30000000000000004,5,5e+05,0,4\n");
    const std::string json = results::front_json(sample_info(), fronts, "1.2.3");
    CHECK(json.find("\"version\": \"1.2.3\"") != std::string::npos);
    CHECK(json.find("\"unit\": \"pj\"") != std::string::npos);
    CHECK(json.find("\"latency_cycles\": 5.0") != std::string::npos);
}

TEST_CASE("no point of a front is dominated, and every other design is dominated or equal") {
    rc::prop("front", [](const std::vector<std::array<unsigned char, 2>>& raw) {
        core::RunInfo info{.name = "p",
                           .axes = {},
                           .objectives = {"latency_cycles", "energy_pj"},
                           .metrics = {},
                           .scenarios = {""},
                           .budget_evaluations = 0};
        std::vector<core::EvaluationRecord> records;
        for (const auto& r : raw)
            records.push_back({.id = static_cast<std::int64_t>(records.size()),
                               .scenario = "",
                               .values = {},
                               .objectives = {double(r[0] % 16), double(r[1] % 16)},
                               .violations = {},
                               .metrics = {}});
        const auto fronts = results::select_fronts(info, records);
        RC_ASSERT(fronts.empty() == records.empty());
        if (fronts.empty())
            return;
        for (const auto& record : records) {
            bool covered = false;
            for (const auto& p : fronts[0].points) {
                const auto c = core::compare(p.record.objectives, record.objectives);
                RC_ASSERT(c != core::Dominance::worse);
                covered = covered || c != core::Dominance::incomparable;
            }
            RC_ASSERT(covered);
        }
        const auto shown = results::spread(fronts[0], 5);
        RC_ASSERT(shown.size() == std::min<std::size_t>(5, fronts[0].points.size()));
        RC_ASSERT(std::ranges::is_sorted(shown));
        for (std::size_t i = 0; i < fronts[0].points.size(); ++i)
            if (!fronts[0].points[i].label.empty())
                RC_ASSERT(std::ranges::find(shown, i) != shown.end());
    });
}

TEST_CASE("breakdown and stacked tables carry the point they belong to") {
    const core::CostItem item{.work = "q_proj",
                              .place = "core 3",
                              .cause = "synapse",
                              .count = 12,
                              .count_unit = "op",
                              .energy = core::Energy(2.5),
                              .cycles = core::Cycles(7)};
    CHECK(results::to_csv(results::breakdown_table({{"0.5", 3, "A", item}})) ==
          "scenario,point_id,label,work,place,cause,count,count_unit,energy_pj,cycles\n"
          "0.5,3,A,q_proj,core 3,synapse,12,op,2.5,7\n");
    const core::Table kernels{.name = "kernels", .columns = {"kernel"}, .rows = {{"csr"}}};
    CHECK(results::to_csv(
              results::stacked_table("kernels", {{"", 1, "A", kernels}, {"", 2, "B", kernels}})) ==
          "scenario,point_id,label,kernel\n,1,A,csr\n,2,B,csr\n");
    CHECK_THROWS_AS(results::stacked_table("k", {{"", 1, "A", kernels}, {"", 1, "A", {}}}),
                    std::logic_error);
}

TEST_CASE("the terminal shows aligned columns with units") {
    const auto fronts = results::select_fronts(sample_info(), sample_records());
    const std::string text = results::front_text(sample_info(), fronts, 12, 200);
    INFO(text);
    CHECK(
        text.starts_with("Pareto front of 0.5: 5 designs\n"
                         "   latency (cycles)  energy  error  notable             block  alpha\n"
                         "─  ────────────────  ──────  ─────  ──────────────────  ─────  ─────\n"
                         "A                10    1 mJ    0.5  lowest latency         48    0.2\n"
                         "C                20  900 µJ      0  lowest error           96    0.5\n"));
    CHECK(text.find("Pareto front of 0.9: 1 design\n") != std::string::npos);
    CHECK(text.find("the same on the whole front: block = 128, alpha = 0.7") != std::string::npos);
    const std::string narrow = results::front_text(sample_info(), fronts, 5, 64);
    CHECK(narrow.find("also differ, see front.csv: alpha") != std::string::npos);
}

TEST_CASE("rules that designs broke are counted, most first") {
    auto records = sample_records();
    records.push_back(infeasible(8, "0.9"));
    records[6].violations.push_back({.rule = "cores", .needed = "70", .available = "64"});
    CHECK(results::violations_summary(records) ==
          "2 of 9 designs are infeasible:\n"
          "designs  rule                       first case\n"
          "───────  ─────────────────────────  ──────────────────────────────────\n"
          "      2  synaptic memory of core 3  needed 12, 5 bit, available 8; bit\n"
          "      1  cores                      needed 70, available 64\n");
    CHECK(results::violations_summary({records[0]}).empty());
}

TEST_CASE("names of axes are as short as they can be") {
    CHECK(results::short_names({"a.b.size", "a.c.size", "alpha", "x.alpha", "decisions.block"}) ==
          std::vector<std::string>{"b.size", "c.size", "alpha", "x.alpha", "block"});
}

TEST_CASE("quantities are read from column names and shown with their unit") {
    CHECK(results::title_of("peak_memory_bits") == "peak memory (bit)");
    CHECK(results::title_of("error") == "error");
    CHECK(results::readable("energy_pj", 1.2345e10) == "12.35 mJ");
    CHECK(results::readable("energy_pj", 5e11) == "500 mJ");
    CHECK(results::readable("energy_pj", 5e12) == "5 J");
    CHECK(results::readable("latency_cycles", 1234567.0) == "1.235 M");
    CHECK(results::readable("area_um2", 5e5) == "0.5 mm²");
    CHECK(results::readable("error", 1e-6) == "1e-06");
    CHECK(results::readable("error", 0.0) == "0");
    CHECK(results::readable("edp_pj_cycles", 1e15) == "1 kJ·cycles");
    CHECK(results::readable("block", core::Cell(std::int64_t{1048576})) == "1048576");
    CHECK(results::readable("block", core::Cell()) == "-");
}

}  // namespace test_front
