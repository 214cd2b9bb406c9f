// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plexus/core/record.hpp"
#include "plexus/results/statistics.hpp"

namespace plexus::results {

/// Methods that are compared pair by pair. Scenarios are methods in circumstances (`groups`), for
/// example on one of several machines; designs are cases. Cases are pooled over all axes but those
/// named here.
struct StudyPlan {
    std::vector<std::string> methods;
    std::vector<std::size_t> references;  ///< Methods that ratios are given to; at least one.
    std::vector<std::string> groups;      ///< At least one; "" if there is only one.
    std::vector<std::size_t> method_of;   ///< By index into RunInfo::scenarios.
    std::vector<std::size_t> group_of;    ///< By index into RunInfo::scenarios.
    std::vector<std::size_t> axes;        ///< Conditions: indices into RunInfo::axes.
    std::vector<std::string> axis_names;  ///< One per `axes`, for people.
    std::optional<std::size_t> density;   ///< One of `axes`: regress on ln(1/density).
    std::vector<std::size_t> metrics;     ///< Indices into RunInfo::metrics: means are shown.
    bool operator==(const StudyPlan&) const = default;
};

/// How many times less of an objective a method takes than a reference, over paired cases.
struct StudyRatio {
    Interval times;          ///< Geometric mean, above 1 = less than the reference; NaN = no pairs.
    std::int64_t pairs = 0;  ///< Cases that both can do.
    double least = 0;        ///< Over the cases.
    double most = 0;
    double p = 1;           ///< Wilcoxon's signed-rank test on the logarithms.
    double adjusted_p = 1;  ///< Holm, over all rows of a group, for one objective and reference.
    double effect = 0.5;    ///< P(the method takes less on a case than the reference on any).
};

/// A method in one group under one condition.
struct StudyRow {
    std::size_t group = 0;
    std::size_t method = 0;
    std::vector<core::Cell>
        condition{};         ///< One per StudyPlan::axes; empty = all conditions pooled.
    std::int64_t cases = 0;  ///< Feasible ones.
    std::int64_t infeasible = 0;
    std::vector<double> mean{};                     ///< By objective; NaN without cases.
    std::vector<double> metric_mean{};              ///< By StudyPlan::metrics; NaN without cases.
    std::vector<std::vector<StudyRatio>> ratios{};  ///< [reference][objective].
};

/// ln(first objective of the reference / of the method) over ln(1/density) and the levels of the
/// pooled axes.
struct StudyRegression {
    std::size_t group = 0;
    std::size_t method = 0;
    Regression fit;
};

struct StudyOutcome {
    std::vector<StudyRow> rows;                ///< By group, condition, method.
    std::vector<StudyRow> pooled;              ///< By group, method: all conditions together.
    std::vector<StudyRegression> regressions;  ///< Without the first reference.
};

/// Deterministic for any number of `jobs` (threads).
[[nodiscard]] StudyOutcome analyse_study(const core::RunInfo& info,
                                         const StudyPlan& plan,
                                         const std::vector<core::EvaluationRecord>& records,
                                         int jobs = 1);

/// study.csv: a line per row, reference and objective.
[[nodiscard]] core::Table study_table(const core::RunInfo& info,
                                      const StudyPlan& plan,
                                      const StudyOutcome& outcome);

/// regression.csv: a line per group, method and term.
[[nodiscard]] core::Table regression_table(const StudyPlan& plan, const StudyOutcome& outcome);

/// The ratios to the first reference with their intervals, for a terminal.
[[nodiscard]] std::string study_text(const core::RunInfo& info,
                                     const StudyPlan& plan,
                                     const StudyOutcome& outcome);

/// study.md: the ratios to every reference, tests, extremes and regressions, in Markdown. Every
/// table says what its ratios are to.
[[nodiscard]] std::string study_report(const core::RunInfo& info,
                                       const StudyPlan& plan,
                                       const StudyOutcome& outcome);

/// The gnuplot program that draws study.svg and study.png in its working directory: ratios to the
/// first reference with error bars, a panel per group and objective, over the last condition.
/// Contains its data. \pre plan.axes is not empty and there are rows.
[[nodiscard]] std::string study_script(const core::RunInfo& info,
                                       const StudyPlan& plan,
                                       const StudyOutcome& outcome);

}  // namespace plexus::results
