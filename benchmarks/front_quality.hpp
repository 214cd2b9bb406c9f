// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plexus/explorers/design/session.hpp"

namespace plexus::benchmarks {

/// What is compared: which explorers, after which shares of the space, over how many seeds.
struct QualityStudy {
    std::vector<std::string> explorers{"random", "annealing", "nsga2"};
    std::vector<double> shares{0.05, 0.1, 0.2, 0.3, 0.5};
    int seeds = 10;
    int jobs = 1;
};

/// How near an explorer comes to the exact front.
struct Quality {
    std::string explorer;
    double share = 0;  ///< Evaluations, as a fraction of all designs.
    std::int64_t evaluations = 0;
    double mean_ratio = 0;    ///< Hypervolume over that of the exact front, mean over the seeds.
    double lowest_ratio = 0;  ///< The same of the worst seed.
    double front_found = 0;   ///< Share of the exact front's points that were found, mean.
};

/// Runs every explorer of `study` on a finite space and compares with its exact front. Hypervolumes
/// are of objectives scaled to [0, 1] between the best and worst values of the exact front, with
/// the reference at 1.1. \throws std::logic_error if the space is infinite or nothing is feasible.
[[nodiscard]] std::vector<Quality> study_front_quality(const explorers::DesignSpace& space,
                                                       const explorers::Objective& objective,
                                                       const QualityStudy& study = {});

/// The results as a table for people.
[[nodiscard]] std::string to_text(const std::vector<Quality>& results);

}  // namespace plexus::benchmarks
