// SPDX-License-Identifier: Apache-2.0
#include "plexus/results/csv.hpp"

#include <charconv>
#include <type_traits>
#include <variant>

#include "plexus/core/text.hpp"

namespace plexus::results {

namespace {

/// Whether `text` would come back as something else if it stood without quotes.
bool needs_quotes(std::string_view text) {
    return text.empty() || text.front() == ' ' || text.back() == ' ' ||
           text.find_first_of(",\"\r\n") != std::string_view::npos;
}

/// Whether cell_from() would take the unquoted text for a number.
bool looks_like_number(std::string_view text) {
    double value = 0;
    return core::parse_number(text, value);
}

/// A cursor over CSV text that knows line and column.
class Parser {
  public:
    Parser(std::string_view text, const std::string& name, core::Problems& problems)
        : text_(text), name_(name), problems_(problems) {}

    CsvText parse() {
        CsvText out;
        while (at_ < text_.size()) {
            CsvRow row;
            row.line = line_;
            row.begin = at_;
            const int first_line = line_;
            if (!read_row(row)) {
                if (line_ != first_line)
                    problem(first_line, 1, "a quoted field is not closed by the end of the file");
                out.tail_line = first_line;
                return out;
            }
            row.end = at_;
            out.whole = at_;
            out.rows.push_back(std::move(row));
        }
        return out;
    }

  private:
    /// False if the text ends before the line break that ends the row.
    bool read_row(CsvRow& row) {
        while (true) {
            CsvField field;
            field.column = column();
            const bool whole = peek() == '"' ? read_quoted(field) : read_plain(field);
            row.fields.push_back(std::move(field));
            if (!whole || at_ >= text_.size())
                return false;
            if (peek() == ',') {
                ++at_;
                continue;
            }
            return take_line_break();
        }
    }

    bool read_plain(CsvField& field) {
        const std::size_t begin = at_;
        while (at_ < text_.size() && peek() != ',' && !at_line_break()) {
            if (peek() == '"')
                problem(line_, column(), "a quote inside a field that does not start with one");
            if (peek() == '\0')
                problem(line_, column(), "a NUL character");
            if (peek() == '\r' && at_ + 1 < text_.size())
                problem(line_, column(), "a carriage return that does not end a line");
            ++at_;
        }
        field.text = std::string(text_.substr(begin, at_ - begin));
        return at_ < text_.size();
    }

    bool read_quoted(CsvField& field) {
        field.quoted = true;
        ++at_;
        while (at_ < text_.size()) {
            const char c = peek();
            if (c == '"') {
                ++at_;
                if (at_ >= text_.size() || peek() != '"')
                    return end_of_quoted();
            }
            field.text += c;
            ++at_;
            if (c == '\n') {
                ++line_;
                line_begin_ = at_;
            }
        }
        return false;
    }

    /// After a closing quote only a comma or a line break may stand.
    bool end_of_quoted() {
        if (at_ < text_.size() && peek() != ',' && !at_line_break() && peek() != '\r')
            problem(line_, column(), "expected a comma or the end of the line after the quote");
        while (at_ < text_.size() && peek() != ',' && !at_line_break())
            ++at_;
        return at_ < text_.size();
    }

    [[nodiscard]] bool at_line_break() const {
        return peek() == '\n' ||
               (peek() == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n');
    }

    bool take_line_break() {
        at_ += peek() == '\r' ? 2 : 1;
        ++line_;
        line_begin_ = at_;
        return true;
    }

    [[nodiscard]] char peek() const { return text_[at_]; }
    [[nodiscard]] int column() const { return static_cast<int>(at_ - line_begin_) + 1; }
    void problem(int line, int column, const char* message) {
        problems_.add({name_, line, column}, "", message);
    }

    std::string_view text_;
    const std::string& name_;
    core::Problems& problems_;
    std::size_t at_ = 0;
    std::size_t line_begin_ = 0;
    int line_ = 1;
};

}  // namespace

std::string csv_field(std::string_view text) {
    if (!needs_quotes(text))
        return std::string(text);
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"')
            out += '"';
        out += c;
    }
    return out + '"';
}

std::string csv_field(const core::Cell& cell) {
    return std::visit(
        [](const auto& value) -> std::string {
            using T = std::decay_t<decltype(value)>;
            if constexpr (std::is_same_v<T, std::monostate>)
                return "";
            else if constexpr (std::is_same_v<T, std::int64_t>)
                return std::to_string(value);
            else if constexpr (std::is_same_v<T, double>)
                return core::to_text(value);
            else
                // A text that looks like a number stays a text.
                return looks_like_number(value) ? '"' + value + '"'
                                                : csv_field(std::string_view(value));
        },
        cell);
}

std::string csv_line(std::span<const core::Cell> cells) {
    std::string out;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (i > 0)
            out += ',';
        out += csv_field(cells[i]);
    }
    return out;
}

std::string csv_line(std::span<const std::string> texts) {
    std::string out;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (i > 0)
            out += ',';
        out += csv_field(std::string_view(texts[i]));
    }
    return out;
}

std::string to_csv(const core::Table& table) {
    std::string out = csv_line(table.columns) + '\n';
    for (const auto& row : table.rows)
        out += csv_line(row) + '\n';
    return out;
}

CsvText parse_csv(std::string_view text, const std::string& name, core::Problems& problems) {
    return Parser(text, name, problems).parse();
}

core::Cell cell_from(const CsvField& field) {
    if (field.quoted)
        return field.text;
    if (field.text.empty())
        return std::monostate{};
    std::int64_t integer = 0;
    const char* end = field.text.data() + field.text.size();
    const auto [rest, error] = std::from_chars(field.text.data(), end, integer);
    if (error == std::errc{} && rest == end && std::to_string(integer) == field.text)
        return integer;
    double number = 0;
    if (core::parse_number(field.text, number))
        return number;
    return field.text;
}

}  // namespace plexus::results
