// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "plexus/results/provenance.hpp"

namespace plexus::apps {

/// Provenance of a command that starts now: program, command line, machine and time.
/// \param jobs As asked for; 0 = all processors.
[[nodiscard]] results::RunProvenance provenance_now(const std::vector<std::string>& command,
                                                    int jobs);

}  // namespace plexus::apps
