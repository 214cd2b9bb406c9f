// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <string>

#include <rapidcheck/catch.h>

#include "plexus/core/node.hpp"

#include "catch.hpp"

namespace test_node {

using namespace plexus::core;

namespace {

using Kind = Node::Kind;

Node parse(std::string_view text) {
    Problems problems;
    Node root = parse_yaml(text, "in.yaml", problems);
    problems.throw_if_any();
    return root;
}

const char* const machine = R"(
cores:
  - name: tpu
    memories: {sram: {size: 1}, dram: {size: 9}}
  - name: simd
    memories: {sram: {size: 2}}
  - memories: {rf: {size: 3}}
layers: [[10, 11], [20, 21]]
empty:
)";

/// The problem of an override that matches nothing.
std::string refused(const std::string& path, bool create = false) {
    Node root = parse(machine);
    const Hash before = content_hash(root);
    Problems problems;
    CHECK(override_path(root, path, scalar("7"), create, {"--set", 0, 0}, problems) == 0);
    CHECK(content_hash(root) == before);
    REQUIRE(problems.errors().size() == 1);
    return to_string(problems.errors()[0]);
}

/// How many places an override replaces; they then all hold the new value.
int replaced(Node& root, const std::string& path, bool create = false) {
    Problems problems;
    const int n = override_path(root, path, scalar("77"), create, {}, problems);
    CHECK(problems.empty());
    for (const Node* place : find_path(root, path)) {
        CHECK(place->text == "77");
    }
    return n;
}

rc::Gen<Node> any_node(int depth) {
    const auto text = rc::gen::oneOf(rc::gen::element<std::string>("5",
                                                                   "null",
                                                                   "~",
                                                                   "- a",
                                                                   "a: b",
                                                                   "a #b",
                                                                   "<<",
                                                                   "-",
                                                                   "?",
                                                                   "true",
                                                                   "",
                                                                   " x",
                                                                   "x ",
                                                                   "x:",
                                                                   "---",
                                                                   "%a",
                                                                   "&a",
                                                                   "*a",
                                                                   "!a",
                                                                   "@",
                                                                   "ü",
                                                                   "\"q\"",
                                                                   "a\nb",
                                                                   "\x01",
                                                                   "\x7f",
                                                                   "\\n",
                                                                   "'",
                                                                   "a,b",
                                                                   "[a",
                                                                   "x-y",
                                                                   "-1.5e3",
                                                                   "#"),
                                     rc::gen::string<std::string>());
    const auto ascii = rc::gen::map(text, [](std::string t) {
        for (char& c : t) {
            c = static_cast<unsigned char>(c) >= 0x80 && t != "ü" ? 'z' : c;
        }
        std::erase(t, '\0');
        return t;
    });
    const auto leaf =
        rc::gen::map(rc::gen::pair(ascii, rc::gen::arbitrary<bool>()), [](const auto& p) {
            Node n = scalar(p.first);
            n.quoted = p.second;
            return n;
        });
    if (depth == 0) {
        return leaf;
    }
    const auto children =
        rc::gen::resize(4, rc::gen::container<std::vector<Node>>(rc::gen::lazy([depth] {
                            return any_node(depth - 1);
                        })));
    const auto sequence = rc::gen::map(children, [](std::vector<Node> c) {
        Node n;
        n.kind = Kind::sequence;
        n.children = std::move(c);
        return n;
    });
    const auto map = rc::gen::map(
        rc::gen::pair(children, ascii), [](std::pair<std::vector<Node>, std::string> p) {
            Node n;
            n.kind = Kind::map;
            for (std::size_t i = 0; i < p.first.size(); ++i) {
                n.keys.push_back(p.second + std::string(i, 'k'));  // different from each other
                n.key_where.emplace_back();
            }
            n.children = std::move(p.first);
            return n;
        });
    return rc::gen::oneOf(leaf, sequence, map, rc::gen::just(Node{}));
}

/// Whether two trees hold the same values; `quoted` may only be gained, for texts that need it.
bool same_values(const Node& a, const Node& b) {
    if (a.kind != b.kind || a.text != b.text || a.keys != b.keys ||
        a.children.size() != b.children.size() || (a.quoted && !b.quoted)) {
        return false;
    }
    for (std::size_t i = 0; i < a.children.size(); ++i) {
        if (!same_values(a.children[i], b.children[i])) {
            return false;
        }
    }
    return true;
}

}  // namespace

