// SPDX-License-Identifier: Apache-2.0
#include "study_plan.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "plexus/core/text.hpp"

namespace plexus::apps {

results::StudyPlan study_plan(const explorers::Experiment& experiment) {
    const explorers::Study& study = *experiment.study;
    results::StudyPlan plan{.methods = experiment.factors[study.factor].levels,
                            .references = study.references,
                            .groups = {},
                            .method_of = {},
                            .group_of = {},
                            .axes = study.axes,
                            .axis_names = study.axis_names,
                            .density = study.density,
                            .metrics = study.metrics};
    // Every combination of the other factors is a group.
    for (const explorers::Scenario& scenario : experiment.scenarios) {
        std::vector<std::string> others;
        for (std::size_t f = 0; f < experiment.factors.size(); ++f)
            if (f != study.factor)
                others.push_back(experiment.factors[f].levels[scenario.levels[f]]);
        const std::string name = core::join(others);
        const auto group = std::ranges::find(plan.groups, name);
        plan.group_of.push_back(static_cast<std::size_t>(group - plan.groups.begin()));
        plan.method_of.push_back(scenario.levels[study.factor]);
        if (group == plan.groups.end())
            plan.groups.push_back(name);
    }
    return plan;
}

}  // namespace plexus::apps
