// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <string>
#include <utility>

#include "plexus/results/study.hpp"

namespace plexus::results {

namespace {

core::Cell cell(double value) {
    return std::isnan(value) ? core::Cell() : core::Cell(value);
}

void add_rows(const core::RunInfo& info,
              const StudyPlan& plan,
              const std::vector<StudyRow>& rows,
              core::Table& table) {
    for (const StudyRow& row : rows)
        for (std::size_t r = 0; r < plan.references.size(); ++r)
            for (std::size_t o = 0; o < info.objectives.size(); ++o) {
                const StudyRatio& ratio = row.ratios[r][o];
                std::vector<core::Cell> line{plan.groups[row.group]};
                for (std::size_t a = 0; a < plan.axes.size(); ++a)
                    line.push_back(row.condition.empty() ? core::Cell("all") : row.condition[a]);
                const bool itself = row.method == plan.references[r];
                const bool tested = !itself && !std::isnan(ratio.times.value);
                for (const core::Cell& value : std::initializer_list<core::Cell>{
                         plan.methods[row.method],
                         plan.methods[plan.references[r]],
                         info.objectives[o],
                         row.cases,
                         row.infeasible,
                         cell(row.mean[o]),
                         ratio.pairs,
                         cell(ratio.times.value),
                         cell(ratio.times.low),
                         cell(ratio.times.high),
                         cell(ratio.least),
                         cell(ratio.most),
                         tested ? cell(ratio.p) : core::Cell(),
                         tested ? cell(ratio.adjusted_p) : core::Cell(),
                         tested ? cell(ratio.effect) : core::Cell()})
                    line.push_back(value);
                for (const double mean : row.metric_mean)
                    line.push_back(cell(mean));
                table.rows.push_back(std::move(line));
            }
}

}  // namespace

core::Table study_table(const core::RunInfo& info,
                        const StudyPlan& plan,
                        const StudyOutcome& outcome) {
    core::Table table{.name = "study", .columns = {"group"}, .rows = {}};
    for (const std::size_t axis : plan.axes)
        table.columns.push_back(info.axes.at(axis));
    for (const char* name : {"method",
                             "reference",
                             "objective",
                             "cases",
                             "infeasible",
                             "mean",
                             "pairs",
                             "times_less",
                             "times_less_low",
                             "times_less_high",
                             "least",
                             "most",
                             "p_wilcoxon",
                             "p_holm",
                             "a12"})
        table.columns.emplace_back(name);
    for (const std::size_t metric : plan.metrics)
        table.columns.push_back("mean_" + info.metrics.at(metric));
    add_rows(info, plan, outcome.rows, table);
    if (!plan.axes.empty())
        add_rows(info, plan, outcome.pooled, table);
    return table;
}

core::Table regression_table(const StudyPlan& plan, const StudyOutcome& outcome) {
    core::Table table{.name = "regression",
                      .columns = {"group",
                                  "method",
                                  "reference",
                                  "term",
                                  "coefficient",
                                  "standard_error_hc3",
                                  "p",
                                  "observations",
                                  "adjusted_r2"},
                      .rows = {}};
    for (const StudyRegression& regression : outcome.regressions)
        for (const Regression::Term& term : regression.fit.terms)
            table.rows.push_back({plan.groups[regression.group],
                                  plan.methods[regression.method],
                                  plan.methods[plan.references[0]],
                                  term.name,
                                  term.coefficient,
                                  term.standard_error,
                                  term.p,
                                  regression.fit.observations,
                                  regression.fit.adjusted_r2});
    return table;
}

}  // namespace plexus::results
