// SPDX-License-Identifier: Apache-2.0
#include "fusion/loop_choices.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace plexus::explorers::fusion {

namespace {

namespace model = cost_models::cascade;

/// Tries all spreads over a list of fan-outs.
class Spreader {
  public:
    Spreader(const std::vector<SpreadSlot>& fanouts, const std::vector<std::int64_t>& sizes)
        : fanouts_(fanouts),
          rest_(sizes),
          now_(fanouts.size(), Spread::value_type(sizes.size(), 1)) {}

    std::vector<Spread> all() {
        spread(0, 0, 1, 1);
        return std::move(found_);
    }

  private:
    /// \param used Instances of the fan-out taken by ranks before. \param filled Product over the
    /// fan-outs before that are to be filled.
    void spread(std::size_t fanout, std::size_t rank, std::int64_t used, std::int64_t filled) {
        if (fanout == fanouts_.size()) {
            keep(filled);
            return;
        }
        if (rank == rest_.size()) {
            spread(fanout + 1, 0, 1, fanouts_[fanout].fill ? filled * used : filled);
            return;
        }
        const std::int64_t size = rest_[rank];
        const bool allowed = ((fanouts_[fanout].allowed >> rank) & 1U) != 0;
        const std::int64_t most = allowed ? std::min(size, fanouts_[fanout].size / used) : 1;
        for (const std::int64_t n : divisors(size)) {
            if (n > most)
                break;
            now_[fanout][rank] = n;
            rest_[rank] = size / n;
            spread(fanout, rank + 1, used * n, filled);
        }
        now_[fanout][rank] = 1;
        rest_[rank] = size;
    }

    void keep(std::int64_t filled) {
        if (filled > most_filled_)
            found_.clear();
        if (filled < most_filled_)
            return;
        most_filled_ = filled;
        found_.push_back(now_);
    }

    const std::vector<SpreadSlot>& fanouts_;
    std::vector<std::int64_t> rest_;
    Spread now_;
    std::vector<Spread> found_;
    std::int64_t most_filled_ = 0;
};

bool covers(const RankChoices::Choice& a, const RankChoices::Choice& b) {
    for (std::size_t t = 0; t < a.terms.size(); ++t)
        if (a.terms[t] > b.terms[t])
            return false;
    return true;
}

/// Drops choices that another covers, of equal ones all but the first.
void thin_out(RankChoices& found) {
    std::vector<RankChoices::Choice> kept;
    for (RankChoices::Choice& choice : found.choices) {
        const auto covered = [&](const RankChoices::Choice& other) {
            return covers(other, choice);
        };
        if (std::any_of(kept.begin(), kept.end(), covered))
            continue;
        std::erase_if(kept,
                      [&](const RankChoices::Choice& other) { return covers(choice, other); });
        kept.push_back(std::move(choice));
    }
    found.choices = std::move(kept);
}

}  // namespace

std::vector<std::int64_t> divisors(std::int64_t n) {
    std::vector<std::int64_t> small;
    std::vector<std::int64_t> large;
    for (std::int64_t d = 1; d * d <= n; ++d) {
        if (n % d != 0)
            continue;
        small.push_back(d);
        if (d != n / d)
            large.push_back(n / d);
    }
    small.insert(small.end(), large.rbegin(), large.rend());
    return small;
}

Spreads::Spreads(const model::Einsum& einsum,
                 const model::Machine& machine,
                 const Template& shape) {
    const model::Compute& unit = *machine.unit(einsum.work);
    for (const Slot& slot : shape.slots) {
        if (slot.kind != Slot::Kind::spatial)
            continue;
        const model::Fanout& fanout = slot.level == unit.levels
                                          ? unit.fanouts[slot.fanout]
                                          : machine.levels[slot.level].fanouts[slot.fanout];
        slots_.push_back({fanout.size, fanout.fill, slot.allowed});
    }
}

const std::vector<Spread>& Spreads::of(const std::vector<std::int64_t>& sizes) {
    const auto [entry, added] = known_.try_emplace(sizes);
    if (added)
        entry->second = Spreader(slots_, sizes).all();
    return entry->second;
}

const RankChoices& LoopChoices::of(std::size_t rank, std::int64_t iterations) {
    const auto [entry, added] = known_.try_emplace({rank, iterations});
    RankChoices& found = entry->second;
    if (!added)
        return found;
    std::vector<std::int64_t> factors(shape_.slots.size(), 1);
    split(rank, iterations, 0, factors, found);
    found.all = static_cast<double>(found.choices.size());
    thin_out(found);
    found.least.assign(formula_.terms(), std::numeric_limits<double>::infinity());
    for (const RankChoices::Choice& choice : found.choices)
        for (std::size_t t = 0; t < found.least.size(); ++t)
            found.least[t] = std::min(found.least[t], choice.terms[t]);
    return found;
}

void LoopChoices::split(std::size_t rank,
                        std::int64_t iterations,
                        std::size_t slot,
                        std::vector<std::int64_t>& factors,
                        RankChoices& found) const {
    const auto usable = [&](std::size_t s) {
        return shape_.slots[s].kind == Slot::Kind::temporal &&
               ((shape_.slots[s].allowed >> rank) & 1U) != 0;
    };
    while (slot < shape_.slots.size() && !usable(slot))
        ++slot;
    if (slot == shape_.slots.size()) {
        if (iterations > 1)
            return;
        RankChoices::Choice choice{.loops = {}, .terms = std::vector<double>(formula_.terms(), 1)};
        for (std::size_t s = 0; s < factors.size(); ++s)
            if (factors[s] > 1)
                choice.loops.emplace_back(s, factors[s]);
        formula_.multiply(rank, factors, choice.terms);
        found.choices.push_back(std::move(choice));
        return;
    }
    for (const std::int64_t n : divisors(iterations)) {
        factors[slot] = n;
        split(rank, iterations / n, slot + 1, factors, found);
    }
    factors[slot] = 1;
}

}  // namespace plexus::explorers::fusion
