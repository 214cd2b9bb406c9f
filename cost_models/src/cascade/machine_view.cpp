// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "plexus/cost_models/cascade/view.hpp"

namespace plexus::cost_models::cascade {

namespace {

using hardware::DataflowCore;
using hardware::Memory;
using hardware::PortType;

/// Role of a tensor by the operand it is on a core.
constexpr std::array<const char*, role_count> operand_of{"I1", "I2", "O"};

bool holds(const Memory& memory, const char* operand) {
    return std::ranges::count(memory.operands, operand) > 0;
}

/// Energies and bandwidths of a memory. \param clock_hz In Hz.
Level level_of(const Memory& memory, double clock_hz) {
    Level level;
    level.name = memory.name;
    level.size_bits = static_cast<double>(memory.size.value);
    level.read_bandwidth = level.write_bandwidth = 0;
    bool one_port = false;
    for (const hardware::Port& port : memory.ports) {
        const auto width = static_cast<double>(port.bandwidth_max.value);
        if (port.type != PortType::write) {
            level.read_bandwidth += width * clock_hz;
            level.read_energy_pj = memory.read_cost.value / width;
        }
        if (port.type != PortType::read) {
            level.write_bandwidth += width * clock_hz;
            level.write_energy_pj = memory.write_cost.value / width;
        }
        one_port = one_port || port.type == PortType::read_write;
    }
    level.separate_ports = !one_port;
    return level;
}

class MachineView {
  public:
    MachineView(const hardware::Architecture& architecture,
                std::vector<core::Violation>& violations)
        : architecture_(architecture),
          violations_(violations),
          clock_(architecture.technology.clock.value) {}

    Machine all() {
        machine_.name = architecture_.name;
        const std::size_t before = violations_.size();
        find_cores();
        if (before != violations_.size())
            return {};
        const auto& array = std::get<DataflowCore>(array_->kind);
        add_off_chip();
        add_levels(array);
        if (before != violations_.size())
            return {};
        add_units(array);
        return std::move(machine_);
    }

  private:
    void refuse(std::string needed, std::string available) {
        violations_.push_back({"machine of a cascade", std::move(needed), std::move(available)});
    }

    /// The array, and the core for vector work, if there is one.
    void find_cores() {
        std::vector<const hardware::Core*> cores;
        for (int id = 0; id < architecture_.core_count(); ++id) {
            cores.push_back(&architecture_.core(id));
            if (cores.back()->event_driven())
                refuse("dataflow cores", cores.back()->name + ", an event-driven core");
        }
        if (cores.size() > 2)
            refuse("an array and at most one core for vector work",
                   fmt::format("{} cores", cores.size()));
        if (!architecture_.off_chip)
            refuse("off-chip memory", "none");
        if (cores.empty() || cores.size() > 2 || cores.front()->event_driven() ||
            cores.back()->event_driven())
            return;
        const auto units = [](const hardware::Core* core) {
            return std::get<DataflowCore>(core->kind).array.units();
        };
        std::ranges::stable_sort(cores, std::ranges::greater{}, units);
        array_ = cores.front();
        if (cores.size() == 1)
            return;
        vector_ = cores.back();
        const auto& memories = std::get<DataflowCore>(vector_->kind).memories;
        if (architecture_.memory_sharing.size() != 1 || memories.size() != 1)
            refuse(
                fmt::format("{} that shares its only memory with {}", vector_->name, array_->name),
                fmt::format("{} memories, {} shared",
                            memories.size(),
                            architecture_.memory_sharing.size()));
    }

    void add_off_chip() {
        const hardware::OffChipMemory& memory = *architecture_.off_chip;
        Level level;
        level.name = memory.name;
        level.read_energy_pj = memory.read_energy_pj_per_bit;
        level.write_energy_pj = memory.write_energy_pj_per_bit;
        level.read_bandwidth = memory.read_bandwidth.value * clock_;
        level.write_bandwidth = memory.write_bandwidth.value * clock_;
        // Links to the array may be slower than the pins, and cost energy of their own.
        for (const hardware::Link& link : architecture_.interconnect.links) {
            const double bits_per_s = link.bandwidth.value * clock_;
            const bool reads = link.from == hardware::Interconnect::off_chip;
            if (!reads && link.to != hardware::Interconnect::off_chip)
                continue;
            if (&architecture_.core(reads ? link.to : link.from) != array_)
                continue;
            double& slowest = reads ? level.read_bandwidth : level.write_bandwidth;
            slowest = std::min(slowest, bits_per_s);
            (reads ? level.read_energy_pj : level.write_energy_pj) += link.energy_pj_per_bit;
        }
        machine_.levels.push_back(std::move(level));
    }

