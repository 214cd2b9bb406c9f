// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "plexus/core/registry.hpp"

#include "catch.hpp"

namespace test_registry {

using namespace plexus::core;

namespace {

/// A plug-in kind made up for this test.
struct Fruit {
    explicit Fruit(const Params& p) : params(p) {}
    Params params;
};

const std::vector<ParamSpec> specs = {
    {.name = "mass_g", .unit = "g", .fallback = 100.0, .range = Range::positive(), .doc = "Mass."},
    {.name = "seeds",
     .unit = "1",
     .fallback = std::int64_t{5},
     .range = Range::at_least(0),
     .doc = ""},
    {.name = "ripe", .unit = "1", .fallback = true, .doc = ""},
    {.name = "colour",
     .unit = "",
     .fallback = std::string("red"),
     .choices = {"green", "red"},
     .doc = "Of the skin."},
    {.name = "label", .unit = "", .fallback = std::string("none"), .doc = "Any text."},
};

Registry<Fruit> fruits() {
    Registry<Fruit> registry("fruit");
    const auto make = [](const Params& p) { return std::make_unique<const Fruit>(p); };
    registry.add({"pear", "Soft.", specs}, make);
    registry.add({"apple", "Hard.", {}}, make);
    return registry;
}

struct Read {
    explicit Read(std::string_view text, std::span<const std::string> also = {}) {
        const Node root = parse_yaml(text, "in.yaml", problems);
        params = read_params(Reader(root, "fruit", problems), specs, also);
    }
    Problems problems;
    Params params;
};

}  // namespace

TEST_CASE("defaults are the fallbacks of the specs", "[unit]") {
    const Params params = defaults(specs);
    CHECK(params.number("mass_g") == 100);
    CHECK(params.integer("seeds") == 5);
    CHECK(params.boolean("ripe"));
    CHECK(params.text("colour") == "red");
    CHECK(params.values().size() == 5);
}

TEST_CASE("parameters are read over the defaults", "[unit]") {
    const Read read("{mass_g: 80, seeds: 7, ripe: false, colour: green}");
    CHECK(read.problems.empty());
    CHECK(read.params.number("mass_g") == 80);
    CHECK(read.params.integer("seeds") == 7);
    CHECK_FALSE(read.params.boolean("ripe"));
    CHECK(read.params.text("colour") == "green");
    CHECK(read.params.text("label") == "none");
}

TEST_CASE("a missing section gives the defaults", "[unit]") {
    Problems problems;
    const Node root = parse_yaml("{}", "in.yaml", problems);
    const Reader missing = Reader(root, "", problems).find("fruit");
    CHECK(read_params(missing, specs) == defaults(specs));
    CHECK(problems.empty());
}

TEST_CASE("wrong parameters are problems with their place", "[unit]") {
    const Read read("{mass_g: -1, seeds: 1.5, ripe: 1, colour: gren, label: [], stalk: 3}");
    REQUIRE(read.problems.errors().size() == 6);
    std::string all;
    for (const Problem& p : read.problems.errors()) {
        all += to_string(p) + "\n";
    }
    CHECK(all ==
          "in.yaml:1:60: fruit.stalk: unknown key (one of: mass_g, seeds, ripe, colour, label)\n"
          "in.yaml:1:10: fruit.mass_g: must be > 0, got -1\n"
          "in.yaml:1:21: fruit.seeds: expected an integer, got \"1.5\"\n"
          "in.yaml:1:32: fruit.ripe: expected true or false, got \"1\"\n"
          "in.yaml:1:43: fruit.colour: unknown value \"gren\" (did you mean \"green\"?)\n"
          "in.yaml:1:56: fruit.label: expected a text, got a list\n");
}

TEST_CASE("further keys may be allowed, what is no map may not", "[unit]") {
    CHECK(Read("{name: pear, seeds: 2}", std::vector<std::string>{"name"}).problems.empty());
    CHECK_FALSE(Read("{name: pear}").problems.empty());
    CHECK(Read("5").problems.errors()[0].message == "expected a map, got \"5\"");
    CHECK(Read("5").params == defaults(specs));
}

TEST_CASE("asking for a parameter that is not declared is a bug", "[unit]") {
    const Params params = defaults(specs);
    CHECK_THROWS_AS(params.number("weight"), std::logic_error);
    CHECK_THROWS_AS(params.number("seeds"), std::logic_error);
    CHECK_THROWS_AS(params.text("ripe"), std::logic_error);
    CHECK(params.has("seeds"));
    CHECK_FALSE(params.has("weight"));
}

TEST_CASE("parameter values print as YAML would hold them", "[unit]") {
    CHECK(to_string(ParamValue(true)) == "true");
    CHECK(to_string(ParamValue(std::int64_t{-3})) == "-3");
    CHECK(to_string(ParamValue(0.1)) == "0.1");
    CHECK(to_string(ParamValue(std::string("red"))) == "red");
    CHECK(to_string(ParamValue(std::string("a: b"))) == "\"a: b\"");
    CHECK(to_string(ParamValue(std::string())) == "\"\"");
}

TEST_CASE("a registry lists, finds and makes its plug-ins", "[unit]") {
    const Registry<Fruit> registry = fruits();
    CHECK(registry.kind() == "fruit");
    CHECK(registry.names() == std::vector<std::string>{"pear", "apple"});
    REQUIRE(registry.find("pear") != nullptr);
    CHECK(registry.find("pear")->summary == "Soft.");
    CHECK(registry.find("plum") == nullptr);
    CHECK(registry.create("pear")->params == defaults(specs));
    Params heavy = defaults(specs);
    heavy.set("mass_g", 500.0);
    CHECK(registry.create("pear", heavy)->params.number("mass_g") == 500);
}

TEST_CASE("two plug-ins of one name, and none of a name, are bugs", "[unit]") {
    Registry<Fruit> registry = fruits();
    CHECK_THROWS_AS(registry.add({"pear", "Again.", {}}, nullptr), std::logic_error);
    CHECK_THROWS_AS(registry.create("plum"), std::logic_error);
    CHECK_THROWS_AS(registry.create("plum", Params()), std::logic_error);
}

}  // namespace test_registry
