// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <numeric>
#include <utility>

#include "kernel_selection/builtin.hpp"

namespace plexus::explorers {
namespace {

/// Solves a·x = b in place by Gaussian elimination with row pivots. Unknowns without a pivot get 0.
std::vector<double> solve_linear(std::vector<double> a, std::vector<double> b) {
    const std::size_t n = b.size();
    double scale = 0;
    for (const double v : a)
        scale = std::max(scale, std::fabs(v));
    std::vector<std::size_t> pivot_row;  // of each column, n if it has none
    std::size_t row = 0;
    for (std::size_t c = 0; c < n; ++c) {
        std::size_t best = row;
        for (std::size_t r = row; r < n; ++r)
            if (std::fabs(a[r * n + c]) > std::fabs(a[best * n + c]))
                best = r;
        if (row == n || std::fabs(a[best * n + c]) <= 1e-15 * scale) {
            pivot_row.push_back(n);
            continue;
        }
        for (std::size_t k = 0; k < n; ++k)
            std::swap(a[row * n + k], a[best * n + k]);
        std::swap(b[row], b[best]);
        for (std::size_t r = 0; r < n; ++r) {
            const double factor = r == row ? 0.0 : a[r * n + c] / a[row * n + c];
            for (std::size_t k = c; factor != 0 && k < n; ++k)
                a[r * n + k] -= factor * a[row * n + k];
            b[r] -= factor * b[row];
        }
        pivot_row.push_back(row++);
    }
    std::vector<double> x(n, 0);
    for (std::size_t c = 0; c < n; ++c)
        if (pivot_row[c] < n)
            x[c] = b[pivot_row[c]] / a[pivot_row[c] * n + c];
    return x;
}

/// Exact: the minimum over the kernels that have weight, kernels that would get less than none
/// dropped at the boundary, the kernel of the steepest descent added, until none descends. Meant as
/// the reference, for up to 32 kernels.
/// \par Source Nocedal and Wright, Numerical Optimization, 2nd ed., algorithm 16.3.
class ActiveSet final : public WeightSolver {
  public:
    [[nodiscard]] WeightSolution solve(const WeightProblem& problem,
                                       double tolerance) const override {
        const std::size_t n = problem.kernels();
        WeightSolution out;
        out.weights.assign(n, 1 / static_cast<double>(n));
        const double enough = tolerance * std::max(problem.value(out.weights), 1e-300);
        std::vector<std::size_t> used{best_corner(problem)};
        out.weights.assign(n, 0);
        out.weights[used[0]] = 1;
        std::vector<double> g(n);
        const auto most = static_cast<std::int64_t>(64 * n);
        for (; out.iterations < most; ++out.iterations) {
            minimise_over(problem, used, out.weights);
            if (certificate(problem, out.weights) <= enough)
                break;
            problem.gradient(out.weights, g);
            const auto steepest =
                static_cast<std::size_t>(std::min_element(g.begin(), g.end()) - g.begin());
            if (std::find(used.begin(), used.end(), steepest) != used.end())
                break;  // what is left of the gap is rounding
            used.push_back(steepest);
        }
        out.value = problem.value(out.weights);
        out.gap = certificate(problem, out.weights);
        return out;
    }

  private:
    static std::size_t best_corner(const WeightProblem& problem) {
        std::vector<double> corner(problem.kernels(), 0);
        std::size_t best = 0;
        double least = 0;
        for (std::size_t i = 0; i < corner.size(); ++i) {
            corner[i] = 1;
            const double value = problem.value(corner);
            corner[i] = 0;
            if (i == 0 || value < least) {
                least = value;
                best = i;
            }
        }
        return best;
    }

    /// Moves `w` to the minimum over weights of `used` kernels alone; those that reach 0 leave it.
    static void minimise_over(const WeightProblem& problem,
                              std::vector<std::size_t>& used,
                              std::vector<double>& w) {
        while (true) {
            const std::vector<double> target = stationary(problem.only(used));
            double share = 1;  // of the way to the target that keeps all weights ≥ 0
            std::size_t blocking = used.size();
            for (std::size_t k = 0; k < used.size(); ++k) {
                if (target[k] >= 0)
                    continue;
                const double limit = w[used[k]] / (w[used[k]] - target[k]);
                if (limit < share || blocking == used.size()) {
                    share = limit;
                    blocking = k;
                }
            }
            for (std::size_t k = 0; k < used.size(); ++k)
                w[used[k]] = std::max(0.0, w[used[k]] + share * (target[k] - w[used[k]]));
            if (blocking == used.size())
                break;
            w[used[blocking]] = 0;
            used.erase(used.begin() + static_cast<std::ptrdiff_t>(blocking));
        }
        const double total = std::accumulate(w.begin(), w.end(), 0.0);
        for (double& x : w)
            x /= total;
    }

    /// Makes kernels that approximate alike differ, so that of them only the cheapest stays.
    static constexpr double ridge = 1e-12;

    /// Where the gradient is the same for all kernels and weights add up to 1, whatever their
    /// signs.
    static std::vector<double> stationary(const WeightProblem& problem) {
        const std::size_t n = problem.kernels();
        std::vector<double> a((n + 1) * (n + 1), 0);
        std::vector<double> b(n + 1, 1);
        double scale = 0;
        for (std::size_t i = 0; i < n; ++i)
            scale = std::max(scale, 2 * problem.error_weight * problem.gram[i * n + i]);
        scale = scale > 0 ? scale : 1;
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t j = 0; j < n; ++j)
                a[i * (n + 1) + j] = 2 * problem.error_weight * problem.gram[i * n + j] / scale;
            a[i * (n + 1) + i] += ridge;
            a[i * (n + 1) + n] = 1;
            a[n * (n + 1) + i] = 1;
            b[i] = (2 * problem.error_weight * problem.right[i] - problem.cost[i]) / scale;
        }
        std::vector<double> x = solve_linear(std::move(a), std::move(b));
        x.pop_back();
        return x;
    }
};

}  // namespace

void register_active_set(core::Registry<WeightSolver>& registry) {
    registry.add({.name = "active_set",
                  .summary = "Exact quadratic programme, the reference for few kernels",
                  .params = {}},
                 [](const core::Params&) { return std::make_unique<const ActiveSet>(); });
}

}  // namespace plexus::explorers