    /// On-chip memories of the array, outermost first, that of levels 1 in front.
    [[nodiscard]] std::vector<const Memory*> on_chip(const DataflowCore& core) const {
        std::vector<const Memory*> memories;
        for (const Memory& memory : core.memories)
            if (memory.name != architecture_.off_chip->name)
                memories.insert(memories.begin(), &memory);
        const auto shared = std::ranges::find_if(memories, [](const Memory* memory) {
            return holds(*memory, "I1") && holds(*memory, "O");
        });
        if (shared == memories.end())
            return {};
        std::rotate(memories.begin(), shared, shared + 1);
        return memories;
    }

    void add_levels(const DataflowCore& core) {
        const std::vector<const Memory*> memories = on_chip(core);
        if (memories.empty()) {
            refuse("an on-chip memory for inputs and results", "none");
            return;
        }
        std::vector<std::string> together = core.array.dimensions;  // one instance along these
        for (const Memory* memory : memories) {
            Level level = level_of(*memory, clock_);
            const bool first = memory == memories.front();
            for (std::size_t role = 0; role < role_count; ++role)
                level.keep.at(role) = !holds(*memory, operand_of.at(role)) ? Keep::never
                                      : first                              ? Keep::may
                                                                           : Keep::must;
            level.fanouts = fanouts(core, together, memory->served_dimensions, memory->name);
            if (first && !level.fanouts.empty())
                refuse(memory->name + " once, for the whole array", "several of it");
            machine_.levels.push_back(std::move(level));
        }
        compute_fanouts_ = fanouts(core, together, {}, core.array.dimensions.front());
    }

    /// The dimensions of `together` that are not in `served`, as one fan-out; they leave
    /// `together`.
    std::vector<Fanout> fanouts(const DataflowCore& core,
                                std::vector<std::string>& together,
                                const std::vector<std::string>& served,
                                const std::string& name) {
        Fanout fanout{.name = name, .size = 1, .shares = {true, true, true}, .only_without = {}};
        std::erase_if(together, [&](const std::string& dimension) {
            if (std::ranges::count(served, dimension) > 0)
                return false;
            const auto at = std::ranges::find(core.array.dimensions, dimension);
            fanout.size *=
                core.array.sizes[static_cast<std::size_t>(at - core.array.dimensions.begin())];
            return true;
        });
        if (fanout.size == 1)
            return {};
        return {std::move(fanout)};
    }

    void add_units(const DataflowCore& array) {
        Compute unit{.name = array_->name,
                     .work = Work::multiply_accumulate,
                     .energy_pj = array.array.unit_energy.value,
                     .rate = clock_,
                     .levels = machine_.levels.size(),
                     .fanouts = std::move(compute_fanouts_)};
        machine_.units.push_back(unit);
        unit.work = Work::vector;
        if (vector_ != nullptr) {
            const auto& lanes = std::get<DataflowCore>(vector_->kind).array;
            unit.name = vector_->name;
            unit.energy_pj = lanes.unit_energy.value;
            unit.levels = 2;
            unit.fanouts = {{.name = vector_->name,
                             .size = lanes.units(),
                             .shares = {true, true, true},
                             .only_without = {}}};
        }
        machine_.units.push_back(std::move(unit));
    }

    const hardware::Architecture& architecture_;
    std::vector<core::Violation>& violations_;
    double clock_;
    const hardware::Core* array_ = nullptr;
    const hardware::Core* vector_ = nullptr;
    std::vector<Fanout> compute_fanouts_;
    Machine machine_;
};

}  // namespace

Machine view_machine(const hardware::Architecture& architecture,
                     std::vector<core::Violation>& violations) {
    const std::size_t before = violations.size();
    Machine machine = MachineView(architecture, violations).all();
    if (before == violations.size())
        for (const std::string& fault : machine.faults())
            violations.push_back({"machine of a cascade", "levels and units that work", fault});
    return machine;
}

}  // namespace plexus::cost_models::cascade
