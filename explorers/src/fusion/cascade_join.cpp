// SPDX-License-Identifier: Apache-2.0
#include "fusion/cascade_join.hpp"

#include <algorithm>
#include <limits>
#include <map>

#include "fusion/cascade_state.hpp"

namespace plexus::explorers::fusion {

namespace {

namespace model = cost_models::cascade;

constexpr double infinite = std::numeric_limits<double>::infinity();

double value_of(CascadeObjective objective, double energy, double latency) {
    switch (objective) {
        case CascadeObjective::energy_delay:
            return energy * latency;
        case CascadeObjective::energy:
            return energy;
        case CascadeObjective::latency:
            return latency;
    }
    return infinite;
}

/// Least energy and latency of the einsums from here on, each on its own.
struct Rest {
    double energy = 0;
    double latency = 0;
};

/// A step of a partial cascade.
struct Step {
    std::uint32_t before = 0;  ///< Index of the step before; the first points to itself.
    Chosen chosen;
};

bool covers(const CascadeState& a, const CascadeState& b) {
    if (a.energy > b.energy || a.latency > b.latency)
        return false;
    for (std::size_t d = 0; d < most_fused_loops; ++d)
        if (a.held[d] > b.held[d] || a.peak[d] > b.peak[d])
            return false;
    return true;
}

/// Partial cascades by what later einsums see of them.
using States = std::map<Outlook, std::vector<CascadeState>>;

/// One pass over the einsums.
class Joiner {
  public:
    Joiner(const model::Cascade& cascade,
           const model::Machine& machine,
           const std::vector<const EinsumFronts*>& fronts,
           CascadeObjective objective)
        : follower_(cascade, machine), fronts_(fronts), objective_(objective) {
        rest_.resize(fronts.size() + 1);
        for (std::size_t e = fronts.size(); e-- > 0;) {
            Rest least{infinite, infinite};
            for (const auto& [face, front] : fronts[e]->fronts)
                for (const PartialMapping& mapping : front) {
                    least.energy = std::min(least.energy, mapping.cost.energy);
                    least.latency = std::min(least.latency, mapping.cost.latency);
                }
            rest_[e] = {rest_[e + 1].energy + least.energy, rest_[e + 1].latency + least.latency};
        }
        result_.relaxed_bound = value_of(objective_, rest_[0].energy, rest_[0].latency);
    }

    /// \param width Partial cascades kept per outlook; 0 = all that none other covers. A narrow
    /// pass gives a limit for the full one.
    void pass(std::size_t width) {
        steps_.assign(1, Step{});
        States states;
        states[{}].push_back({});
        for (std::size_t e = 0; e < fronts_.size() && !states.empty(); ++e) {
            States next;
            for (const auto& [outlook, front] : states)
                for (const auto& [face, partial] : fronts_[e]->fronts)
                    if (follower_.fits(outlook, e, face))
                        extend(outlook, front, e, face, partial, next);
            states = std::move(next);
            narrow(states, width);
        }
        finish(states);
    }

    [[nodiscard]] const JoinResult& result() const { return result_; }

  private:
    void extend(const Outlook& outlook,
                const std::vector<CascadeState>& front,
                std::size_t e,
                const Face& face,
                const std::vector<PartialMapping>& partial,
                States& next) {
        const Outlook after_all = follower_.outlook_after(outlook, e, face);
        std::vector<CascadeState>& target = next[after_all];
        for (const CascadeState& state : front)
            for (const PartialMapping& mapping : partial) {
                ++result_.joined;
                if (too_late(state.energy + mapping.cost.energy,
                             state.latency + mapping.cost.latency,
                             rest_[e + 1]))
                    continue;
                auto after = follower_.state_after(
                    state, outlook, e, face, mapping.cost, after_all.open.size());
                if (!after)
                    continue;
                const auto covered = [&](const CascadeState& other) {
                    return covers(other, *after);
                };
                if (std::any_of(target.begin(), target.end(), covered))
                    continue;
                std::erase_if(target,
                              [&](const CascadeState& other) { return covers(*after, other); });
                after->history = static_cast<std::uint32_t>(steps_.size());
                steps_.push_back({state.history, {mapping.recipe, outlook.open.size()}});
                target.push_back(*after);
            }
    }

    /// Whether no cascade that begins so can be better than the best one known.
    [[nodiscard]] bool too_late(double energy, double latency, const Rest& rest) const {
        return result_.feasible &&
               value_of(objective_, energy + rest.energy, latency + rest.latency) >=
                   result_.objective;
    }

    void narrow(States& states, std::size_t width) {
        for (auto& [outlook, front] : states) {
            if (width > 0 && front.size() > width) {
                std::sort(front.begin(), front.end(), [&](const auto& a, const auto& b) {
                    return value_of(objective_, a.energy, a.latency) <
                           value_of(objective_, b.energy, b.latency);
                });
                front.resize(width);
            }
            result_.states += static_cast<std::int64_t>(front.size());
        }
    }

    void finish(const States& states) {
        for (const auto& [outlook, front] : states)
            for (const CascadeState& state : front) {
                const double value = value_of(objective_, state.energy, state.latency);
                if (result_.feasible && value >= result_.objective)
                    continue;
                result_.feasible = true;
                result_.objective = value;
                result_.chosen.clear();
                for (std::uint32_t at = state.history; at != 0; at = steps_[at].before)
                    result_.chosen.push_back(steps_[at].chosen);
                std::reverse(result_.chosen.begin(), result_.chosen.end());
            }
    }

    Follower follower_;
    const std::vector<const EinsumFronts*>& fronts_;
    CascadeObjective objective_;
    std::vector<Rest> rest_;  ///< [einsum] from that einsum on.
    std::vector<Step> steps_;
    JoinResult result_;
};

}  // namespace

JoinResult join(const model::Cascade& cascade,
                const model::Machine& machine,
                const std::vector<const EinsumFronts*>& fronts,
                CascadeObjective objective) {
    Joiner joiner(cascade, machine, fronts, objective);
    joiner.pass(1);
    joiner.pass(0);
    return joiner.result();
}

}  // namespace plexus::explorers::fusion
