// SPDX-License-Identifier: Apache-2.0
// How long each transfer takes and may take, and for how long the array waits for it.
#include <algorithm>
#include <array>
#include <cmath>

#include "plexus/cost_models/dataflow/loop_nest_model.hpp"

#include "dataflow/rounding.hpp"
#include "dataflow/window_union.hpp"

namespace plexus::cost_models::dataflow {

namespace {

constexpr std::size_t max_transfers = max_operands * direction_count;  // of one port

}  // namespace

void LoopNestModel::buffer(LoopNestState& state) const {
    std::array<double, max_operands * max_levels> used{};
    PerLevel<double> share;
    for (std::size_t o = 0; o < operands(); ++o) {
        state.effective_bits[o][0] = state.mean.bits[o][0];
        for (std::size_t l = 0; l < levels_[o]; ++l) {
            double bits = state.mean.bits[o][l + 1] / state.top_relevant[o][l + 1];
            bits = rules_ == Rules::zigzag ? down(bits) : bits;
            state.effective_bits[o][l + 1] = bits;
            const std::size_t m = memory_use_[o][l];
            share[o][l] = bits / memories_[m].size;
            used[m] += share[o][l];
        }
    }
    for (std::size_t o = 0; o < operands(); ++o) {
        state.double_buffer[o][0] = false;
        for (std::size_t l = 0; l < levels_[o]; ++l) {
            const std::size_t m = memory_use_[o][l];
            bool doubled = memories_[m].always_double || used[m] <= 0.5;
            if (!doubled && share[o][l] <= 1 - used[m]) {
                doubled = true;
                used[m] += share[o][l];
            }
            state.double_buffer[o][l + 1] = doubled;
        }
    }
}

void LoopNestModel::time_transfers(LoopNestState& state) const {
    const HeldData& held = timed(state);
    const Lanes& lanes = timed_lanes();
    for (std::size_t o = 0; o < operands(); ++o) {
        for (std::size_t l = 0; l < levels_[o]; ++l) {
            for (const Direction d : {to_low, from_low, to_high, from_high}) {
                const std::size_t b = boundary(l, d);
                const double count = transfer_count(state, held, o, l, d);
                const Channel& channel = channels_[o][l][d];
                state.transfers[o][l][d] = count;
                state.loading[o][l][d] = 0;
                if (count <= 0) {
                    state.allowed[o][l][d] = 0;
                    state.real[o][l][d] = 0;
                    continue;
                }
                const double time =
                    state.double_buffer[o][b] ? state.period[o][b] : state.window[o][b];
                state.allowed[o][l][d] = time * cycles_per_operation_;
                state.real[o][l][d] =
                    channel.exists ? ceiling(transfer_bits(held, lanes, o, l, d) / channel.width)
                                   : 0;
            }
        }
    }
}

void LoopNestModel::stall(LoopNestState& state) const {
    state.stall = 0;
    for (std::size_t p = 0; p < ports_.size(); ++p) {
        stall_port(p, state);
        state.stall = std::max(state.stall, state.port_stall[p]);
    }
}

void LoopNestModel::stall_port(std::size_t p, LoopNestState& state) const {
    std::array<UpdateWindow, max_transfers> windows;
    std::size_t n = 0;
    double late = 0;   // sum of positive stalls
    double early = 0;  // sum of the others: slack
    double open = 0;   // sum of all windows
    bool always = false;
    for (const PortUse& use : port_uses(ports_[p])) {
        const double transfers = state.transfers[use.operand][use.level][use.direction];
        if (transfers <= 0 || n == max_transfers) {
            continue;
        }
        const std::size_t b = boundary(use.level, use.direction);
        const double allowed = state.allowed[use.operand][use.level][use.direction];
        const double period = state.period[use.operand][b] * cycles_per_operation_;
        const double times = repeated(use, transfers);
        const double slack = (state.real[use.operand][use.level][use.direction] - allowed) * times;
        (slack > 0 ? late : early) += slack;
        open += allowed * times;
        always = always || allowed == period;
        windows[n++] = {period, allowed};
    }
    const double total = state.total_cycles * cycles_per_operation_;
    const std::span<UpdateWindow> span(windows.data(), n);
    if (rules_ == Rules::physical) {
        state.window_union[p] = n < 2 ? open : union_before_last(span, total);
    } else {
        state.window_union[p] = always ? total : n < 2 ? open : union_of_windows(span, total);
    }
    state.port_stall[p] =
        n < 2 ? late + early : late + std::max(0.0, early + open - state.window_union[p]);
}

}  // namespace plexus::cost_models::dataflow
