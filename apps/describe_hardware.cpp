// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "plexus/core/text.hpp"
#include "plexus/hardware/load.hpp"
#include "plexus/results/quantity.hpp"
#include "plexus/results/terminal.hpp"

#include "describe_machine.hpp"

namespace plexus::apps {

namespace {

using results::readable;

std::string bits(core::Bits size) {
    return size.value == 0 ? "not limited" : readable("size_bits", static_cast<double>(size.value));
}

std::string pj(core::Energy energy) {
    return core::to_text(energy.value) + " pJ";
}

/// A label and a value, aligned.
void line(const char* label, const std::string& value) {
    std::printf("  %-22s%s\n", label, value.c_str());
}

void print_memories(const hardware::DataflowCore& core) {
    std::vector<std::vector<std::string>> rows;
    for (const hardware::Memory& m : core.memories) {
        std::int64_t read = 0;
        std::int64_t write = 0;
        for (const hardware::Port& port : m.ports) {
            if (port.type != hardware::PortType::write)
                read += port.bandwidth_max.value;
            if (port.type != hardware::PortType::read)
                write += port.bandwidth_max.value;
        }
        rows.push_back({m.name,
                        m.type,
                        bits(m.size),
                        core::join(m.operands),
                        core::join(m.served_dimensions),
                        core::to_text(m.read_cost.value),
                        core::to_text(m.write_cost.value),
                        std::to_string(read),
                        std::to_string(write)});
    }
    std::printf("\n%s",
                results::aligned({"memory",
                                  "type",
                                  "size",
                                  "operands",
                                  "shared over",
                                  "pJ/read",
                                  "pJ/write",
                                  "bit/cycle read",
                                  "write"},
                                 rows,
                                 {false, false, true, false, false, true, true, true, true})
                    .c_str());
}

void print_core(const hardware::DataflowCore& core) {
    std::string shape;
    for (std::size_t i = 0; i < core.array.sizes.size(); ++i)
        shape += fmt::format(
            "{}{} = {}", i > 0 ? ", " : "", core.array.dimensions[i], core.array.sizes[i]);
    line("MAC array", fmt::format("{} units ({})", core.array.units(), shape));
    line("energy per MAC", pj(core.array.unit_energy));
    if (core.array.is_imc)
        line("in-memory computing", core.array.imc_type);
    print_memories(core);
}

void print_core(const hardware::EventDrivenCore& core) {
    line("neurons", std::to_string(core.neurons));
    line("synaptic memory",
         fmt::format("{}, {} bit wide", bits(core.synaptic_memory), core.synaptic_word_bits));
    line("lanes", std::to_string(core.lanes));
    line("payload, state", fmt::format("{} bit, {} bit", core.payload_bits, core.state_bits));
    line("neurons walked", core.scan == hardware::ScanPolicy::all ? "all" : "those touched");
    std::vector<std::vector<std::string>> rows;
    const auto event = [&](const char* name, const hardware::EventCost& cost) {
        rows.push_back(
            {name, core::to_text(cost.energy.value), readable("time_s", cost.time.value)});
    };
    event("axon in, per packet", core.axon_in);
    event("synaptic word read", core.synapse_word);
    event("synaptic operation", core.synapse_op);
    event("neuron walked", core.soma_access);
    event("neuron updated", core.soma_update);
    event("neuron fires", core.spike_out);
    event("axon out, per packet", core.axon_out);
    std::printf("\n%s",
                results::aligned({"event", "pJ", "time"}, rows, {false, true, true}).c_str());
}

void print_interconnect(const hardware::Interconnect& interconnect) {
    if (const auto& mesh = interconnect.mesh) {
        line("mesh",
             fmt::format("{} × {} tiles of {} cores, {} bit per packet{}",
                         mesh->width,
                         mesh->height,
                         mesh->cores_per_tile,
                         mesh->packet_bits,
                         mesh->multicast ? ", multicast" : ""));
        line("energy per hop",
             fmt::format("{} east/west, {} north/south", pj(mesh->energy_x), pj(mesh->energy_y)));
        line("link", fmt::format("{} bit/cycle", core::to_text(mesh->link_bandwidth.value)));
    }
    if (!interconnect.links.empty())
        line("links",
             fmt::format("{} between cores and off-chip memory", interconnect.links.size()));
}

void print_chip(const hardware::Architecture& a) {
    std::printf("%s: %d core%s\n", a.name.c_str(), a.core_count(), a.core_count() == 1 ? "" : "s");
    line("clock", readable("clock_hz", a.technology.clock.value));
    if (a.technology.node_nm > 0)
        line("node", core::to_text(a.technology.node_nm) + " nm");
    line("static power",
         fmt::format("{} per core, {} chip",
                     readable("static_w", a.technology.static_core.value),
                     readable("static_w", a.technology.static_chip.value)));
    print_interconnect(a.interconnect);
    if (const auto& memory = a.off_chip) {
        line("off-chip memory",
             fmt::format("{}, {}; read {} pJ/bit at {} bit/cycle, write {} pJ/bit at {} bit/cycle",
                         memory->name,
                         bits(memory->size),
                         core::to_text(memory->read_energy_pj_per_bit),
                         core::to_text(memory->read_bandwidth.value),
                         core::to_text(memory->write_energy_pj_per_bit),
                         core::to_text(memory->write_bandwidth.value)));
    }
    for (const auto& [tiles, time] : a.sync.time_by_tiles)
        line("barrier", fmt::format("{} from {} tiles on", readable("time_s", time.value), tiles));
}

}  // namespace

void describe_hardware(const std::filesystem::path& file) {
    const hardware::Architecture a = hardware::load_architecture(file);
    print_chip(a);
    for (std::size_t type = 0; type < a.core_types.size(); ++type) {
        const auto copies = std::ranges::count(a.cores, static_cast<int>(type));
        std::printf("\n%s: %td × %s\n",
                    a.core_types[type].name.c_str(),
                    copies,
                    a.core_types[type].event_driven() ? "event-driven core" : "dataflow core");
        std::visit([](const auto& kind) { print_core(kind); }, a.core_types[type].kind);
    }
    std::vector<std::vector<std::string>> rows;
    for (const core::Provenance& p : a.provenance)
        rows.push_back({p.path, p.value, p.evidence, p.source});
    if (!rows.empty())
        std::printf(
            "\n%s",
            results::aligned(
                {"constant", "value", "evidence", "source"}, rows, {false, true, false, false})
                .c_str());
}

}  // namespace plexus::apps
