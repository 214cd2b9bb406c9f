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
    for (const Move& m : moves_) {
        const double count = state.transfers[m.operand][m.level][m.direction];
        double allowed = 0;
        double real = 0;
        if (count > 0) {
            const double time = state.double_buffer[m.operand][m.boundary]
                                    ? state.period[m.operand][m.boundary]
                                    : state.window[m.operand][m.boundary];
            allowed = time * cycles_per_operation_;
            const double bits = state.moved[m.operand][m.level][m.direction];
            real = m.channel.exists ? ceiling(bits / m.channel.width) : 0;
        }
        state.allowed[m.operand][m.level][m.direction] = allowed;
        state.real[m.operand][m.level][m.direction] = real;
        state.loading[m.operand][m.level][m.direction] = 0;
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
    std::size_t n = 0;
    double late = 0;     // sum of positive stalls
    double early = 0;    // sum of the others: slack
    double open = 0;     // sum of all windows
    double longest = 0;  // the longest of them
    for (const PortUse& use : port_uses(ports_[p])) {
        const double transfers = state.transfers[use.operand][use.level][use.direction];
        if (transfers <= 0) {
            continue;
        }
        const double allowed = state.allowed[use.operand][use.level][use.direction];
        const double times = repeated(use, transfers);
        const double slack = (state.real[use.operand][use.level][use.direction] - allowed) * times;
        (slack > 0 ? late : early) += slack;
        open += allowed * times;
        longest = std::max(longest, allowed * (transfers - 1));
        ++n;
    }
    // The union is no shorter than its longest part: often that is enough.
    if (n < 2) {
        state.port_stall[p] = late + early;
    } else if (early + open <= longest) {
        state.port_stall[p] = late;
    } else {
        state.port_stall[p] = late + std::max(0.0, early + open - window_union(ports_[p], state));
    }
}

double LoopNestModel::window_union(const PortEntry& port, const LoopNestState& state) const {
    std::array<UpdateWindow, max_transfers> windows;  // NOLINT(*-member-init): hot
    std::size_t n = 0;
    bool always = false;
    double open = 0;
    for (const PortUse& use : port_uses(port)) {
        const double transfers = state.transfers[use.operand][use.level][use.direction];
        if (transfers > 0 && n < max_transfers) {
            const double allowed = state.allowed[use.operand][use.level][use.direction];
            const double period = state.period[use.operand][boundary(use.level, use.direction)] *
                                  cycles_per_operation_;
            always = always || allowed == period;
            open += allowed * repeated(use, transfers);
            windows[n].period = period;
            windows[n].allowed = allowed;
            ++n;
        }
    }
    if (n < 2) {
        return open;
    }
    const double total = state.total_cycles * cycles_per_operation_;
    const std::span<UpdateWindow> all(windows.data(), n);
    if (rules_ == Rules::physical) {
        return union_before_last(all, total);
    }
    return always ? total : union_of_windows(all, total);
}

}  // namespace plexus::cost_models::dataflow
