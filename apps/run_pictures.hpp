// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "plexus/core/record.hpp"
#include "plexus/results/front.hpp"
#include "plexus/results/provenance.hpp"

#include "pictures.hpp"

namespace plexus::apps {

/// What can be drawn from the records of a run alone: its front, and the comparison that it was
/// asked for.
[[nodiscard]] std::vector<Picture> record_pictures(
    const results::RunProvenance& run,
    const std::vector<core::EvaluationRecord>& records,
    const std::vector<results::Front>& fronts);

}  // namespace plexus::apps
