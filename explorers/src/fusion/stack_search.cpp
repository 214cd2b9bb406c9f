// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/fusion/stack_search.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "plexus/core/parallel.hpp"

namespace plexus::explorers {

namespace {

/// A stack with the choice it was given, or the reason why it cannot run.
struct Segment {
    StackDecision decision;
    ScheduleCost cost;
    std::optional<core::Violation> violation;
};

Segment evaluate_segment(const StackCosts& costs, const StackDecision& decision) {
    const depth_first::StackCost cost = costs.evaluate(decision);
    if (!cost.feasible()) {
        return {decision, {}, cost.violations.front()};
    }
    return {decision, summary(cost), std::nullopt};
}

/// Choices that differ in nothing but how far tiles reach beyond the map are tried once.
std::vector<depth_first::TileChoice> distinct_choices(const depth_first::Stack& stack,
                                                      const TileSpace& space) {
    std::vector<depth_first::TileChoice> distinct;
    for (depth_first::TileChoice choice : space.choices()) {
        choice.x = std::min(choice.x, stack.nodes.back().size[0]);
        choice.y = std::min(choice.y, stack.nodes.back().size[1]);
        if (std::find(distinct.begin(), distinct.end(), choice) == distinct.end()) {
            distinct.push_back(choice);
        }
    }
    return distinct;
}

bool beats(const ScheduleCost& a, const ScheduleCost& b) {
    return a.energy <= b.energy && a.latency <= b.latency;
}

bool better(MappingObjective objective, const ScheduleCost& a, const ScheduleCost& b) {
    return merit(objective, a.figures()) < merit(objective, b.figures());
}

/// All stacks [first, last) of `spans` with all choices, costed on `jobs` threads.
std::vector<std::vector<Segment>> cost_spans(
    const StackCosts& costs,
    const std::vector<std::pair<std::size_t, std::size_t>>& spans,
    const TileSpace& space,
    int jobs) {
    std::vector<std::vector<Segment>> segments(spans.size());
    std::vector<std::pair<std::size_t, std::size_t>> work;
    for (std::size_t s = 0; s < spans.size(); ++s) {
        const depth_first::Stack& stack = costs.stack(spans[s].first, spans[s].second);
        for (const auto& choice : distinct_choices(stack, space)) {
            work.emplace_back(s, segments[s].size());
            segments[s].push_back({{spans[s].first, spans[s].second, choice}, {}, std::nullopt});
            if (!stack.violations.empty()) {
                break;  // one answer for all choices
            }
        }
    }
    core::parallel_for(static_cast<std::int64_t>(work.size()), jobs, [&](std::int64_t i) {
        Segment& segment = segments[work[static_cast<std::size_t>(i)].first]
                                   [work[static_cast<std::size_t>(i)].second];
        segment = evaluate_segment(costs, segment.decision);
    });
    return segments;
}

/// A schedule of the operators before some position: the last stack, and what stands before it.
struct Partial {
    ScheduleCost cost;
    StackDecision last;
    std::size_t previous = 0;  ///< Into the front at last.first.
};

/// Those that no other beats; of equals the first.
void keep_front(std::vector<Partial>& partials) {
    std::vector<Partial> front;
    for (Partial& p : partials) {
        if (std::any_of(front.begin(), front.end(), [&](const Partial& kept) {
                return beats(kept.cost, p.cost);
            })) {
            continue;
        }
        std::erase_if(front, [&](const Partial& kept) { return beats(p.cost, kept.cost); });
        front.push_back(std::move(p));
    }
    partials = std::move(front);
}

}  // namespace

DepthFirstSchedule schedule_stacks(const StackCosts& costs,
                                   const std::vector<std::size_t>& ends,
                                   const TileSpace& space,
                                   MappingObjective objective,
                                   int jobs) {
    core::ensure(!ends.empty() && ends.back() == costs.operators(), "stacks reach the end");
    // The product of sums is not the sum of products: fronts, not bests, of the stacks.
    std::vector<std::pair<std::size_t, std::size_t>> spans;
    std::size_t begin = 0;
    for (const std::size_t end : ends) {
        spans.emplace_back(begin, end);
        begin = end;
    }
    const auto segments = cost_spans(costs, spans, space, jobs);
    DepthFirstSchedule result;
    std::vector<std::vector<Partial>> fronts{{Partial{}}};
    for (const auto& choices : segments) {
        std::vector<Partial> next;
        for (const Segment& segment : choices) {
            ++result.evaluated;
            for (std::size_t p = 0; !segment.violation && p < fronts.back().size(); ++p) {
                next.push_back({fronts.back()[p].cost, segment.decision, p});
                next.back().cost += segment.cost;
            }
        }
        if (next.empty()) {
            result.violations.push_back(*choices.front().violation);
            return result;
        }
        keep_front(next);
        fronts.push_back(std::move(next));
    }
    const auto& last = fronts.back();
    std::size_t p =
        static_cast<std::size_t>(std::min_element(last.begin(),
                                                  last.end(),
                                                  [&](const Partial& a, const Partial& b) {
                                                      return better(objective, a.cost, b.cost);
                                                  }) -
                                 last.begin());
    result.cost = last[p].cost;
    for (std::size_t s = fronts.size(); s-- > 1;) {
        result.stacks.insert(result.stacks.begin(), fronts[s][p].last);
        p = fronts[s][p].previous;
    }
    return result;
}

DepthFirstSchedule search_stacks(const StackCosts& costs,
                                 const TileSpace& space,
                                 MappingObjective objective,
                                 int jobs) {
    const std::size_t n = costs.operators();
    std::vector<std::pair<std::size_t, std::size_t>> spans;
    for (std::size_t first = 0; first < n; ++first) {
        for (std::size_t last = first + 1; last <= n; ++last) {
            spans.emplace_back(first, last);
        }
    }
    const auto segments = cost_spans(costs, spans, space, jobs);
    DepthFirstSchedule result;
    std::vector<std::vector<Partial>> fronts(n + 1);
    fronts[0] = {Partial{}};
    for (std::size_t s = 0; s < spans.size(); ++s) {
        // Spans come by their first operator, so the front before it is complete.
        const auto& [first, last] = spans[s];
        if (last == first + 1) {
            keep_front(fronts[first]);
        }
        for (const Segment& segment : segments[s]) {
            ++result.evaluated;
            for (std::size_t p = 0; !segment.violation && p < fronts[first].size(); ++p) {
                fronts[last].push_back({fronts[first][p].cost, segment.decision, p});
                fronts[last].back().cost += segment.cost;
            }
            if (segment.violation && last == first + 1 && fronts[last].empty()) {
                result.violations.push_back(*segment.violation);
            }
        }
    }
    if (fronts[n].empty()) {
        return result;
    }
    result.violations.clear();
    keep_front(fronts[n]);
    const auto best = std::min_element(
        fronts[n].begin(), fronts[n].end(), [&](const Partial& a, const Partial& b) {
            return better(objective, a.cost, b.cost);
        });
    result.cost = best->cost;
    for (const Partial* p = &*best; p->last.last > 0; p = &fronts[p->last.first][p->previous]) {
        result.stacks.insert(result.stacks.begin(), p->last);
    }
    return result;
}

namespace {

/// The annealed state: where stacks end, and the choice of each operator, of which that of the
/// first operator of a stack counts.
class StackProblem {
  public:
    StackProblem(const StackCosts& costs,
                 const TileSpace& space,
                 MappingObjective objective,
                 const std::vector<std::size_t>& ends)
        : costs_(costs), choices_(space.choices()), objective_(objective) {
        state_.ends.assign(costs.operators(), 0);
        state_.choice.assign(costs.operators(), 0);
        for (const std::size_t end : ends) {
            state_.ends[end - 1] = 1;
        }
        before_ = state_;
        best_ = state_;
    }

