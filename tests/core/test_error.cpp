// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "plexus/core/error.hpp"

#include "catch.hpp"

namespace test_error {

using namespace plexus::core;

TEST_CASE("a problem prints its place, its path and what is wrong", "[unit]") {
    CHECK(to_string(Problem{{"hw.yaml", 12, 8}, "memories[2].size_bits", "must be > 0, got -4"}) ==
          "hw.yaml:12:8: memories[2].size_bits: must be > 0, got -4");
}

TEST_CASE("a problem leaves out what is unknown", "[unit]") {
    CHECK(to_string(Problem{{"hw.yaml", 0, 0}, "", "cannot be read"}) == "hw.yaml: cannot be read");
    CHECK(to_string(Problem{{"hw.yaml", 3, 0}, "a", "bad"}) == "hw.yaml:3: a: bad");
    CHECK(to_string(Problem{{}, "a.b", "bad"}) == "a.b: bad");
    CHECK(to_string(Problem{{}, "", "bad"}) == "bad");
}

TEST_CASE("problems are thrown once, all together, in order of place", "[unit]") {
    Problems problems;
    CHECK(problems.empty());
    CHECK_NOTHROW(problems.throw_if_any());
    problems.add({"b.yaml", 1, 1}, "x", "third");
    problems.add({"a.yaml", 20, 1}, "x", "second");
    problems.add({"a.yaml", 3, 9}, "x", "first");
    problems.add({"b.yaml", 1, 1}, "x", "fourth");
    problems.warn({"a.yaml", 1, 1}, "w", "only a warning");
    CHECK_FALSE(problems.empty());
    CHECK(problems.warnings().size() == 1);
    try {
        problems.throw_if_any();
        FAIL("nothing thrown");
    } catch (const ConfigErrors& e) {
        REQUIRE(e.problems().size() == 4);
        CHECK(std::string(e.what()) ==
              "a.yaml:3:9: x: first\na.yaml:20:1: x: second\nb.yaml:1:1: x: third\n"
              "b.yaml:1:1: x: fourth");
    }
}

TEST_CASE("the same problem found twice is reported once", "[unit]") {
    Problems problems;
    problems.add({"a.yaml", 1, 1}, "x", "bad");
    problems.add({"a.yaml", 1, 1}, "y", "bad");
    problems.add({"a.yaml", 1, 1}, "x", "bad");
    problems.add({"a.yaml", 2, 1}, "x", "bad");
    try {
        problems.throw_if_any();
        FAIL("nothing thrown");
    } catch (const ConfigErrors& e) {
        CHECK(e.problems().size() == 3);
    }
}

TEST_CASE("warnings alone throw nothing", "[unit]") {
    Problems problems;
    problems.warn({"a.yaml", 1, 1}, "w", "only a warning");
    CHECK_NOTHROW(problems.throw_if_any());
}

TEST_CASE("a violation says what was needed and what was there", "[unit]") {
    CHECK(to_string(Violation{"synaptic memory", "4096 bit", "1024 bit"}) ==
          "synaptic memory: needed 4096 bit, available 1024 bit");
}

TEST_CASE("ensure() names the message and the place of the call", "[unit]") {
    CHECK_NOTHROW(ensure(true, "never seen"));
    try {
        ensure(false, "the sky fell");
        FAIL("nothing thrown");
    } catch (const std::logic_error& e) {
        CHECK(std::string(e.what()).find("the sky fell") == 0);
        CHECK(std::string(e.what()).find("test_error.cpp:") != std::string::npos);
    }
}

}  // namespace test_error
