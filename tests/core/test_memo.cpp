// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "plexus/core/memo.hpp"

#include "catch.hpp"

namespace test_memo {

using namespace plexus::core;

namespace {

Hash key_of(int i) {
    return Hasher().add(i).finish();
}

void linger() {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
}

/// Runs `body` on `n` threads that start together.
template <class Body>
void on_threads(int n, Body body) {
    std::atomic<int> waiting = n;
    std::vector<std::thread> threads;
    for (int t = 0; t < n; ++t) {
        threads.emplace_back([&, t] {
            --waiting;
            while (waiting > 0) {
                std::this_thread::yield();
            }
            body(t);
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
}

}  // namespace

TEST_CASE("a value is computed once and then kept", "[unit]") {
    MemoCache<std::string> cache;
    int computed = 0;
    const auto compute = [&] {
        ++computed;
        return std::string("value");
    };
    const auto first = cache.get(key_of(1), compute);
    const auto second = cache.get(key_of(1), compute);
    CHECK(*first == "value");
    CHECK(first == second);  // the same object, not an equal one
    CHECK(computed == 1);
    CHECK(cache.size() == 1);
    CHECK(*cache.get(key_of(2), [] { return std::string("other"); }) == "other");
    CHECK(cache.size() == 2);
}

TEST_CASE("threads that ask at the same time share one computation", "[unit]") {
    MemoCache<int> cache;
    std::atomic<int> computed = 0;
    std::atomic<int> right = 0;
    on_threads(8, [&](int) {
        const auto value = cache.get(key_of(1), [&] {
            ++computed;
            linger();
            return 42;
        });
        right += *value == 42 ? 1 : 0;
    });
    CHECK(computed == 1);
    CHECK(right == 8);
}

TEST_CASE("many keys from many threads stay apart", "[unit]") {
    MemoCache<int> cache;
    std::atomic<int> computed = 0;
    std::atomic<int> wrong = 0;
    on_threads(4, [&](int t) {
        for (int i = 0; i < 1000; ++i) {
            const int k = (i * 7 + t * 251) % 1000;
            const auto value = cache.get(key_of(k), [&] {
                ++computed;
                return k;
            });
            wrong += *value == k ? 0 : 1;
        }
    });
    CHECK(wrong == 0);
    CHECK(computed == 1000);
    CHECK(cache.size() == 1000);
}

TEST_CASE("an exception reaches every waiter and is then forgotten", "[unit]") {
    MemoCache<int> cache;
    std::atomic<int> computed = 0;
    std::atomic<int> caught = 0;
    on_threads(8, [&](int) {
        try {
            (void)cache.get(key_of(1), [&]() -> int {
                ++computed;
                linger();
                throw std::runtime_error("no value");
            });
        } catch (const std::runtime_error& e) {
            caught += std::string(e.what()) == "no value" ? 1 : 0;
        }
    });
    CHECK(caught == 8);
    CHECK(computed >= 1);
    CHECK(computed < 8);  // at least some of them waited
    CHECK(cache.size() == 0);
    CHECK(*cache.get(key_of(1), [] { return 7; }) == 7);
}

TEST_CASE("a computation may ask for other keys", "[unit]") {
    MemoCache<int> cache;
    const auto value =
        cache.get(key_of(16), [&] { return 1 + *cache.get(key_of(0), [] { return 1; }); });
    CHECK(*value == 2);
    CHECK(cache.size() == 2);
}

}  // namespace test_memo
