// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstdio>

#include <fmt/format.h>

#include "plexus/core/text.hpp"
#include "plexus/hardware/load.hpp"
#include "plexus/hardware/synapse_format.hpp"
#include "plexus/results/quantity.hpp"
#include "plexus/results/terminal.hpp"

#include "describe_machine.hpp"
#include "progress_line.hpp"

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

/// Memory operands as loop nests call them.
std::string operand_name(const std::string& operand) {
    return operand == "I1" ? "I" : operand == "I2" ? "W" : operand;
}

std::string operand_names(const std::vector<std::string>& operands) {
    std::vector<std::string> names;
    for (const std::string& operand : operands)
        names.push_back(operand_name(operand));
    return core::join(names);
}

std::string format_name(const std::vector<hardware::StoredRank>& ranks) {
    std::vector<std::string> names;
    for (const hardware::StoredRank& rank : ranks) {
        names.emplace_back(hardware::rank_format_names.at(static_cast<std::size_t>(rank.format)));
        if (rank.bits > 0)
            names.back() += fmt::format(" ({} bit)", rank.bits);
    }
    return core::join(names);
}

/// What the core makes of zeros.
void print_sparsity(const hardware::CoreSparsity& sparsity) {
    std::vector<std::vector<std::string>> rows;
    for (const hardware::MemorySparsity& memory : sparsity.memories) {
        for (const auto& [operand, ranks] : memory.formats)
            rows.push_back({memory.memory, operand_name(operand), "stored as", format_name(ranks)});
        for (const hardware::SavingRule& rule : memory.units)
            rows.push_back({memory.memory,
                            operand_name(rule.target),
                            rule.saving == hardware::ZeroSaving::gating ? "gated by zeros of"
                                                                        : "skipped by zeros of",
                            operand_names(rule.leaders)});
        for (const std::string& operand : memory.converts)
            rows.push_back({memory.memory, operand_name(operand), "converted on the way in", ""});
    }
    std::string units = sparsity.compute_gates && sparsity.compute_skips ? "gated and skipped"
                        : sparsity.compute_gates                         ? "gated"
                        : sparsity.compute_skips                         ? "skipped"
                                                                         : "computed";
    std::printf("\n");
    line("MACs with a zero", units);
    line("a gated one takes", fmt::format("{} of its energy", core::to_text(sparsity.gated_share)));
    if (!rows.empty())
        std::printf(
            "\n%s",
            results::aligned({"memory", "operand", "zeros", ""}, rows, {false, false, false, false})
                .c_str());
}

void print_core(const hardware::DataflowCore& core, const std::vector<core::Provenance>& /*all*/) {
    std::string shape;
    for (std::size_t i = 0; i < core.array.sizes.size(); ++i)
        shape += fmt::format(
            "{}{} = {}", i > 0 ? ", " : "", core.array.dimensions[i], core.array.sizes[i]);
    line("MAC array", fmt::format("{} units ({})", core.array.units(), shape));
    line("energy per MAC", pj(core.array.unit_energy));
    if (core.array.is_imc)
        line("in-memory computing", core.array.imc_type);
    print_memories(core);
    if (core.sparsity)
        print_sparsity(*core.sparsity);
}

std::string limit(std::int64_t value, const char* unit) {
    return value == 0 ? "not limited" : fmt::format("{} {}", value, unit);
}

std::string coding(const hardware::Coding& coding) {
    switch (coding.kind) {
        case hardware::CodingKind::graded:
            break;
        case hardware::CodingKind::rate:
            return fmt::format("rate, {} steps per value, mean {} of full scale",
                               coding.window,
                               core::to_text(coding.mean_rate));
        case hardware::CodingKind::delta:
            return fmt::format("changes only, {} of the values", core::to_text(coding.changed));
    }
    return "graded";
}

/// What an event-driven core can hold and do.
void print_abilities(const hardware::EventDrivenCore& core) {
    line("neurons", limit(core.neurons, "per core"));
    line("synaptic memory",
         fmt::format("{}, {} bit wide", bits(core.synaptic_memory), core.synaptic_word_bits));
    line("axons in, out",
         limit(core.axons_in, "entries") + ", " + limit(core.axons_out, "entries"));
    line("fan-in, fan-out",
         limit(core.fan_in, "synapses") + ", " + limit(core.fan_out, "synapses"));
    line("weights", limit(core.weight_bits, "bit at most"));
    line("lanes", std::to_string(core.lanes));
    line("payload, state", fmt::format("{} bit, {} bit", core.payload_bits, core.state_bits));
    line("accumulators", fmt::format("{} per neuron", core.state_ways));
    line("coding", coding(core.coding));
    line("neurons walked", core.scan == hardware::ScanPolicy::all ? "all" : "those touched");
    line("loaded anew", core.reusable ? "between steps" : "never");
    if (!core.neuron_operators.empty())
        line("neurons can do", core::join(core.neuron_operators));
    line("prices",
         core.prices == hardware::PriceStyle::all_in
             ? "all-in: an operation has memory, network and leakage in it"
             : "per term");
}

