// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <chrono>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "plexus/core/parallel.hpp"

#include "catch.hpp"

namespace test_parallel {

using namespace plexus::core;

TEST_CASE("thread_count() is what was asked for, or all processors", "[unit]") {
    CHECK(thread_count(3) == 3);
    CHECK(thread_count(0) >= 1);
    CHECK(thread_count(-1) == thread_count(0));
}

TEST_CASE("every index is called once, whatever the number of threads", "[unit]") {
    for (const int jobs : {1, 2, 3, 8}) {
        for (const std::int64_t n : {0, 1, 2, 1000}) {
            std::vector<int> calls(static_cast<std::size_t>(n));
            parallel_for(n, jobs, [&](std::int64_t i) { ++calls[static_cast<std::size_t>(i)]; });
            CHECK(calls == std::vector<int>(static_cast<std::size_t>(n), 1));
        }
    }
    parallel_for(-5, 2, [](std::int64_t) { FAIL("nothing to call"); });
}

TEST_CASE("more threads than one really run", "[unit]") {
    std::atomic<int> inside = 0;
    std::atomic<bool> met = false;
    parallel_for(2, 2, [&](std::int64_t) {
        ++inside;
        // Bounded wait, so that a serial loop fails instead of hanging.
        for (int i = 0; i < 5000 && !met; ++i) {
            met = met || inside == 2;
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    });
    CHECK(met);
}

TEST_CASE("the exception of the lowest index comes out", "[unit]") {
    for (const int jobs : {1, 2, 4}) {
        for (int repeat = 0; repeat < 50; ++repeat) {
            std::vector<int> calls(200);
            try {
                parallel_for(200, jobs, [&](std::int64_t i) {
                    ++calls[static_cast<std::size_t>(i)];
                    if (i == 17 && jobs > 1) {
                        std::this_thread::sleep_for(std::chrono::microseconds(200));
                    }
                    if (i >= 17) {
                        throw std::runtime_error(std::to_string(i));
                    }
                });
                FAIL("nothing thrown");
            } catch (const std::runtime_error& e) {
                REQUIRE(std::string(e.what()) == "17");
            }
            REQUIRE(std::accumulate(calls.begin(), calls.begin() + 18, 0) == 18);
        }
    }
}

TEST_CASE("a higher index that fails later does not hide a lower one", "[unit]") {
    std::atomic<bool> higher_runs = false;
    const auto body = [&](std::int64_t i) {
        if (i == 1) {
            higher_runs = true;
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
        for (int k = 0; k < 5000 && !higher_runs; ++k) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        throw std::runtime_error(std::to_string(i));
    };
    CHECK_THROWS_WITH(parallel_for(2, 2, body), "0");
}

}  // namespace test_parallel
