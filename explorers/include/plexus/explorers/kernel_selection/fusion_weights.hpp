// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "plexus/core/registry.hpp"

namespace plexus::explorers {

/// Which weights w ≥ 0, Σ w_i = 1 mix the approximations of a block best:
/// F(w) = a·‖K_p − Σ w_i Π_i‖² + Σ c_i w_i. Convex.
struct WeightProblem {
    std::vector<double> gram;   ///< ⟨Π_i, Π_j⟩, n × n.
    std::vector<double> right;  ///< ⟨Π_i, K_p⟩, n.
    double energy = 0;          ///< ‖K_p‖².
    double error_weight = 1;    ///< a ≥ 0.
    std::vector<double> cost;   ///< c_i, n.

    [[nodiscard]] std::size_t kernels() const { return right.size(); }
    [[nodiscard]] double lost_energy(std::span<const double> w) const;
    [[nodiscard]] double value(std::span<const double> w) const;
    void gradient(std::span<const double> w, std::span<double> g) const;
    /// The problem of some of the kernels alone.
    [[nodiscard]] WeightProblem only(std::span<const std::size_t> kernels) const;
};

/// Weights and how far they are from the best at most.
struct WeightSolution {
    std::vector<double> weights;
    double value = 0;
    double gap = 0;  ///< ⟨∇F, w⟩ − min_i ∇F_i ≥ F(w) − F*: a certificate.
    std::int64_t iterations = 0;
};

/// ⟨∇F(w), w⟩ − min_i ∇F_i(w).
[[nodiscard]] double certificate(const WeightProblem& problem, std::span<const double> w);

/// The nearest point of the simplex.
/// \par Source Duchi et al., "Efficient projections onto the l1-ball", ICML 2008, figure 1.
[[nodiscard]] std::vector<double> project_to_simplex(std::span<const double> v);

/// Finds weights. Stateless and thread-safe.
class WeightSolver {
  public:
    WeightSolver() = default;
    WeightSolver(const WeightSolver&) = delete;
    WeightSolver& operator=(const WeightSolver&) = delete;
    WeightSolver(WeightSolver&&) = delete;
    WeightSolver& operator=(WeightSolver&&) = delete;
    virtual ~WeightSolver() = default;

    /// \param tolerance Of the gap, relative to F at the centre of the simplex.
    [[nodiscard]] virtual WeightSolution solve(const WeightProblem& problem,
                                               double tolerance) const = 0;
};

/// exponentiated_gradient, projected_gradient, frank_wolfe and active_set.
void register_builtin(core::Registry<WeightSolver>& registry);
[[nodiscard]] core::Registry<WeightSolver> builtin_weight_solvers();

/// Mean iterate of exponentiated gradient with the fixed step η = √(2 ln n/T)/G_∞: the variant
/// whose error is bounded beforehand, F(w̄) − F* ≤ G_∞·√(2 ln n/T).
/// \par Source Kivinen and Warmuth, "Exponentiated gradient versus gradient descent", 1997; Beck
/// and Teboulle, "Mirror descent", 2003, theorem 5.1.
struct AveragedDescent {
    std::vector<double> weights;
    double bound = 0;
};
[[nodiscard]] AveragedDescent averaged_exponentiated_gradient(const WeightProblem& problem,
                                                              std::int64_t steps);

/// Weights that follow losses as they come, one vector per block of a class: regret to the best
/// fixed kernel at most √(T ln n / 2) for losses in [0, 1].
/// \par Source Cesa-Bianchi and Lugosi, Prediction, Learning, and Games, theorem 2.2.
class OnlineWeights {
  public:
    /// \param rounds T that the step is set for.
    OnlineWeights(std::size_t kernels, std::int64_t rounds);
    [[nodiscard]] std::span<const double> weights() const { return weights_; }
    void update(std::span<const double> losses);

  private:
    double step_;
    std::vector<double> logarithms_;
    std::vector<double> weights_;
};

/// Kernels of a block with their weights.
struct Mixture {
    std::vector<std::size_t> kernels;  ///< Ascending.
    std::vector<double> weights;       ///< In the same order, each above least_weight.
    double lost_energy = 0;
    double score = 0;  ///< a·lost energy + Σ of what the kernels used cost.
};

/// w_min: a kernel of less weight is not executed.
inline constexpr double least_weight = 1e-3;

/// Mixes at most `most` kernels, each of which costs c_i if it is used at all: not convex. Starts
/// from the best single kernel and from what annealing the concave charge Σ c_i w_i/(w_i + δ), δ →
/// 0, leaves; then adds, drops and swaps kernels while that helps, with `solver` inside.
/// \return the better of both; never worse than the best single kernel.
[[nodiscard]] Mixture best_mixture(const WeightProblem& problem,
                                   std::size_t most,
                                   const WeightSolver& solver);

}  // namespace plexus::explorers
