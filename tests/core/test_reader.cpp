// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <stdexcept>
#include <string>

#include <rapidcheck/catch.h>

#include "plexus/core/reader.hpp"

#include "catch.hpp"

namespace test_reader {

using namespace plexus::core;

namespace {

/// A document and a reader of it.
struct Doc {
    explicit Doc(std::string_view text, const std::string& name = "in.yaml")
        : root(parse_yaml(text, name, problems)) {
        REQUIRE(problems.empty());
    }
    [[nodiscard]] Reader reader() { return {root, "", problems}; }
    [[nodiscard]] std::string complaints() const {
        std::string out;
        for (const Problem& p : problems.errors()) {
            out += (out.empty() ? "" : "\n") + to_string(p);
        }
        return out;
    }

    Problems problems;
    Node root;
};

/// The message for `v: <text>` read as an integer; empty if it was taken.
std::string integer_complaint(const std::string& text, Range range = {}) {
    Doc doc("v: " + text);
    (void)doc.reader().at("v").integer(range);
    return doc.problems.empty() ? "" : doc.problems.errors()[0].message;
}

std::string number_complaint(const std::string& text, Range range = {}) {
    Doc doc("v: " + text);
    (void)doc.reader().at("v").number(range);
    return doc.problems.empty() ? "" : doc.problems.errors()[0].message;
}

std::int64_t integer_of(const std::string& text) {
    Doc doc("v: " + text);
    const std::int64_t value = doc.reader().at("v").integer();
    CHECK(doc.complaints().empty());
    return value;
}

double number_of(const std::string& text) {
    Doc doc("v: " + text);
    const double value = doc.reader().at("v").number();
    CHECK(doc.complaints().empty());
    return value;
}

}  // namespace

TEST_CASE("integers are read exactly", "[unit]") {
    CHECK(integer_of("0") == 0);
    CHECK(integer_of("-7") == -7);
    CHECK(integer_of("+7") == 7);
    CHECK(integer_of("9223372036854775807") == std::numeric_limits<std::int64_t>::max());
    CHECK(integer_of("-9223372036854775808") == std::numeric_limits<std::int64_t>::min());
    CHECK(integer_of("9007199254740993") == 9007199254740993);  // 2^53 + 1 is no double
}

TEST_CASE("what is no integer is refused with a hint", "[unit]") {
    CHECK(integer_complaint("abc") == "expected an integer, got \"abc\"");
    CHECK(integer_complaint("010") ==
          "expected an integer, got \"010\" (leading zeros could mean octal; leave them out)");
    CHECK(integer_complaint("-00") ==
          "expected an integer, got \"-00\" (leading zeros could mean octal; leave them out)");
    CHECK(integer_complaint("1e6") == "expected an integer, got \"1e6\" (write it as 1000000)");
    CHECK(integer_complaint("3.0") == "expected an integer, got \"3.0\" (write it as 3)");
    CHECK(integer_complaint("3.5") == "expected an integer, got \"3.5\"");
    CHECK(integer_complaint("1e300") == "expected an integer, got \"1e300\"");
    CHECK(integer_complaint("0x10") == "expected an integer, got \"0x10\" (write it in decimal)");
    CHECK(integer_complaint("0o10") == "expected an integer, got \"0o10\" (write it in decimal)");
    CHECK(integer_complaint("1_000") ==
          "expected an integer, got \"1_000\" (write the digits without separators: 1000)");
    CHECK(integer_complaint("'5'") ==
          "expected an integer, got \"5\" in quotes (remove the quotes)");
    CHECK(integer_complaint("\"x\"") == "expected an integer, got \"x\"");
    CHECK(integer_complaint("[1]") == "expected an integer, got a list");
    CHECK(integer_complaint("{a: 1}") == "expected an integer, got a map");
    CHECK(integer_complaint("") == "expected an integer, got nothing");
    CHECK(integer_complaint("true") == "expected an integer, got \"true\"");
    CHECK(integer_complaint("--1") == "expected an integer, got \"--1\"");
    CHECK(integer_complaint("+-1") == "expected an integer, got \"+-1\"");
    const std::string too_big =
        "expected an integer of at most 64 bits (±9223372036854775807), got ";
    CHECK(integer_complaint("9223372036854775808") == too_big + "\"9223372036854775808\"");
    CHECK(integer_complaint("-9223372036854775809") == too_big + "\"-9223372036854775809\"");
}

TEST_CASE("every integer comes back", "[property]") {
    rc::prop("integer() reads what std::to_string writes",
             [](std::int64_t value) { RC_ASSERT(integer_of(std::to_string(value)) == value); });
}

TEST_CASE("numbers are read exactly", "[unit]") {
    CHECK(number_of("0.1") == 0.1);
    CHECK(number_of("-1.5e3") == -1500);
    CHECK(number_of("+2") == 2);
    CHECK(number_of("1E-3") == 0.001);
    CHECK(number_of(".5") == 0.5);
    CHECK(number_of("5.") == 5);
    CHECK(number_of("0") == 0);
    CHECK(number_of("0.5") == 0.5);
    CHECK(number_of("0e0") == 0);
    CHECK(number_of("2.2250738585072014e-308") == std::numeric_limits<double>::min());
    rc::prop("number() reads what to_text() writes",
             [](double value) { RC_ASSERT(number_of(to_text(value)) == value); });
}

TEST_CASE("what is no finite number is refused with a hint", "[unit]") {
    for (const char* bad : {".nan",
                            ".inf",
                            "-.inf",
                            "nan",
                            "inf",
                            "-inf",
                            "infinity",
                            "NaN",
                            ".NaN",
                            "1.2.3",
                            "1e",
                            "e5",
                            ".",
                            "+",
                            "1 000",
                            "5 pJ",
                            "1e+-5",
                            "50%"}) {
        INFO(bad);
        CHECK(number_complaint(bad) ==
              "expected a finite number, got \"" + std::string(bad) + "\"");
    }
    CHECK(number_complaint("'1.5'") ==
          "expected a finite number, got \"1.5\" in quotes (remove the quotes)");
    CHECK(number_complaint("''") == "expected a finite number, got \"\"");
    CHECK(number_complaint("010") ==
          "expected a finite number, got \"010\" (leading zeros could mean octal; leave them out)");
    CHECK(number_complaint("00.5") == "expected a finite number, got \"00.5\"");
    CHECK(number_complaint("0x1p3") ==
          "expected a finite number, got \"0x1p3\" (write it in decimal)");
    CHECK(
        number_complaint("1_000.5") ==
        "expected a finite number, got \"1_000.5\" (write the digits without separators: 1000.5)");
    CHECK(number_complaint("1e999") ==
          "expected a finite number, got \"1e999\" (beyond what a double can hold)");
    CHECK(number_complaint("~") == "expected a finite number, got nothing");
}

TEST_CASE("bounds are checked and named", "[unit]") {
    CHECK(integer_complaint("-4", Range::positive()) == "must be > 0, got -4");
    CHECK(integer_complaint("0", Range::positive()) == "must be > 0, got 0");
    CHECK(integer_complaint("1", Range::positive()).empty());
    CHECK(integer_complaint("0", Range::at_least(1)) == "must be >= 1, got 0");
    CHECK(integer_complaint("1", Range::at_least(1)).empty());
    CHECK(number_complaint("1.01", Range::unit()) == "must be >= 0 and <= 1, got 1.01");
    CHECK(number_complaint("-1e-9", Range::unit()) == "must be >= 0 and <= 1, got -1e-9");
    CHECK(number_complaint("1", Range::unit()).empty());
    CHECK(number_complaint("0", Range::unit()).empty());
    CHECK(number_complaint("3", {.upper = 2}) == "must be <= 2, got 3");
    CHECK(number_complaint("0", {.lower = 0, .upper = 1, .open_lower = true}) ==
          "must be > 0 and <= 1, got 0");
    CHECK(number_complaint("-0.0", Range::positive()) == "must be > 0, got -0.0");
}

TEST_CASE("what is returned after a problem is inside the bounds", "[unit]") {
    Doc doc("v: abc");
    const Reader v = doc.reader().at("v");
    CHECK(v.integer() == 0);
    CHECK(v.integer(Range::positive()) == 1);
    CHECK(v.integer(Range::at_least(16)) == 16);
    CHECK(v.integer({.upper = -3}) == -3);
    CHECK(v.number(Range::positive()) > 0);
    const double inside = v.number({.lower = 0, .upper = 0.5, .open_lower = true});
    CHECK(inside > 0);
    CHECK(inside <= 0.5);
}

TEST_CASE("booleans are true and false only", "[unit]") {
    Doc doc("{a: true, b: false, c: yes, d: 'true', e: 1, f: True}");
    const Reader map = doc.reader();
    CHECK(map.at("a").boolean());
    CHECK_FALSE(map.at("b").boolean());
    CHECK(doc.problems.empty());
    for (const char* key : {"c", "d", "e", "f"}) {
        CHECK_FALSE(map.at(key).boolean());
    }
    CHECK(doc.complaints() ==
          "in.yaml:1:24: c: expected true or false, got \"yes\"\n"
          "in.yaml:1:32: d: expected true or false, got \"true\" in quotes\n"
          "in.yaml:1:43: e: expected true or false, got \"1\"\n"
          "in.yaml:1:49: f: expected true or false, got \"True\"");
}

TEST_CASE("texts are any scalars", "[unit]") {
    Doc doc("{a: abc, b: '5', c: 5, d: [x], e: , f: ''}");
    const Reader map = doc.reader();
    CHECK(map.at("a").text() == "abc");
    CHECK(map.at("b").text() == "5");
    CHECK(map.at("c").text() == "5");
    CHECK(map.at("f").text().empty());
    CHECK(doc.problems.empty());
    CHECK(map.at("d").text().empty());
    CHECK(map.at("e").text().empty());
    CHECK(doc.problems.errors()[0].message == "expected a text, got a list");
    CHECK(doc.problems.errors()[1].message == "expected a text, got nothing");
}

TEST_CASE("unknown keys are refused with a suggestion, except the user's own", "[unit]") {
    Doc doc("memories:\n  sram:\n    sise: 1\n    x-note: mine\n    depth: 2\n");
    doc.reader().at("memories").at("sram").allow({"size", "ports"});
    CHECK(doc.complaints() ==
          "in.yaml:3:5: memories.sram.sise: unknown key (did you mean \"size\"?)\n"
          "in.yaml:5:5: memories.sram.depth: unknown key (one of: size, ports)");
    Doc list("[1]");
    list.reader().allow({"size"});
    CHECK(list.complaints() == "in.yaml:1:1: expected a map, got a list");
    Doc good("{size: 1}");
    good.reader().allow({"size", "ports"});
    CHECK(good.complaints().empty());
}

TEST_CASE("a missing value is reported once, at its parent", "[unit]") {
    Doc doc("a:\n  b: {c: 1}\n");
    const Reader missing = doc.reader().at("a").at("b").at("size");
    CHECK_FALSE(missing.valid());
    CHECK(missing.at("deeper").integer(Range::positive()) == 1);
    CHECK(missing.text().empty());
    CHECK(missing.number() == 0);
    CHECK_FALSE(missing.boolean());
    CHECK(missing.choice({"x", "y"}) == 0);
    CHECK(missing.items().empty());
    CHECK(missing.entries().empty());
    CHECK(missing.file().empty());
    missing.allow({"x"});
    CHECK(doc.complaints() == "in.yaml:2:6: a.b.size: missing; expected a value for this key");
    CHECK(missing.where() == SourceLocation{"in.yaml", 2, 6});
    CHECK_THROWS_AS(missing.node(), std::logic_error);
}

TEST_CASE("at() of what is no map says so", "[unit]") {
    Doc doc("a: 5");
    CHECK_FALSE(doc.reader().at("a").at("b").valid());
    CHECK(doc.complaints() == "in.yaml:1:4: a: expected a map, got \"5\"");
}

TEST_CASE("find() and the defaults are for values that may be missing", "[unit]") {
    Doc doc("{i: 3, d: 2.5, b: true, t: x}");
    const Reader map = doc.reader();
    CHECK(map.has("i"));
    CHECK_FALSE(map.has("j"));
    CHECK(map.find("i").integer_or(9) == 3);
    CHECK(map.find("j").integer_or(9) == 9);
    CHECK(map.find("d").number_or(9) == 2.5);
    CHECK(map.find("j").number_or(9.5) == 9.5);
    CHECK(map.find("b").boolean_or(false));
    CHECK(map.find("j").boolean_or(true));
    CHECK(map.find("t").text_or("y") == "x");
    CHECK(map.find("j").text_or("y") == "y");
    CHECK_FALSE(map.find("j"));
    CHECK(doc.complaints().empty());
    CHECK(map.find("i").integer_or(9, Range::at_least(4)) == 4);
    CHECK(map.find("t").number_or(9) == 0);
    CHECK(doc.problems.errors().size() == 2);
}

TEST_CASE("items and entries carry their paths", "[unit]") {
    Doc doc("layers: [{id: 1}, {id: x}]\n");
    const auto items = doc.reader().at("layers").items();
    REQUIRE(items.size() == 2);
    CHECK(items[0].at("id").integer() == 1);
    (void)items[1].at("id").integer();
    const auto entries = items[0].entries();
    REQUIRE(entries.size() == 1);
    CHECK(entries[0].first == "id");
    CHECK(entries[0].second.path() == "layers[0].id");
    (void)items[0].items();
    (void)doc.reader().at("layers").entries();
    CHECK(doc.complaints() ==
          "in.yaml:1:24: layers[1].id: expected an integer, got \"x\"\n"
          "in.yaml:1:10: layers[0]: expected a list, got a map\n"
          "in.yaml:1:9: layers: expected a map, got a list");
    CHECK(doc.reader().at("layers").is_sequence());
    CHECK(items[0].is_map());
    CHECK(items[0].at("id").is_scalar());
    CHECK_FALSE(items[0].is_null());
}

TEST_CASE("a choice is the index of one of the names", "[unit]") {
    Doc doc("{a: csr, b: dens, c: zzz, d: [csr]}");
    const Reader map = doc.reader();
    CHECK(map.at("a").choice({"dense", "csr"}) == 1);
    CHECK(doc.problems.empty());
    CHECK(map.at("b").choice({"csr", "dense"}) == 0);
    (void)map.at("c").choice({"csr", "dense"});
    (void)map.at("d").choice({"csr", "dense"});
    CHECK(doc.problems.errors()[0].message == "unknown value \"dens\" (did you mean \"dense\"?)");
    CHECK(doc.problems.errors()[1].message == "unknown value \"zzz\" (one of: csr, dense)");
    CHECK(doc.problems.errors()[2].message == "expected one of csr, dense, got a list");
}

TEST_CASE("files are relative to the file that names them", "[unit]") {
    REQUIRE(setenv("PLEXUS_TEST_FOLDER", "/data", 1) == 0);
    Doc doc("{a: ../m.smtx, b: /abs/m.smtx, c: '${PLEXUS_TEST_FOLDER}/m.smtx', d: [], e: ''}",
            "conf/dir/in.yaml");
    const Reader map = doc.reader();
    CHECK(map.at("a").file() == "conf/dir/../m.smtx");
    CHECK(map.at("b").file() == "/abs/m.smtx");
    CHECK(map.at("c").file() == "/data/m.smtx");
    CHECK(doc.problems.empty());
    CHECK(map.at("d").file().empty());
    CHECK(map.at("e").file().empty());
    CHECK(doc.problems.errors()[0].message == "expected a file name, got a list");
    CHECK(doc.problems.errors()[1].message == "expected a file name, got \"\"");
    Doc bare("{a: m.smtx}");
    CHECK(bare.reader().at("a").file() == "m.smtx");
}

TEST_CASE("long and unprintable values are shown short", "[unit]") {
    Doc doc("{a: \"" + std::string(200, 'x') + "\", b: \"1\\n2\", c: \"" + std::string(59, 'x') +
            "üü\"}");
    const Reader map = doc.reader();
    (void)map.at("a").integer();
    (void)map.at("b").integer();
    (void)map.at("c").integer();
    CHECK(doc.problems.errors()[0].message ==
          "expected an integer, got \"" + std::string(60, 'x') + "…\"");
    CHECK(doc.problems.errors()[1].message == "expected an integer, got \"1 2\"");
    CHECK(doc.problems.errors()[2].message ==
          "expected an integer, got \"" + std::string(59, 'x') + "…\"");
}

TEST_CASE("callers report their own problems and warnings at the value", "[unit]") {
    Doc doc("a: {b: 5}");
    const Reader b = doc.reader().at("a").at("b");
    b.problem("must be even");
    b.warning("is odd");
    CHECK(doc.complaints() == "in.yaml:1:8: a.b: must be even");
    CHECK(to_string(doc.problems.warnings()[0]) == "in.yaml:1:8: a.b: is odd");
    CHECK(b.node().text == "5");
    CHECK(&b.problems() == &doc.problems);
}

}  // namespace test_reader
