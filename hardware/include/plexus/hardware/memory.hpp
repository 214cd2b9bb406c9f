// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "plexus/core/units.hpp"

namespace plexus::hardware {

using core::Area;
using core::Bits;
using core::Energy;

/// Direction of a transfer at one memory level, seen from that level: to/from the lower (inner) or
/// the higher (outer) neighbour.
enum class Transfer : std::uint8_t { from_high, to_high, from_low, to_low };

enum class PortType : std::uint8_t { read, write, read_write };

/// One (operand, direction) pair that a port serves. `operand` is a memory operand: I1, I2 or O.
struct PortUse {
    std::string operand;
    Transfer transfer = Transfer::to_low;
    auto operator<=>(const PortUse&) const = default;
};

/// A physical port of a memory.
struct Port {
    std::string name;
    PortType type = PortType::read_write;
    Bits bandwidth_min;  ///< Access granularity per cycle.
    Bits bandwidth_max;  ///< Full width per cycle.
    std::vector<PortUse> uses;
    auto operator<=>(const Port&) const = default;
};

/// One memory of a dataflow core. Memories of a core are listed innermost first.
struct Memory {
    std::string name;
    Bits size;
    Energy read_cost;   ///< Per access of bandwidth_max bits.
    Energy write_cost;  ///< Per access of bandwidth_max bits.
    double area = 0;    ///< As given in the file: mm² unless the file says otherwise.
    std::int64_t latency_cycles = 1;
    std::string type = "sram";          ///< sram, dram or rf.
    std::vector<std::string> operands;  ///< Memory operands it holds: I1, I2, O.
    std::vector<Port> ports;
    std::vector<std::string> served_dimensions;  ///< Array dimensions it is shared over: D1, D2, …
    bool force_double_buffering = false;
    bool auto_cost_extraction = false;
    auto operator<=>(const Memory&) const = default;
};

}  // namespace plexus::hardware
