// SPDX-License-Identifier: Apache-2.0
#include "kernel_selection/alpha_rules.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

namespace plexus::explorers {

namespace {

/// Σ over blocks of the squared distances of a term from its mean over the kernels that can run.
template <class Term>
double squared_gradient(const KernelScores& scores, const Term& term) {
    double total = 0;
    for (std::size_t p = 0; p < scores.blocks(); ++p) {
        double sum = 0;
        double squares = 0;
        double count = 0;
        for (std::size_t k = 0; k < scores.kernels(); ++k) {
            if (!std::isfinite(scores.resources(k, p)))
                continue;
            const double value = term(k, p);
            sum += value;
            squares += value * value;
            ++count;
        }
        if (count > 0)
            total += std::max(0.0, squares - sum * sum / count);
    }
    return total;
}

double alpha_of(double mu) {
    return mu / (1 + mu);
}

std::size_t best_kernel(const KernelScores& scores, std::size_t block, double alpha) {
    std::size_t best = 0;
    for (std::size_t k = 1; k < scores.kernels(); ++k)
        if (scores.score(k, block, alpha) < scores.score(best, block, alpha))
            best = k;
    return best;
}

}  // namespace

double balanced_alpha(const KernelScores& scores) {
    const double error = std::sqrt(
        squared_gradient(scores, [&](std::size_t k, std::size_t p) { return scores.error(k, p); }));
    const double resources = std::sqrt(squared_gradient(
        scores, [&](std::size_t k, std::size_t p) { return scores.resources(k, p); }));
    return error + resources > 0 ? resources / (error + resources) : 0.5;
}

double error_of(const KernelScores& scores, const std::vector<std::int32_t>& member) {
    double lost = 0;
    for (std::size_t p = 0; p < member.size(); ++p)
        lost += scores.lost_energy(static_cast<std::size_t>(member[p]), p);
    return lost == 0 ? 0.0 : std::sqrt(lost / scores.profile().total_energy);
}

DualResult dual_alpha(const KernelScores& scores,
                      double budget,
                      const std::function<std::vector<std::int32_t>(double)>& choose) {
    constexpr double smallest = 1e-9;
    constexpr double largest = 1e9;
    constexpr double precision = 1e-3;  // of μ: finer steps move few blocks
    const auto at = [&](double mu) {
        DualResult out{.alpha = alpha_of(mu), .member = choose(alpha_of(mu)), .error = 0};
        out.error = error_of(scores, out.member);
        return out;
    };
    double low = smallest;  // too little weight on error, unless even this keeps the budget
    double high = 1;
    DualResult kept = at(low);
    if (kept.error <= budget)
        return kept;
    for (kept = at(high); kept.error > budget; kept = at(high)) {
        if (high >= largest)
            return kept;
        low = high;
        high = std::min(largest, high * high * 4);
    }
    while (high / low > 1 + precision) {
        const double middle = std::sqrt(low * high);
        DualResult next = at(middle);
        if (next.error <= budget) {
            high = middle;
            kept = std::move(next);
        } else {
            low = middle;
        }
    }
    return kept;
}

void adapt_alpha_by_class(const KernelScores& scores,
                          const KernelScores& estimates,
                          const Weighting& weighting,
                          std::vector<double>& alpha) {
    constexpr double step = 0.05;  // of ln(α/β): a twentieth of a factor e
    constexpr double least = 1e-4;
    std::vector<double> regret(alpha.size(), 0);
    for (std::size_t p = 0; p < scores.blocks(); ++p) {
        const std::size_t c = scores.class_of(p);
        const std::size_t guess = best_kernel(estimates, p, alpha[c]);
        const std::size_t best = best_kernel(scores, p, weighting.alpha);
        const double missed =
            scores.score(guess, p, weighting.alpha) - scores.score(best, p, weighting.alpha);
        // Positive where too much was lost, negative where too much was spent.
        const bool lossy = scores.error(guess, p) > scores.error(best, p);
        regret[c] = (1 - weighting.regret_rate) * regret[c] +
                    weighting.regret_rate * (lossy ? missed : -missed);
        if (std::abs(regret[c]) <= weighting.regret_hysteresis)
            continue;
        const double a = std::clamp(alpha[c], least, 1 - least);
        const double odds = a / (1 - a) * std::exp(regret[c] > 0 ? step : -step);
        alpha[c] = std::clamp(alpha_of(odds), least, 1 - least);
    }
}

}  // namespace plexus::explorers
