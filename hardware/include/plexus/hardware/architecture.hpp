// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plexus/core/hash.hpp"
#include "plexus/core/record.hpp"
#include "plexus/core/units.hpp"
#include "plexus/hardware/core.hpp"

namespace plexus::hardware {

using core::Bandwidth;
using core::Frequency;
using core::Power;

/// Process and clock.
struct Technology {
    double node_nm = 0;    ///< 0 = not given.
    double voltage_v = 0;  ///< 0 = not given.
    Frequency clock{1e9};  ///< Of the whole chip; cycles are counted at this clock.
    Power static_core;     ///< Leakage per core.
    Power static_chip;     ///< Further constant power of the chip.
    auto operator<=>(const Technology&) const = default;
};

/// The memory behind the chip's pins. In a single-core ZigZag file the outermost memory of the core
/// is that memory if it holds all operands; it then stands here too, under the same name, and must
/// not be counted twice.
struct OffChipMemory {
    std::string name = "dram";
    Bits size;                 ///< 0 = taken as large enough.
    Bandwidth read_bandwidth;  ///< bit/cycle, all pins together.
    Bandwidth write_bandwidth;
    double read_energy_pj_per_bit = 0;
    double write_energy_pj_per_bit = 0;
    auto operator<=>(const OffChipMemory&) const = default;
};

/// One directed channel between two cores, or from/to off-chip memory.
struct Link {
    int from = 0;  ///< Core id; Interconnect::off_chip for off-chip memory.
    int to = 0;
    int channel = 0;  ///< Links with the same channel share its bandwidth (a bus).
    Bandwidth bandwidth;
    double energy_pj_per_bit = 0;
    auto operator<=>(const Link&) const = default;
};

/// Number of mesh hops between two cores, per axis.
struct Hops {
    int x = 0;  ///< East or west.
    int y = 0;  ///< North or south.

    [[nodiscard]] int total() const { return x + y; }
    auto operator<=>(const Hops&) const = default;
};

/// A 2-D mesh of tiles with XY routing. Tile t has coordinates x = t / height, y = t mod height.
struct Mesh {
    int width = 1;
    int height = 1;
    int cores_per_tile = 1;
    Energy energy_x;  ///< Per packet and hop east or west.
    Energy energy_y;  ///< Per packet and hop north or south.
    Seconds time_x;   ///< Per hop east or west.
    Seconds time_y;
    Bandwidth link_bandwidth;  ///< Of one directed link.
    std::int64_t packet_bits = 32;
    bool multicast = false;  ///< One packet can fork on its way.
    int chips = 1;           ///< Side by side along x: each has width / chips columns of tiles.
    Energy chip_energy;      ///< Per packet that crosses from one chip to the next, beside its hop.
    Seconds chip_time;       ///< Per crossing, beside that of the hop.
    Bandwidth chip_bandwidth;  ///< Of the link between two chips, each way; 0 = no limit known.

    [[nodiscard]] int tiles() const { return width * height; }
    /// Columns of tiles of one chip.
    [[nodiscard]] int chip_width() const { return width / chips; }
    [[nodiscard]] int x_of_core(int core) const { return core / cores_per_tile / height; }
    [[nodiscard]] int y_of_core(int core) const { return core / cores_per_tile % height; }
    /// Of the XY route between two cores; none within a tile.
    [[nodiscard]] Hops hops(int from, int to) const {
        return {std::abs(x_of_core(from) - x_of_core(to)),
                std::abs(y_of_core(from) - y_of_core(to))};
    }
    auto operator<=>(const Mesh&) const = default;
};

/// How cores reach each other and off-chip memory: a mesh, or explicit links and buses, or neither
/// (a single core).
struct Interconnect {
    static constexpr int off_chip = -1;

    std::optional<Mesh> mesh;
    std::vector<Link> links;

    /// Links of a shortest path (fewest links, then lowest ids) between two cores over `links`;
    /// nullopt if there is none, empty if from == to. A path may start or end at off-chip memory
    /// but never passes through it. Mesh routes are not listed: use Mesh::hops().
    [[nodiscard]] std::optional<std::vector<Link>> route(int from, int to) const;
    auto operator<=>(const Interconnect&) const = default;
};

/// Barrier at the end of a time step: time by number of tiles that take part.
struct Synchronisation {
    /// Largest key ≤ number of active tiles decides; empty = no barrier.
    std::map<int, Seconds> time_by_tiles;
    Energy energy;  ///< Per barrier and chip.

    /// Time of one barrier over `tiles` tiles; 0 if there is no barrier. Below the smallest key the
    /// smallest key decides.
    [[nodiscard]] Seconds time(int tiles) const;
    auto operator<=>(const Synchronisation&) const = default;
};

/// A memory that a core shares with others.
struct SharedMemory {
    int core = 0;
    /// Its name in that core; empty = the one memory in which the core keeps tensors.
    std::string memory{};
    auto operator<=>(const SharedMemory&) const = default;
};

/// A machine: one or many cores, their interconnect and the memory behind them. Immutable after
/// loading; every constant keeps its source in `provenance`.
struct Architecture {
    std::string name;
    Technology technology;
    std::vector<Core> core_types;  ///< Distinct core descriptions.
    std::vector<int> cores;        ///< Index into core_types for core id 0, 1, 2 …
    Interconnect interconnect;
    std::optional<OffChipMemory> off_chip;
    Synchronisation sync;
    /// The memories of one entry are one and the same. Of interest to timelines only; no memory
    /// stands in two entries.
    std::vector<std::vector<SharedMemory>> memory_sharing;
    std::vector<core::Provenance> provenance;

    [[nodiscard]] int core_count() const { return static_cast<int>(cores.size()); }
    [[nodiscard]] const Core& core(int id) const {
        return core_types[static_cast<std::size_t>(cores[static_cast<std::size_t>(id)])];
    }
    bool operator==(const Architecture&) const = default;
};

/// How many memories of a core, from the innermost on, are on the chip: all but a top memory that
/// is the off-chip memory.
[[nodiscard]] std::size_t on_chip_levels(const Architecture& architecture,
                                         const DataflowCore& core);

/// The outermost memory on the chip in which a core holds `operand` (I1, I2 or O); nullptr if it
/// holds it in none.
[[nodiscard]] const Memory* outermost_on_chip(const Architecture& architecture,
                                              const DataflowCore& core,
                                              std::string_view operand);

/// Hash of everything that can change a cost (not of names of files or sources).
[[nodiscard]] core::Hash content_hash(const Architecture& architecture);

}  // namespace plexus::hardware
