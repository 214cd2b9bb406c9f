// SPDX-License-Identifier: Apache-2.0
#include "mapping/even_cuts.hpp"

#include <algorithm>
#include <map>

namespace plexus::explorers {

EvenCuts::EvenCuts(const dataflow::LoopNestModel& model, const LoopSets& sets)
    : model_(model), sets_(sets) {
    std::map<std::size_t, std::vector<Sharer>> sharers;
    for (std::uint8_t o = 0; o < model.operands(); ++o) {
        for (std::uint8_t l = 0; l < model.levels(o); ++l) {
            sharers[model.memory(o, l)].push_back({o, l});
        }
    }
    for (auto& [memory, all] : sharers) {
        if (all.size() > 1) {
            shared_.push_back(std::move(all));
        }
    }
}

std::size_t EvenCuts::loops(std::size_t set) const {
    std::size_t n = 0;
    for (std::size_t k = 0; k < sets_.kinds().size(); ++k) {
        n += sets_.count(set, k);
    }
    return n;
}

bool EvenCuts::merges(std::size_t operand, std::size_t inner, std::size_t set) const {
    const auto& relevance = model_.layer().operands[operand].relevance;
    for (std::size_t k = 0; k < sets_.kinds().size(); ++k) {
        if (sets_.count(set, k) > sets_.count(inner, k) &&
            relevance[sets_.kinds()[k].loop.dim] != dataflow::Relevance::irrelevant) {
            return false;
        }
    }
    return true;
}

bool EvenCuts::find(const std::vector<PlacedBoundary>& placed, dataflow::Cuts& cuts) {
    choices_.clear();
    for (std::size_t o = 0; o < model_.operands(); ++o) {
        const std::size_t top = model_.levels(o) - 1;
        known_[o].fill(false);
        known_[o][top] = true;
        cuts[o][top] = static_cast<std::uint8_t>(loops(sets_.full()));
    }
    std::vector<std::size_t> inner{0};  // sets placed so far, ascending
    for (const PlacedBoundary& b : placed) {
        if (b.set != inner.back()) {
            inner.push_back(b.set);
        }
        if (b.boundary == 0) {
            continue;  // follows from the order
        }
        Choice choice{{b.operand, static_cast<std::uint8_t>(b.boundary - 1U)}, {}};
        for (const std::size_t set : inner) {
            if (merges(b.operand, set, b.set)) {
                choice.cuts.push_back(static_cast<std::uint8_t>(loops(set)));
            }
        }
        known_[b.operand][choice.at.level] = true;
        choices_.push_back(std::move(choice));
    }
    return choose(0, cuts);
}

bool EvenCuts::choose(std::size_t n, dataflow::Cuts& cuts) const {
    if (n == choices_.size()) {
        return is_even(cuts);
    }
    const auto [operand, level] = choices_[n].at;
    const std::size_t least = level == 0 ? 0 : cuts[operand][level - 1U];
    const auto& allowed = choices_[n].cuts;
    return std::any_of(allowed.rbegin(), allowed.rend(), [&](std::uint8_t cut) {
        cuts[operand][level] = cut;
        return cut >= least && choose(n + 1, cuts);
    });
}

bool EvenCuts::is_even(const dataflow::Cuts& cuts) const {
    return std::all_of(shared_.begin(), shared_.end(), [&](const std::vector<Sharer>& sharers) {
        std::uint8_t end = cuts[sharers[0].operand][sharers[0].level];
        for (const Sharer& s : sharers) {
            if (!known_[s.operand][s.level]) {
                return true;
            }
            end = std::min(end, cuts[s.operand][s.level]);
        }
        return std::all_of(sharers.begin(), sharers.end(), [&](const Sharer& s) {
            const std::uint8_t cut = cuts[s.operand][s.level];
            const std::uint8_t below = s.level == 0 ? 0 : cuts[s.operand][s.level - 1U];
            return cut == below || cut == end;
        });
    });
}

}  // namespace plexus::explorers
