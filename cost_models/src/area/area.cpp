// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/area/area.hpp"

#include <string>

#include "plexus/cost_models/off_chip.hpp"

#include "dataflow/traffic.hpp"

namespace plexus::cost_models {

namespace {

using core::Area;

constexpr double square_micrometres_per_square_millimetre = 1e6;

void add(AreaEstimate& estimate, std::string place, const char* cause, double mm2, double count) {
    if (mm2 <= 0) {
        estimate.complete = false;
        return;
    }
    const Area area(mm2 * square_micrometres_per_square_millimetre * count);
    estimate.total += area;
    core::CostItem item;
    item.place = std::move(place);
    item.cause = cause;
    item.count = area.value;
    item.count_unit = "um2";
    estimate.parts.push_back(std::move(item));
}

void add_dataflow(AreaEstimate& estimate,
                  const hardware::Architecture& architecture,
                  const hardware::Core& core,
                  const hardware::DataflowCore& dataflow,
                  double copies) {
    add(estimate,
        core.name + ".array",
        "array",
        dataflow.array.unit_area,
        static_cast<double>(dataflow.array.units()) * copies);
    const std::size_t levels = on_chip_levels(architecture, dataflow);
    for (std::size_t level = 0; level < levels; ++level) {
        const hardware::Memory& memory = dataflow.memories[level];
        add(estimate,
            core.name + "." + memory.name,
            "memory",
            memory.area,
            cost_models::dataflow::instances(dataflow, memory) * copies);
    }
}

}  // namespace

AreaEstimate estimate_area(const hardware::Architecture& architecture) {
    AreaEstimate estimate;
    for (std::size_t type = 0; type < architecture.core_types.size(); ++type) {
        double copies = 0;
        for (const int t : architecture.cores) {
            copies += t == static_cast<int>(type) ? 1.0 : 0.0;
        }
        if (copies == 0) {
            continue;
        }
        const hardware::Core& core = architecture.core_types[type];
        if (const auto* event_driven = std::get_if<hardware::EventDrivenCore>(&core.kind)) {
            add(estimate, core.name, "core", event_driven->area_mm2, copies);
        } else {
            add_dataflow(
                estimate, architecture, core, std::get<hardware::DataflowCore>(core.kind), copies);
        }
    }
    return estimate;
}

}  // namespace plexus::cost_models
