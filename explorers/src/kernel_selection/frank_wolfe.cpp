// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <memory>
#include <numeric>

#include "kernel_selection/builtin.hpp"

namespace plexus::explorers {
namespace {

/// Towards the best corner of the simplex, or away from the worst one that has weight, by the exact
/// step of a quadratic function.
/// \par Source Guélat and Marcotte 1986; Lacoste-Julien and Jaggi, "On the global linear
/// convergence of Frank–Wolfe optimization variants", 2015.
class FrankWolfe final : public WeightSolver {
  public:
    explicit FrankWolfe(std::int64_t iterations) : iterations_(iterations) {}

    [[nodiscard]] WeightSolution solve(const WeightProblem& problem,
                                       double tolerance) const override {
        const std::size_t n = problem.kernels();
        WeightSolution out;
        out.weights.assign(n, 1 / static_cast<double>(n));
        std::vector<double>& w = out.weights;
        std::vector<double> g(n);
        std::vector<double> direction(n);
        const double enough = tolerance * std::max(problem.value(w), 1e-300);
        for (; out.iterations < iterations_; ++out.iterations) {
            problem.gradient(w, g);
            const double along = std::inner_product(g.begin(), g.end(), w.begin(), 0.0);
            const auto best =
                static_cast<std::size_t>(std::min_element(g.begin(), g.end()) - g.begin());
            const std::size_t worst = worst_used(w, g);
            if (along - g[best] <= enough)
                break;
            const bool towards = along - g[best] >= g[worst] - along;
            const std::size_t corner = towards ? best : worst;
            for (std::size_t i = 0; i < n; ++i)
                direction[i] = (towards ? 1 : -1) * ((i == corner ? 1.0 : 0.0) - w[i]);
            const double longest = towards ? 1 : w[worst] / (1 - w[worst]);
            const double slope = std::inner_product(g.begin(), g.end(), direction.begin(), 0.0);
            const double bend = curvature(problem, direction);
            const double step = bend > 0 ? std::min(longest, -slope / bend) : longest;
            if (step <= 0)
                break;
            for (std::size_t i = 0; i < n; ++i)
                w[i] = std::max(0.0, w[i] + step * direction[i]);
            if (!towards && step == longest)
                w[worst] = 0;
            const double total = std::accumulate(w.begin(), w.end(), 0.0);
            for (double& x : w)
                x /= total;
        }
        out.value = problem.value(w);
        out.gap = certificate(problem, w);
        return out;
    }

  private:
    static std::size_t worst_used(std::span<const double> w, std::span<const double> g) {
        std::size_t worst = w.size();
        for (std::size_t i = 0; i < w.size(); ++i)
            if (w[i] > 0 && (worst == w.size() || g[i] > g[worst]))
                worst = i;
        return worst;
    }
    /// dᵀ∇²F d.
    static double curvature(const WeightProblem& problem, std::span<const double> d) {
        const std::size_t n = d.size();
        double sum = 0;
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j)
                sum += d[i] * problem.gram[i * n + j] * d[j];
        return 2 * problem.error_weight * sum;
    }

    std::int64_t iterations_;
};

}  // namespace

void register_frank_wolfe(core::Registry<WeightSolver>& registry) {
    registry.add({.name = "frank_wolfe",
                  .summary = "Steps towards the best kernel or away from the worst one",
                  .params = {iterations_param(10000)}},
                 [](const core::Params& params) {
                     return std::make_unique<const FrankWolfe>(params.integer("iterations"));
                 });
}

}  // namespace plexus::explorers
