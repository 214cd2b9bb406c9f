// SPDX-License-Identifier: Apache-2.0
#include "equation.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace plexus::workloads {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/// Reads a text from left to right; blanks between words do not count.
class Scanner {
  public:
    explicit Scanner(std::string_view text) : text_(text) { skip_blanks(); }

    [[nodiscard]] bool at_end() const { return position_ == text_.size(); }
    [[nodiscard]] std::size_t position() const { return position_; }
    [[nodiscard]] char peek() const { return at_end() ? '\0' : text_[position_]; }
    [[nodiscard]] std::string_view from(std::size_t start) const {
        std::string_view part = text_.substr(start, position_ - start);
        while (!part.empty() && part.back() == ' ') {
            part.remove_suffix(1);
        }
        return part;
    }

    [[noreturn]] void fail(const std::string& expected) const {
        const std::string found =
            at_end() ? "the end" : fmt::format("\"{}\"", text_.substr(position_, 1));
        throw SyntaxError{
            position_,
            fmt::format("expected {} at character {}, found {}", expected, position_ + 1, found)};
    }

    bool accept(char c) {
        if (peek() != c) {
            return false;
        }
        ++position_;
        skip_blanks();
        return true;
    }

    void expect(char c) {
        if (!accept(c)) {
            fail(fmt::format("\"{}\"", c));
        }
    }

    std::string name(const char* what) {
        if (!is_letter(peek())) {
            fail(what);
        }
        const std::size_t start = position_;
        while (is_letter(peek()) || is_digit(peek())) {
            ++position_;
        }
        std::string word(text_.substr(start, position_ - start));
        skip_blanks();
        return word;
    }

    std::int64_t number() {
        const std::size_t start = position_;
        while (is_digit(peek())) {
            ++position_;
        }
        std::int64_t value = 0;
        const char* end = text_.data() + position_;
        const auto result = std::from_chars(text_.data() + start, end, value);
        if (result.ec != std::errc() || value < 1) {
            throw SyntaxError{start,
                              fmt::format("a scale must be a whole number in [1, 2^63), "
                                          "got {} at character {}",
                                          text_.substr(start, position_ - start),
                                          start + 1)};
        }
        skip_blanks();
        return value;
    }

  private:
    void skip_blanks() {
        while (peek() == ' ' || peek() == '\t' || peek() == '\n') {
            ++position_;
        }
    }

    std::string_view text_;
    std::size_t position_ = 0;
};

std::pair<std::string, std::int64_t> parse_term(Scanner& scanner) {
    if (is_digit(scanner.peek())) {
        const std::int64_t scale = scanner.number();
        scanner.expect('*');
        return {lower(scanner.name("a dimension")), scale};
    }
    std::string dim = lower(scanner.name("a dimension"));
    if (!scanner.accept('*')) {
        return {std::move(dim), 1};
    }
    if (!is_digit(scanner.peek())) {
        scanner.fail("a number");
    }
    return {std::move(dim), scanner.number()};
}

AffineText parse_affine(Scanner& scanner) {
    AffineText sum;
    sum.offset = scanner.position();
    do {
        const std::size_t start = scanner.position();
        auto term = parse_term(scanner);
        const bool twice = std::any_of(sum.terms.begin(), sum.terms.end(), [&](const auto& t) {
            return t.first == term.first;
        });
        if (twice) {
            throw SyntaxError{start,
                              fmt::format("dimension \"{}\" twice in one index, at "
                                          "character {}",
                                          term.first,
                                          start + 1)};
        }
        sum.terms.push_back(std::move(term));
    } while (scanner.accept('+'));
    if (sum.terms.size() > 1 || sum.terms.front().second != 1) {
        sum.name = lower(scanner.from(sum.offset));
        std::erase(sum.name, ' ');
    }
    return sum;
}

AccessText parse_access(Scanner& scanner) {
    AccessText access;
    access.offset = scanner.position();
    access.operand = upper(scanner.name("an operand"));
    while (scanner.accept('[')) {
        access.indices.push_back(parse_affine(scanner));
        scanner.expect(']');
    }
    return access;
}

}  // namespace

EquationText parse_equation(std::string_view text) {
    Scanner scanner(text);
    EquationText equation;
    equation.output = parse_access(scanner);
    equation.accumulates = scanner.accept('+');
    if (!scanner.accept('=')) {
        scanner.fail(equation.accumulates ? "\"=\"" : "\"[\", \"=\" or \"+=\"");
    }
    do {
        equation.inputs.push_back(parse_access(scanner));
    } while (scanner.accept('*') || scanner.accept('+') || scanner.accept('-') ||
             scanner.accept('/'));
    if (!scanner.at_end()) {
        scanner.fail("\"[\", \"*\", \"+\" or the end");
    }
    return equation;
}

RelationText parse_relation(std::string_view text) {
    Scanner scanner(text);
    RelationText relation;
    relation.left = lower(scanner.name("the name of an axis"));
    scanner.expect('=');
    relation.right = parse_affine(scanner);
    if (!scanner.at_end()) {
        scanner.fail("\"+\" or the end");
    }
    return relation;
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    return out;
}

std::string upper(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    });
    return out;
}

}  // namespace plexus::workloads
