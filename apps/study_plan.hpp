// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plexus/explorers/experiment.hpp"
#include "plexus/results/study.hpp"

namespace plexus::apps {

/// The study of an experiment as results know it. \pre It has one.
[[nodiscard]] results::StudyPlan study_plan(const explorers::Experiment& experiment);

}  // namespace plexus::apps
