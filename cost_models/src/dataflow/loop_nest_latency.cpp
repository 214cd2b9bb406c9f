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
        TransferState& transfer = state.transfers[m.slot];
        const bool happens = transfer.count > 0;
        const double time = state.double_buffer[m.operand][m.boundary]
                                ? state.period[m.operand][m.boundary]
                                : state.window[m.operand][m.boundary];
        const double real = ceiling(transfer.bits / m.channel.width) * m.flow;
        transfer.allowed = happens ? time * cycles_per_operation_ : 0;
        transfer.real = happens && m.channel.exists ? real : 0;
        // Until load() hides some of it.
        transfer.loading = m.reads_back ? 0 : transfer.real;
    }
}

void LoopNestModel::stall(LoopNestState& state) const {
    state.stall = 0;
    for (std::size_t p = 0; p < ports_.size(); ++p) {
        state.port_stall[p] = port_stall(ports_[p], state);
        state.stall = std::max(state.stall, state.port_stall[p]);
    }
}

double LoopNestModel::port_stall(const PortEntry& port, const LoopNestState& state) const {
    const auto uses = port_uses(port);
    if (uses.size() == 1) {
        const TransferState& only = state.transfers[uses[0].slot];
        return only.count > 0 ? (only.real - only.allowed) * (only.count - uses[0].once) : 0;
    }
    std::size_t n = 0;
    double late = 0;     // sum of positive stalls
    double early = 0;    // sum of the others: slack
    double open = 0;     // sum of all windows
    double longest = 0;  // the longest of them
    for (const PortUse& use : uses) {
        const TransferState& transfer = state.transfers[use.slot];
        if (transfer.count <= 0) {
            continue;
        }
        const double times = transfer.count - use.once;
        const double slack = (transfer.real - transfer.allowed) * times;
        late += std::max(0.0, slack);
        early += std::min(0.0, slack);
        open += transfer.allowed * times;
        longest = std::max(longest, transfer.allowed * (transfer.count - 1));
        ++n;
    }
    // The union is no shorter than its longest part: often that is enough.
    if (n < 2) {
        return late + early;
    }
    if (early + open <= longest) {
        return late;
    }
    return late + std::max(0.0, early + open - window_union(port, state));
}

double LoopNestModel::window_union(const PortEntry& port, const LoopNestState& state) const {
    std::array<UpdateWindow, max_transfers> windows;  // NOLINT(*-member-init): hot
    std::size_t n = 0;
    bool always = false;
    double open = 0;
    for (const PortUse& use : port_uses(port)) {
        const TransferState& transfer = state.transfers[use.slot];
        if (transfer.count > 0 && n < max_transfers) {
            const double period = state.period[use.operand][boundary(use.level, use.direction)] *
                                  cycles_per_operation_;
            always = always || transfer.allowed == period;
            open += transfer.allowed * (transfer.count - use.once);
            windows[n].period = period;
            windows[n].allowed = transfer.allowed;
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
