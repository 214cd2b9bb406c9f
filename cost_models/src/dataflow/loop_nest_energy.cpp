// SPDX-License-Identifier: Apache-2.0
// Where the data lies in time, how much of it moves, and what that costs in energy.
#include <algorithm>
#include <array>
#include <cmath>

#include "plexus/cost_models/dataflow/loop_nest_model.hpp"

#include "dataflow/rounding.hpp"

namespace plexus::cost_models::dataflow {

namespace {

/// What loops and lanes touch of an operand.
struct Tile {
    std::uint8_t indexes;                  ///< Trait of those that index the operand.
    std::uint8_t skips;                    ///< Of those that do not.
    double indexed = 1;                    ///< Product of the first.
    std::array<double, max_dims> extents;  ///< Of the dimensions that slide.

    void add(std::uint8_t traits, std::size_t dim, double factor) {
        if ((traits & indexes) != 0) {
            indexed *= factor;
        } else if ((traits & skips) == 0) {
            extents[dim] *= factor;
        }
    }
};

}  // namespace

void LoopNestModel::read_loops(std::span<const TemporalLoop> order, LoopNestState& state) const {
    constexpr std::uint8_t everything = 0xff;
    state.cycles_below[0] = 1;
    for (std::size_t i = 0; i < order.size(); ++i) {
        const auto size = static_cast<double>(order[i].size);
        state.sizes[i] = size;
        state.traits[i] = order[i].size == 1 ? everything : traits_[order[i].dim];
        state.cycles_below[i + 1] = state.cycles_below[i] * size;
    }
    state.total_cycles = state.cycles_below[order.size()];
    state.cycles_above[order.size()] = 1;
    for (std::size_t i = order.size(); i-- > 0;) {
        state.cycles_above[i] = state.cycles_above[i + 1] * state.sizes[i];
    }
    std::size_t last = order.size();
    while (last > 0 && (order[last - 1].size == 1 || (state.traits[last - 1] & skips(0)) == 0)) {
        --last;
    }
    state.last_sum = last;
}

void LoopNestModel::place_in_time(std::span<const TemporalLoop> order,
                                  const Cuts& cuts,
                                  LoopNestState& state) const {
    read_loops(order, state);
    for (std::size_t o = 0; o < operands(); ++o) {
        for (std::size_t l = 0; l < levels_[o]; ++l) {
            std::size_t cut = cuts[o][l];
            // Loops that do not index the operand find its data already in the level below.
            while (cut < order.size() && (state.traits[cut] & skips(o)) != 0) {
                ++cut;
            }
            state.cuts[o][l] = static_cast<std::uint8_t>(cut);
        }
        place_operand(o, state);
    }
    count_read_backs(order.size(), state);
}

void LoopNestModel::place_operand(std::size_t o, LoopNestState& state) const {
    // Inputs stay at the array while only loops run that do not index them. Sums leave every cycle.
    std::size_t stationary = 0;
    while (o != 0 && stationary < state.cuts[o][0] && (state.traits[stationary] & skips(o)) != 0) {
        ++stationary;
    }
    state.period[o][0] = state.cycles_below[stationary];
    state.count[o][0] = state.cycles_above[stationary];
    state.window[o][0] = state.period[o][0];
    state.top_relevant[o][0] = 1;
    std::size_t begin = 0;
    for (std::size_t l = 0; l < levels_[o]; ++l) {
        const std::size_t end = state.cuts[o][l];
        // Where the run of such loops starts that ends with the level.
        const auto run = [&](std::uint8_t wanted) {
            std::size_t i = end;
            while (i > begin && (state.traits[i - 1] & wanted) != 0) {
                --i;
            }
            return i;
        };
        state.period[o][l + 1] = state.cycles_below[end];
        state.count[o][l + 1] = state.cycles_above[end];
        state.top_relevant[o][l + 1] =
            state.cycles_below[end] / state.cycles_below[run(indexes(o))];
        state.window[o][l + 1] = state.cycles_below[run(skips(o))];
        begin = end;
    }
}

void LoopNestModel::count_read_backs(std::size_t loops, LoopNestState& state) const {
    // From the top: iterations above each level that make new sums. The first additions to them
    // find nothing to read back.
    double fresh = 1;
    std::size_t i = loops;
    for (std::size_t b = levels_[0] + 1; b-- > 0;) {
        const std::size_t start = b == 0 ? 0 : state.cuts[0][b - 1];
        for (; i > start; --i) {
            fresh *= (state.traits[i - 1] & skips(0)) != 0 ? 1 : state.sizes[i - 1];
        }
        state.psum_reads[b] = state.count[0][b] - (rules_ == Rules::physical ? fresh : 0);
    }
}

void LoopNestModel::hold(std::span<const TemporalLoop> order,
                         const Lanes& lanes,
                         LoopNestState& state,
                         HeldData& held) const {
    // Sums are partial below the outermost loop that adds to them.
    for (std::size_t a = 0; a <= levels_[0]; ++a) {
        const std::size_t start = a == 0 ? 0 : state.cuts[0][a - 1];
        const bool more_lanes = a < levels_[0] && lanes.sums_above[a + 1];
        held.partial_sums[a] = state.last_sum > start || more_lanes;
    }
    for (std::size_t o = 0; o < operands(); ++o) {
        hold_operand(order, o, lanes, state, held);
    }
}

void LoopNestModel::hold_operand(std::span<const TemporalLoop> order,
                                 std::size_t o,
                                 const Lanes& lanes,
                                 const LoopNestState& state,
                                 HeldData& held) const {
    Tile tile{indexes(o), skips(o), 1, {}};
    std::fill_n(tile.extents.begin(), axes_[o].empty() ? 0 : layer_.dims.size(), 1.0);
    std::size_t i = 0;
    for (std::size_t a = 0; a <= levels_[o]; ++a) {
        double elements = 1;
        if (a > 0) {
            for (; i < state.cuts[o][a - 1]; ++i) {
                tile.add(state.traits[i], order[i].dim, state.sizes[i]);
            }
            for (const Factor& f : lanes.factors[o][a - 1]) {
                tile.add(traits_[f.dim], f.dim, f.factor);
            }
            elements = tile.indexed;
            for (const PreparedAxis& axis : axes_[o]) {
                elements *= span(axis, tile.extents.data());
            }
        }
        const double precision = o == 0 && held.partial_sums[a] ? partial_sum_bits_ : bits_[o];
        held.elements[o][a] = rules_ == Rules::zigzag ? round_even(elements) : snapped(elements);
        held.precision[o][a] = precision;
        held.bits[o][a] = held.elements[o][a] * precision;
    }
}

TransferState& LoopNestModel::measure(const Move& m,
                                      const HeldData& held,
                                      const Lanes& lanes,
                                      LoopNestState& state) {
    TransferState& transfer = state.transfers[m.slot];
    transfer.count = transfer_count(state, held, m);
    transfer.bits = transfer_bits(held, lanes, m);
    return transfer;
}

void LoopNestModel::memory_energy(LoopNestState& state) const {
    double sum = 0;
    for (const Move& m : moves_) {
        TransferState& transfer = measure(m, state.mean, mean_, state);
        // One access is the full width; less is charged by whole granules.
        const double n = ceiling(transfer.bits / m.channel.granularity) * m.channel.share *
                         transfer.count * mean_.units[m.operand][m.level + 1];
        transfer.accesses = rules_ == Rules::zigzag ? down(n) : n;
        transfer.energy = transfer.accesses * m.channel.cost;
        sum += transfer.energy;
    }
    state.memory_energy = sum;
}

core::Energy LoopNestModel::evaluate_energy(std::span<const TemporalLoop> order,
                                            const Cuts& cuts,
                                            LoopNestState& state) const {
    place_in_time(order, cuts, state);
    hold(order, mean_, state, state.mean);
    memory_energy(state);
    return core::Energy(state.memory_energy) + mac_energy_;
}

LayerFigures LoopNestModel::evaluate(std::span<const TemporalLoop> order,
                                     const Cuts& cuts,
                                     LoopNestState& state) const {
    const core::Energy energy = evaluate_energy(order, cuts, state);
    if (!same_lanes_) {
        hold(order, whole_, state, state.whole);
        for (const Move& m : moves_) {
            measure(m, state.whole, whole_, state);
        }
    }
    buffer(state);
    time_transfers(state);
    stall(state);
    load(state);
    state.latency =
        state.total_cycles * cycles_per_operation_ + state.stall + state.onload + state.offload;
    return {energy, core::Cycles(state.latency)};
}

}  // namespace plexus::cost_models::dataflow
