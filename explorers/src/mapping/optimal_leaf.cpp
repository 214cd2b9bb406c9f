// SPDX-License-Identifier: Apache-2.0
#include "mapping/optimal_leaf.hpp"

#include <algorithm>

namespace plexus::explorers {

using dataflow::Relevance;

LeafOrders::LeafOrders(const dataflow::LoopNestModel& model, const LoopSets& sets)
    : model_(model), sets_(sets) {
    for (std::size_t o = 0; o < model.operands(); ++o) {
        const std::size_t top = model.memory(o, model.levels(o) - 1);
        bool shared = false;
        for (std::size_t p = 0; p < model.operands(); ++p) {
            for (std::size_t l = 0; l + 1 < model.levels(p); ++l) {
                shared = shared || model.memory(p, l) == top;
            }
        }
        if (shared) {
            watched_tops_.push_back(static_cast<std::uint8_t>(o));
        }
    }
}

Relevance LeafOrders::relevance(std::size_t operand, std::size_t kind) const {
    return model_.layer().operands[operand].relevance[sets_.kinds()[kind].loop.dim];
}

void LeafOrders::cut(const std::vector<PlacedBoundary>& placed) {
    segments_.clear();
    std::size_t last = 0;
    std::size_t below = 0;
    std::vector<std::uint8_t> start;
    const auto close = [&](std::size_t set) {
        Segment segment;
        for (std::size_t k = 0; k < sets_.kinds().size(); ++k) {
            segment.left.push_back(sets_.count(set, k) - sets_.count(last, k));
            segment.loops += segment.left.back();
        }
        segment.below = start;
        below += segment.loops;
        last = set;
        start.clear();
        segments_.push_back(std::move(segment));
    };
    for (std::size_t o = 0; o < model_.operands(); ++o) {
        cuts_[o].fill(0);
    }
    for (const PlacedBoundary& b : placed) {
        if (b.set != last) {
            close(b.set);
        }
        start.push_back(b.operand);
        if (b.boundary > 0) {
            cuts_[b.operand][b.boundary - 1U] = static_cast<std::uint8_t>(below);
            if (!segments_.empty()) {
                segments_.back().ends.push_back(b.operand);
            }
        }
    }
    if (last != sets_.full()) {
        close(sets_.full());
    }
    if (!segments_.empty()) {
        auto& ends = segments_.back().ends;
        ends.insert(ends.end(), watched_tops_.begin(), watched_tops_.end());
    }
    for (std::size_t o = 0; o < model_.operands(); ++o) {
        cuts_[o][model_.levels(o) - 1] = static_cast<std::uint8_t>(below);
    }
    place_ = below;
    order_.assign(below, {});
}

bool LeafOrders::visit(const std::vector<PlacedBoundary>& placed,
                       const dataflow::Cuts* even,
                       const dataflow::LayerFigures& good_enough,
                       Incumbent& incumbent,
                       SearchEffort& effort,
                       EffortLimit& budget) {
    good_enough_ = good_enough;
    incumbent_ = &incumbent;
    effort_ = &effort;
    budget_ = &budget;
    stop_ = false;
    in_budget_ = true;
    cut(placed);
    cuts_ = even != nullptr ? *even : cuts_;
    enter(segments_.size(), {});
    return in_budget_;
}

void LeafOrders::enter(std::size_t segment, Runs runs) {
    if (segment == 0) {
        evaluate();
        return;
    }
    for (const std::uint8_t o : segments_[segment - 1].ends) {
        runs[o] = Run::open;
    }
    place(segment - 1, runs, 0);
}

LeafOrders::Runs LeafOrders::reach_down(const Runs& runs, std::size_t kind) const {
    Runs after = runs;
    for (std::size_t o = 0; o < model_.operands(); ++o) {
        const Relevance r = relevance(o, kind);
        const Run same = r == Relevance::relevant     ? Run::relevant
                         : r == Relevance::irrelevant ? Run::irrelevant
                                                      : Run::closed;
        if (runs[o] != same) {
            after[o] = runs[o] == Run::open ? same : Run::closed;
        }
    }
    return after;
}

void LeafOrders::place(std::size_t segment, const Runs& runs, std::size_t least_kind) {
    Segment& here = segments_[segment];
    if (here.loops == 0) {
        enter(segment, runs);
        return;
    }
    if (std::all_of(runs.begin(), runs.end(), [](Run r) { return r == Run::closed; })) {
        fill(segment, runs);
        return;
    }
    for (std::size_t k = 0; k < here.left.size() && !stop_; ++k) {
        if (here.left[k] == 0) {
            continue;
        }
        const Runs after = reach_down(runs, k);
        // Neighbours that change no run may swap: one order of them is enough.
        const bool neutral = after == runs;
        if (neutral && k < least_kind) {
            continue;
        }
        --here.left[k];
        --here.loops;
        order_[--place_] = sets_.kinds()[k].loop;
        place(segment, after, neutral ? k : 0);
        ++place_;
        ++here.loops;
        ++here.left[k];
    }
}

void LeafOrders::fill(std::size_t segment, const Runs& runs) {
    Segment& here = segments_[segment];
    // The innermost loop should index the operands with a boundary below: else it would be merged
    // down below that boundary, which is another placement.
    std::size_t inner = here.left.size();
    for (std::size_t k = here.left.size(); k-- > 0;) {
        const bool stays = std::none_of(here.below.begin(), here.below.end(), [&](std::uint8_t o) {
            return relevance(o, k) == Relevance::irrelevant;
        });
        if (here.left[k] > 0 && (stays || inner == here.left.size())) {
            inner = k;
            if (stays) {
                break;
            }
        }
    }
    const std::size_t before = place_;
    const std::size_t loops = here.loops;
    for (std::size_t k = 0; k < here.left.size(); ++k) {
        for (std::size_t n = here.left[k] - (k == inner ? 1 : 0); n > 0; --n) {
            order_[--place_] = sets_.kinds()[k].loop;
        }
    }
    order_[--place_] = sets_.kinds()[inner].loop;
    here.loops = 0;
    enter(segment, runs);
    here.loops = loops;
    place_ = before;
}

void LeafOrders::evaluate() {
    if (!budget_->left(effort_->evaluated)) {
        stop_ = true;
        in_budget_ = false;
        return;
    }
    ++effort_->evaluated;
    const dataflow::LayerFigures figures = model_.evaluate(order_, cuts_, state_);
    if (model_.fits(state_)) {
        incumbent_->offer(order_, cuts_, figures);
        stop_ = incumbent_->beats(good_enough_.energy.value, good_enough_.latency.value);
    }
}

}  // namespace plexus::explorers