/// Prices of the events; what nobody published is called unknown.
class EventPrices {
  public:
    explicit EventPrices(const std::vector<core::Provenance>& provenance)
        : provenance_(&provenance) {}

    void add(const std::string& name, const std::string& key, const hardware::EventCost& cost) {
        rows_.push_back(
            {name,
             unknown(key + ".energy_pj") ? "unknown" : core::to_text(cost.energy.value),
             unknown(key + ".time_ns") ? "unknown" : readable("time_s", cost.time.value)});
    }
    void print() const {
        std::printf("\n%s",
                    results::aligned({"event", "pJ", "time"}, rows_, {false, true, true}).c_str());
    }

  private:
    [[nodiscard]] bool unknown(const std::string& path) const {
        return std::ranges::any_of(*provenance_, [&](const core::Provenance& p) {
            return p.path == path && p.evidence == "unknown";
        });
    }
    const std::vector<core::Provenance>* provenance_;
    std::vector<std::vector<std::string>> rows_;
};

void print_core(const hardware::EventDrivenCore& core,
                const std::vector<core::Provenance>& provenance) {
    print_abilities(core);
    EventPrices prices(provenance);
    const std::string section = "event_driven.";
    prices.add("axon in, per packet", section + "axon_in", core.axon_in);
    prices.add("synaptic word read", section + "synapse_word", core.synapse_word);
    if (core.formats.empty())
        prices.add("synaptic operation", section + "synapse_op", core.synapse_op);
    for (const hardware::FormatPrice& f : core.formats) {
        const std::string format = to_string(f.format);
        prices.add("synaptic operation, " + format, section + "formats." + format, f.operation);
    }
    prices.add("neuron walked", section + "soma_access", core.soma_access);
    prices.add("neuron updated", section + "soma_update", core.soma_update);
    prices.add("neuron fires", section + "spike_out", core.spike_out);
    prices.add("axon out, per packet", section + "axon_out", core.axon_out);
    for (const hardware::DigitalUnit& unit : core.units)
        prices.add(unit.name + ": " + core::join(unit.operators), "", unit.operation);
    prices.print();
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
        line("time per hop",
             fmt::format("{} east/west, {} north/south",
                         readable("time_s", mesh->time_x.value),
                         readable("time_s", mesh->time_y.value)));
        line("link",
             mesh->link_bandwidth.value > 0
                 ? fmt::format("{} bit/cycle", core::to_text(mesh->link_bandwidth.value))
                 : "not limited");
        if (mesh->chips > 1)
            line("chips",
                 fmt::format("{} of {} columns; {} and {} per packet from one to the next",
                             mesh->chips,
                             mesh->chip_width(),
                             pj(mesh->chip_energy),
                             readable("time_s", mesh->chip_time.value)));
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

/// Constants with their class of evidence and the number of their source; below, the sources.
void print_constants(const std::vector<core::Provenance>& provenance, std::size_t width) {
    std::vector<std::string> sources;
    std::vector<std::vector<std::string>> rows;
    for (const core::Provenance& p : provenance) {
        auto known = std::ranges::find(sources, p.source);
        if (known == sources.end())
            known = sources.insert(sources.end(), p.source);
        rows.push_back({p.path, p.evidence, std::to_string(known - sources.begin() + 1), p.value});
    }
    if (rows.empty())
        return;
    std::printf("\n%s\nsources\n",
                results::aligned(
                    {"constant", "evidence", "source", "value"}, rows, {false, false, true, false})
                    .c_str());
    for (std::size_t i = 0; i < sources.size(); ++i) {
        const std::vector<std::string> lines = results::wrapped(sources[i], width - 6);
        for (std::size_t l = 0; l < lines.size(); ++l)
            std::printf(
                "%s\n",
                fmt::format("{:>4}  {}", l == 0 ? std::to_string(i + 1) : "", lines[l]).c_str());
    }
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
        std::visit([&](const auto& kind) { print_core(kind, a.provenance); },
                   a.core_types[type].kind);
    }
    print_constants(a.provenance, std::max<std::size_t>(60, terminal_width(80)));
}

}  // namespace plexus::apps
