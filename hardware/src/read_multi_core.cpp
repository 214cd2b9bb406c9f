// SPDX-License-Identifier: Apache-2.0
#include "read_multi_core.hpp"

#include <array>
#include <map>
#include <optional>
#include <utility>

#include "read_chip.hpp"
#include "read_core_ids.hpp"
#include "read_dataflow.hpp"
#include "read_event_driven.hpp"
#include "read_memory_sharing.hpp"

namespace plexus::hardware::detail {

using core::Bandwidth;
using core::Reader;

namespace {

/// Description of each core by the id that the file gives it.
std::map<int, Reader> cores_by_id(const Reader& cores) {
    std::map<int, Reader> out;
    if (cores.is_sequence()) {
        for (const Reader& item : cores.items()) {
            out.emplace(static_cast<int>(out.size()), item);
        }
    } else {
        const auto entries = cores.entries();
        for (std::size_t i = 0; i < entries.size(); ++i) {
            const auto& [key, value] = entries[i];
            const int id = parse_core_id(key);
            std::string message;
            if (id < 0) {
                message = "expected a core id 0, 1, 2 ... as key, got \"" + key + "\"";
            } else if (!out.emplace(id, value).second) {
                message = "core " + std::to_string(id) + " is already there";
            }
            if (!message.empty()) {  // at the key: the value may stand in another file
                cores.problems().add(cores.node().key_where[i], value.path(), message);
            }
        }
    }
    if (out.empty() && (cores.is_sequence() || cores.is_map())) {
        cores.problem("expected at least one core, got none");
    } else if (!out.empty() && out.rbegin()->first != static_cast<int>(out.size()) - 1) {
        cores.problem("expected core ids 0 to " + std::to_string(out.size() - 1) +
                      " without a gap, got a core " + std::to_string(out.rbegin()->first));
    }
    return out;
}

void warn_unused(const Reader& reader, std::string_view key) {
    if (const Reader unused = reader.find(key)) {
        unused.warning("is accepted but has no effect here");
    }
}

std::vector<std::string> core_keys() {
    std::vector<std::string> keys{"name",
                                  "type",
                                  "description",
                                  "version",
                                  "sources",
                                  "event_driven",
                                  "operator_types",
                                  "operand_precision"};
    keys.insert(keys.end(), dataflow_keys().begin(), dataflow_keys().end());
    return keys;
}

/// Stream's `type: zigzag.compute`: cores that only hold data are not described here.
void check_type(const Reader& reader) {
    const Reader type = reader.find("type");
    if (!type) {
        return;
    }
    const std::string text = type.text();
    const auto dot = text.rfind('.');
    if (text.substr(dot == std::string::npos ? 0 : dot + 1) != "compute") {
        type.problem("expected a core that computes (compute or <namespace>.compute), got \"" +
                     text + "\"");
    }
}

Core read_core(const Reader& reader, bool has_off_chip, Constants& constants) {
    reader.allow(core_keys());
    check_type(reader);
    warn_unused(reader, "operator_types");
    warn_unused(reader, "operand_precision");
    Core core;
    core.name = reader.find("name").text_or("core");
    const Reader section = reader.find("event_driven");
    if (!section) {
        core.kind = read_dataflow_core(reader, has_off_chip, constants);
        return core;
    }
    for (const char* const key : dataflow_keys()) {
        if (const Reader other = reader.find(key)) {
            other.problem("a core is event-driven or a dataflow array, not both");
        }
    }
    if (const Reader copies = section.find("cores"); copies && copies.integer() != 1) {
        copies.problem("one entry of cores: describes one core, got " + copies.node().text);
    }
    core.kind = read_event_driven_core(section, constants);
    return core;
}

/// Where the off-chip memory stands in the file.
struct OffChip {
    std::optional<Reader> core;
    int id = -1;  ///< In the file's numbering; -1 if it is not one of its cores.
    std::optional<Memory> memory;
};

OffChip find_off_chip(const Reader& document, const std::map<int, Reader>& cores) {
    OffChip out;
    Reader reader = document.find("offchip_core");
    const Reader other = document.find("offchip_core_id");
    if (reader && other) {
        other.problem("give offchip_core or offchip_core_id, not both");
    }
    if (!reader) {
        reader = other;
    }
    if (!reader || reader.is_null()) {
        return out;
    }
    if (document.has("off_chip")) {
        reader.problem("give off_chip or an off-chip core, not both");
    }
    if (reader.is_map()) {
        out.core = reader;
        return out;
    }
    out.id =
        static_cast<int>(reader.integer({.lower = 0, .upper = static_cast<double>(max_cores)}));
    const auto found = cores.find(out.id);
    if (found == cores.end()) {
        reader.problem("there is no core " + std::to_string(out.id) + " in cores");
    } else {
        out.core = found->second;
    }
    return out;
}

/// Numbers of a connection: bandwidth in bit/cycle and pJ per cycle at full bandwidth.
LinkBuilder::Channel channel_of(double bandwidth, double cost_per_cycle) {
    return {Bandwidth(bandwidth), bandwidth > 0 ? cost_per_cycle / bandwidth : 0};
}

class Connector {
  public:
    /// \param off_chip_id Of the off-chip core in the file's numbering; -1 if it has none there.
    Connector(Reader document, int off_chip_id, const Architecture& so_far, Constants& c)
        : document_(std::move(document)),
          off_chip_id_(off_chip_id),
          off_chip_(so_far.off_chip),
          cores_(so_far.core_count()),
          builder_(cores_, off_chip_.has_value()),
          constants_(c) {}

