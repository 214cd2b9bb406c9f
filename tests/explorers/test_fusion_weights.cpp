// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include <rapidcheck/catch.h>

#include "plexus/explorers/kernel_selection/fusion_weights.hpp"

#include "catch.hpp"

namespace test_fusion_weights {

using namespace plexus;
using namespace plexus::explorers;

namespace {

/// Approximations as random vectors near a random block.
WeightProblem any_problem(int most_kernels, int least_kernels = 1) {
    const auto n = static_cast<std::size_t>(*rc::gen::inRange(least_kernels, most_kernels + 1));
    const std::size_t size = 6;
    const auto vector = [&] {
        std::vector<double> v(size);
        for (double& x : v)
            x = *rc::gen::inRange(-8, 9) / 4.0;
        return v;
    };
    const std::vector<double> block = vector();
    std::vector<std::vector<double>> kernels;
    for (std::size_t i = 0; i < n; ++i)
        kernels.push_back(vector());
    if (n > 2 && *rc::gen::arbitrary<bool>())
        kernels[1] = kernels[0];  // two that approximate alike
    const auto inner = [](const std::vector<double>& a, const std::vector<double>& b) {
        return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
    };
    WeightProblem p;
    p.energy = inner(block, block);
    p.error_weight = *rc::gen::inRange(0, 5) / 2.0;
    for (std::size_t i = 0; i < n; ++i) {
        p.right.push_back(inner(kernels[i], block));
        p.cost.push_back(*rc::gen::inRange(0, 9) / 4.0);
        for (std::size_t j = 0; j < n; ++j)
            p.gram.push_back(inner(kernels[i], kernels[j]));
    }
    return p;
}

double simplex_residual(const std::vector<double>& w) {
    double residual = std::fabs(std::accumulate(w.begin(), w.end(), 0.0) - 1);
    for (const double x : w)
        residual = std::max(residual, -x);
    return residual;
}

/// Least F over a grid of the simplex of three kernels.
double grid_minimum(const WeightProblem& p, int steps) {
    double best = INFINITY;
    for (int i = 0; i <= steps; ++i) {
        for (int j = 0; i + j <= steps; ++j) {
            const std::vector<double> w{static_cast<double>(i) / steps,
                                        static_cast<double>(j) / steps,
                                        static_cast<double>(steps - i - j) / steps};
            best = std::min(best, p.value(w));
        }
    }
    return best;
}

/// Best set of kernels by trying every one, with the exact solver inside.
double best_of_every_subset(const WeightProblem& p, std::size_t most) {
    const auto exact = builtin_weight_solvers().create("active_set");
    double best = INFINITY;
    for (unsigned subset = 1; subset < 1U << p.kernels(); ++subset) {
        std::vector<std::size_t> chosen;
        for (std::size_t k = 0; k < p.kernels(); ++k)
            if ((subset >> k & 1U) != 0)
                chosen.push_back(k);
        if (chosen.size() > most)
            continue;
        WeightProblem part = p.only(chosen);
        const double charge = std::accumulate(part.cost.begin(), part.cost.end(), 0.0);
        std::fill(part.cost.begin(), part.cost.end(), 0.0);
        best = std::min(best, exact->solve(part, 1e-10).value + charge);
    }
    return best;
}

}  // namespace

TEST_CASE("fusion weights: two kernels by hand") {
    // K = (1, 1); Π₁ = (2, 0), Π₂ = (0, 2): half of each is exact.
    const WeightProblem half{
        .gram = {4, 0, 0, 4}, .right = {2, 2}, .energy = 2, .error_weight = 1, .cost = {0, 0}};
    // With c = (2, 0): F = 2 + 4w² + 4(1 − w)² − 4 + 2w, so 16w = 6.
    WeightProblem charged = half;
    charged.cost = {2, 0};
    for (const std::string& name : builtin_weight_solvers().names()) {
        CAPTURE(name);
        const auto solver = builtin_weight_solvers().create(name);
        const WeightSolution a = solver->solve(half, 1e-12);
        CHECK(a.weights[0] == Approx(0.5).epsilon(1e-5));
        CHECK(a.value == Approx(0).margin(1e-9));
        const WeightSolution b = solver->solve(charged, 1e-12);
        CHECK(b.weights[0] == Approx(0.375).epsilon(1e-5));
        CHECK(b.value == Approx(8 * 0.375 * 0.375 - 6 * 0.375 + 2).epsilon(1e-9));
    }
}

TEST_CASE("fusion weights: every solver agrees with the exact one within its certificate") {
    rc::prop("values differ by at most the gaps", [] {
        const WeightProblem p = any_problem(7);
        const auto registry = builtin_weight_solvers();
        const WeightSolution exact = registry.create("active_set")->solve(p, 1e-12);
        const double scale = 1 + p.energy * p.error_weight;
        RC_ASSERT(exact.gap <= 1e-8 * scale);
        for (const std::string& name : registry.names()) {
            RC_TAG(name);
            const WeightSolution s = registry.create(name)->solve(p, 1e-7);
            RC_ASSERT(simplex_residual(s.weights) <= 1e-12);
            RC_ASSERT(s.value == p.value(s.weights));
            RC_ASSERT(s.gap == certificate(p, s.weights));
            RC_ASSERT(s.value - exact.value <= s.gap + 1e-9 * scale);
            RC_ASSERT(exact.value - s.value <= exact.gap + 1e-9 * scale);
            RC_ASSERT(s.gap <= 1e-2 * scale);
        }
    });
}

TEST_CASE("fusion weights: the exact solver finds what a fine grid finds") {
    rc::prop("three kernels", [] {
        const WeightProblem p = any_problem(3, 3);
        const double exact = builtin_weight_solvers().create("active_set")->solve(p, 1e-12).value;
        const double grid = grid_minimum(p, 60);
        RC_ASSERT(exact <= grid + 1e-9);
        RC_ASSERT(grid - exact <= 0.5);  // 1/60 of the simplex times the steepest slope
    });
}

TEST_CASE("exponentiated gradient: the mean iterate keeps its bound") {
    rc::prop("F(w̄) − F* ≤ G·√(2 ln n/T)", [] {
        const WeightProblem p = any_problem(6);
        const std::int64_t steps = *rc::gen::inRange(1, 300);
        const AveragedDescent mean = averaged_exponentiated_gradient(p, steps);
        const double best = builtin_weight_solvers().create("active_set")->solve(p, 1e-12).value;
        RC_ASSERT(simplex_residual(mean.weights) <= 1e-12);
        RC_ASSERT(p.value(mean.weights) - best <= mean.bound + 1e-9 * (1 + p.energy));
    });
}

TEST_CASE("projection to the simplex: nearest point by hand and by optimality") {
    CHECK(project_to_simplex(std::vector<double>{0.5, 0.5}) == std::vector<double>{0.5, 0.5});
    CHECK(project_to_simplex(std::vector<double>{2, 0}) == std::vector<double>{1, 0});
    CHECK(project_to_simplex(std::vector<double>{1, 0.5, -3})[0] == Approx(0.75));
    rc::prop("(v − w)·(u − w) ≤ 0 at every corner u", [] {
        std::vector<double> v(static_cast<std::size_t>(*rc::gen::inRange(1, 9)));
        for (double& x : v)
            x = *rc::gen::inRange(-100, 101) / 10.0;
        const std::vector<double> w = project_to_simplex(v);
        RC_ASSERT(simplex_residual(w) <= 1e-12);
        double along = 0;
        for (std::size_t i = 0; i < v.size(); ++i)
            along += (v[i] - w[i]) * w[i];
        for (std::size_t i = 0; i < v.size(); ++i)
            RC_ASSERT(v[i] - w[i] - along <= 1e-9);
    });
}

TEST_CASE("online weights: regret to the best fixed kernel stays below its bound") {
    rc::prop("√(T ln n / 2), for any losses in [0, 1]", [] {
        const auto n = static_cast<std::size_t>(*rc::gen::inRange(2, 6));
        const std::int64_t rounds = *rc::gen::inRange(1, 200);
        OnlineWeights online(n, rounds);
        std::vector<double> fixed(n, 0);
        double suffered = 0;
        for (std::int64_t t = 0; t < rounds; ++t) {
            std::vector<double> losses(n);
            for (double& l : losses)
                l = *rc::gen::inRange(0, 101) / 100.0;
            RC_ASSERT(simplex_residual({online.weights().begin(), online.weights().end()}) <=
                      1e-12);
            suffered +=
                std::inner_product(losses.begin(), losses.end(), online.weights().begin(), 0.0);
            for (std::size_t i = 0; i < n; ++i)
                fixed[i] += losses[i];
            online.update(losses);
        }
        const double regret = suffered - *std::min_element(fixed.begin(), fixed.end());
        RC_ASSERT(regret <=
                  std::sqrt(static_cast<double>(rounds) * std::log(static_cast<double>(n)) / 2) +
                      1e-9);
    });
}

TEST_CASE("mixtures: never worse than one kernel, never better than every subset") {
    rc::prop("against trying every set", [] {
        const WeightProblem p = any_problem(5);
        const auto most = static_cast<std::size_t>(*rc::gen::inRange(1, 4));
        const auto solver = builtin_weight_solvers().create("active_set");
        const Mixture m = best_mixture(p, most, *solver);
        double single = INFINITY;
        for (std::size_t k = 0; k < p.kernels(); ++k) {
            std::vector<double> corner(p.kernels(), 0);
            corner[k] = 1;
            single = std::min(single, p.value(corner));
        }
        RC_ASSERT(m.score <= single + 1e-9);
        RC_ASSERT(m.score >= best_of_every_subset(p, most) - 1e-6 * (1 + p.energy));
        RC_ASSERT(m.kernels.size() <= most);
        RC_ASSERT(simplex_residual(m.weights) <= 1e-12);
        for (const double w : m.weights)
            RC_ASSERT(w > least_weight);
        const WeightProblem part = p.only(m.kernels);
        RC_ASSERT(std::fabs(m.lost_energy - part.lost_energy(m.weights)) <= 1e-12 * (1 + p.energy));
    });
}

TEST_CASE("mixtures: two kernels are paid for twice") {
    // Each alone loses 2 of 2; half of each loses nothing but costs both.
    WeightProblem p{
        .gram = {4, 0, 0, 4}, .right = {2, 2}, .energy = 2, .error_weight = 1, .cost = {0.5, 0.5}};
    const auto solver = builtin_weight_solvers().create("exponentiated_gradient");
    const Mixture worth = best_mixture(p, 2, *solver);
    CHECK(worth.kernels == std::vector<std::size_t>{0, 1});
    CHECK(worth.score == Approx(1));
    p.cost = {3, 3};
    const Mixture not_worth = best_mixture(p, 2, *solver);
    CHECK(not_worth.kernels.size() == 1);
    CHECK(not_worth.score == Approx(5));
}

TEST_CASE("the worked mixture of docs/models/kernel_fusion.md") {
    const WeightProblem p{.gram = {22, 119.0 / 12, 119.0 / 12, 221.0 / 12},
                          .right = {22, 221.0 / 12},
                          .energy = 35,
                          .error_weight = 1,
                          .cost = {0, 0}};
    const WeightSolution s = builtin_weight_solvers().create("active_set")->solve(p, 1e-12);
    CHECK(s.weights[0] == Approx(0.587).margin(0.0005));
    CHECK(s.value == Approx(9.490).margin(0.0005));
    CHECK(std::sqrt(s.value / 35) == Approx(0.521).margin(0.0005));
}

}  // namespace test_fusion_weights
