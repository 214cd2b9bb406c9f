// SPDX-License-Identifier: Apache-2.0
#include "mapping/optimal_tables.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace plexus::explorers {

namespace {

using dataflow::from_high;
using dataflow::from_low;
using dataflow::LoopNestModel;
using dataflow::LoopNestState;
using dataflow::Relevance;
using dataflow::to_high;
using dataflow::to_low;

/// The boundary that a transfer crosses.
std::size_t boundary_of(const LoopNestModel::PortUse& use) {
    return use.direction == to_low || use.direction == from_low ? use.level : use.level + 1U;
}

}  // namespace

double usable_bits(const hardware::Memory& memory, dataflow::Rules rules) {
    const bool halved = rules == dataflow::Rules::physical && memory.force_double_buffering;
    return static_cast<double>(memory.size.value) / (halved ? 2 : 1);
}

LoopSets::LoopSets(const std::vector<TemporalLoop>& loops) {
    for (const TemporalLoop& loop : loops) {
        if (loop.size == 1) {
            continue;
        }
        const auto same = std::find_if(
            kinds_.begin(), kinds_.end(), [&](const FactorKind& k) { return k.loop == loop; });
        if (same == kinds_.end()) {
            kinds_.push_back({loop, 1, 1});
        } else {
            ++same->count;
        }
    }
    for (FactorKind& kind : kinds_) {
        kind.stride = size_;
        size_ *= kind.count + 1;
    }
}

std::optional<std::size_t> LoopSets::next_superset(std::size_t set, std::size_t base) const {
    for (std::size_t k = 0; k < kinds_.size(); ++k) {
        if (grows(set, k)) {
            return set + kinds_[k].stride;
        }
        set -= (count(set, k) - count(base, k)) * kinds_[k].stride;
    }
    return std::nullopt;
}

OptimalTables::OptimalTables(const LoopNestModel& model, const hardware::DataflowCore& core)
    : model_(model),
      sets_(loop_factors(model.temporal_sizes(), 0)),
      operands_(model.operands()),
      ports_(model.ports().size()) {
    for (std::size_t o = 0; o < operands_; ++o) {
        levels_[o] = model.levels(o);
        combinations_ *= levels_[o] + 1;
        costs_[o].assign(levels_[o], std::vector<BoundaryCost>(sets_.size()));
        loads_[o].assign(levels_[o], std::vector<PortLoad>(sets_.size() * ports_));
        std::size_t sharers = 0;
        for (std::size_t p = 0; p < operands_; ++p) {
            for (std::size_t l = 0; l < model.levels(p); ++l) {
                sharers += model.memory(p, l) == model.memory(o, 0) ? 1 : 0;
            }
        }
        own_innermost_[o] = sharers == 1;
    }
    for (const auto& port : model.ports()) {
        for (const LoopNestModel::PortUse& use : model.port_uses(port)) {
            served_[use.operand][use.level][use.direction] = true;
            longest_.push_back(0);
        }
    }
    evaluate_sets();
    sum_energy(core);
    sum_loads();
}

OptimalTables::Next OptimalTables::first() const {
    Next next{};
    next[0] = 1;  // sums leave the array every cycle: nothing to choose
    return next;
}

double OptimalTables::hold(std::size_t operand, double elements, bool partial) const {
    const dataflow::Layer& layer = model_.layer();
    return elements * (operand == 0 && partial ? static_cast<double>(layer.partial_sum_bits)
                                               : layer.operands[operand].bits);
}

void OptimalTables::order_above(std::size_t operand,
                                std::size_t set,
                                std::vector<TemporalLoop>& order) const {
    const auto irrelevant = [&](const FactorKind& kind) {
        return model_.layer().operands[operand].relevance[kind.loop.dim] == Relevance::irrelevant;
    };
    order.clear();
    for (std::size_t k = 0; k < sets_.kinds().size(); ++k) {
        order.insert(order.end(), sets_.count(set, k), sets_.kinds()[k].loop);
    }
    for (const bool rest : {false, true}) {
        for (std::size_t k = 0; k < sets_.kinds().size(); ++k) {
            const FactorKind& kind = sets_.kinds()[k];
            const std::size_t above = kind.count - sets_.count(set, k);
            order.insert(order.end(), irrelevant(kind) == rest ? above : 0, kind.loop);
        }
    }
}

