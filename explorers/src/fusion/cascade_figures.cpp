// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "plexus/explorers/fusion/cascade_decision.hpp"

#include "fusion/fusion_checks.hpp"

namespace plexus::explorers {

namespace {

enum class CascadeReport : std::uint8_t { latency_cycles, energy_pj, off_chip_bits };

/// The report of the best mapping of a design, `{settings, optimal}`; 0 with a problem if there is
/// none.
double cascade_report(const FusionCheck& check, const core::Reader& design, CascadeReport report) {
    design.allow({"settings", "optimal"});
    CascadeDecision decision;
    read_cascade_decision(design.find("optimal"), decision);
    const std::optional<CheckedPair> pair = load_pair(check, design.find("settings"));
    if (!pair)
        return 0;
    const core::Hash key = core::Hasher()
                               .add(pair->content)
                               .add(decision.fuse)
                               .add(static_cast<std::uint64_t>(decision.max_fused_loops))
                               .add(static_cast<int>(decision.objective))
                               .finish();
    const std::shared_ptr<const MappedCascade> mapped = check.cascades.get(key, [&] {
        return map_cascade(pair->workload, pair->machine, decision.options(check.jobs));
    });
    if (!mapped->violations.empty()) {
        design.problem("there is no mapping: " + core::to_string(mapped->violations[0]));
        return 0;
    }
    const auto& cost = mapped->found.cost;
    switch (report) {
        case CascadeReport::latency_cycles:
            return core::cycles_in(cost.latency, pair->machine.technology.clock).value;
        case CascadeReport::energy_pj:
            return cost.energy.value;
        case CascadeReport::off_chip_bits:
            return cost.off_chip_bits;
    }
    return 0;
}

}  // namespace

double check_cascade_figure(const FusionCheck& check) {
    const core::Reader& section = check.section;
    section.allow({"network", "report", "of", "over"});
    const auto report = static_cast<CascadeReport>(
        section.at("report").choice({"latency_cycles", "energy_pj", "off_chip_bits"}));
    const double of = cascade_report(check, section.at("of"), report);
    const core::Reader over = section.find("over");
    return over ? of / cascade_report(check, over, report) : of;
}

}  // namespace plexus::explorers
