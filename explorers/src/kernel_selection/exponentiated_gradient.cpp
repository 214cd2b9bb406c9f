// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>

#include "kernel_selection/builtin.hpp"

namespace plexus::explorers {
namespace {

/// w_i ← w_i·exp(−η g_i)/Σ, in logarithms. The step grows while F falls as its model promises and
/// is halved until it does: F never rises.
/// \par Source Kivinen and Warmuth 1997; sufficient decrease after Beck and Teboulle 2003.
class ExponentiatedGradient final : public WeightSolver {
  public:
    explicit ExponentiatedGradient(std::int64_t iterations) : iterations_(iterations) {}

    [[nodiscard]] WeightSolution solve(const WeightProblem& problem,
                                       double tolerance) const override {
        const std::size_t n = problem.kernels();
        State now{.weights = std::vector<double>(n, 1 / static_cast<double>(n)),
                  .logarithms = std::vector<double>(n, -std::log(static_cast<double>(n)))};
        State next = now;
        std::vector<double> g(n);
        double value = problem.value(now.weights);
        const double enough = tolerance * std::max(value, 1e-300);
        double step = 1;
        WeightSolution out;
        for (; out.iterations < iterations_; ++out.iterations) {
            problem.gradient(now.weights, g);
            const double least = *std::min_element(g.begin(), g.end());
            const double along = std::inner_product(g.begin(), g.end(), now.weights.begin(), 0.0);
            if (along - least <= enough)
                break;
            bool moved = false;
            for (; step > 1e-300; step /= 2) {
                advance(now, g, least, step, next);
                const double reached = problem.value(next.weights);
                if (reached <= value + promised(now, next, g) + divergence(now, next) / step) {
                    moved = reached < value;
                    value = reached;
                    break;
                }
            }
            std::swap(now, next);
            step *= 4;
            if (!moved)
                break;  // rounding: F no longer falls
        }
        out.weights = now.weights;
        out.value = problem.value(out.weights);
        out.gap = certificate(problem, out.weights);
        return out;
    }

  private:
    struct State {
        std::vector<double> weights;
        std::vector<double> logarithms;
    };

    static void advance(
        const State& now, std::span<const double> g, double least, double step, State& next) {
        for (std::size_t i = 0; i < g.size(); ++i)
            next.logarithms[i] = now.logarithms[i] - step * (g[i] - least);
        const double top = *std::max_element(next.logarithms.begin(), next.logarithms.end());
        double sum = 0;
        for (std::size_t i = 0; i < g.size(); ++i)
            sum += next.weights[i] = std::exp(next.logarithms[i] - top);
        for (std::size_t i = 0; i < g.size(); ++i) {
            next.weights[i] /= sum;
            next.logarithms[i] -= top + std::log(sum);
        }
    }
    /// ⟨g, w' − w⟩.
    static double promised(const State& now, const State& next, std::span<const double> g) {
        double sum = 0;
        for (std::size_t i = 0; i < g.size(); ++i)
            sum += g[i] * (next.weights[i] - now.weights[i]);
        return sum;
    }
    /// Kullback–Leibler divergence of w' from w.
    static double divergence(const State& now, const State& next) {
        double sum = 0;
        for (std::size_t i = 0; i < now.weights.size(); ++i)
            if (next.weights[i] > 0)
                sum += next.weights[i] * (next.logarithms[i] - now.logarithms[i]);
        return std::max(0.0, sum);
    }

    std::int64_t iterations_;
};

}  // namespace

void register_exponentiated_gradient(core::Registry<WeightSolver>& registry) {
    registry.add(
        {.name = "exponentiated_gradient",
         .summary = "Multiplies weights by exp(−step·gradient): mirror descent",
         .params = {iterations_param(1000)}},
        [](const core::Params& params) {
            return std::make_unique<const ExponentiatedGradient>(params.integer("iterations"));
        });
}

}  // namespace plexus::explorers
