// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <set>
#include <stdexcept>
#include <vector>

#include <rapidcheck/catch.h>

#include "plexus/core/random.hpp"

#include "catch.hpp"

namespace test_random {

using namespace plexus::core;

using Block = std::array<std::uint32_t, 4>;

TEST_CASE("Philox4x32-10 gives the published answers", "[golden]") {
    // Known-answer vectors of the Random123 library 1.14 (kat_vectors), Salmon et al. 2011.
    CHECK(Rng::philox({0, 0, 0, 0}, {0, 0}) ==
          Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
    constexpr std::uint32_t ones = 0xffffffff;
    CHECK(Rng::philox({ones, ones, ones, ones}, {ones, ones}) ==
          Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
    CHECK(Rng::philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
          Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("a stream is the blocks of its key in order", "[unit]") {
    Rng rng(std::uint64_t{0x299f31d0a4093822});
    for (std::uint32_t counter = 0; counter < 3; ++counter) {
        const Block block = Rng::philox({counter, 0, 0, 0}, {0xa4093822, 0x299f31d0});
        CHECK(rng.next() == (block[0] | (std::uint64_t{block[1]} << 32)));
        CHECK(rng.next() == (block[2] | (std::uint64_t{block[3]} << 32)));
    }
}

TEST_CASE("splitting depends on the key and the name only", "[unit]") {
    Rng rng(std::uint64_t{7});
    const std::uint64_t before = rng.split("chain").next();
    rng.next();
    CHECK(rng.split("chain").next() == before);
    CHECK(Rng(std::uint64_t{7}).next() == Rng(std::uint64_t{7}).next());

    std::set<std::uint64_t> firsts = {Rng(std::uint64_t{7}).next()};
    for (std::uint64_t i = 0; i < 1000; ++i) {
        firsts.insert(rng.split(i).next());
        firsts.insert(rng.split(std::to_string(i)).next());
        firsts.insert(rng.split(i).split("a").next());
    }
    CHECK(firsts.size() == 3001);
}

TEST_CASE("streams of neighbouring names are not correlated", "[unit]") {
    const Rng root(std::uint64_t{1});
    constexpr int n = 20'000;
    double sum = 0;
    Rng a = root.split(std::uint64_t{0});
    Rng b = root.split(std::uint64_t{1});
    for (int i = 0; i < n; ++i) {
        sum += (a.uniform() - 0.5) * (b.uniform() - 0.5);
    }
    // Each product has variance 1/144, so the correlation has standard error 1/sqrt(n) = 0.007.
    CHECK(12 * sum / n == Approx(0).margin(0.035));
}

TEST_CASE("uniform() is at least 0 and below 1 with the moments of the uniform distribution",
          "[unit]") {
    Rng rng(std::uint64_t{42});
    constexpr int n = 200'000;
    double sum = 0;
    double squares = 0;
    std::vector<int> bins(16);
    for (int i = 0; i < n; ++i) {
        const double u = rng.uniform();
        REQUIRE(u >= 0);
        REQUIRE(u < 1);
        sum += u;
        squares += u * u;
        ++bins[static_cast<std::size_t>(u * 16)];
    }
    CHECK(sum / n == Approx(0.5).margin(0.0033));          // 5 sigma, sigma = sqrt(1/12/n)
    CHECK(squares / n == Approx(1.0 / 3).margin(0.0034));  // sigma = sqrt(4/45/n)
    double chi2 = 0;
    for (const int count : bins) {
        chi2 += std::pow(count - n / 16.0, 2) / (n / 16.0);
    }
    CHECK(chi2 < 44.3);  // 15 degrees of freedom, p = 1e-4
}

TEST_CASE("below() is unbiased", "[unit]") {
    Rng rng(std::uint64_t{3});
    constexpr int n = 60'000;
    std::vector<int> counts(6);
    for (int i = 0; i < n; ++i) {
        ++counts[rng.below(6)];
    }
    for (const int count : counts) {
        CHECK(count == Approx(n / 6.0).margin(456));  // 5 sigma, sigma = sqrt(n * 5/36)
    }
}

TEST_CASE("below() draws again where a plain product would be biased", "[unit]") {
    // For n = 3/4 * 2^64 the product without rejection gives multiples of 3 twice as often as
    // others: 1/2 of all results instead of 1/3.
    constexpr std::uint64_t n = 3ULL << 62U;
    Rng rng(std::uint64_t{5});
    int multiples = 0;
    constexpr int draws = 30'000;
    for (int i = 0; i < draws; ++i) {
        const std::uint64_t value = rng.below(n);
        REQUIRE(value < n);
        multiples += value % 3 == 0 ? 1 : 0;
    }
    CHECK(multiples == Approx(draws / 3.0).margin(410));  // 5 sigma
}

TEST_CASE("below() knows its limits", "[unit]") {
    Rng rng(std::uint64_t{5});
    for (int i = 0; i < 100; ++i) {
        CHECK(rng.below(1) == 0);
    }
    CHECK_THROWS_AS(rng.below(0), std::logic_error);
    rc::prop("below(n) < n", [](std::uint64_t key, std::uint64_t n) {
        RC_PRE(n > 0);
        RC_ASSERT(Rng(key).below(n) < n);
    });
}

TEST_CASE("normal() has the moments of the standard normal distribution", "[unit]") {
    Rng rng(std::uint64_t{11});
    constexpr int n = 200'000;
    double sum = 0;
    double squares = 0;
    double fourths = 0;
    int within_one = 0;
    for (int i = 0; i < n; ++i) {
        const double x = rng.normal();
        REQUIRE(std::isfinite(x));
        sum += x;
        squares += x * x;
        fourths += x * x * x * x;
        within_one += std::abs(x) < 1 ? 1 : 0;
    }
    CHECK(sum / n == Approx(0).margin(0.0112));     // 5 sigma
    CHECK(squares / n == Approx(1).margin(0.016));  // sigma = sqrt(2/n)
    CHECK(fourths / n == Approx(3).margin(0.11));   // sigma = sqrt(96/n)
    CHECK(within_one / static_cast<double>(n) == Approx(0.682689).margin(0.0052));
}

TEST_CASE("a copy continues where the original stood", "[unit]") {
    Rng rng(std::uint64_t{9});
    rng.next();
    rng.normal();
    Rng copy = rng;
    CHECK(copy.normal() == rng.normal());
    CHECK(copy.next() == rng.next());
}

}  // namespace test_random
