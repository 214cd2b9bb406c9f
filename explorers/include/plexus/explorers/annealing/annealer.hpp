// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

#include "plexus/core/random.hpp"
#include "plexus/explorers/annealing/cooling.hpp"

namespace plexus::explorers {

/// Settings of one annealing run.
struct AnnealingOptions {
    std::int64_t steps = 1000;        ///< Moves tried.
    double initial_acceptance = 0.8;  ///< χ₀ in (0, 1): share of worsening moves accepted at first.
    std::int64_t probes = 32;         ///< Moves tried (and undone) to set the first temperature.
};

/// Temperature at which a worsening of `mean_worsening` is accepted with probability `acceptance`:
/// τ₀ = mean(ΔJ⁺) / ln(1/χ₀).
/// \param mean_worsening ≥ 0, in units of cost. \param acceptance In (0, 1).
/// \throws std::logic_error for arguments outside these bounds.
[[nodiscard]] double start_temperature(double mean_worsening, double acceptance);

/// Probability that a move from cost `current` to cost `proposed` is accepted: 1 if it is no
/// worsening, else exp(−(proposed − current)/temperature); 0 at temperature 0, or if `proposed` is
/// infinite and `current` is not, or NaN.
/// \par Source N. Metropolis et al., "Equation of state calculations by fast computing machines",
/// J. Chem. Phys. 21, 1953.
[[nodiscard]] double acceptance_probability(double current, double proposed, double temperature);

/// What annealing found.
struct AnnealingResult {
    double best = 0;
    std::int64_t accepted = 0;
    std::int64_t improved = 0;  ///< How often the best so far was beaten.
};

/// Simulated annealing over any problem with
///   double cost();              cost of the current state (lower is better; +inf = infeasible),
///   double propose(Rng&);       makes a random move and returns the new cost,
///   void undo();                takes the last move back,
///   void keep_best();           remembers the current state as the best so far.
/// Allocates nothing itself. The result is a pure function of the start state, options and `rng`.
template <class Problem>
AnnealingResult anneal(Problem& problem,
                       const CoolingSchedule& schedule,
                       const AnnealingOptions& options,
                       core::Rng rng) {
    double current = problem.cost();
    AnnealingResult result{.best = current};
    problem.keep_best();

    double worsening = 0;
    std::int64_t worse = 0;
    for (std::int64_t i = 0; i < options.probes; ++i) {
        const double proposed = problem.propose(rng);
        if (proposed < result.best) {
            result.best = proposed;
            ++result.improved;
            problem.keep_best();
        }
        const double delta = proposed - current;
        if (delta > 0 && std::isfinite(delta)) {
            worsening += delta;
            ++worse;
        }
        problem.undo();
    }
    const double mean = worse > 0 ? worsening / static_cast<double>(worse) : 0.0;
    CoolingState state{.steps = options.steps,
                       .start = start_temperature(mean, options.initial_acceptance)};
    state.current = state.start;

    constexpr double memory = 0.02;  // of the running acceptance: about the last 50 moves
    state.acceptance = options.initial_acceptance;
    for (state.step = 1; state.step <= options.steps; ++state.step) {
        const double proposed = problem.propose(rng);
        const double chance = acceptance_probability(current, proposed, state.current);
        const bool accept = chance >= 1 || rng.uniform() < chance;
        state.acceptance += memory * ((accept ? 1.0 : 0.0) - state.acceptance);
        if (accept) {
            current = proposed;
            ++result.accepted;
            if (current < result.best) {
                result.best = current;
                ++result.improved;
                problem.keep_best();
            }
        } else {
            problem.undo();
        }
        state.current = schedule.next(state);
    }
    return result;
}

}  // namespace plexus::explorers
