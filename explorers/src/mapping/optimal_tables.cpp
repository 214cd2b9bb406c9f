// SPDX-License-Identifier: Apache-2.0
#include "mapping/optimal_tables.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace plexus::explorers {

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

using dataflow::from_high;
using dataflow::from_low;
using dataflow::LoopNestModel;
using dataflow::LoopNestState;
using dataflow::Relevance;
using dataflow::to_high;
using dataflow::to_low;

bool reads_back(std::size_t operand, dataflow::Direction d) {
    return operand == 0 && (d == to_low || d == from_high);
}

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

OptimalTables::OptimalTables(const LoopNestModel& model, const hardware::DataflowCore& core)
    : model_(model),
      sets_(loop_factors(model.temporal_sizes(), 0)),
      operands_(model.operands()),
      ports_(model.ports().size()) {
    for (std::size_t o = 0; o < operands_; ++o) {
        levels_[o] = model.levels(o);
        combinations_ *= levels_[o] + 1;
        costs_[o].assign(levels_[o], std::vector<BoundaryCost>(sets_.size()));
        busy_[o].assign(levels_[o], std::vector<double>(sets_.size() * ports_, 0.0));
    }
    evaluate_sets(core);
    sum_energy(core);
    sum_busy();
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

// NOLINTNEXTLINE(readability-function-cognitive-complexity): nested as the lattice of loop sets is
void OptimalTables::evaluate_sets(const hardware::DataflowCore& core) {
    LoopNestState state;  // NOLINT(*-member-init): evaluate() fills what counts
    std::size_t uses = 0;
    for (const auto& port : model_.ports()) {
        uses += model_.port_uses(port).size();
    }
    longest_.assign(uses, 0.0);
    std::vector<TemporalLoop> order;
    for (std::size_t set = 0; set < sets_.size(); ++set) {
        for (std::size_t o = 0; o < operands_; ++o) {
            // The loops of the set, then those that index the operand, so that none of the rest is
            // merged down into the set unless all are.
            order.clear();
            std::size_t below = 0;
            for (int part = 0; part < 3; ++part) {
                for (std::size_t k = 0; k < sets_.kinds().size(); ++k) {
                    const FactorKind& kind = sets_.kinds()[k];
                    const bool irrelevant = model_.layer().operands[o].relevance[kind.loop.dim] ==
                                            Relevance::irrelevant;
                    const std::size_t in = sets_.count(set, k);
                    const std::size_t n = part == 0                   ? in
                                          : (part == 2) == irrelevant ? kind.count - in
                                                                      : 0;
                    order.insert(order.end(), n, kind.loop);
                }
                below = part == 0 ? order.size() : below;
            }
            dataflow::Cuts cuts{};
            for (std::size_t p = 0; p < operands_; ++p) {
                for (std::size_t l = 0; l < levels_[p]; ++l) {
                    cuts[p][l] = static_cast<std::uint8_t>(
                        p == o && l + 1 < levels_[p] ? below : order.size());
                }
            }
            model_.evaluate(order, cuts, state);
            take(o, set, state);
        }
    }
    if (model_.rules() == dataflow::Rules::zigzag) {
        for (const double cycles : longest_) {
            hidden_too_much_ += cycles * static_cast<double>(uses);
        }
    }
    static_cast<void>(core);
}

// NOLINTNEXTLINE(readability-function-*): reads every figure of one evaluation, level by level
void OptimalTables::take(std::size_t o, std::size_t set, const LoopNestState& state) {
    const auto& energy = state.energy[o];
    const auto& transfers = state.transfers[o];
    bool only_irrelevant = true;
    for (std::size_t k = 0; k < sets_.kinds().size(); ++k) {
        only_irrelevant =
            only_irrelevant && (sets_.count(set, k) == 0 ||
                                model_.layer().operands[o].relevance[sets_.kinds()[k].loop.dim] ==
                                    Relevance::irrelevant);
    }
    for (std::size_t b = 0; b < levels_[o]; ++b) {
        BoundaryCost& cost = costs_[o][b][set];
        // Inputs only move inwards: the model leaves their other directions alone.
        cost.energy = energy[b][to_low] + (o == 0 ? energy[b][from_low] : 0);
        if (b > 0) {
            cost.energy += energy[b - 1][from_high] + (o == 0 ? energy[b - 1][to_high] : 0);
        }
        cost.elements = state.mean.elements[o][b];
        cost.partial = o == 0 && state.mean.partial_sums[b];
        cost.bits = state.mean.bits[o][b];
        cost.once = state.count[o][b] <= 1;
        cost.low = state.real[o][b][o == 0 ? from_low : to_low];
        cost.high = b > 0 ? state.real[o][b - 1][o == 0 ? to_high : from_high] : 0;
        const bool impossible = b == 0 && (o == 0 ? set != 0 : !only_irrelevant);
        cost.energy = impossible ? infinite : cost.energy;
    }
    std::array<std::array<std::array<bool, dataflow::direction_count>, dataflow::max_levels>, 1>
        served{};
    std::size_t n = 0;
    for (std::size_t p = 0; p < ports_; ++p) {
        for (const LoopNestModel::PortUse& use : model_.port_uses(model_.ports()[p])) {
            double& longest = longest_[n++];
            if (use.operand != o) {
                continue;
            }
            served[0][use.level][use.direction] = true;
            const double count = transfers[use.level][use.direction];
            if (count <= 0) {
                continue;
            }
            const double real = state.real[o][use.level][use.direction];
            longest = std::max(longest, real);
            const bool all =
                model_.rules() == dataflow::Rules::physical && reads_back(o, use.direction);
            busy_[o][boundary_of(use)][set * ports_ + p] += real * (all ? count : count - 1);
        }
    }
    for (std::size_t l = 0; o == 0 && l < levels_[0]; ++l) {
        for (const auto d : {to_low, from_high}) {
            const std::size_t b = d == to_low ? l : l + 1;
            if (b < levels_[0] && transfers[l][d] > 0 && !served[0][l][d]) {
                costs_[0][b][set].energy = infinite;
            }
        }
    }
    if (set == sets_.full()) {
        top_bits_[o] = state.mean.elements[o][levels_[o]] * model_.layer().operands[o].bits;
    }
    if (o == 0 && set == 0) {
        constant_energy_ = costs_[0][0][0].energy;
        partial_at_array_ = costs_[0][0][0].partial;
    }
}

// NOLINTNEXTLINE(readability-function-cognitive-complexity): nested as operands and levels are
void OptimalTables::sum_energy(const hardware::DataflowCore& core) {
    to_go_.assign(sets_.size() * combinations_, infinite);
    const auto fits = [&](std::size_t o, std::size_t b, const BoundaryCost& cost) {
        return b == 0 || hold(o, cost.elements, false) <=
                             usable_bits(core.memories[model_.memory(o, b - 1)], model_.rules()) *
                                 (1 + 1e-12);
    };
    for (std::size_t set = sets_.size(); set-- > 0;) {
        for (std::size_t i = combinations_; i-- > 0;) {
            Next next{};
            std::size_t rest = i;
            for (std::size_t o = operands_; o-- > 0; rest /= levels_[o] + 1) {
                next[o] = static_cast<std::uint8_t>(rest % (levels_[o] + 1));
            }
            double& least = to_go_[set * combinations_ + i];
            bool done = true;
            for (std::size_t o = 0; o < operands_; ++o) {
                if (next[o] == levels_[o]) {
                    continue;
                }
                done = false;
                const BoundaryCost& cost = costs_[o][next[o]][set];
                if (!fits(o, next[o], cost)) {
                    continue;
                }
                Next after = next;
                ++after[o];
                least = std::min(least, cost.energy + energy_to_go(set, after));
            }
            for (std::size_t k = 0; k < sets_.kinds().size(); ++k) {
                if (sets_.count(set, k) < sets_.kinds()[k].count) {
                    least = std::min(least, energy_to_go(set + sets_.kinds()[k].stride, next));
                }
            }
            least = done ? 0 : least;
        }
    }
}

// NOLINTNEXTLINE(readability-function-cognitive-complexity): nested as operands and levels are
void OptimalTables::sum_busy() {
    for (std::size_t o = 0; o < operands_; ++o) {
        const std::vector<double> none(sets_.size() * ports_, 0.0);
        busy_to_go_[o].assign(levels_[o] + 1, none);
        for (std::size_t b = levels_[o]; b-- > 0;) {
            auto& least = busy_to_go_[o][b];
            for (std::size_t set = sets_.size(); set-- > 0;) {
                const bool possible = costs_[o][b][set].energy < infinite;
                for (std::size_t p = 0; p < ports_; ++p) {
                    double value = possible ? busy_[o][b][set * ports_ + p] +
                                                  busy_to_go_[o][b + 1][set * ports_ + p]
                                            : infinite;
                    for (std::size_t k = 0; k < sets_.kinds().size(); ++k) {
                        if (sets_.count(set, k) < sets_.kinds()[k].count) {
                            const std::size_t more = set + sets_.kinds()[k].stride;
                            value = std::min(value, least[more * ports_ + p]);
                        }
                    }
                    least[set * ports_ + p] = value;
                }
            }
        }
    }
}

}  // namespace plexus::explorers
