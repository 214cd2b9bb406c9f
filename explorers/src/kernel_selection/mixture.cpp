// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "plexus/core/error.hpp"
#include "plexus/explorers/kernel_selection/fusion_weights.hpp"

namespace plexus::explorers {
namespace {

constexpr double relative_gap = 1e-9;

/// Search among sets of kernels, each of which costs what it costs as soon as it is used.
class MixtureSearch {
  public:
    MixtureSearch(const WeightProblem& problem, std::size_t most, const WeightSolver& solver)
        : problem_(problem), most_(most), solver_(solver) {}

    /// The best weights of a set; kernels of too little weight are left out.
    [[nodiscard]] Mixture evaluate(std::vector<std::size_t> kernels) const {
        std::sort(kernels.begin(), kernels.end());
        Mixture out{.kernels = std::move(kernels), .weights = {1}};
        while (out.kernels.size() > 1) {
            WeightProblem part = problem_.only(out.kernels);
            std::fill(part.cost.begin(), part.cost.end(), 0.0);
            out.weights = solver_.solve(part, relative_gap).weights;
            std::vector<std::size_t> kept;
            for (std::size_t k = 0; k < out.kernels.size(); ++k)
                if (out.weights[k] > least_weight)
                    kept.push_back(out.kernels[k]);
            if (kept.size() == out.kernels.size())
                break;
            out.kernels = std::move(kept);
            out.weights.assign(1, 1);
        }
        const WeightProblem part = problem_.only(out.kernels);
        out.lost_energy = part.lost_energy(out.weights);
        out.score = problem_.error_weight * out.lost_energy +
                    std::accumulate(part.cost.begin(), part.cost.end(), 0.0);
        return out;
    }

    [[nodiscard]] Mixture best_single() const {
        Mixture best;
        for (std::size_t k = 0; k < problem_.kernels(); ++k) {
            const Mixture one = evaluate({k});
            if (k == 0 || one.score < best.score)
                best = one;
        }
        return best;
    }

    /// Adds, drops or swaps the kernel that helps most, until none does.
    [[nodiscard]] Mixture improve(Mixture best) const {
        for (;;) {
            Mixture next = best;
            const auto offer = [&](std::vector<std::size_t> kernels) {
                Mixture other = evaluate(std::move(kernels));
                if (other.score < next.score)
                    next = std::move(other);
            };
            for (std::size_t in = 0; in < problem_.kernels(); ++in) {
                const auto& now = best.kernels;
                if (std::find(now.begin(), now.end(), in) != now.end() || !possible(in))
                    continue;
                if (now.size() < most_)
                    offer(with(now, now.size(), in));
                for (std::size_t out = 0; out < now.size(); ++out)
                    offer(with(now, out, in));
            }
            for (std::size_t out = 0; best.kernels.size() > 1 && out < best.kernels.size(); ++out) {
                std::vector<std::size_t> fewer = best.kernels;
                fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(out));
                offer(std::move(fewer));
            }
            if (!(next.score < best.score))
                return best;
            best = std::move(next);
        }
    }

    /// What solving for the slope of Σ c_i w_i/(w_i + δ) leaves while δ falls from 1 to w_min.
    [[nodiscard]] Mixture anneal() const {
        std::vector<std::size_t> able;
        for (std::size_t k = 0; k < problem_.kernels(); ++k)
            if (possible(k))
                able.push_back(k);
        WeightProblem slope = problem_.only(able);
        const std::vector<double> charge = slope.cost;
        std::vector<double> w(able.size(), 1 / static_cast<double>(able.size()));
        for (double delta = 1; delta >= least_weight; delta /= 2) {
            for (std::size_t k = 0; k < w.size(); ++k)
                slope.cost[k] = charge[k] * delta / ((w[k] + delta) * (w[k] + delta));
            w = solver_.solve(slope, relative_gap).weights;
        }
        std::vector<std::size_t> order(able.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::stable_sort(
            order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return w[a] > w[b]; });
        std::vector<std::size_t> kept;
        for (const std::size_t k : order)
            if (kept.size() < most_ && (kept.empty() || w[k] > least_weight))
                kept.push_back(able[k]);
        return evaluate(std::move(kept));
    }

  private:
    /// Whether the machine can execute it.
    [[nodiscard]] bool possible(std::size_t k) const { return std::isfinite(problem_.cost[k]); }

    static std::vector<std::size_t> with(std::vector<std::size_t> kernels,
                                         std::size_t place,
                                         std::size_t in) {
        if (place == kernels.size())
            kernels.push_back(in);
        else
            kernels[place] = in;
        return kernels;
    }

    const WeightProblem& problem_;
    std::size_t most_;
    const WeightSolver& solver_;
};

}  // namespace

Mixture best_mixture(const WeightProblem& problem, std::size_t most, const WeightSolver& solver) {
    core::ensure(problem.kernels() > 0 && most > 0, "a mixture needs a kernel");
    const MixtureSearch search(problem, most, solver);
    const Mixture single = search.best_single();
    // Two kernels cost at least twice the cheapest, whatever they lose.
    const double cheapest = *std::min_element(problem.cost.begin(), problem.cost.end());
    if (most == 1 || single.score <= 2 * cheapest || !std::isfinite(single.score))
        return single;
    Mixture found = search.improve(single);
    Mixture annealed = search.improve(search.anneal());
    return annealed.score < found.score ? annealed : found;
}

}  // namespace plexus::explorers