TEST_CASE("a path leads through keys, indices, names and wildcards", "[unit]") {
    Node root = parse(machine);
    CHECK(find_path(root, "cores.0.memories.sram.size")[0]->text == "1");
    CHECK(find_path(root, "cores[0].memories.sram.size")[0]->text == "1");
    CHECK(find_path(root, "cores.simd.memories.sram.size")[0]->text == "2");
    CHECK(find_path(root, "layers[1][0]")[0]->text == "20");
    const auto sizes = find_path(root, "cores.*.memories.*.size");
    REQUIRE(sizes.size() == 4);
    CHECK(sizes[0]->text == "1");
    CHECK(sizes[1]->text == "9");
    CHECK(sizes[3]->text == "3");
    CHECK(find_path(root, "cores.*.memories.sram.size").size() == 2);
    CHECK(find_path(root, "cores.3").empty());
    CHECK(find_path(root, "nothing.here").empty());
    CHECK(find_path(root, "").empty());
    CHECK(find_path(root, "cores..0").empty());
    CHECK(find_path(parse("[5]"), "[0]")[0]->text == "5");
}

TEST_CASE("an override replaces every place that its path matches", "[unit]") {
    Node root = parse(machine);
    CHECK(replaced(root, "cores.tpu.memories.dram.size") == 1);
    CHECK(replaced(root, "cores.*.memories.sram.size") == 2);
    CHECK(replaced(root, "layers.*.1") == 2);
    CHECK(replaced(root, "layers") == 1);
    CHECK(root.find("layers")->kind == Kind::scalar);
    CHECK(find_path(root, "cores.2.memories.rf.size")[0]->text == "3");
}

TEST_CASE("an override adds a key only if it may, and only as last step", "[unit]") {
    Node root = parse(machine);
    CHECK(replaced(root, "cores.*.memories.sram.banks", true) == 2);
    CHECK(replaced(root, "fresh", true) == 1);
    CHECK(replaced(root, "empty.key", true) == 1);  // an empty section becomes a map
    CHECK(root.find("empty")->kind == Kind::map);
    CHECK(root.keys.size() == root.children.size());
    CHECK(root.keys.size() == root.key_where.size());
    CHECK(refused("fresh") ==
          "--set: fresh: matches nothing: there is no \"fresh\" at the top level (one of: cores, "
          "layers, "
          "empty)");
    CHECK(refused("new.key", true).find("there is no \"new\"") != std::string::npos);
    CHECK(refused("layers.key", true).find("there is no \"key\"") != std::string::npos);
}

TEST_CASE("an override that matches nothing names the step and the nearest key", "[unit]") {
    CHECK(refused("cores.tpu.memories.srm.size") ==
          "--set: cores.tpu.memories.srm.size: matches nothing: there is no \"srm\" in "
          "\"cores.tpu.memories\" (did you mean \"sram\"?)");
    CHECK(refused("cores.*.memories.*.sise").find("(did you mean \"size\"?)") != std::string::npos);
    CHECK(refused("cores.tpx.memories") ==
          "--set: cores.tpx.memories: matches nothing: there is no \"tpx\" in \"cores\" (did you "
          "mean "
          "\"tpu\"?)");
    CHECK(refused("layers.2.0").find("(one of: 0, 1)") != std::string::npos);
    CHECK(refused("layers.0.0.deep").find("in \"layers.0.0\", which has no children") !=
          std::string::npos);
    CHECK(refused("cores.-1").find("there is no \"-1\"") != std::string::npos);
    CHECK(refused("cores.99999999999999999999").find("there is no") != std::string::npos);
    for (const char* bad : {"", ".", "a..b", "a.", ".a", "a[]"}) {
        INFO(bad);
        CHECK(refused(bad).find("found an empty step or an open quote") != std::string::npos);
    }
}

