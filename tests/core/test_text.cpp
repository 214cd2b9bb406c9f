// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include <rapidcheck/catch.h>

#include "plexus/core/text.hpp"

#include "catch.hpp"

namespace test_text {

using namespace plexus::core;

namespace {
const std::vector<std::string> keys = {"size", "bandwidth", "r_cost", "w_cost"};
constexpr double infinity = std::numeric_limits<double>::infinity();
}  // namespace

TEST_CASE("nearest() finds one slip of the fingers", "[unit]") {
    CHECK(nearest("siz", keys) == "size");            // deleted
    CHECK(nearest("sizes", keys) == "size");          // inserted
    CHECK(nearest("sise", keys) == "size");           // replaced
    CHECK(nearest("szie", keys) == "size");           // swapped: one edit, not two
    CHECK(nearest("SIZE", keys) == "size");           // capitals
    CHECK(nearest("badnwith", keys) == "bandwidth");  // two edits in nine letters
}

TEST_CASE("nearest() does not guess when more than a third differs", "[unit]") {
    CHECK(nearest("depth", keys).empty());
    CHECK(nearest("xy", std::vector<std::string>{"xz"}).empty());
    CHECK(nearest("", keys).empty());
    CHECK(nearest("size", std::vector<std::string>{}).empty());
    CHECK(nearest(std::string(100'000, 's'), keys).empty());
}

TEST_CASE("nearest() prefers the nearer, then the first", "[unit]") {
    CHECK(nearest("q_cost", keys) == "r_cost");
    CHECK(nearest("w_cosd", keys) == "w_cost");
}

TEST_CASE("suggestion() offers the nearest or lists them all", "[unit]") {
    CHECK(suggestion("siz", keys) == " (did you mean \"size\"?)");
    CHECK(suggestion("depth", keys) == " (one of: size, bandwidth, r_cost, w_cost)");
    CHECK(suggestion("depth", std::vector<std::string>{}).empty());
}

TEST_CASE("join() puts the separator between words", "[unit]") {
    CHECK(join(std::vector<std::string>{}).empty());
    CHECK(join(std::vector<std::string>{"a"}) == "a");
    CHECK(join(std::vector<std::string>{"a", "b", "c"}) == "a, b, c");
    CHECK(join(std::vector<std::string>{"a", "b"}, ".") == "a.b");
}

TEST_CASE("to_text() writes the shortest text", "[unit]") {
    CHECK(to_text(0.1) == "0.1");
    CHECK(to_text(1) == "1");
    CHECK(to_text(-2.5) == "-2.5");
    CHECK(to_text(1e300) == "1e+300");
    CHECK(to_text(infinity) == "inf");
    CHECK(to_text(-infinity) == "-inf");
    CHECK(to_text(std::nan("")) == "nan");
    CHECK(to_text(-std::nan("")) == "nan");
}

TEST_CASE("every double comes back from its text bit for bit", "[property]") {
    rc::prop("to_text and parse_number are inverse", [](std::uint64_t bits) {
        const auto value = std::bit_cast<double>(bits);
        RC_PRE(!std::isnan(value));
        double read = 0;
        RC_ASSERT(parse_number(to_text(value), read));
        RC_ASSERT(std::bit_cast<std::uint64_t>(read) == bits);
    });
}

TEST_CASE("parse_number() takes the whole text or nothing", "[unit]") {
    double value = 42;
    for (const char* bad :
         {"", "abc", "1x", " 1", "1 ", "1,5", "nan", "--1", "+-1", "1e999", "0x10", "+"}) {
        INFO(bad);
        CHECK_FALSE(parse_number(bad, value));
        CHECK(value == 42);
    }
    CHECK(parse_number("+1.5e3", value));
    CHECK(value == 1500);
    CHECK(parse_number("-inf", value));
    CHECK(value == -infinity);
}

TEST_CASE("readable() keeps four digits and picks the suffix", "[unit]") {
    CHECK(readable(12345678) == "12.35 M");
    CHECK(readable(0) == "0");
    CHECK(readable(-0.0) == "0");
    CHECK(readable(1) == "1");
    CHECK(readable(999.94) == "999.9");
    CHECK(readable(999.96) == "1 k");  // rounds up into the next suffix
    CHECK(readable(-1500) == "-1.5 k");
    CHECK(readable(0.0025) == "2.5 m");
    CHECK(readable(1.5e-6) == "1.5 µ");
    CHECK(readable(2e18) == "2 E");
    CHECK(readable(2e24) == "2e+24");
    CHECK(readable(infinity) == "inf");
    CHECK(readable(std::nan("")) == "nan");
}

}  // namespace test_text
