// SPDX-License-Identifier: Apache-2.0
#include "map_pictures.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "plexus/core/text.hpp"
#include "plexus/results/hierarchy_plot.hpp"
#include "plexus/results/layer_plot.hpp"
#include "plexus/results/quantity.hpp"

#include "pictures.hpp"

namespace plexus::apps {

namespace {

using hardware::DataflowCore;
using hardware::Memory;
using hardware::Port;
using hardware::PortType;
using hardware::Transfer;

void fill(results::LayerBar& bar,
          const std::vector<results::EnergyPart>& parts,
          const explorers::MapTask& task,
          const cost_models::dataflow::LoopNestCost& cost) {
    bar.mac_energy_pj = cost.mac_energy.value;
    bar.energy_pj.resize(parts.size());
    for (std::size_t k = 0; k < cost.operands.size(); ++k)
        for (const auto& level : cost.operands[k].levels)
            for (std::size_t p = 0; p < parts.size(); ++p)
                if (parts[p].memory == level.memory &&
                    parts[p].operand == task.layer.operands.at(k).memory_operand)
                    for (const auto& transfer : level.transfers)
                        bar.energy_pj[p] += transfer.energy.value;
    bar.latency_cycles = {cost.ideal.value,
                          cost.temporal.value - cost.ideal.value,
                          cost.stall.value,
                          cost.onload.value,
                          cost.offload.value};
}

/// Why an operator has no bars; "" if it has.
std::string mark_of(const MappedWorkload& mapped, std::size_t task) {
    if (task < mapped.tasks.size() && mapped.layers[task].feasible())
        return "";
    std::string mark = status_of(mapped, task);
    if (task < mapped.tasks.size() && mapped.layers[task].result != nullptr &&
        !mapped.layers[task].result->violations.empty())
        mark += ": " + mapped.layers[task].result->violations.front().rule;
    return mark;
}

results::LayerBars bars_of(const MappedWorkload& mapped, const std::string& hardware) {
    results::LayerBars out;
    for (const Memory& memory : mapped.core->memories)
        for (const std::string& operand : memory.operands)
            out.parts.push_back({memory.name, operand});
    double energy = 0;
    double latency = 0;
    std::size_t count = 0;
    for (std::size_t i = 0; i < mapped.workload->operators.size(); ++i) {
        const std::size_t t = task_of(mapped, i);
        results::LayerBar& bar = out.layers.emplace_back();
        bar.name = mapped.workload->operators[i].name;
        bar.mark = mark_of(mapped, t);
        if (!bar.mark.empty())
            continue;
        fill(bar, out.parts, mapped.tasks[t], mapped.layers[t].cost);
        energy += mapped.layers[t].cost.energy.value;
        latency += mapped.layers[t].cost.latency.value;
        ++count;
    }
    out.title = fmt::format("{} on {}: {}, {} cycles; {} of {} layers mapped",
                            mapped.workload->name,
                            hardware,
                            results::readable("energy_pj", energy),
                            results::readable("latency_cycles", latency),
                            count,
                            out.layers.size());
    return out;
}

/// How a mapping file and the hardware presets call a transfer, seen from the memory.
const char* code_of(Transfer transfer) {
    constexpr std::array<const char*, 4> codes{"fh", "th", "fl", "tl"};
    return codes.at(static_cast<std::size_t>(transfer));
}

std::string note_of(const Port& port) {
    constexpr std::array<const char*, 3> types{"read", "write", "read/write"};
    std::vector<std::string> uses;
    for (const hardware::PortUse& use : port.uses)
        uses.push_back(use.operand + " " + code_of(use.transfer));
    const std::string least = port.bandwidth_min == port.bandwidth_max
                                  ? ""
                                  : std::to_string(port.bandwidth_min.value) + "–";
    return fmt::format("{}: {}, {}{} bit: {}",
                       port.name,
                       types.at(static_cast<std::size_t>(port.type)),
                       least,
                       port.bandwidth_max.value,
                       core::join(uses));
}

/// Size of one copy and how many copies the array has.
std::string size_of(const Memory& memory, const hardware::OperationalArray& array) {
    std::int64_t copies = 1;
    for (std::size_t d = 0; d < array.dimensions.size(); ++d)
        if (!std::ranges::count(memory.served_dimensions, array.dimensions[d]))
            copies *= array.sizes[d];
    const std::string size =
        memory.size.value == 0
            ? "not limited"
            : results::readable("size_bits", static_cast<double>(memory.size.value));
    return fmt::format(
        "{}, {}{}", memory.type, size, copies > 1 ? fmt::format(" × {}", copies) : "");
}

/// Full width of the port of a memory that carries a transfer; "" if it has none.
std::string width_of(const Memory& memory, const std::string& operand, Transfer transfer) {
    for (const Port& port : memory.ports)
        if (std::ranges::count(port.uses, hardware::PortUse{operand, transfer}))
            return std::to_string(port.bandwidth_max.value);
    return "";
}

/// The transfers of one operand between a memory and the one below it, nullptr = the array.
void add_transfers(const DataflowCore& core,
                   const std::string& operand,
                   std::size_t upper,
                   std::optional<std::size_t> lower,
                   results::HierarchyGraph& out) {
    const Memory* below = lower ? &core.memories[*lower] : nullptr;
    const auto wide = [](const std::string& from, const std::string& to) {
        return from + (from.empty() || to.empty() ? "" : " → ") + to;
    };
    const std::string reads = width_of(core.memories[upper], operand, Transfer::to_low);
    const std::string takes = below ? width_of(*below, operand, Transfer::from_high) : "";
    if (!reads.empty())
        out.transfers.push_back({operand, true, upper, lower, wide(reads, takes)});
    const std::string gives = below ? width_of(*below, operand, Transfer::to_high) : "";
    const std::string writes = width_of(core.memories[upper], operand, Transfer::from_low);
    if (!writes.empty())
        out.transfers.push_back({operand, false, upper, lower, wide(gives, writes)});
}

results::HierarchyGraph graph_of(const DataflowCore& core, const std::string& hardware) {
    results::HierarchyGraph out;
    out.title = hardware + ": memory hierarchy";
    std::string shape;
    for (std::size_t d = 0; d < core.array.sizes.size(); ++d)
        shape += fmt::format(
            "{}{} = {}", d > 0 ? ", " : "", core.array.dimensions[d], core.array.sizes[d]);
    out.array = {
        fmt::format("array of {} MAC units", core.array.units()),
        fmt::format("{}; {} pJ per MAC", shape, core::to_text(core.array.unit_energy.value))};
    for (std::size_t m = 0; m < core.memories.size(); ++m) {
        const Memory& memory = core.memories[m];
        results::HierarchyMemory& box = out.memories.emplace_back();
        box.name = memory.name;
        box.notes = {size_of(memory, core.array)};
        for (const Port& port : memory.ports)
            box.notes.push_back(note_of(port));
        box.operands = memory.operands;
        for (const std::string& operand : memory.operands) {
            std::optional<std::size_t> below;
            for (std::size_t b = 0; b < m; ++b)
                if (std::ranges::count(core.memories[b].operands, operand))
                    below = b;
            add_transfers(core, operand, m, below, out);
            if (!std::ranges::count(out.operands, operand))
                out.operands.push_back(operand);
        }
    }
    return out;
}

}  // namespace

bool draw_mapping(const std::filesystem::path& folder,
                  const MappedWorkload& mapped,
                  const std::string& hardware) {
    return draw(folder,
                {{"layers", results::layers_script(bars_of(mapped, hardware))},
                 {"hierarchy", results::hierarchy_script(graph_of(*mapped.core, hardware))}})
               .size() == 2;
}

}  // namespace plexus::apps