    /// \param one_port Off-chip memory is read and written through one port.
    std::vector<Link> links(bool one_port) {
        cost_ = document_.has("unit_energy_cost")
                    ? constants_.number(document_.find("unit_energy_cost"), cost_range, "pJ")
                    : 0;
        if (const Reader list = document_.find("core_connectivity")) {
            for (const Reader& entry : list.items()) {
                connect(entry);
            }
        }
        if (off_chip_ && !off_chip_connected_) {
            connect_off_chip(one_port);
        }
        return builder_.take();
    }

  private:
    void connect(const Reader& entry) {
        double bandwidth = 0;
        double cost = cost_;
        bool bus = false;
        if (entry.is_map()) {
            entry.allow({"type", "cores", "bandwidth", "unit_energy_cost"});
            if (const Reader type = entry.find("type")) {
                bus = type.choice({"link", "bus"}) == 1;
            }
            if (const Reader own = entry.find("unit_energy_cost")) {
                cost = constants_.number(own, cost_range, "pJ");
            }
            bandwidth = constants_.number(entry.at("bandwidth"), positive, "bit/cycle");
        } else {
            bandwidth = shared_bandwidth();
        }
        std::vector<int> ids = read_core_ids(entry);
        const int in_file = cores_ + (off_chip_id_ >= 0 ? 1 : 0);
        for (int& id : ids) {
            if (id >= in_file) {
                entry.problem("there is no core " + std::to_string(id) + "; ids run from 0 to " +
                              std::to_string(in_file - 1));
                return;
            }
            if (off_chip_id_ >= 0 && id == off_chip_id_) {
                id = Interconnect::off_chip;
                off_chip_connected_ = true;
            } else if (off_chip_id_ >= 0 && id > off_chip_id_) {
                --id;
            }
        }
        const LinkBuilder::Channel channel = channel_of(bandwidth, cost);
        if (ids.size() < 2) {
            if (!ids.empty()) {
                entry.problem("expected at least two core ids, got one");
            }
        } else if (ids.size() == 2 && !bus) {
            const std::size_t before = entry.problems().errors().size();
            builder_.add(ids[0], ids[1], builder_.new_channel(), channel, entry);
            if (before == entry.problems().errors().size()) {
                builder_.add(ids[1], ids[0], builder_.new_channel(), channel, entry);
            }
        } else {
            builder_.add_bus(ids, channel, entry);
        }
    }

