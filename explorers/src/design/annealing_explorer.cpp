// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "plexus/core/error.hpp"
#include "plexus/explorers/annealing/annealer.hpp"

#include "design/builtin.hpp"
#include "design/fresh_points.hpp"
#include "design/sampling.hpp"
#include "design/scalarize.hpp"

namespace plexus::explorers {
namespace {

struct Settings {
    std::string cooling;
    std::int64_t chains = 8;
    std::int64_t steps = 0;
    std::int64_t patience = 40;
    double initial_acceptance = 0.1;
    double step = 0.15;
};

/// One annealer: where it stands, the direction it pulls to, and its cooling.
struct Chain {
    DesignPoint at;
    Outcome outcome;
    std::vector<double> weights;
    CoolingState cooling;
    double best = std::numeric_limits<double>::infinity();
    std::int64_t idle = 0;  ///< Moves since `best` fell.
    core::Rng rng{0};
};

/// One run of the explorer.
class Run {
  public:
    Run(Session& session, const CoolingSchedule& schedule, const Settings& settings)
        : session_(session),
          schedule_(schedule),
          settings_(settings),
          scale_(session.objectives()),
          fresh_(session, settings.step),
          rng_(session.rng("annealing")),
          chains_(static_cast<std::size_t>(settings.chains)) {}

    void go() {
        if (!start()) {
            return;
        }
        while (!session_.finished()) {
            std::vector<DesignPoint> proposals;
            for (Chain& chain : chains_) {
                proposals.push_back(
                    neighbour(session_.space(), chain.at, settings_.step, chain.rng));
            }
            const std::int64_t before = session_.evaluations();
            const std::vector<Outcome> outcomes = session_.evaluate(proposals);
            if (outcomes.size() < proposals.size()) {
                return;
            }
            learn(outcomes);
            for (std::size_t i = 0; i < chains_.size(); ++i) {
                decide(chains_[i], proposals[i], outcomes[i]);
            }
            stale_ = session_.evaluations() == before ? stale_ + 1 : 0;
            restart_where_stuck();
        }
    }

  private:
    /// First points and first temperature; \return whether the budget allows to go on.
    bool start() {
        std::vector<DesignPoint> points;
        for (std::size_t i = 0; i < chains_.size(); ++i) {
            chains_[i].rng = rng_.split(i);
            chains_[i].at = fresh_.anywhere(rng_);
            points.push_back(chains_[i].at);
        }
        // One neighbour of each start tells how much a move worsens.
        for (Chain& chain : chains_) {
            points.push_back(neighbour(session_.space(), chain.at, settings_.step, chain.rng));
        }
        const std::vector<Outcome> outcomes = session_.evaluate(points);
        if (outcomes.size() < points.size() || session_.finished()) {
            return false;
        }
        learn(outcomes);
        double worsening = 0;
        double worse = 0;
        for (std::size_t i = 0; i < chains_.size(); ++i) {
            Chain& chain = chains_[i];
            chain.outcome = outcomes[i];
            chain.weights = next_weights();
            const Outcome& moved = outcomes[i + chains_.size()];
            if (chain.outcome.feasible() && moved.feasible()) {
                const double delta = cost(chain, moved) - cost(chain, chain.outcome);
                worsening += std::abs(delta);  // a move up is the same move down, taken back
                worse += delta != 0 ? 1 : 0;
            }
        }
        // Costs are normalised, so where no move tells, a tenth of the range is a fair guess.
        const double mean = worse > 0 ? worsening / worse : 0.1;
        temperature_ = start_temperature(mean, settings_.initial_acceptance);
        for (Chain& chain : chains_) {
            heat(chain);
        }
        return true;
    }

    void heat(Chain& chain) const {
        const std::int64_t budget = session_.budget().evaluations;
        const std::int64_t steps = settings_.steps > 0 ? settings_.steps
                                   : budget > 0        ? budget / settings_.chains
                                                       : 500;
        chain.cooling = {.step = 0,
                         .steps = std::max<std::int64_t>(steps, 1),
                         .start = temperature_,
                         .current = temperature_,
                         .acceptance = settings_.initial_acceptance};
        chain.best = cost(chain, chain.outcome);
        chain.idle = 0;
    }

    void learn(const std::vector<Outcome>& outcomes) {
        for (const Outcome& outcome : outcomes) {
            if (outcome.feasible()) {
                scale_.learn_ideal(outcome.objectives);
            }
        }
        scale_.learn_nadir(session_.front().sorted());
    }

    [[nodiscard]] double cost(const Chain& chain, const Outcome& outcome) const {
        return outcome.feasible() ? scale_.tchebycheff(outcome.objectives, chain.weights)
                                  : std::numeric_limits<double>::infinity();
    }

    /// Feasible beats infeasible; of two infeasible designs the one that breaks fewer rules wins;
    /// between feasible ones the acceptance rule of annealing decides.
    [[nodiscard]] bool accept(Chain& chain, const Outcome& proposed) const {
        if (!proposed.feasible() && !chain.outcome.feasible()) {
            return proposed.violations.size() <= chain.outcome.violations.size();
        }
        const double chance = acceptance_probability(
            cost(chain, chain.outcome), cost(chain, proposed), chain.cooling.current);
        return chance >= 1 || chain.rng.uniform() < chance;
    }

