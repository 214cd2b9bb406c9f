// SPDX-License-Identifier: Apache-2.0
#include "execution.hpp"

#include <algorithm>
#include <variant>

#include <fmt/format.h>

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

std::vector<core::Violation> slow_operations(const DecidedDesign& design, const std::string& rule) {
    std::vector<core::Violation> obstacles;
    for (const workloads::Operator& op : design.workload->operators) {
        for (const hardware::Core& core : design.machine->core_types) {
            const auto* const dataflow = std::get_if<hardware::DataflowCore>(&core.kind);
            if (dataflow != nullptr && dataflow->array.cycles_of(op.type) != 1)
                obstacles.push_back({rule,
                                     "one cycle per operation",
                                     fmt::format("operation_cycles {} of {} for {}",
                                                 dataflow->array.cycles_of(op.type),
                                                 core.name,
                                                 op.name)});
        }
    }
    return obstacles;
}

}  // namespace plexus::explorers
