// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <stdexcept>

#include <rapidcheck/catch.h>

#include "plexus/explorers/design/explorer.hpp"

#include "catch.hpp"

namespace test_hypervolume {

using namespace plexus::explorers;
using Front = std::vector<std::vector<double>>;

TEST_CASE("hypervolume of fronts worked out by hand") {
    const std::vector<double> one{10};
    CHECK(hypervolume(Front{{4}, {6}}, one) == Approx(6));
    const std::vector<double> two{4, 4};
    CHECK(hypervolume(Front{{1, 3}, {2, 2}, {3, 1}}, two) == Approx(3 + 2 + 1));
    const std::vector<double> three{2, 2, 2};
    CHECK(hypervolume(Front{{1, 1, 1}}, three) == Approx(1));
    CHECK(hypervolume(Front{{0, 1, 1}, {1, 0, 1}}, three) == Approx(2 + 2 - 1));
    const std::vector<double> four{2, 2, 2, 2};
    CHECK(hypervolume(Front{{1, 0, 1, 1}, {0, 1, 1, 1}}, four) == Approx(2 + 2 - 1));
}

TEST_CASE("points outside the reference and repeated points add nothing") {
    const std::vector<double> reference{2, 2, 2};
    CHECK(hypervolume({}, reference) == 0);
    CHECK(hypervolume(Front{{2, 0, 0}, {5, 0, 0}, {2, 2, 2}}, reference) == 0);
    CHECK(hypervolume(Front{{1, 1, 1}, {1, 1, 1}, {3, 0, 0}}, reference) == Approx(1));
    CHECK(hypervolume(Front{{9}}, std::vector<double>{3}) == 0);
}

TEST_CASE("hypervolume refuses what it cannot measure") {
    CHECK_THROWS_AS(hypervolume({}, {}), std::logic_error);
    CHECK_THROWS_AS(hypervolume(Front{{1, 2}}, std::vector<double>{3}), std::logic_error);
    CHECK_THROWS_AS(hypervolume(Front{{std::nan("")}}, std::vector<double>{3}), std::logic_error);
}

TEST_CASE("hypervolume counts unit cells of integer fronts") {
    rc::prop("equals the number of dominated cells", [] {
        const std::vector<double> reference{6, 6, 6};
        const auto coordinate = rc::gen::inRange(0, 8);
        Front front;
        const int n = *rc::gen::inRange(0, 8);
        for (int i = 0; i < n; ++i) {
            front.push_back({static_cast<double>(*coordinate),
                             static_cast<double>(*coordinate),
                             static_cast<double>(*coordinate)});
        }
        int cells = 0;
        for (int cell = 0; cell < 216; ++cell) {
            const double x = cell % 6;
            const double y = cell / 6 % 6;
            const double z = cell / 36;
            bool dominated = false;
            for (const auto& p : front) {
                dominated = dominated || (p[0] <= x && p[1] <= y && p[2] <= z);
            }
            cells += dominated ? 1 : 0;
        }
        RC_ASSERT(std::abs(hypervolume(front, reference) - cells) < 1e-9);
    });
}

}  // namespace test_hypervolume
