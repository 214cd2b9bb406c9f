// SPDX-License-Identifier: Apache-2.0
#include "run_pictures.hpp"

#include "plexus/results/comparison.hpp"
#include "plexus/results/plot.hpp"

namespace plexus::apps {

std::vector<Picture> record_pictures(const results::RunProvenance& run,
                                     const std::vector<core::EvaluationRecord>& records,
                                     const std::vector<results::Front>& fronts) {
    std::vector<Picture> out{{"front", results::plot_script(run.run, records, fronts)}};
    if (run.compared) {
        const auto maps = results::compare_scenarios(run.run, *run.compared, records);
        if (!maps.empty())
            out.push_back({"comparison", results::comparison_script(run.run, *run.compared, maps)});
    }
    return out;
}

}  // namespace plexus::apps
