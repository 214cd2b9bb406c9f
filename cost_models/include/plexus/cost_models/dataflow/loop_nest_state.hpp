// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "plexus/cost_models/dataflow/mapping.hpp"

namespace plexus::cost_models::dataflow {

/// Direction of a transfer seen from a memory, in the order of all four-way arrays: read to the
/// lower level, write from it, read to the higher level, write from it.
enum Direction : std::uint8_t { to_low, from_low, to_high, from_high, direction_count };

inline constexpr std::size_t max_ports = 48;  ///< Ports of one core.

template <class T>
using PerLevel = std::array<std::array<T, max_levels>, max_operands>;
/// One more: arch level 0 is the array, l the memory level l − 1.
template <class T>
using PerArchLevel = std::array<std::array<T, max_levels + 1>, max_operands>;
template <class T>
using PerTransfer =
    std::array<std::array<std::array<T, direction_count>, max_levels>, max_operands>;

/// Where a transfer stands in LoopNestState::transfers.
[[nodiscard]] constexpr std::size_t slot_of(std::size_t operand,
                                            std::size_t level,
                                            std::size_t direction) {
    return (operand * max_levels + level) * direction_count + direction;
}

/// What is known of one transfer: a cache line.
struct alignas(64) TransferState {
    double count;     ///< Of the whole operation; 0 = none.
    double bits;      ///< Of one.
    double accesses;  ///< Of the full width, all instances.
    double energy;    ///< pJ
    double allowed;   ///< Cycles that one may take without a stall.
    double real;      ///< Cycles that one takes.
    double loading;   ///< Cycles of the first or last one that are not hidden.
};

/// What one unit of each arch level holds.
struct HeldData {
    PerArchLevel<double> elements;
    PerArchLevel<double> precision;  ///< Bits per element.
    PerArchLevel<double> bits;
    /// O only: sums at this level are not complete, so they come back to be added to.
    std::array<bool, max_levels + 1> partial_sums;
};

/// Everything that an evaluation works out: scratch memory and result at once. All numbers are
/// whole where the quantity is (bits, counts, cycles), kept as double: they stay below 2^53.
/// Not initialised: LoopNestModel::evaluate() fills what the layer and core have.
struct LoopNestState {
    // The loops, inner to outer: size, and what each operand cares about it (LoopTraits).
    std::array<double, max_loops> sizes;
    std::array<std::uint8_t, max_loops> traits;
    std::array<double, max_loops + 1> cycles_below;  ///< [i] = product of the first i loops.
    std::array<double, max_loops + 1> cycles_above;  ///< [i] = product of the loops from i on.
    std::size_t last_sum;  ///< Loops from here on do not add to the same sums.

    // The mapping in time. Loops that a lower level needs no new data for are merged down.
    PerLevel<std::uint8_t> cuts;        ///< After merging down.
    double total_cycles;                ///< Product of all loops.
    PerArchLevel<double> period;        ///< Cycles for which what is held stays in place.
    PerArchLevel<double> count;         ///< Number of periods.
    PerArchLevel<double> window;        ///< Cycles at the end of a period in which it may change.
    PerArchLevel<double> top_relevant;  ///< Product of the run of r loops at the top of the level.
    std::array<double, max_levels + 1> psum_reads;  ///< Periods of O that read sums back.

    HeldData mean;                        ///< With the average number of lanes: energy.
    HeldData whole;                       ///< With the lanes that latency counts.
    PerArchLevel<double> effective_bits;  ///< Held and not dead before the period ends.

    std::array<TransferState, max_operands * max_levels * direction_count> transfers;  ///< By slot.
    double memory_energy;                                                              ///< pJ

    // Latency, in cycles.
    PerArchLevel<bool> double_buffer;
    std::array<double, max_ports> port_stall;  ///< Negative: slack.
    /// [operand]: over ports that serve this input only, both sides; one side; neither.
    std::array<double, max_operands> load_individual;
    std::array<double, max_operands> load_half_shared;
    std::array<double, max_operands> load_shared;
    double stall;
    double onload;
    double offload;
    double latency;  ///< total + stall + onload + offload
};

}  // namespace plexus::cost_models::dataflow
