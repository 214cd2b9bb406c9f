// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "plexus/core/error.hpp"

#include "kernel_selection/builtin.hpp"

namespace plexus::explorers {

double WeightProblem::lost_energy(std::span<const double> w) const {
    const std::size_t n = kernels();
    double sum = energy;
    for (std::size_t i = 0; i < n; ++i) {
        double row = 0;
        for (std::size_t j = 0; j < n; ++j)
            row += gram[i * n + j] * w[j];
        sum += w[i] * (row - 2 * right[i]);
    }
    return std::max(0.0, sum);
}

double WeightProblem::value(std::span<const double> w) const {
    return error_weight * lost_energy(w) +
           std::inner_product(w.begin(), w.end(), cost.begin(), 0.0);
}

void WeightProblem::gradient(std::span<const double> w, std::span<double> g) const {
    const std::size_t n = kernels();
    for (std::size_t i = 0; i < n; ++i) {
        double row = 0;
        for (std::size_t j = 0; j < n; ++j)
            row += gram[i * n + j] * w[j];
        g[i] = 2 * error_weight * (row - right[i]) + cost[i];
    }
}

WeightProblem WeightProblem::only(std::span<const std::size_t> chosen) const {
    WeightProblem out{
        .gram = {}, .right = {}, .energy = energy, .error_weight = error_weight, .cost = {}};
    for (const std::size_t i : chosen) {
        out.right.push_back(right[i]);
        out.cost.push_back(cost[i]);
        for (const std::size_t j : chosen)
            out.gram.push_back(gram[i * kernels() + j]);
    }
    return out;
}

double certificate(const WeightProblem& problem, std::span<const double> w) {
    std::vector<double> g(problem.kernels());
    problem.gradient(w, g);
    const double along = std::inner_product(w.begin(), w.end(), g.begin(), 0.0);
    return std::max(0.0, along - *std::min_element(g.begin(), g.end()));
}

std::vector<double> project_to_simplex(std::span<const double> v) {
    core::ensure(!v.empty(), "nothing to project");
    std::vector<double> falling(v.begin(), v.end());
    std::sort(falling.begin(), falling.end(), std::greater<>());
    double sum = 0;
    double shift = 0;
    for (std::size_t i = 0; i < falling.size(); ++i) {
        sum += falling[i];
        const double candidate = (sum - 1) / static_cast<double>(i + 1);
        if (falling[i] > candidate)
            shift = candidate;
    }
    std::vector<double> w(v.size());
    for (std::size_t i = 0; i < v.size(); ++i)
        w[i] = std::max(0.0, v[i] - shift);
    const double total = std::accumulate(w.begin(), w.end(), 0.0);
    for (double& x : w)
        x /= total;
    return w;
}

AveragedDescent averaged_exponentiated_gradient(const WeightProblem& problem, std::int64_t steps) {
    core::ensure(steps >= 1, "at least one step");
    const std::size_t n = problem.kernels();
    std::vector<double> g(n);
    std::vector<double> w(n, 0);
    // The gradient is affine in w, so its largest entry is met at a corner of the simplex.
    double largest = 0;
    for (std::size_t i = 0; i < n; ++i) {
        w[i] = 1;
        problem.gradient(w, g);
        w[i] = 0;
        for (const double x : g)
            largest = std::max(largest, std::fabs(x));
    }
    const double root =
        std::sqrt(2 * std::log(static_cast<double>(n)) / static_cast<double>(steps));
    AveragedDescent out{.weights = std::vector<double>(n, 0), .bound = largest * root};
    const double step = largest > 0 ? root / largest : 0.0;
    std::vector<double> logarithms(n, 0);
    for (std::int64_t t = 0; t < steps; ++t) {
        const double top = *std::max_element(logarithms.begin(), logarithms.end());
        double sum = 0;
        for (std::size_t i = 0; i < n; ++i)
            sum += w[i] = std::exp(logarithms[i] - top);
        for (std::size_t i = 0; i < n; ++i) {
            w[i] /= sum;
            out.weights[i] += w[i] / static_cast<double>(steps);
        }
        problem.gradient(w, g);
        for (std::size_t i = 0; i < n; ++i)
            logarithms[i] -= step * g[i];
    }
    return out;
}

OnlineWeights::OnlineWeights(std::size_t kernels, std::int64_t rounds)
    : step_(std::sqrt(8 * std::log(static_cast<double>(kernels)) / static_cast<double>(rounds))),
      logarithms_(kernels, 0),
      weights_(kernels, 1 / static_cast<double>(kernels)) {}

void OnlineWeights::update(std::span<const double> losses) {
    for (std::size_t i = 0; i < logarithms_.size(); ++i)
        logarithms_[i] -= step_ * losses[i];
    const double top = *std::max_element(logarithms_.begin(), logarithms_.end());
    double sum = 0;
    for (std::size_t i = 0; i < weights_.size(); ++i)
        sum += weights_[i] = std::exp(logarithms_[i] - top);
    for (double& w : weights_)
        w /= sum;
}

void register_builtin(core::Registry<WeightSolver>& registry) {
    register_exponentiated_gradient(registry);
    register_projected_gradient(registry);
    register_frank_wolfe(registry);
    register_active_set(registry);
}

core::Registry<WeightSolver> builtin_weight_solvers() {
    core::Registry<WeightSolver> registry("weight solver");
    register_builtin(registry);
    return registry;
}

}  // namespace plexus::explorers
