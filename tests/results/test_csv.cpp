// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include <rapidcheck/catch.h>

#include "plexus/results/csv.hpp"

#include "catch.hpp"

namespace test_csv {

using namespace plexus;
using results::CsvText;

namespace {

std::vector<std::vector<std::string>> texts(const CsvText& csv) {
    std::vector<std::vector<std::string>> out;
    for (const auto& row : csv.rows) {
        out.emplace_back();
        for (const auto& field : row.fields)
            out.back().push_back(field.text);
    }
    return out;
}

CsvText parsed(const std::string& text) {
    core::Problems problems;
    CsvText out = results::parse_csv(text, "t.csv", problems);
    REQUIRE(problems.errors() == std::vector<core::Problem>{});
    return out;
}

std::string first_problem(const std::string& text) {
    core::Problems problems;
    static_cast<void>(results::parse_csv(text, "t.csv", problems));
    REQUIRE_FALSE(problems.empty());
    return core::to_string(problems.errors().front());
}

}  // namespace

TEST_CASE("CSV fields are quoted only where they must be") {
    CHECK(results::csv_field(std::string_view("plain text")) == "plain text");
    CHECK(results::csv_field(std::string_view("a,b")) == "\"a,b\"");
    CHECK(results::csv_field(std::string_view("say \"x\"")) == "\"say \"\"x\"\"\"");
    CHECK(results::csv_field(std::string_view("two\nlines")) == "\"two\nlines\"");
    CHECK(results::csv_field(std::string_view("")) == "\"\"");
    CHECK(results::csv_field(std::string_view(" x")) == "\" x\"");
}

TEST_CASE("CSV cells keep their type") {
    CHECK(results::csv_field(core::Cell()) == "");
    CHECK(results::csv_field(core::Cell(std::int64_t{-7})) == "-7");
    CHECK(results::csv_field(core::Cell(0.1)) == "0.1");
    CHECK(results::csv_field(core::Cell(1.0 / 3)) == "0.3333333333333333");
    CHECK(results::csv_field(core::Cell(std::string("12"))) == "\"12\"");
    CHECK(results::csv_field(core::Cell(std::string("csr"))) == "csr");
}

TEST_CASE("a table becomes CSV with its header") {
    const core::Table table{.name = "t",
                            .columns = {"name", "energy_pj"},
                            .rows = {{std::string("a,b"), 1.5}, {core::Cell(), std::int64_t{3}}}};
    CHECK(results::to_csv(table) == "name,energy_pj\n\"a,b\",1.5\n,3\n");
}

TEST_CASE("CSV is read with LF and CRLF, quotes and line breaks in quotes") {
    const CsvText csv = parsed("a,b\r\n\"x \"\"y\"\"\",\"1\n2\"\n,\n");
    CHECK(texts(csv) ==
          std::vector<std::vector<std::string>>{{"a", "b"}, {"x \"y\"", "1\n2"}, {"", ""}});
    CHECK(csv.rows[2].line == 4);
    CHECK(csv.whole == 23);
    CHECK(csv.tail_line == 0);
    CHECK(csv.rows[1].fields[0].quoted);
    CHECK_FALSE(csv.rows[2].fields[0].quoted);
}

TEST_CASE("a last line without line break is left out and told") {
    const CsvText csv = parsed("a,b\n1,2\n3,");
    CHECK(csv.rows.size() == 2);
    CHECK(csv.whole == 8);
    CHECK(csv.tail_line == 3);
    CHECK(parsed("a,b\n1,\"2").tail_line == 2);
    CHECK(parsed("a,b\n1,\"2\"").tail_line == 2);
    CHECK(parsed("").tail_line == 0);
}

TEST_CASE("malformed CSV is refused with its place") {
    CHECK(first_problem("a,b\n1,2\"3\n") ==
          "t.csv:2:4: a quote inside a field that does not start with one");
    CHECK(first_problem("\"a\"b,c\n") ==
          "t.csv:1:4: expected a comma or the end of the line after the quote");
    CHECK(first_problem("a\n\"b\nc\n") ==
          "t.csv:2:1: a quoted field is not closed by the end of the file");
    CHECK(first_problem(std::string("a\nb\0c\n", 6)) == "t.csv:2:2: a NUL character");
    CHECK(first_problem("a\rb\n") == "t.csv:1:2: a carriage return that does not end a line");
}

TEST_CASE("any text comes back from CSV") {
    rc::prop("write, then read", [](const std::vector<std::string>& fields) {
        RC_PRE(!fields.empty());
        std::vector<std::string> clean = fields;
        for (std::string& f : clean)
            std::erase(f, '\0');
        const CsvText csv = parsed(results::csv_line(std::span<const std::string>(clean)) + '\n');
        RC_ASSERT(texts(csv) == std::vector<std::vector<std::string>>{clean});
    });
}

TEST_CASE("any cell comes back from CSV with the same bytes") {
    rc::prop("numbers", [](double number, std::int64_t integer, std::string text) {
        std::erase(text, '\0');
        const std::vector<core::Cell> cells{number, integer, text, std::monostate{}};
        const std::string line = results::csv_line(cells);
        std::vector<core::Cell> back;
        const CsvText csv = parsed(line + '\n');
        for (const auto& field : csv.rows.at(0).fields)
            back.push_back(results::cell_from(field));
        RC_ASSERT(results::csv_line(back) == line);
        RC_ASSERT(std::get<std::int64_t>(back[1]) == integer);
        RC_ASSERT(std::get<std::string>(back[2]) == text);
        RC_ASSERT(std::holds_alternative<std::monostate>(back[3]));
    });
}

}  // namespace test_csv