    double cost() { return value(schedule(state_)); }

    double propose(core::Rng& rng) {
        before_ = state_;
        const std::size_t n = state_.ends.size();
        if (n > 1 && rng.uniform() < 0.5) {
            char& end = state_.ends[rng.below(n - 1)];
            end = end == 0 ? 1 : 0;
        } else {
            state_.choice[rng.below(n)] = rng.below(choices_.size());
        }
        return cost();
    }
    void undo() { state_ = before_; }
    void keep_best() { best_ = state_; }

    [[nodiscard]] DepthFirstSchedule best() {
        DepthFirstSchedule result = schedule(best_);
        result.evaluated = static_cast<std::int64_t>(known_.size());
        return result;
    }

  private:
    struct State {
        std::vector<char> ends;
        std::vector<std::size_t> choice;
    };

    [[nodiscard]] double value(const DepthFirstSchedule& schedule) const {
        return schedule.feasible() ? merit(objective_, schedule.cost.figures()).first
                                   : std::numeric_limits<double>::infinity();
    }

    DepthFirstSchedule schedule(const State& state) {
        DepthFirstSchedule result;
        std::size_t first = 0;
        for (std::size_t i = 0; i < state.ends.size(); ++i) {
            if (state.ends[i] == 0 && i + 1 < state.ends.size()) {
                continue;
            }
            const StackDecision decision{first, i + 1, choices_[state.choice[first]]};
            auto known = known_.find(decision);
            if (known == known_.end()) {
                known = known_.emplace(decision, evaluate_segment(costs_, decision)).first;
            }
            if (known->second.violation) {
                result.violations.push_back(*known->second.violation);
            }
            result.stacks.push_back(decision);
            result.cost += known->second.cost;
            first = i + 1;
        }
        return result;
    }

    const StackCosts& costs_;
    std::vector<depth_first::TileChoice> choices_;
    MappingObjective objective_;
    std::map<StackDecision, Segment> known_;
    State state_;
    State before_;
    State best_;
};

}  // namespace

DepthFirstSchedule anneal_stacks(const StackCosts& costs,
                                 const TileSpace& space,
                                 MappingObjective objective,
                                 const CoolingSchedule& schedule,
                                 const AnnealingOptions& options,
                                 core::Rng rng) {
    StackProblem problem(costs, space, objective, weight_rule_cuts(costs));
    anneal(problem, schedule, options, rng);
    return problem.best();
}

}  // namespace plexus::explorers
