// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <exception>

#include <fmt/format.h>

#include "plexus/core/parallel.hpp"
#include "plexus/explorers/evaluator.hpp"

#include "front_quality.hpp"
#include "mixed_problem.hpp"

// Prints how much of the exact front each explorer finds, by hypervolume:
//     bench_explorers [EXPERIMENT.yaml ...]
// first on an analytic space, then on each experiment, whose space must be finite and small.

using namespace plexus;

namespace {

void study(const std::string& title,
           const explorers::DesignSpace& space,
           const explorers::Objective& objective) {
    const std::int64_t designs = space.size().value_or(0);
    if (designs == 0 || designs > 20000) {
        fmt::print("{}: skipped, an exact front needs a space of at most 20,000 designs\n", title);
        return;
    }
    fmt::print("{}: {} designs, {} objectives, 10 seeds\n", title, designs, objective.objectives());
    const auto results =
        benchmarks::study_front_quality(space, objective, {.jobs = core::thread_count(0)});
    fmt::print("{}\n", benchmarks::to_text(results));
    std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        study("analytic", explorers::mixed_space(), explorers::MixedObjective());
        for (int i = 1; i < argc; ++i) {
            const explorers::Experiment experiment = explorers::load_experiment(argv[i]);
            for (std::size_t s = 0; s < experiment.scenarios.size(); ++s) {
                const explorers::Evaluator evaluator(experiment, s, core::thread_count(0));
                study(fmt::format("{} {}", experiment.name, experiment.scenarios[s].name),
                      experiment.space,
                      evaluator);
            }
        }
    } catch (const std::exception& e) {
        fmt::print(stderr, "{}\n", e.what());
        return 2;
    }
    return 0;
}