dataflow::Cuts OptimalTables::cuts_above(std::size_t operand,
                                         std::size_t below,
                                         std::size_t loops) const {
    dataflow::Cuts cuts{};
    for (std::size_t p = 0; p < operands_; ++p) {
        for (std::size_t l = 0; l < levels_[p]; ++l) {
            const bool here = p == operand && l + 1 < levels_[p];
            cuts[p][l] = static_cast<std::uint8_t>(here ? below : loops);
        }
    }
    return cuts;
}

void OptimalTables::evaluate_sets() {
    LoopNestState state{};
    std::vector<TemporalLoop> order;
    for (std::size_t set = 0; set < sets_.size(); ++set) {
        std::size_t below = 0;
        for (std::size_t k = 0; k < sets_.kinds().size(); ++k) {
            below += sets_.count(set, k);
        }
        for (std::size_t o = 0; o < operands_; ++o) {
            order_above(o, set, order);
            model_.evaluate(order, cuts_above(o, below, order.size()), state);
            take(o, set, state);
        }
    }
    if (model_.rules() == dataflow::Rules::zigzag) {
        for (const double cycles : longest_) {
            hidden_too_much_ += cycles * static_cast<double>(longest_.size());
        }
    }
}

bool OptimalTables::stays_at_array(std::size_t operand, std::size_t set) const {
    for (std::size_t k = 0; k < sets_.kinds().size(); ++k) {
        const auto dim = sets_.kinds()[k].loop.dim;
        if (sets_.count(set, k) > 0 &&
            model_.layer().operands[operand].relevance[dim] != Relevance::irrelevant) {
            return false;
        }
    }
    return true;
}

void OptimalTables::take_boundary(std::size_t o,
                                  std::size_t b,
                                  std::size_t set,
                                  const LoopNestState& state) {
    const auto transfer = [&](std::size_t level,
                              dataflow::Direction d) -> const dataflow::TransferState& {
        return state.transfers[dataflow::slot_of(o, level, d)];
    };
    BoundaryCost& cost = costs_[o][b][set];
    // Inputs only move inwards: the model leaves their other directions alone.
    cost.energy = transfer(b, to_low).energy + (o == 0 ? transfer(b, from_low).energy : 0);
    if (b > 0) {
        cost.energy +=
            transfer(b - 1, from_high).energy + (o == 0 ? transfer(b - 1, to_high).energy : 0);
    }
    cost.elements = state.mean.elements[o][b];
    cost.partial = o == 0 && state.mean.partial_sums[b];
    cost.bits = state.mean.bits[o][b];
    cost.once = state.count[o][b] <= 1;
    cost.low = transfer(b, o == 0 ? from_low : to_low).real;
    cost.high = b > 0 ? transfer(b - 1, o == 0 ? to_high : from_high).real : 0;
    const bool impossible = b == 0 && (o == 0 ? set != 0 : !stays_at_array(o, set));
    cost.energy = impossible ? infinite : cost.energy;
}

double OptimalTables::most_allowed(const LoopNestModel::PortUse& use,
                                   std::size_t set,
                                   const LoopNestState& state) const {
    const std::size_t o = use.operand;
    const std::size_t b = boundary_of(use);
    // If the innermost memory serves one operand and only loops run there that do not index it,
    // then neither its double buffering nor its window depends on the other loops.
    if (b == 1 && own_innermost_[o] && stays_at_array(o, set)) {
        return state.transfers[use.slot].allowed;
    }
    return state.period[o][b] * model_.cycles_per_operation();
}

void OptimalTables::take_loads(std::size_t o, std::size_t set, const LoopNestState& state) {
    std::size_t n = 0;
    for (std::size_t p = 0; p < ports_; ++p) {
        for (const LoopNestModel::PortUse& use : model_.port_uses(model_.ports()[p])) {
            double& longest = longest_[n++];
            const dataflow::TransferState& transfer = state.transfers[use.slot];
            const double count = use.operand == o ? transfer.count : 0;
            if (count <= 0) {
                continue;
            }
            const double real = transfer.real;
            longest = std::max(longest, real);
            const double times = count - use.once;
            PortLoad& load = loads_[o][boundary_of(use)][set * ports_ + p];
            load.busy += real * times;
            load.late += std::max(0.0, real - most_allowed(use, set, state)) * times;
        }
    }
}

