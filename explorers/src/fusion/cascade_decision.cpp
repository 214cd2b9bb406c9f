// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/fusion/cascade_decision.hpp"

#include <string>

#include "decision_tree.hpp"

namespace plexus::explorers {

namespace {

/// In the order of the enumerators.
const std::vector<std::string> objective_words{"energy_delay", "energy", "latency"};

}  // namespace

void read_cascade_decision(const core::Reader& section, CascadeDecision& out) {
    if (!section)
        return;
    section.allow({"fuse", "max_fused_loops", "objective"});
    out.fuse = section.find("fuse").boolean_or(out.fuse);
    out.max_fused_loops = static_cast<std::size_t>(
        section.find("max_fused_loops")
            .integer_or(static_cast<std::int64_t>(out.max_fused_loops),
                        {.lower = 0, .upper = static_cast<double>(most_fused_loops)}));
    if (const core::Reader objective = section.find("objective"))
        out.objective = static_cast<CascadeObjective>(objective.choice(objective_words));
}

core::Node default_cascade_tree() {
    const CascadeDecision decision;
    core::Node section;
    set_key(section, "fuse", core::scalar(decision.fuse ? "true" : "false"));
    set_key(section, "max_fused_loops", core::scalar(std::to_string(decision.max_fused_loops)));
    set_key(section,
            "objective",
            core::scalar(objective_words[static_cast<std::size_t>(decision.objective)]));
    return section;
}

}  // namespace plexus::explorers
