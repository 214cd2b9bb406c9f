// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <fstream>
#include <string>

#include <rapidcheck/catch.h>

#include "plexus/core/node.hpp"
#include "plexus/core/random.hpp"

#include "catch.hpp"

namespace test_yaml {

using namespace plexus::core;
namespace fs = std::filesystem;

namespace {

using Kind = Node::Kind;

Node parse(std::string_view text) {
    Problems problems;
    Node root = parse_yaml(text, "in.yaml", problems);
    for (const Problem& p : problems.errors()) {
        FAIL_CHECK(to_string(p));
    }
    return root;
}

/// The problems of a text, one per line.
std::string complaints(std::string_view text) {
    Problems problems;
    (void)parse_yaml(text, "in.yaml", problems);
    std::string out;
    for (const Problem& p : problems.errors()) {
        out += (out.empty() ? "" : "\n") + to_string(p);
    }
    return out;
}

/// A folder of its own for files that include each other.
class Folder {
  public:
    Folder() {
        const fs::path base = fs::temp_directory_path();
        for (int i = 0;
             !fs::create_directory(path_ = base / ("plexus_yaml_" + std::to_string(i)));) {
            ++i;
        }
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { fs::remove_all(path_); }

    fs::path write(const std::string& name, const std::string& text) const {
        fs::create_directories((path_ / name).parent_path());
        std::ofstream(path_ / name, std::ios::binary) << text;
        return path_ / name;
    }
    [[nodiscard]] const fs::path& path() const { return path_; }

  private:
    fs::path path_;
};

/// Problems of loading a file, with the folder left out of the texts.
std::string complaints_of_file(const Folder& folder, const fs::path& file) {
    Problems problems;
    (void)load_yaml(file, problems);
    std::string out;
    for (const Problem& p : problems.errors()) {
        out += (out.empty() ? "" : "\n") + to_string(p);
    }
    const std::string prefix = folder.path().string() + "/";
    for (std::size_t at = out.find(prefix); at != std::string::npos; at = out.find(prefix)) {
        out.erase(at, prefix.size());
    }
    return out;
}

}  // namespace

TEST_CASE("maps, sequences and scalars keep their order and places", "[unit]") {
    const Node root = parse("# comment\nb: 1\na:\n  - x\n  - {k: v}\nc:\n");
    REQUIRE(root.kind == Kind::map);
    CHECK(root.keys == std::vector<std::string>{"b", "a", "c"});
    CHECK(root.where == SourceLocation{"in.yaml", 2, 1});
    CHECK(root.key_where[1] == SourceLocation{"in.yaml", 3, 1});
    CHECK(root.find("b")->text == "1");
    CHECK(root.find("b")->where == SourceLocation{"in.yaml", 2, 4});
    const Node& list = *root.find("a");
    REQUIRE(list.kind == Kind::sequence);
    REQUIRE(list.children.size() == 2);
    CHECK(list.children[0].where == SourceLocation{"in.yaml", 4, 5});
    CHECK(list.children[1].find("k")->where == SourceLocation{"in.yaml", 5, 9});
    CHECK(root.find("c")->kind == Kind::null);
    CHECK(root.find("d") == nullptr);
    CHECK(list.find("x") == nullptr);
}

TEST_CASE("quoted and block scalars are told from plain ones", "[unit]") {
    const Node root =
        parse("a: 5\nb: \"5\"\nc: '5'\nd: |\n  5\ne: !!str 5\nf: !!int 5\ng: null\nh: 'null'\n");
    CHECK_FALSE(root.find("a")->quoted);
    CHECK(root.find("b")->quoted);
    CHECK(root.find("c")->quoted);
    CHECK(root.find("d")->quoted);
    CHECK(root.find("d")->text == "5\n");
    CHECK(root.find("e")->quoted);
    CHECK_FALSE(root.find("f")->quoted);
    CHECK(root.find("g")->kind == Kind::null);
    CHECK(root.find("h")->kind == Kind::scalar);
}

TEST_CASE("block scalars at the end of the file keep their line breaks", "[unit]") {
    CHECK(parse("a: |\n  x\n").find("a")->text == "x\n");
    CHECK(parse("a: |\n  x").find("a")->text == "x");
    CHECK(parse("a: |-\n  x\n").find("a")->text == "x");
    CHECK(parse("a: |+\n  x\n\n").find("a")->text == "x\n\n");
    CHECK(parse("a: >\n  x\n  y\n").find("a")->text == "x y\n");
    CHECK(parse("|\n x\n").text == "x\n");
    CHECK(parse("a: x\n\n").find("a")->text == "x");
}

TEST_CASE("aliases are copies of what they name", "[unit]") {
    const Node root = parse("a: &x {k: [1, 2]}\nb: *x\nc: &y 7\nd: *y\n");
    CHECK(root.find("b")->find("k")->children.size() == 2);
    CHECK(root.find("d")->text == "7");
    CHECK(content_hash(*root.find("a")) == content_hash(*root.find("b")));
}

TEST_CASE("a single scalar or sequence is a document too", "[unit]") {
    CHECK(parse("5").text == "5");
    CHECK(parse("[1, 2]").children.size() == 2);
    CHECK(parse("~").kind == Kind::null);
    CHECK(parse("%YAML 1.2\n---\na: 1\n...\n").find("a")->text == "1");
    CHECK(parse("\xEF\xBB\xBF"
                "a: ü\r\nb: 2\r\n")
              .find("a")
              ->text == "ü");
}

TEST_CASE("a duplicate key is refused and names the line of the first", "[unit]") {
    CHECK(complaints("m:\n  a: 1\n  b: 2\n  a: 3\n") ==
          "in.yaml:4:3: m.a: key given twice, first in line 2");
    Problems problems;
    const Node root = parse_yaml("a: 1\na: 2\n", "in.yaml", problems);
    CHECK(root.find("a")->text == "1");
    CHECK(root.keys.size() == 1);
    CHECK(complaints("{a: 1, 'a': 2}") == "in.yaml:1:8: a: key given twice, first in line 1");
}

TEST_CASE("all problems of a text are found, not only the first", "[unit]") {
    CHECK(complaints("l:\n  - {a: 1, a: 2}\n  - <<: {b: 1}\n  - [x]: 1\n  - !foo 3\n") ==
          "in.yaml:2:12: l[0].a: key given twice, first in line 2\n"
          "in.yaml:3:5: l[1].<<: merge keys are not supported; write the values out or use "
          "!include\n"
          "in.yaml:4:5: l[2]: expected a text as key of a map\n"
          "in.yaml:5:5: l[3]: unknown tag \"!foo\" (only !include file.yaml is known)");
}

TEST_CASE("what is not one YAML document is refused with its place", "[unit]") {
    CHECK(complaints("") == "in.yaml:1:1: expected a YAML document, the file is empty");
    CHECK(complaints("# only a comment\n") ==
          "in.yaml:1:1: expected a YAML document, the file is empty");
    CHECK(complaints("a: 1\n---\nb: 2\n") ==
          "in.yaml:2:1: expected one document, found another one here");
    CHECK(complaints("a: [1, 2\n").find("in.yaml:2:1: not YAML: ") == 0);
    CHECK(complaints("a: 1\n\tb: 2\n").find("in.yaml:2:") == 0);
    CHECK(complaints("a: b: c\n").find("in.yaml:1:5: not YAML: ") == 0);
    CHECK(complaints("a: *nowhere\n").find("in.yaml:1:4: not YAML: ") == 0);
    for (const char* open : {"b: \"open",
                             "b: \"open\n",
                             "b: 'open\n\n",
                             "'open\r\n",
                             "'open\n  ",
                             "'open \t",
                             "k: \"open\n  more\n",
                             "[a, 'b]\n",
                             "'it''s\n"}) {
        INFO(open);
        CHECK(complaints(open).find("not YAML: illegal EOF in scalar") != std::string::npos);
    }
}

TEST_CASE("bytes that are no text are refused with their place", "[unit]") {
    CHECK(complaints("a: 1\nb: \xff\n") ==
          "in.yaml:2:4: expected UTF-8 text, found a byte that is not");
    CHECK(complaints(std::string_view("a: 1\n\0b: 2", 10)) ==
          "in.yaml:2:1: expected text, found a control character");
    // yaml-cpp alone takes byte 4 for the end of the file and would drop the rest in silence.
    CHECK(complaints("a: ü\x04\nb: 2\n") ==
          "in.yaml:1:5: expected text, found a control character");
    for (const char* bad : {"\xc0\x80",
                            "\xe0\x80\x80",
                            "\xed\xa0\x80",
                            "\xf4\x90\x80\x80",
                            "\xf8",
                            "\xe2\x82",
                            "\x80"}) {
        INFO(bad);
        CHECK(complaints(bad) == "in.yaml:1:1: expected UTF-8 text, found a byte that is not");
    }
}

TEST_CASE("an alias within its own anchor is refused", "[unit]") {
    CHECK(complaints("a: &x [1, *x]\n") ==
          "in.yaml:1:11: a[1]: this alias stands inside the value it refers to");
}

TEST_CASE("aliases that would fill the memory are refused", "[unit]") {
    std::string bomb = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n";
    for (int i = 1; i <= 12; ++i) {
        const std::string last = "*a" + std::to_string(i - 1);
        bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
        for (int k = 1; k < 10; ++k) {
            bomb += ", " + last;
        }
        bomb += "]\n";
    }
    CHECK(complaints(bomb).find("with aliases and includes expanded") != std::string::npos);
}

TEST_CASE("nesting is limited", "[unit]") {
    const auto nested = [](std::size_t n) { return std::string(n, '[') + std::string(n, ']'); };
    CHECK(complaints(nested(200)).empty());
    CHECK(complaints(nested(201)) == "in.yaml:1:201: nested deeper than 200 levels");
    CHECK(complaints(nested(100'000)).find("nested deeper") != std::string::npos);
    std::string block;
    for (std::size_t i = 0; i < 300; ++i) {
        block += std::string(i, ' ') + "a:\n";
    }
    CHECK(complaints(block).find("nested deeper") != std::string::npos);
    // Also when aliases pile up what stands flat in the text.
    std::string piled = "a0: &a0 [1]\n";
    for (int i = 1; i <= 250; ++i) {
        const std::string n = std::to_string(i);
        piled += "a" + n + ": &a" + n + " [*a" + std::to_string(i - 1) + "]\n";
    }
    CHECK(complaints(piled).find("nested deeper") != std::string::npos);
}

TEST_CASE("an include is replaced by the tree of the file", "[unit]") {
    const Folder folder;
    folder.write("parts/core.yaml", "size: 8\nports: !include ports.yaml\n");
    folder.write("parts/ports.yaml", "[r, w]\n");
    const fs::path file = folder.write(
        "top.yaml", "a: !include parts/core.yaml\nb: [!include \"parts/core.yaml\"]\n");
    Problems problems;
    const Node root = load_yaml(file, problems);
    REQUIRE(problems.empty());
    CHECK(root.find("a")->find("ports")->children[1].text == "w");
    CHECK(root.find("a")->find("ports")->where.file ==
          (folder.path() / "parts/ports.yaml").string());
    CHECK(root.find("a")->find("size")->where.line == 1);
    CHECK(content_hash(*root.find("a")) == content_hash(root.find("b")->children[0]));
}

TEST_CASE("an include that cannot be done is a problem where it stands", "[unit]") {
    const Folder folder;
    CHECK(complaints_of_file(folder, folder.write("a.yaml", "x:\n  y: !include no/such.yaml\n")) ==
          "a.yaml:2:6: x.y: cannot include \"no/such.yaml\": no/such.yaml: cannot be read: No such "
          "file or directory");
    CHECK(complaints_of_file(folder, folder.write("b.yaml", "x: !include .\n"))
              .find("is a folder, expected a file") != std::string::npos);
    CHECK(complaints_of_file(folder, folder.write("c.yaml", "x: !include ''\n")) ==
          "c.yaml:1:4: x: cannot include \"\": expected a file name after !include");
    folder.write("bad.yaml", "k: 1\nk: 2\n");
    CHECK(complaints_of_file(folder, folder.write("d.yaml", "x: !include bad.yaml\n")) ==
          "bad.yaml:2:1: k: key given twice, first in line 1");
    folder.write("empty.yaml", "");
    CHECK(complaints_of_file(folder, folder.write("e.yaml", "x: !include empty.yaml\n")) ==
          "empty.yaml:1:1: expected a YAML document, the file is empty");
}

TEST_CASE("cycles and long chains of includes are problems", "[unit]") {
    const Folder folder;
    const std::string cycle = "the file includes itself, directly or through others";
    CHECK(complaints_of_file(folder, folder.write("self.yaml", "x: !include self.yaml\n")) ==
          "self.yaml:1:4: x: cannot include \"self.yaml\": " + cycle);
    folder.write("a.yaml", "to_b: !include sub/b.yaml\n");
    folder.write("sub/b.yaml", "to_a: !include ../a.yaml\n");
    CHECK(complaints_of_file(folder, folder.path() / "a.yaml") ==
          "sub/b.yaml:1:7: to_a: cannot include \"../a.yaml\": " + cycle);
    for (int i = 0; i < 20; ++i) {
        folder.write("c" + std::to_string(i) + ".yaml",
                     "n: !include c" + std::to_string(i + 1) + ".yaml\n");
    }
    CHECK(complaints_of_file(folder, folder.path() / "c0.yaml") ==
          "c16.yaml:1:4: n: cannot include \"c17.yaml\": includes are nested deeper than 16");
    folder.write("c16.yaml", "1\n");
    CHECK(complaints_of_file(folder, folder.path() / "c0.yaml").empty());
}

TEST_CASE("a file that cannot be loaded is a problem", "[unit]") {
    const Folder folder;
    CHECK(complaints_of_file(folder, folder.path() / "none.yaml") ==
          "none.yaml: cannot be read: No such file or directory");
    CHECK(complaints_of_file(folder, folder.write("null.yaml", "---\n")) ==
          "null.yaml:2:1: expected a YAML document, the file is empty");
    fs::create_directory(folder.path() / "d");
    CHECK(complaints_of_file(folder, folder.path() / "d") == "d: is a folder, expected a file");
}

TEST_CASE("damaged texts give problems or trees, never a crash", "[property]") {
    const std::string good =
        "%YAML 1.2\n---\na: &x {k: [1, \"two\", 'three']}\nb: *x\nc: |\n  block\n  text\n? d\n"
        ": - - 1\n  - !!str 2\n# end\ne: >-\n  folded\n\"f\\x41\": {g: , h: [,]}\n";
    Rng rng(std::uint64_t{2026});
    const std::string marks = "\n\t -?:,[]{}#&*!|>'\"%@`~<a1\\\x80\xff\x04";
    for (int trial = 0; trial < 5000; ++trial) {
        std::string text = good.substr(0, rng.below(good.size() + 1));
        for (std::uint64_t edits = rng.below(6); edits > 0 && !text.empty(); --edits) {
            const auto at = static_cast<std::ptrdiff_t>(rng.below(text.size()));
            const char mark = marks[rng.below(marks.size())];
            switch (rng.below(3)) {
                case 0:
                    text[static_cast<std::size_t>(at)] = mark;
                    break;
                case 1:
                    text.insert(text.begin() + at, mark);
                    break;
                default:
                    text.erase(text.begin() + at);
            }
        }
        Problems problems;
        const Node root = parse_yaml(text, "in.yaml", problems);
        for (const Problem& p : problems.errors()) {
            REQUIRE(p.where.file == "in.yaml");
        }
        if (problems.empty()) {
            Problems again;
            const Node copy = parse_yaml(to_yaml(root), "copy.yaml", again);
            INFO(text << "\n-----\n" << to_yaml(root));
            REQUIRE(again.empty());
            REQUIRE(to_yaml(copy) == to_yaml(root));
        }
    }
}

TEST_CASE("random bytes give problems or trees, never a crash", "[property]") {
    rc::prop("any bytes", [](const std::string& bytes) {
        Problems problems;
        (void)parse_yaml(bytes, "in.yaml", problems);
    });
}

}  // namespace test_yaml