void OptimalTables::forbid_read_backs(std::size_t set, const LoopNestState& state) {
    for (std::size_t l = 0; l < levels_[0]; ++l) {
        for (const auto d : {to_low, from_high}) {
            const std::size_t b = d == to_low ? l : l + 1;
            if (b < levels_[0] && state.transfers[dataflow::slot_of(0, l, d)].count > 0 &&
                !served_[0][l][d]) {
                costs_[0][b][set].energy = infinite;
            }
        }
    }
}

void OptimalTables::take(std::size_t o, std::size_t set, const LoopNestState& state) {
    for (std::size_t b = 0; b < levels_[o]; ++b) {
        take_boundary(o, b, set, state);
    }
    take_loads(o, set, state);
    if (o == 0) {
        forbid_read_backs(set, state);
    }
    if (set == sets_.full()) {
        top_bits_[o] = state.mean.elements[o][levels_[o]] * model_.layer().operands[o].bits;
    }
    if (o == 0 && set == 0) {
        constant_energy_ = costs_[0][0][0].energy;
        partial_at_array_ = costs_[0][0][0].partial;
    }
}

OptimalTables::Next OptimalTables::next_of(std::size_t index) const {
    Next next{};
    for (std::size_t o = operands_; o-- > 0; index /= levels_[o] + 1) {
        next[o] = static_cast<std::uint8_t>(index % (levels_[o] + 1));
    }
    return next;
}

double OptimalTables::least_energy(std::size_t set,
                                   const Next& next,
                                   const hardware::DataflowCore& core) const {
    double least = infinite;
    bool done = true;
    for (std::size_t o = 0; o < operands_; ++o) {
        const std::size_t b = next[o];
        if (b == levels_[o]) {
            continue;
        }
        done = false;
        const BoundaryCost& cost = costs_[o][b][set];
        const bool fits =
            b == 0 ||
            hold(o, cost.elements, false) <=
                usable_bits(core.memories[model_.memory(o, b - 1)], model_.rules()) * (1 + 1e-12);
        if (fits) {
            Next after = next;
            ++after[o];
            least = std::min(least, cost.energy + energy_to_go(set, after));
        }
    }
    for (std::size_t k = 0; !done && k < sets_.kinds().size(); ++k) {
        if (sets_.grows(set, k)) {
            least = std::min(least, energy_to_go(set + sets_.kinds()[k].stride, next));
        }
    }
    return done ? 0 : least;
}

void OptimalTables::sum_energy(const hardware::DataflowCore& core) {
    to_go_.assign(sets_.size() * combinations_, infinite);
    for (std::size_t set = sets_.size(); set-- > 0;) {
        for (std::size_t i = combinations_; i-- > 0;) {
            to_go_[set * combinations_ + i] = least_energy(set, next_of(i), core);
        }
    }
}

PortLoad OptimalTables::least_load(std::size_t o,
                                   std::size_t b,
                                   std::size_t set,
                                   std::size_t port) const {
    PortLoad least{infinite, infinite};
    const auto take_least = [&](double busy, double late) {
        least.busy = std::min(least.busy, busy);
        least.late = std::min(least.late, late);
    };
    if (costs_[o][b][set].energy < infinite) {
        const PortLoad& here = load(o, b, set, port);
        const PortLoad& above = load_to_go(o, b + 1, set, port);
        take_least(here.busy + above.busy, here.late + above.late);
    }
    for (std::size_t k = 0; k < sets_.kinds().size(); ++k) {
        if (sets_.grows(set, k)) {
            const PortLoad& more = load_to_go(o, b, set + sets_.kinds()[k].stride, port);
            take_least(more.busy, more.late);
        }
    }
    return least;
}

void OptimalTables::sum_loads() {
    for (std::size_t o = 0; o < operands_; ++o) {
        const std::vector<PortLoad> none(sets_.size() * ports_);
        loads_to_go_[o].assign(levels_[o] + 1, none);
        for (std::size_t b = levels_[o]; b-- > 0;) {
            for (std::size_t set = sets_.size(); set-- > 0;) {
                for (std::size_t p = 0; p < ports_; ++p) {
                    loads_to_go_[o][b][set * ports_ + p] = least_load(o, b, set, p);
                }
            }
        }
    }
}

}  // namespace plexus::explorers
