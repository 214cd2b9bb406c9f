// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <stdexcept>

#include <rapidcheck/catch.h>

#include "plexus/core/pareto.hpp"
#include "plexus/core/random.hpp"

#include "catch.hpp"

namespace test_pareto {

using namespace plexus::core;

namespace {

using Vectors = std::vector<std::vector<double>>;

/// The non-dominated vectors by comparing all pairs, each with its lowest index.
std::vector<ParetoArchive::Entry> brute_force(const Vectors& vectors) {
    std::map<std::vector<double>, std::int64_t> front;
    for (std::size_t i = 0; i < vectors.size(); ++i) {
        const bool dominated = std::any_of(vectors.begin(), vectors.end(), [&](const auto& other) {
            bool no_worse = true;
            for (std::size_t k = 0; k < other.size(); ++k) {
                no_worse = no_worse && other[k] <= vectors[i][k];
            }
            return no_worse && other != vectors[i];
        });
        if (!dominated) {
            front.emplace(vectors[i], static_cast<std::int64_t>(i));  // keeps the lowest index
        }
    }
    std::vector<ParetoArchive::Entry> out;
    for (const auto& [objectives, id] : front) {
        out.push_back({objectives, id});
    }
    return out;
}

/// Few distinct values, so that equal and dominated vectors are frequent.
rc::Gen<Vectors> any_vectors(std::size_t objectives) {
    const auto value = rc::gen::map(rc::gen::inRange(-3, 4), [](int v) { return v / 2.0; });
    return rc::gen::container<Vectors>(rc::gen::container<std::vector<double>>(objectives, value));
}

ParetoArchive archive_of(const Vectors& vectors,
                         const std::vector<std::size_t>& order,
                         std::size_t objectives) {
    ParetoArchive archive(objectives);
    for (const std::size_t i : order) {
        archive.insert(vectors[i], static_cast<std::int64_t>(i));
    }
    return archive;
}

}  // namespace

TEST_CASE("compare() tells the four cases", "[unit]") {
    const auto cmp = [](std::vector<double> a, std::vector<double> b) { return compare(a, b); };
    CHECK(cmp({1, 2}, {1, 3}) == Dominance::better);
    CHECK(cmp({1, 3}, {1, 2}) == Dominance::worse);
    CHECK(cmp({1, 2}, {1, 2}) == Dominance::equal);
    CHECK(cmp({1, 2}, {2, 1}) == Dominance::incomparable);
    CHECK(cmp({0.0}, {-0.0}) == Dominance::equal);
    CHECK(cmp({1, 1}, {std::numeric_limits<double>::infinity(), 1}) == Dominance::better);
    CHECK_THROWS_AS(cmp({1}, {1, 2}), std::logic_error);
    CHECK_THROWS_AS(cmp({1, std::nan("")}, {1, 2}), std::logic_error);
    CHECK_THROWS_AS(cmp({1, 1}, {std::nan(""), 2}), std::logic_error);
}

TEST_CASE("the archive holds what a comparison of all pairs leaves", "[property]") {
    for (std::size_t objectives = 1; objectives <= 5; ++objectives) {
        rc::prop("archive == brute force with " + std::to_string(objectives) + " objectives",
                 [objectives] {
                     const Vectors vectors = *any_vectors(objectives);
                     std::vector<std::size_t> order(vectors.size());
                     std::iota(order.begin(), order.end(), 0U);
                     Rng rng(*rc::gen::arbitrary<std::uint64_t>());
                     for (std::size_t i = order.size(); i > 1; --i) {
                         std::swap(order[i - 1], order[rng.below(i)]);
                     }
                     const auto archive = archive_of(vectors, order, objectives);
                     RC_ASSERT(archive.sorted() == brute_force(vectors));
                     RC_ASSERT(archive.size() == archive.sorted().size());
                 });
    }
}

TEST_CASE("insert() says whether the vector went in", "[unit]") {
    ParetoArchive archive(2);
    CHECK(archive.objectives() == 2);
    CHECK(archive.insert(std::vector<double>{2, 2}, 5));
    CHECK_FALSE(archive.insert(std::vector<double>{2, 3}, 6));  // dominated
    CHECK_FALSE(archive.insert(std::vector<double>{2, 2}, 7));  // equal, higher id
    CHECK(archive.insert(std::vector<double>{2, 2}, 4));        // equal, lower id
    CHECK(archive.insert(std::vector<double>{1, 3}, 8));        // incomparable
    CHECK(archive.size() == 2);
    CHECK(archive.insert(std::vector<double>{0, 0}, 9));  // dominates both
    CHECK(archive.sorted() == std::vector<ParetoArchive::Entry>{{{0, 0}, 9}});
}

TEST_CASE("zeros of both signs leave the same archive in any order", "[unit]") {
    ParetoArchive one(1);
    one.insert(std::vector<double>{-0.0}, 1);
    one.insert(std::vector<double>{0.0}, 0);
    CHECK_FALSE(std::signbit(one.sorted()[0].objectives[0]));
    CHECK(one.sorted()[0].id == 0);
}

TEST_CASE("the archive refuses what cannot be compared", "[unit]") {
    ParetoArchive archive(2);
    CHECK_THROWS_AS(archive.insert(std::vector<double>{1, std::nan("")}, 0), std::invalid_argument);
    CHECK_THROWS_AS(archive.insert(std::vector<double>{1}, 0), std::invalid_argument);
    CHECK_THROWS_AS(archive.insert(std::vector<double>{1, 2, 3}, 0), std::invalid_argument);
    CHECK(archive.size() == 0);
    CHECK_THROWS_AS(ParetoArchive(0), std::logic_error);
    CHECK(archive.insert(std::vector<double>{std::numeric_limits<double>::infinity(), 1}, 0));
}

TEST_CASE("a front of 20,000 points is kept whole", "[unit]") {
    ParetoArchive archive(2);
    constexpr std::int64_t n = 20'000;
    for (std::int64_t i = 0; i < n; ++i) {
        const auto x = static_cast<double>((i * 7919) % n);  // a permutation: 7919 is prime to n
        REQUIRE(archive.insert(std::vector<double>{x, -x}, i));
    }
    CHECK(archive.size() == n);
    CHECK(archive.insert(std::vector<double>{-1, -1e9}, n));
    CHECK(archive.size() == 1);
}

}  // namespace test_pareto
