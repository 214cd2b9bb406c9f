// SPDX-License-Identifier: Apache-2.0
// Where the data lies in time, how much of it moves, and what that costs in energy.
#include <algorithm>
#include <cmath>

#include "plexus/cost_models/dataflow/loop_nest_model.hpp"

#include "dataflow/rounding.hpp"

namespace plexus::cost_models::dataflow {

void LoopNestModel::place_in_time(std::span<const TemporalLoop> order,
                                  const Cuts& cuts,
                                  LoopNestState& state) const {
    state.cycles_below[0] = 1;
    for (std::size_t i = 0; i < order.size(); ++i) {
        state.cycles_below[i + 1] = state.cycles_below[i] * static_cast<double>(order[i].size);
    }
    state.total_cycles = state.cycles_below[order.size()];
    for (std::size_t o = 0; o < operands(); ++o) {
        const auto& relevance = relevance_[o];
        for (std::size_t l = 0; l < levels_[o]; ++l) {
            std::size_t cut = cuts[o][l];
            // Loops that do not index the operand find its data already in the level below.
            while (cut < order.size() &&
                   (relevance[order[cut].dim] == Relevance::irrelevant || order[cut].size == 1)) {
                ++cut;
            }
            state.cuts[o][l] = static_cast<std::uint8_t>(cut);
        }
        place_operand(order, o, state);
    }
    count_read_backs(order, state);
}

void LoopNestModel::place_operand(std::span<const TemporalLoop> order,
                                  std::size_t o,
                                  LoopNestState& state) const {
    const auto& relevance = relevance_[o];
    // Inputs stay at the array while only loops run that do not index them. Sums leave every cycle.
    double period = 1;
    if (o != 0) {
        std::size_t i = 0;
        while (i < state.cuts[o][0] &&
               (relevance[order[i].dim] == Relevance::irrelevant || order[i].size == 1)) {
            ++i;
        }
        period = state.cycles_below[i];
    }
    state.period[o][0] = period;
    state.count[o][0] = state.total_cycles / period;
    state.window[o][0] = period;
    state.top_relevant[o][0] = 1;
    for (std::size_t l = 0; l < levels_[o]; ++l) {
        const std::size_t end = state.cuts[o][l];
        const std::size_t begin = l == 0 ? 0 : state.cuts[o][l - 1];
        const auto run = [&](Relevance wanted) {
            std::size_t i = end;
            while (i > begin && (relevance[order[i - 1].dim] == wanted || order[i - 1].size == 1)) {
                --i;
            }
            return state.cycles_below[end] / state.cycles_below[i];
        };
        period = state.cycles_below[end];
        state.period[o][l + 1] = period;
        state.count[o][l + 1] = state.total_cycles / period;
        state.top_relevant[o][l + 1] = run(Relevance::relevant);
        state.window[o][l + 1] = period / run(Relevance::irrelevant);
    }
}

void LoopNestModel::count_read_backs(std::span<const TemporalLoop> order,
                                     LoopNestState& state) const {
    // From the top: iterations above each level that add to the same sums. The first of them finds
    // nothing to read back.
    double additions = 1;
    std::size_t i = order.size();
    for (std::size_t b = levels_[0] + 1; b-- > 0;) {
        const std::size_t start = b == 0 ? 0 : state.cuts[0][b - 1];
        for (; i > start; --i) {
            if (relevance_[0][order[i - 1].dim] == Relevance::irrelevant) {
                additions *= static_cast<double>(order[i - 1].size);
            }
        }
        const double first = rules_ == Rules::physical ? state.count[0][b] / additions : 0;
        state.psum_reads[b] = state.count[0][b] - first;
    }
}

void LoopNestModel::hold(std::span<const TemporalLoop> order,
                         const Lanes& lanes,
                         LoopNestState& state,
                         HeldData& held) const {
    // Sums are partial below the outermost loop that adds to them.
    std::size_t last = order.size();
    while (last > 0 && (relevance_[0][order[last - 1].dim] != Relevance::irrelevant ||
                        order[last - 1].size == 1)) {
        --last;
    }
    for (std::size_t a = 0; a <= levels_[0]; ++a) {
        const std::size_t start = a == 0 ? 0 : state.cuts[0][a - 1];
        const bool more_lanes = a < levels_[0] && lanes.sums_above[a + 1];
        held.partial_sums[a] = last > start || more_lanes;
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
    std::array<double, max_dims> extents;  // NOLINT(cppcoreguidelines-pro-type-member-init): hot
    std::fill_n(extents.begin(), layer_.dims.size(), 1.0);
    const auto& relevance = relevance_[o];
    double relevant = 1;
    std::size_t i = 0;
    for (std::size_t a = 0; a <= levels_[o]; ++a) {
        double elements = 1;
        if (a > 0) {
            for (; i < state.cuts[o][a - 1]; ++i) {
                const auto size = static_cast<double>(order[i].size);
                extents[order[i].dim] *= size;
                relevant *= relevance[order[i].dim] == Relevance::relevant ? size : 1;
            }
            for (const Factor& f : lanes.factors[o][a - 1]) {
                extents[f.dim] *= f.factor;
                relevant *= relevance[f.dim] == Relevance::relevant ? f.factor : 1;
            }
            elements = relevant;
            for (const PreparedAxis& axis : axes_[o]) {
                elements *= span(axis, extents.data());
            }
        }
        const bool partial = o == 0 && held.partial_sums[a];
        const double precision =
            partial ? static_cast<double>(layer_.partial_sum_bits) : layer_.operands[o].bits;
        held.elements[o][a] = rules_ == Rules::zigzag ? round_even(elements) : snapped(elements);
        held.precision[o][a] = precision;
        held.bits[o][a] = held.elements[o][a] * precision;
    }
}

void LoopNestModel::memory_energy(LoopNestState& state) const {
    double sum = 0;
    for (const Move& m : moves_) {
        const Channel& channel = m.channel;
        const double count = transfer_count(state, state.mean, m);
        double n = 0;
        if (count > 0 && channel.exists) {
            // One access is the full width; less is charged by whole granules.
            const double bits = transfer_bits(state.mean, mean_, m);
            n = ceiling(bits / channel.granularity) * (channel.granularity / channel.width) *
                count * mean_.units[m.operand][m.level + 1];
            n = rules_ == Rules::zigzag ? down(n) : n;
        }
        state.accesses[m.operand][m.level][m.direction] = n;
        state.energy[m.operand][m.level][m.direction] = n * channel.cost;
        sum += n * channel.cost;
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