    void decide(Chain& chain, const DesignPoint& point, const Outcome& outcome) const {
        const bool accepted = accept(chain, outcome);
        if (accepted) {
            chain.at = point;
            chain.outcome = outcome;
        }
        const double now = cost(chain, chain.outcome);
        chain.idle = now < chain.best ? 0 : chain.idle + 1;
        chain.best = std::min(chain.best, now);
        constexpr double memory = 0.02;  // of the running acceptance: about the last 50 moves
        CoolingState& cooling = chain.cooling;
        cooling.acceptance += memory * ((accepted ? 1.0 : 0.0) - cooling.acceptance);
        ++cooling.step;
        cooling.current = schedule_.next(cooling);
    }

    /// A chain that has cooled down, or has gained nothing for long, starts anew at a point not
    /// seen before near the front, or anywhere, with another direction.
    void restart_where_stuck() {
        std::vector<Chain*> stuck;
        std::vector<DesignPoint> points;
        for (Chain& chain : chains_) {
            const bool cold = chain.cooling.step >= chain.cooling.steps;
            if (cold || chain.idle >= settings_.patience || stale_ >= patience_without_news) {
                stuck.push_back(&chain);
                points.push_back(rng_.below(2) == 0 ? fresh_.near_front(rng_)
                                                    : fresh_.anywhere(rng_));
            }
        }
        if (stuck.empty() || session_.finished()) {
            return;
        }
        const std::vector<Outcome> outcomes = session_.evaluate(points);
        learn(outcomes);
        for (std::size_t i = 0; i < outcomes.size(); ++i) {
            stuck[i]->at = std::move(points[i]);
            stuck[i]->outcome = outcomes[i];
            stuck[i]->weights = next_weights();
            heat(*stuck[i]);
        }
        stale_ = 0;
    }

    std::vector<double> next_weights() { return simplex_weights(session_.objectives(), turn_++); }

    static constexpr std::int64_t patience_without_news = 8;  // rounds without a new design

    Session& session_;
    const CoolingSchedule& schedule_;
    const Settings& settings_;
    ObjectiveScale scale_;
    FreshPoints fresh_;
    core::Rng rng_;
    std::vector<Chain> chains_;
    double temperature_ = 0;
    std::int64_t turn_ = 0;   ///< Weight vectors given out.
    std::int64_t stale_ = 0;  ///< Rounds in a row without a new design.
};

class Annealing final : public Explorer {
  public:
    Annealing(std::unique_ptr<const CoolingSchedule> schedule, Settings settings)
        : schedule_(std::move(schedule)), settings_(std::move(settings)) {}

    void explore(Session& session) const override { Run(session, *schedule_, settings_).go(); }

  private:
    std::unique_ptr<const CoolingSchedule> schedule_;
    Settings settings_;
};

/// Parameters of the explorer itself; those of the schedules follow as `<schedule>_<parameter>`.
std::vector<core::ParamSpec> own_params(const core::Registry<CoolingSchedule>& schedules) {
    return {{.name = "cooling",
             .unit = "",
             .fallback = std::string("geometric"),
             .choices = schedules.names(),
             .doc = "cooling schedule"},
            {.name = "chains",
             .unit = "1",
             .fallback = std::int64_t{8},
             .range = {.lower = 1, .upper = 4096},
             .doc = "annealers side by side, each pulled to another part of the front"},
            {.name = "steps",
             .unit = "1",
             .fallback = std::int64_t{0},
             .range = {.lower = 0, .upper = 1e12},
             .doc = "moves from hot to cold; 0 = the budget shared by the chains, or 500"},
            {.name = "patience",
             .unit = "1",
             .fallback = std::int64_t{40},
             .range = {.lower = 1, .upper = 1e9},
             .doc = "moves without gain before a chain starts anew elsewhere"},
            {.name = "initial_acceptance",
             .unit = "1",
             .fallback = 0.1,
             .range = {.lower = 0.01, .upper = 0.99},
             .doc = "share of worsening moves accepted at first; low, because several chains and "
                    "fresh starts already keep the search wide"},
            {.name = "step",
             .unit = "1",
             .fallback = 0.15,
             .range = {.lower = 0.001, .upper = 1},
             .doc = "mean length of a move, as a fraction of an axis"}};
}

std::unique_ptr<const Explorer> make(const core::Params& p) {
    const core::Registry<CoolingSchedule> schedules = builtin_cooling_schedules();
    const std::string& name = p.text("cooling");
    core::Params cooling;
    for (const core::ParamSpec& spec : schedules.find(name)->params) {
        cooling.set(spec.name, p.values().at(name + "_" + spec.name));
    }
    return std::make_unique<Annealing>(
        schedules.create(name, cooling),
        Settings{.cooling = name,
                 .chains = p.integer("chains"),
                 .steps = p.integer("steps"),
                 .patience = p.integer("patience"),
                 .initial_acceptance = p.number("initial_acceptance"),
                 .step = p.number("step")});
}

}  // namespace

void register_annealing(core::Registry<Explorer>& registry) {
    const core::Registry<CoolingSchedule> schedules = builtin_cooling_schedules();
    std::vector<core::ParamSpec> params = own_params(schedules);
    for (const std::string& name : schedules.names()) {
        for (core::ParamSpec spec : schedules.find(name)->params) {
            spec.name = name + "_" + spec.name;
            spec.doc += " (cooling " + name + ")";
            params.push_back(std::move(spec));
        }
    }
    registry.add({.name = "annealing",
                  .summary = "simulated annealing, several chains pulled to all parts of the front",
                  .params = std::move(params)},
                 make);
}

}  // namespace plexus::explorers
