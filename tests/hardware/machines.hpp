// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "plexus/core/node.hpp"
#include "plexus/hardware/load.hpp"

/// Reading machines from text, for tests.
namespace machines {

struct Result {
    plexus::hardware::Architecture machine;
    std::vector<plexus::core::Problem> errors;
    std::vector<plexus::core::Problem> warnings;

    /// The row of provenance of `path`; an empty one if there is none.
    [[nodiscard]] plexus::core::Provenance row(const std::string& path) const {
        for (const auto& candidate : machine.provenance) {
            if (candidate.path == path) {
                return candidate;
            }
        }
        return {};
    }
};

inline Result read(const plexus::core::Node& root, plexus::core::Problems problems = {}) {
    Result result;
    result.machine = plexus::hardware::read_architecture(root, problems);
    result.errors = problems.errors();
    result.warnings = problems.warnings();
    return result;
}

inline Result read(const std::string& text) {
    plexus::core::Problems problems;
    const auto root = plexus::core::parse_yaml(text, "machine.yaml", problems);
    return read(root, problems);
}

}  // namespace machines
