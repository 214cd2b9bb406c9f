// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "plexus/core/error.hpp"

namespace plexus::explorers {

/// Problems of an input that a design point made invalid, as violations: a point of the space that
/// a loader refuses is an infeasible design, not the end of the run.
[[nodiscard]] inline std::vector<core::Violation> violations_of(const core::Problems& problems) {
    std::vector<core::Violation> out;
    for (const core::Problem& p : problems.errors())
        out.push_back({.rule = "a valid description", .needed = p.message, .available = p.path});
    return out;
}

}  // namespace plexus::explorers
