// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <memory>

#include "kernel_selection/builtin.hpp"

namespace plexus::explorers {
namespace {

/// w ← projection of (w − g/L) to the simplex, with momentum that starts anew when F rises.
/// \par Source Beck and Teboulle, "A fast iterative shrinkage-thresholding algorithm", 2009;
/// restart after O'Donoghue and Candès 2015.
class ProjectedGradient final : public WeightSolver {
  public:
    explicit ProjectedGradient(std::int64_t iterations) : iterations_(iterations) {}

    [[nodiscard]] WeightSolution solve(const WeightProblem& problem,
                                       double tolerance) const override {
        const std::size_t n = problem.kernels();
        std::vector<double> w(n, 1 / static_cast<double>(n));
        std::vector<double> ahead = w;
        std::vector<double> g(n);
        double value = problem.value(w);
        const double enough = tolerance * std::max(value, 1e-300);
        const double steepness = std::max(curvature(problem), 1e-300);
        double momentum = 1;
        WeightSolution out;
        for (; out.iterations < iterations_ && certificate(problem, w) > enough; ++out.iterations) {
            problem.gradient(ahead, g);
            for (std::size_t i = 0; i < n; ++i)
                g[i] = ahead[i] - g[i] / steepness;
            std::vector<double> next = project_to_simplex(g);
            const double reached = problem.value(next);
            if (reached > value && momentum > 1) {
                momentum = 1;
                ahead = w;
                continue;
            }
            const double grown = (1 + std::sqrt(1 + 4 * momentum * momentum)) / 2;
            for (std::size_t i = 0; i < n; ++i)
                ahead[i] = next[i] + (momentum - 1) / grown * (next[i] - w[i]);
            momentum = grown;
            w = std::move(next);
            value = reached;
        }
        out.weights = std::move(w);
        out.value = problem.value(out.weights);
        out.gap = certificate(problem, out.weights);
        return out;
    }

  private:
    /// At least the largest eigenvalue of the Hessian: its largest absolute row sum.
    static double curvature(const WeightProblem& problem) {
        const std::size_t n = problem.kernels();
        double most = 0;
        for (std::size_t i = 0; i < n; ++i) {
            double row = 0;
            for (std::size_t j = 0; j < n; ++j)
                row += std::fabs(problem.gram[i * n + j]);
            most = std::max(most, 2 * problem.error_weight * row);
        }
        for (const double c : problem.cost)  // without error F is linear: any step does
            most = std::max(most, std::fabs(c) * 1e-6);
        return most;
    }

    std::int64_t iterations_;
};

}  // namespace

void register_projected_gradient(core::Registry<WeightSolver>& registry) {
    registry.add({.name = "projected_gradient",
                  .summary = "Steps along the gradient, projected back to the simplex",
                  .params = {iterations_param(10000)}},
                 [](const core::Params& params) {
                     return std::make_unique<const ProjectedGradient>(params.integer("iterations"));
                 });
}

}  // namespace plexus::explorers
