// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <rapidcheck/catch.h>

#include "plexus/explorers/design/front_indicators.hpp"

#include "catch.hpp"

namespace test_front_indicators {

using namespace plexus::explorers;

namespace {

using Points = std::vector<std::vector<double>>;

rc::Gen<Points> points(int least, int most) {
    return rc::gen::mapcat(rc::gen::inRange(least, most + 1), [](int count) {
        return rc::gen::container<Points>(
            static_cast<std::size_t>(count),
            rc::gen::container<std::vector<double>>(
                std::size_t{3},
                rc::gen::map(rc::gen::inRange(0, 20), [](int v) { return v / 4.0; })));
    });
}

}  // namespace

TEST_CASE("indicators by hand") {
    const Points reference{{0, 4}, {2, 2}, {4, 0}};
    // (0, 4): (1, 4) is worse by 1. (2, 2): (3, 3) by √2, (1, 4) by 2. (4, 0): (3, 3) by 3.
    const Points front{{1, 4}, {3, 3}};
    CHECK(igd_plus(front, reference) == Approx((1 + std::sqrt(2.0) + 3) / 3));
    CHECK(additive_epsilon(front, reference) == 3);
    CHECK(igd_plus(reference, reference) == 0);
    CHECK(additive_epsilon(reference, reference) == 0);
    CHECK(igd_plus({{-1, -1}}, reference) == 0);
    CHECK(additive_epsilon({{-1, -1}}, reference) == -1);  // (0, 4) needs no more than -1
    CHECK(igd_plus({}, reference) == std::numeric_limits<double>::infinity());
    CHECK(additive_epsilon({}, reference) == std::numeric_limits<double>::infinity());
    CHECK_THROWS_AS(igd_plus(front, {}), std::logic_error);
    CHECK_THROWS_AS(igd_plus({{1}}, reference), std::logic_error);
    CHECK_THROWS_AS(additive_epsilon({{1, std::nan("")}}, reference), std::logic_error);
}

TEST_CASE("indicators keep order with dominance") {
    rc::prop("more points are never worse, and order does not count", [] {
        const Points reference = *points(1, 6);
        Points front = *points(1, 6);
        const Points more = *points(1, 3);
        const double distance = igd_plus(front, reference);
        const double epsilon = additive_epsilon(front, reference);
        Points shifted = front;
        for (auto& point : shifted) {
            for (double& value : point) {
                value += 0.5;
            }
        }
        RC_ASSERT(std::abs(additive_epsilon(shifted, reference) - epsilon - 0.5) < 1e-12);
        RC_ASSERT(igd_plus(shifted, reference) >= distance);
        std::reverse(front.begin(), front.end());
        RC_ASSERT(igd_plus(front, reference) == distance);
        front.insert(front.end(), more.begin(), more.end());
        RC_ASSERT(igd_plus(front, reference) <= distance);
        RC_ASSERT(additive_epsilon(front, reference) <= epsilon);
        // It dominates the reference if and only if nothing is worse.
        RC_ASSERT((igd_plus(front, reference) == 0) == (additive_epsilon(front, reference) <= 0));
    });
}

}  // namespace test_front_indicators
