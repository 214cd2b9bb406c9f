// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <string>
#include <vector>

#include "plexus/results/study.hpp"

#include "catch.hpp"

namespace test_study {

using namespace plexus;
using core::Cell;
using results::StudyOutcome;
using results::StudyPlan;

namespace {

/// Two machines with two methods, of which `fast` takes 2/density times less time and loses 0.1.
struct Sample {
    core::RunInfo info{.name = "sample",
                       .axes = {"a.density", "a.seed"},
                       .objectives = {"latency_cycles", "error"},
                       .metrics = {"regret"},
                       .scenarios = {"one, plain", "one, fast", "two, plain", "two, fast"}};
    StudyPlan plan{.methods = {"plain", "fast"},
                   .references = {0},
                   .groups = {"one", "two"},
                   .method_of = {0, 1, 0, 1},
                   .group_of = {0, 0, 1, 1},
                   .axes = {0},
                   .axis_names = {"density"},
                   .density = 0,
                   .metrics = {0}};
    std::vector<core::EvaluationRecord> records;

    Sample() {
        for (const std::string& scenario : info.scenarios)
            for (const double density : {0.5, 0.25})
                for (std::int64_t seed = 1; seed <= 6; ++seed) {
                    const bool fast = scenario.ends_with("fast");
                    const double base = 100.0 + static_cast<double>(seed);
                    records.push_back(
                        {.id = static_cast<std::int64_t>(records.size()),
                         .scenario = scenario,
                         .values = {Cell(density), Cell(seed)},
                         .objectives = {fast ? base * density / 2 : base, fast ? 0.1 : 0.0},
                         .violations = {},
                         .metrics = {Cell(fast ? 0.5 : 0.0)}});
                }
    }
    [[nodiscard]] StudyOutcome outcome(int jobs = 1) const {
        return results::analyse_study(info, plan, records, jobs);
    }
};

}  // namespace

TEST_CASE("a study pairs methods case by case") {
    const StudyOutcome outcome = Sample().outcome();
    REQUIRE(outcome.rows.size() == 2 * 2 * 2);
    const results::StudyRow& row = outcome.rows[1];  // one, density 0.5, fast
    CHECK(row.group == 0);
    CHECK(row.method == 1);
    CHECK(row.condition == std::vector<Cell>{Cell(0.5)});
    CHECK(row.cases == 6);
    CHECK(row.mean[0] == Approx(103.5 / 4));
    CHECK(row.metric_mean == std::vector<double>{0.5});
    const results::StudyRatio& speedup = row.ratios[0][0];
    CHECK(speedup.pairs == 6);
    CHECK(speedup.times.value == Approx(4));  // although the cases differ
    CHECK(speedup.times.low == Approx(4));
    CHECK(speedup.least == Approx(4));
    CHECK(speedup.most == Approx(4));
    CHECK(speedup.p == Approx(2.0 / 64).epsilon(0.6));  // six ties or nearly so
    CHECK(speedup.effect == 1);
    CHECK(outcome.rows[3].ratios[0][0].times.value == Approx(8));
    // The reference loses nothing, so its error has no ratio.
    CHECK(std::isnan(row.ratios[0][1].times.value));
    CHECK(outcome.pooled[1].cases == 12);
    CHECK(outcome.pooled[1].ratios[0][0].times.value == Approx(std::sqrt(32)));
    CHECK(outcome.pooled[1].ratios[0][0].adjusted_p >= outcome.pooled[1].ratios[0][0].p);
}

TEST_CASE("a study's regression finds how ratios grow with zeros") {
    const StudyOutcome outcome = Sample().outcome();
    REQUIRE(outcome.regressions.size() == 2);
    const results::Regression& fit = outcome.regressions[0].fit;
    REQUIRE(fit.terms.size() == 2 + 5);  // a term per seed but the first
    CHECK(fit.terms[0].coefficient == Approx(std::log(2)));
    CHECK(fit.terms[1].name == "ln(1/density)");
    CHECK(fit.terms[1].coefficient == Approx(1));
    CHECK(fit.terms[2].name == "seed = 2");
    CHECK(fit.r2 == Approx(1));
}

TEST_CASE("infeasible designs of either side leave a case out") {
    Sample sample;
    sample.records[0].objectives.clear();  // one, plain, density 0.5, seed 1
    sample.records[0].violations = {{"rule", "1", "2"}};
    sample.records[13].objectives.clear();  // one, fast, density 0.5, seed 2
    sample.records[13].violations = {{"rule", "1", "2"}};
    const StudyOutcome outcome = sample.outcome();
    CHECK(outcome.rows[0].infeasible == 1);
    CHECK(outcome.rows[1].infeasible == 1);
    CHECK(outcome.rows[1].cases == 5);
    CHECK(outcome.rows[1].ratios[0][0].pairs == 4);
    CHECK(outcome.rows[1].ratios[0][0].times.value == Approx(4));
}

TEST_CASE("tables, report and picture of a study say what ratios are to") {
    const Sample sample;
    const StudyOutcome one = sample.outcome(1);
    const StudyOutcome two = sample.outcome(2);
    const core::Table table = results::study_table(sample.info, sample.plan, one);
    CHECK(table.rows == results::study_table(sample.info, sample.plan, two).rows);
    CHECK(table.rows.size() == (8 + 4) * 2);
    CHECK(table.columns.size() == table.rows[0].size());
    CHECK(results::regression_table(sample.plan, one).rows.size() == 2 * 7);
    const std::string text = results::study_text(sample.info, sample.plan, one);
    CHECK(text.find("one: speedup over plain, geometric mean of 6 cases") != std::string::npos);
    CHECK(text.find("1.00 ± 0.00") != std::string::npos);
    const std::string report = results::study_report(sample.info, sample.plan, one);
    CHECK(report.find("### speedup over plain (baseline: plain = 1)") != std::string::npos);
    CHECK(report.find("| fast | 4.00 [4.00, 4.00]") != std::string::npos);
    CHECK(report.find("## Regression") != std::string::npos);
    const std::string script = results::study_script(sample.info, sample.plan, one);
    CHECK(script.find("gains over plain") != std::string::npos);
    CHECK(script == results::study_script(sample.info, sample.plan, two));
}

TEST_CASE("a study without records is empty and not an error") {
    Sample sample;
    sample.records.clear();
    const StudyOutcome outcome = sample.outcome();
    CHECK(outcome.rows.empty());
    CHECK(outcome.pooled.size() == 4);
    CHECK_FALSE(results::study_text(sample.info, sample.plan, outcome).empty());
    CHECK_FALSE(results::study_report(sample.info, sample.plan, outcome).empty());
}

}  // namespace test_study
