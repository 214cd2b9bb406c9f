// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <vector>

#include <rapidcheck/catch.h>

#include "plexus/results/friedman.hpp"

#include "catch.hpp"

namespace test_friedman {

using namespace plexus::results;

namespace {

/// Demšar 2006, table 6: ranks of four classifiers (C4.5, with m, with cf, with both) on 14 data
/// sets.
const std::vector<std::vector<double>> demsar{{4, 3, 2, 1},
                                              {1, 2, 3, 4},
                                              {4, 1, 2, 3},
                                              {4, 1, 3, 2},
                                              {4, 2, 3, 1},
                                              {1, 2.5, 4, 2.5},
                                              {3, 2, 4, 1},
                                              {2.5, 2.5, 4, 1},
                                              {4, 3, 2, 1},
                                              {2.5, 2.5, 2.5, 2.5},
                                              {4, 2.5, 1, 2.5},
                                              {3, 2, 4, 1},
                                              {4, 1, 2, 3},
                                              {3, 1, 4, 2}};

}  // namespace

TEST_CASE("the example of Demšar") {
    const FriedmanTest test = friedman(demsar);
    CHECK(test.blocks == 14);
    CHECK(test.mean_ranks[0] == Approx(3.143).margin(5e-4));
    CHECK(test.mean_ranks[1] == Approx(2.000));
    CHECK(test.mean_ranks[2] == Approx(2.893).margin(5e-4));
    CHECK(test.mean_ranks[3] == Approx(1.964).margin(5e-4));
    // χ² = 9.28 there, without correction. Ties: three pairs and one of four give 3 · 6 + 60 = 78
    // of 14 · 60.
    CHECK(test.statistic == Approx(9.27857 / (1 - 78.0 / 840)).epsilon(1e-5));
    // P(χ² of 3 degrees > x) = erfc(√(x/2)) + √(2x/π) e^(−x/2).
    const double x = test.statistic;
    CHECK(test.p == Approx(std::erfc(std::sqrt(x / 2)) +
                           std::sqrt(2 * x / 3.14159265358979) * std::exp(-x / 2)));
    CHECK(test.critical_difference == Approx(1.25).margin(0.005));
}

TEST_CASE("critical values of Nemenyi's test") {
    // Demšar 2006, table 5(a), for α = 0.05 and 2 … 10 classifiers.
    const std::vector<double> table{1.960, 2.343, 2.569, 2.728, 2.850, 2.949, 3.031, 3.102, 3.164};
    for (std::size_t k = 2; k <= 10; ++k) {
        std::vector<std::vector<double>> values(2, std::vector<double>(k));
        for (std::size_t t = 0; t < k; ++t) {
            values[0][t] = values[1][t] = static_cast<double>(t);
        }
        const auto count = static_cast<double>(k);
        const double q =
            friedman(values).critical_difference / std::sqrt(count * (count + 1) / (6.0 * 2));
        INFO(k);
        CHECK(q == Approx(table[k - 2]).margin(0.0011));
    }
}

TEST_CASE("two treatments compare like a sign test in its normal approximation") {
    // 8 of 10 blocks prefer the first: mean ranks 1.2 and 1.8, z = 0.6 / √(2·3/(6·10)) = 1.897.
    std::vector<std::vector<double>> values(8, {1, 2});
    values.push_back({2, 1});
    values.push_back({5, 3});
    const FriedmanTest test = friedman(values);
    CHECK(test.statistic == Approx(3.6));  // (8 − 2)² / 10
    CHECK(test.p == Approx(std::erfc(std::sqrt(3.6 / 2))));
    CHECK(test.pair_p[1] == Approx(std::erfc(std::sqrt(3.6 / 2))).epsilon(1e-8));
    CHECK(test.pair_p[1] == test.pair_p[2]);
    CHECK(test.pair_p[0] == 1);
}

TEST_CASE("a pair is at the critical difference where its p is 5 %") {
    const FriedmanTest test = friedman(demsar);
    for (std::size_t a = 0; a < 4; ++a) {
        for (std::size_t b = 0; b < 4; ++b) {
            const double apart = std::abs(test.mean_ranks[a] - test.mean_ranks[b]);
            CHECK((apart > test.critical_difference) == (test.pair_p[a * 4 + b] < 0.05));
        }
    }
}

TEST_CASE("neither the order of blocks nor a rising function of their values counts") {
    rc::prop("friedman", [] {
        const auto raw = *rc::gen::container<std::vector<std::vector<int>>>(
            std::size_t{6},
            rc::gen::container<std::vector<int>>(std::size_t{4}, rc::gen::inRange(0, 8)));
        std::vector<std::vector<double>> values;
        std::vector<std::vector<double>> bent;
        for (const auto& block : raw) {
            values.emplace_back(block.begin(), block.end());
            bent.push_back(values.back());
            for (double& value : bent.back()) {
                value = std::exp(value) - 100;
            }
        }
        std::reverse(bent.begin(), bent.end());
        const FriedmanTest a = friedman(values);
        const FriedmanTest b = friedman(bent);
        RC_ASSERT(a.mean_ranks == b.mean_ranks);
        RC_ASSERT(a.p == b.p);
        RC_ASSERT(a.p >= 0 && a.p <= 1);
        double sum = 0;
        for (const double rank : a.mean_ranks) {
            sum += rank;
        }
        RC_ASSERT(std::abs(sum - 10) < 1e-9);
    });
}

TEST_CASE("tables without a question are refused or answered with p = 1") {
    CHECK(friedman({{1, 1}, {2, 2}}).p == 1);
    CHECK(friedman({{1, 1}, {2, 2}}).statistic == 0);
    CHECK_THROWS_AS(friedman({}), std::logic_error);
    CHECK_THROWS_AS(friedman({{1, 2}}), std::logic_error);
    CHECK_THROWS_AS(friedman({{1}, {2}}), std::logic_error);
    CHECK_THROWS_AS(friedman({{1, 2}, {1}}), std::logic_error);
    CHECK_THROWS_AS(friedman({{1, std::nan("")}, {1, 2}}), std::logic_error);
}

}  // namespace test_friedman