    /// `bandwidth:` of the document, read once.
    double shared_bandwidth() {
        if (!bandwidth_) {
            bandwidth_ = constants_.number(document_.at("bandwidth"), positive, "bit/cycle");
        }
        return *bandwidth_;
    }

    /// Every core reaches off-chip memory: over one shared channel if the memory has one port, else
    /// over a read and a write channel.
    void connect_off_chip(bool one_port) {
        const int read_channel = builder_.new_channel();
        const int write_channel = one_port ? read_channel : builder_.new_channel();
        const LinkBuilder::Channel read = channel_of(off_chip_->read_bandwidth.value, cost_);
        const LinkBuilder::Channel write = channel_of(off_chip_->write_bandwidth.value, cost_);
        for (int id = 0; id < cores_; ++id) {
            builder_.add(Interconnect::off_chip, id, read_channel, read, document_);
            builder_.add(id, Interconnect::off_chip, write_channel, write, document_);
        }
    }

    static constexpr core::Range positive{.lower = 0, .upper = 1e12, .open_lower = true};

    Reader document_;
    int off_chip_id_;
    std::optional<OffChipMemory> off_chip_;
    bool off_chip_connected_ = false;
    int cores_;
    LinkBuilder builder_;
    Constants& constants_;
    double cost_ = 0;
    std::optional<double> bandwidth_;
};

}  // namespace

std::span<const char* const> multi_core_keys() {
    static constexpr std::array<const char*, 8> keys{"cores",
                                                     "offchip_core",
                                                     "offchip_core_id",
                                                     "core_connectivity",
                                                     "core_memory_sharing",
                                                     "core_coordinates",
                                                     "bandwidth",
                                                     "unit_energy_cost"};
    return keys;
}

void read_multi_core(const Reader& document, Architecture& architecture, Constants& constants) {
    const Reader list = document.at("cores");
    if (!list) {
        return;
    }
    const std::map<int, Reader> cores = cores_by_id(list);
    OffChip off_chip = find_off_chip(document, cores);
    if (off_chip.id >= 0 && !off_chip.core) {
        return;
    }
    if (off_chip.core) {
        off_chip.core->allow(core_keys());
        off_chip.memory = read_off_chip_core(*off_chip.core, constants);
    }
    if (off_chip.memory) {
        architecture.off_chip = as_off_chip(*off_chip.memory);
    } else if (const Reader section = document.find("off_chip")) {
        architecture.off_chip = read_off_chip(section, constants);
    }
    std::map<core::Hash, int> types;  // equal descriptions are read once
    for (const auto& [id, reader] : cores) {
        if (id == off_chip.id) {
            continue;
        }
        const auto next = static_cast<int>(architecture.core_types.size());
        const auto [type, is_new] = types.emplace(core::content_hash(reader.node()), next);
        if (is_new) {
            architecture.core_types.push_back(
                read_core(reader, architecture.off_chip.has_value(), constants));
        }
        architecture.cores.push_back(type->second);
    }
    architecture.memory_sharing =
        read_memory_sharing(document.find("core_memory_sharing"), off_chip.id, architecture);
    warn_unused(document, "core_coordinates");
    const Reader section = document.find("interconnect");
    const Reader connectivity = document.find("core_connectivity");
    if (section && connectivity) {
        section.problem("give interconnect or core_connectivity, not both");
    }
    const int count = architecture.core_count();
    if (section) {
        architecture.interconnect =
            read_interconnect(section, count, architecture.off_chip.has_value(), constants);
        return;
    }
    const bool one_port = off_chip.memory && off_chip.memory->ports.size() == 1;
    architecture.interconnect.links =
        Connector(document, off_chip.id, architecture, constants).links(one_port);
    if (count > 1 && architecture.interconnect.links.empty() && !connectivity) {
        list.problem(std::to_string(count) +
                     " cores need core_connectivity or interconnect, got neither");
    }
}

}  // namespace plexus::hardware::detail
