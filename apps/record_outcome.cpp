// SPDX-License-Identifier: Apache-2.0
#include "record_outcome.hpp"

#include "plexus/results/comparison.hpp"
#include "plexus/results/csv.hpp"
#include "plexus/results/curve_plot.hpp"
#include "plexus/results/grid_map.hpp"
#include "plexus/results/plot.hpp"
#include "plexus/results/study.hpp"

namespace plexus::apps {

namespace {

void add_comparison(const results::RunProvenance& run,
                    const std::vector<core::EvaluationRecord>& records,
                    RecordOutcome& out) {
    const auto maps = results::compare_scenarios(run.run, *run.compared, records);
    out.files.emplace_back(
        "comparison.csv", results::to_csv(results::comparison_table(run.run, *run.compared, maps)));
    out.text = results::comparison_text(*run.compared, maps);
    if (!maps.empty())
        out.pictures.push_back(
            {"comparison", results::comparison_script(run.run, *run.compared, maps)});
}

void add_study(const results::RunProvenance& run,
               const std::vector<core::EvaluationRecord>& records,
               int jobs,
               RecordOutcome& out) {
    const results::StudyPlan& plan = *run.study;
    const results::StudyOutcome study = results::analyse_study(run.run, plan, records, jobs);
    out.files.emplace_back("study.csv",
                           results::to_csv(results::study_table(run.run, plan, study)));
    if (plan.density)
        out.files.emplace_back("regression.csv",
                               results::to_csv(results::regression_table(plan, study)));
    out.files.emplace_back("study.md", results::study_report(run.run, plan, study));
    out.text = results::study_text(run.run, plan, study);
    if (!plan.axes.empty() && !study.rows.empty())
        out.pictures.push_back({"study", results::study_script(run.run, plan, study)});
}

}  // namespace

RecordOutcome record_outcome(const results::RunProvenance& run,
                             const std::vector<core::EvaluationRecord>& records,
                             const std::vector<results::Front>& fronts,
                             int jobs) {
    RecordOutcome out;
    out.pictures.push_back({"front", results::plot_script(run.run, records, fronts)});
    if (run.compared)
        add_comparison(run, records, out);
    if (run.study)
        add_study(run, records, jobs, out);
    if (!run.compared && !run.study) {
        if (const auto map = results::grid_of(run.run, records))
            out.pictures.push_back({"map", results::grid_script(run.run, *map)});
        if (const auto curves = results::curves_of(run.run, records))
            out.pictures.push_back({"curves", results::curves_script(run.run.name, *curves)});
    }
    return out;
}

}  // namespace plexus::apps
