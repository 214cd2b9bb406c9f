// SPDX-License-Identifier: Apache-2.0
#include "read_ports.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace plexus::hardware::detail {

using core::Range;
using core::Reader;

namespace {

struct Direction {
    const char* key;
    Transfer transfer;
    bool writes;  ///< Into this memory.
};
constexpr std::array<Direction, 4> directions{{{"fh", Transfer::from_high, true},
                                               {"tl", Transfer::to_low, false},
                                               {"fl", Transfer::from_low, true},
                                               {"th", Transfer::to_high, false}}};

constexpr Range port_bandwidth_range{.lower = 1, .upper = 1e9};

bool contains(const std::vector<std::string>& words, const std::string& word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

std::string trimmed(const std::string& text) {
    const auto first = text.find_first_not_of(' ');
    if (first == std::string::npos) {
        return "";
    }
    return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

void check_direction(const Reader& where, PortType type, const Direction& direction) {
    if (type == PortType::read && direction.writes) {
        where.problem(std::string("expected tl or th on a read port, got ") + direction.key);
    }
    if (type == PortType::write && !direction.writes) {
        where.problem(std::string("expected fh or fl on a write port, got ") + direction.key);
    }
}

/// "I1, tl" of an allocation list, appended to the uses of `port`.
void add_allocation(const Reader& item, const std::vector<std::string>& operands, Port& port) {
    const std::string text = item.text();
    const auto comma = text.find(',');
    const std::string operand = trimmed(text.substr(0, comma));
    const std::string key = comma == std::string::npos ? "" : trimmed(text.substr(comma + 1));
    const auto direction = std::find_if(
        directions.begin(), directions.end(), [&](const Direction& d) { return key == d.key; });
    if (direction == directions.end()) {
        item.problem("expected \"<operand>, fh|tl|fl|th\", got \"" + text + "\"");
        return;
    }
    if (!contains(operands, operand)) {
        item.problem("operand " + operand + " is not held by this memory" +
                     core::suggestion(operand, operands));
        return;
    }
    check_direction(item, port.type, *direction);
    const PortUse use{operand, direction->transfer};
    if (std::find(port.uses.begin(), port.uses.end(), use) != port.uses.end()) {
        item.problem("listed twice: " + text);
        return;
    }
    port.uses.push_back(use);
}

Port read_port(const Reader& reader,
               const std::vector<std::string>& operands,
               Constants& constants) {
    reader.allow({"name", "type", "bandwidth_min", "bandwidth_max", "allocation"});
    Port port;
    port.name = reader.at("name").text();
    const Reader type = reader.at("type");
    port.type = type ? static_cast<PortType>(type.choice({"read", "write", "read_write"}))
                     : PortType::read_write;
    const Reader lower = reader.at("bandwidth_min");
    const Reader upper = reader.at("bandwidth_max");
    port.bandwidth_min = Bits(constants.structure(lower, port_bandwidth_range, "bit/cycle"));
    port.bandwidth_max = Bits(constants.structure(upper, port_bandwidth_range, "bit/cycle"));
    if (lower && upper && port.bandwidth_min > port.bandwidth_max) {
        lower.problem(
            "must be at most bandwidth_max = " + std::to_string(port.bandwidth_max.value) +
            ", got " + std::to_string(port.bandwidth_min.value));
    }
    for (const Reader& item : reader.at("allocation").items()) {
        add_allocation(item, operands, port);
    }
    return port;
}

std::vector<Port> read_new_ports(const Reader& list,
                                 const std::vector<std::string>& operands,
                                 Constants& constants) {
    std::vector<Port> ports;
    std::set<std::string> names;
    for (const Reader& item : list.items()) {
        ports.push_back(read_port(item, operands, constants));
        if (!names.insert(ports.back().name).second) {
            item.problem("a port named \"" + ports.back().name + "\" is already there");
        }
    }
    return ports;
}

/// Widths of the older form, which belong to the memory and not to a port.
struct Widths {
    Bits read_min, read_max, write_min, write_max;
};

Widths read_widths(const Reader& memory, Constants& constants) {
    Widths w;
    const Reader r = memory.at("r_bw");
    const Reader wr = memory.at("w_bw");
    w.read_max = Bits(constants.structure(r, port_bandwidth_range, "bit/cycle"));
    w.write_max = Bits(constants.structure(wr, port_bandwidth_range, "bit/cycle"));
    const auto granularity = [&](const char* key, Bits full) {
        const Reader reader = memory.find(key);
        if (!reader) {
            return full;
        }
        const Bits bits(constants.structure(reader, port_bandwidth_range, "bit/cycle"));
        if (full.value > 0 && bits > full) {
            reader.problem("must be at most the full width " + std::to_string(full.value) +
                           ", got " + std::to_string(bits.value));
        }
        return bits;
    };
    w.read_min = granularity("min_r_granularity", w.read_max);
    w.write_min = granularity("min_w_granularity", w.write_max);
    return w;
}

/// A port of the older form from its name: r_port_1, w_port_2, rw_port_1 (also spelt wr_port_1).
/// The kind is 0, 1 or 2; -1 if the name is none of these.
int kind_of(const std::string& name) {
    const auto starts = [&](const char* prefix) { return name.rfind(prefix, 0) == 0; };
    if (starts("r_port_")) {
        return 0;
    }
    if (starts("w_port_")) {
        return 1;
    }
    return starts("rw_port_") || starts("wr_port_") ? 2 : -1;
}

Port& old_port(std::vector<Port>& ports, const Reader& where, const Widths& widths) {
    std::string name = where.text();
    int kind = kind_of(name);
    if (kind < 0) {
        where.problem("expected a port name such as r_port_1, w_port_1 or rw_port_1, got \"" +
                      name + "\"");
        kind = 2;
    }
    if (name.rfind("wr_", 0) == 0) {
        name = "rw_" + name.substr(3);
    }
    for (Port& port : ports) {
        if (port.name == name) {
            return port;
        }
    }
    Port port;
    port.name = name;
    port.type = static_cast<PortType>(kind);
    const bool write = port.type == PortType::write;
    port.bandwidth_min = write ? widths.write_min : widths.read_min;
    port.bandwidth_max = write ? widths.write_max : widths.read_max;
    if (port.type == PortType::read_write && widths.read_max != widths.write_max) {
        where.warning("this port reads and writes, so r_bw is taken for both");
    }
    ports.push_back(std::move(port));
    return ports.back();
}

/// The declared numbers of ports must cover those used.
void check_port_counts(const Reader& memory, const std::vector<Port>& ports) {
    constexpr std::array<const char*, 3> keys{"r_port", "w_port", "rw_port"};
    for (std::size_t kind = 0; kind < keys.size(); ++kind) {
        const Reader declared = memory.find(keys[kind]);
        const std::int64_t number = declared.integer_or(0, {.lower = 0, .upper = 64});
        const auto used = std::count_if(ports.begin(), ports.end(), [&](const Port& port) {
            return static_cast<std::size_t>(port.type) == kind;
        });
        if (declared && used != number) {
            declared.warning("is " + std::to_string(number) + " but the ports name " +
                             std::to_string(used) + "; what the ports name counts");
        }
    }
}

std::vector<Port> read_old_ports(const Reader& memory,
                                 const Reader& list,
                                 const std::vector<std::string>& operands,
                                 Constants& constants) {
    const Widths widths = read_widths(memory, constants);
    const std::vector<Reader> items = list.items();
    if (list && items.size() != operands.size()) {
        list.problem("expected one map of fh, tl, fl, th per operand (" +
                     std::to_string(operands.size()) + "), got " + std::to_string(items.size()));
    }
    std::vector<Port> ports;
    for (std::size_t i = 0; i < std::min(items.size(), operands.size()); ++i) {
        items[i].allow({"fh", "tl", "fl", "th"});
        for (const Direction& direction : directions) {
            if (const Reader name = items[i].find(direction.key)) {
                Port& port = old_port(ports, name, widths);
                check_direction(name, port.type, direction);
                port.uses.push_back({operands[i], direction.transfer});
            }
        }
    }
    check_port_counts(memory, ports);
    return ports;
}

bool is_old_form(const Reader& memory, const Reader& list) {
    for (const std::string& key : old_port_keys()) {
        if (memory.has(key)) {
            return true;
        }
    }
    if (!list || !list.is_sequence()) {
        return false;
    }
    for (const Reader& item : list.items()) {
        if (item.is_map() &&
            (item.has("fh") || item.has("tl") || item.has("fl") || item.has("th"))) {
            return true;
        }
    }
    return false;
}

}  // namespace

const std::vector<std::string>& old_port_keys() {
    static const std::vector<std::string> keys{
        "r_bw", "w_bw", "r_port", "w_port", "rw_port", "min_r_granularity", "min_w_granularity"};
    return keys;
}

std::vector<Port> read_ports(const Reader& memory,
                             const std::vector<std::string>& operands,
                             Constants& constants) {
    const Reader list = memory.at("ports");
    std::vector<Port> ports = is_old_form(memory, list)
                                  ? read_old_ports(memory, list, operands, constants)
                                  : read_new_ports(list, operands, constants);
    if (list && list.is_sequence() && list.items().empty()) {
        list.problem("expected at least one port, got none");
        return ports;
    }
    if (!list) {
        return ports;
    }
    for (const std::string& operand : operands) {
        const bool served = std::any_of(ports.begin(), ports.end(), [&](const Port& port) {
            return std::any_of(port.uses.begin(), port.uses.end(), [&](const PortUse& use) {
                return use.operand == operand;
            });
        });
        if (!served) {
            list.problem("expected a port for operand " + operand + ", got none");
        }
    }
    return ports;
}

}  // namespace plexus::hardware::detail
