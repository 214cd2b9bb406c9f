// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "plexus/core/record.hpp"
#include "plexus/results/front.hpp"
#include "plexus/results/provenance.hpp"

#include "pictures.hpp"

namespace plexus::apps {

/// What the records of a run say all by themselves.
struct RecordOutcome {
    std::vector<std::pair<std::string, std::string>> files;  ///< Name and content.
    std::vector<Picture> pictures;
    std::string text;  ///< For the terminal; "" = nothing more than the front.
};

/// The front's picture, and the comparison or study that the run was asked for.
[[nodiscard]] RecordOutcome record_outcome(const results::RunProvenance& run,
                                           const std::vector<core::EvaluationRecord>& records,
                                           const std::vector<results::Front>& fronts,
                                           int jobs);

}  // namespace plexus::apps
