// SPDX-License-Identifier: Apache-2.0
// The cycles before the array can start (on-loading) and after it has ended (off-loading).
#include <algorithm>
#include <array>
#include <cmath>

#include "plexus/cost_models/dataflow/loop_nest_model.hpp"

#include "dataflow/hiding.hpp"
#include "dataflow/rounding.hpp"

namespace plexus::cost_models::dataflow {

void LoopNestModel::load(LoopNestState& state) const {
    for (const PortEntry& port : ports_) {
        load_port(port, state);
    }
    combine_loads(state);
}

void LoopNestModel::load_port(const PortEntry& port, LoopNestState& state) const {
    const HeldData& held = timed(state);
    std::array<Hidden, max_operands * direction_count> once;        // NOLINT(*-member-init): hot
    std::array<std::size_t, max_operands * direction_count> slots;  // NOLINT(*-member-init)
    std::size_t n = 0;
    bool can_hide = false;
    for (const PortUse& use : port_uses(port)) {
        const TransferState& transfer = state.transfers[use.slot];
        if (transfer.count != 1 || use.reads_back || n == once.size()) {
            continue;
        }
        slots[n] = use.slot;
        once[n].cycles = transfer.real;
        once[n].least = ceiling(held.bits[use.operand][1] / port.width) * use.flow;
        can_hide = can_hide || once[n].least != transfer.real;
        ++n;
    }
    if (can_hide) {
        const double computing = state.total_cycles * cycles_per_operation_ + state.stall;
        const double busy = mean_traffic(port, state);
        const double surplus = std::max(0.0, (port.width - busy) / port.width * computing);
        const std::span<Hidden> loads(once.data(), n);
        if (rules_ == Rules::zigzag) {
            hide_below_least(loads, surplus);
        } else {
            hide(loads, surplus);
        }
    }
    for (std::size_t i = 0; i < n; ++i) {
        state.transfers[slots[i]].loading = once[i].cycles;
    }
}

double LoopNestModel::mean_traffic(const PortEntry& port, const LoopNestState& state) const {
    const HeldData& held = timed(state);
    double busy = 0;
    for (const PortUse& use : port_uses(port)) {
        const std::size_t o = use.operand;
        const std::size_t b = boundary(use.level, use.direction);
        const double transfers = state.transfers[use.slot].count;
        const bool sums = use.reads_back;
        if (transfers <= 0 || (!sums && transfers == 1) || (sums && rules_ == Rules::zigzag)) {
            continue;
        }
        double bits = held.bits[o][b] * use.flow / state.period[o][b];
        bits = b == use.level ? bits * timed_lanes().boost[o][b] : bits;
        busy += rules_ == Rules::zigzag
                    ? ceiling(down(bits) / cycles_per_operation_)
                    : bits * transfers / state.count[o][b] / cycles_per_operation_;
    }
    return busy;
}

void LoopNestModel::combine_loads(LoopNestState& state) const {
    for (std::size_t o = 0; o < operands(); ++o) {
        state.load_individual[o] = 0;
        state.load_half_shared[o] = 0;
        state.load_shared[o] = 0;
        for (std::size_t l = 0; o != 0 && l + 1 < levels_[o]; ++l) {
            const double time = std::max(state.transfers[slot_of(o, l, from_high)].loading,
                                         state.transfers[slot_of(o, l + 1, to_low)].loading) +
                                extra_latency_[o][l + 1];
            const bool lower = shared_[o][l][from_high];
            const bool upper = shared_[o][l + 1][to_low];
            if (lower && upper) {
                state.load_shared[o] += time;
            } else if (!lower && !upper) {
                state.load_individual[o] += time;
            } else if (rules_ == Rules::physical) {
                state.load_half_shared[o] += time;
            } else {
                state.load_half_shared[o] = time;
            }
        }
    }
    const auto& shared = state.load_shared;
    const auto& half = state.load_half_shared;
    const auto& own = state.load_individual;
    if (operands() < 3) {
        state.onload = operands() < 2 ? 0 : own[1];
    } else {
        const double first = shared[1] + std::max(shared[2] + half[2] + own[2], half[1] + own[1]);
        const double second = shared[2] + std::max(shared[1] + half[1] + own[1], half[2] + own[2]);
        state.onload = std::min(first, second);
    }
    state.offload = 0;
    for (std::size_t l = 0; l + 1 < levels_[0]; ++l) {
        state.offload += std::max(state.transfers[slot_of(0, l, to_high)].loading,
                                  state.transfers[slot_of(0, l + 1, from_low)].loading) +
                         extra_latency_[0][l + 1];
    }
}

}  // namespace plexus::cost_models::dataflow
