// SPDX-License-Identifier: Apache-2.0
#include "execution.hpp"

#include <algorithm>

namespace plexus::explorers {

core::CostItem static_item(const hardware::Architecture& machine, core::Cycles latency) {
    const hardware::Technology& t = machine.technology;
    const core::Power power =
        t.static_core * static_cast<double>(machine.core_count()) + t.static_chip;
    return {.work = "(all)",
            .place = "chip",
            .cause = "static",
            .count = latency.value,
            .count_unit = "cycles",
            .energy = core::energy(power, core::duration(latency, t.clock)),
            .cycles = latency};
}

std::vector<core::Violation> sparse_obstacles(const DecidedDesign& design,
                                              const std::string& rule) {
    const bool sparse = std::ranges::any_of(design.kernels.selections,
                                            [](const auto& chosen) { return chosen != nullptr; });
    if (!sparse)
        return {};
    return {{.rule = rule,
             .needed = "dense tensors",
             .available = "tensors with kernels for sparse blocks"}};
}

}  // namespace plexus::explorers