TEST_CASE("YAML is written so that it reads back", "[unit]") {
    const char* const text =
        "a: 1\nb: \"5\"\nc:\n  - x: -1.5e3\n    y: [] \n  - - 1\n    - {}\nd: null\n\"e: f\": "
        "\"\\\"\"\n";
    const Node root = parse(text);
    CHECK(to_yaml(root) ==
          "a: 1\nb: \"5\"\nc:\n  - x: -1.5e3\n    y: []\n  - - 1\n    - {}\nd: null\n\"e: f\": "
          "\"\\\"\"\n");
    CHECK(to_yaml(scalar("5")) == "5\n");
    CHECK(to_yaml(scalar("a: b")) == "\"a: b\"\n");
    CHECK(to_yaml(Node{}) == "null\n");
}

TEST_CASE("every tree comes back from its YAML", "[property]") {
    rc::prop("parse_yaml(to_yaml(tree)) == tree", [] {
        const Node tree = *any_node(3);
        const std::string text = to_yaml(tree);
        RC_LOG() << text;
        Problems problems;
        const Node back = parse_yaml(text, "out.yaml", problems);
        for (const Problem& p : problems.errors()) {
            RC_LOG() << to_string(p) << "\n";
        }
        RC_ASSERT(problems.empty());
        RC_ASSERT(same_values(tree, back));
        RC_ASSERT(to_yaml(back) == text);
    });
}

TEST_CASE("the content hash sees values and not places", "[unit]") {
    const auto hash = [](std::string_view text) { return content_hash(parse(text)); };
    CHECK(hash("a: 1\nb: [2, 3]") == hash("# moved\n\n{a: 1, b: [2,   3]}"));
    CHECK(hash("a: 1\nb: 2") != hash("b: 2\na: 1"));
    CHECK(hash("a: 1") != hash("a: 2"));
    CHECK(hash("a: 1") != hash("b: 1"));
    CHECK(hash("a: 1") != hash("a: '1'"));
    CHECK(hash("[[1], 2]") != hash("[[1, 2]]"));
    CHECK(hash("[]") != hash("{}"));
    CHECK(hash("~") != hash("''"));
    CHECK(hash("[a, b]") != hash("a: b"));
}

TEST_CASE("environment variables are put in", "[unit]") {
    REQUIRE(setenv("PLEXUS_TEST_VARIABLE", "val", 1) == 0);
    REQUIRE(unsetenv("PLEXUS_TEST_UNSET") == 0);
    Problems problems;
    const auto expand = [&](std::string_view text) {
        return expand_environment(text, {"in.yaml", 3, 4}, "a.file", problems);
    };
    CHECK(expand("plain") == "plain");
    CHECK(expand("${PLEXUS_TEST_VARIABLE}/x/${PLEXUS_TEST_VARIABLE}") == "val/x/val");
    CHECK(expand("$HOME $ {}") == "$HOME $ {}");
    CHECK(problems.empty());
    (void)expand("${PLEXUS_TEST_UNSET}/x");
    (void)expand("${OPEN");
    (void)expand("${}");
    (void)expand("${A B}");
    REQUIRE(problems.errors().size() == 4);
    CHECK(to_string(problems.errors()[0]) ==
          "in.yaml:3:4: a.file: environment variable PLEXUS_TEST_UNSET is not set");
    CHECK(problems.errors()[1].message == "expected ${NAME}, got \"${OPEN\"");
}

TEST_CASE("a quoted step of a path holds a key with dots in it") {
    Node root = parse("sparsity: {up.W: {density: 0.1}, \"*.weight\": {density: 0.2}}");
    CHECK(replaced(root, "sparsity.\"up.W\".density") == 1);
    CHECK(replaced(root, "sparsity.\"*.weight\"") == 1);
    CHECK(find_path(root, "\"sparsity\".\"up.W\"").size() == 1);
    CHECK(find_path(root, "sparsity.\"up.W").empty());
    CHECK(find_path(root, "sparsity.\"up.W\"density").empty());
    CHECK(find_path(root, "sparsity.\"\".density").empty());
    CHECK(refused("a.\"b") ==
          "--set: a.\"b: expected a dotted path like memories.sram.size, found an empty step or an "
          "open quote");
}

}  // namespace test_node
