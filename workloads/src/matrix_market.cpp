// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "matrix_files.hpp"
#include "text_scanner.hpp"

namespace plexus::workloads::detail {

namespace {

enum class Field : std::uint8_t { real, integer, pattern };

/// What the banner and the size line of a Matrix Market file say.
struct Header {
    Field field = Field::real;
    bool symmetric = false;
    std::int64_t rows = 0;
    std::int64_t columns = 0;
    std::int64_t entries = 0;
};

/// One stored element, 0-based.
struct Entry {
    std::int32_t row = 0;
    std::int32_t column = 0;
    float value = 1;
    int line = 0;
};

std::vector<std::string> lower_case_words(std::string_view line) {
    std::vector<std::string> words(1);
    for (const char c : line) {
        if (c == ' ' || c == '\t') {
            if (!words.back().empty())
                words.emplace_back();
        } else {
            words.back() += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        }
    }
    if (words.back().empty())
        words.pop_back();
    return words;
}

/// The first line: `%%MatrixMarket matrix coordinate real|integer|pattern general|symmetric`.
void read_banner(TextScanner& in, Header& header) {
    const std::vector<std::string> words = lower_case_words(in.rest_of_line());
    const auto bad = [&](const std::string& what) { in.problem(in.here(), "banner", what); };
    if (words.size() != 5 || words[0] != "%%matrixmarket" || words[1] != "matrix") {
        bad("expected \"%%MatrixMarket matrix coordinate <field> <symmetry>\", got " +
            in_quotes(in.rest_of_line()));
        return;
    }
    if (words[2] == "array") {
        bad("format \"array\" (a dense matrix) is not supported; write it as \"coordinate\"");
    } else if (words[2] != "coordinate") {
        bad("expected format \"coordinate\", got " + in_quotes(words[2]));
    }
    if (words[3] == "pattern") {
        header.field = Field::pattern;
    } else if (words[3] == "integer") {
        header.field = Field::integer;
    } else if (words[3] != "real") {
        bad("field must be real, integer or pattern, got " + in_quotes(words[3]));
    }
    header.symmetric = words[4] == "symmetric";
    if (!header.symmetric && words[4] != "general") {
        bad("symmetry must be general or symmetric, got " + in_quotes(words[4]));
    }
}

/// Refuses anything left on a line.
void expect_line_end(TextScanner& in, const char* what) {
    in.skip_blanks();
    if (!in.at_line_end()) {
        in.problem(in.here(),
                   "",
                   fmt::format("expected the end of the line after {}, got {}",
                               what,
                               in_quotes(in.rest_of_line())));
    }
}

void check_sizes(TextScanner& in, const Header& header, const core::SourceLocation& where) {
    for (const auto& [name, value] :
         {std::pair{"rows", header.rows}, std::pair{"columns", header.columns}}) {
        if (value < 1 || value > longest_edge) {
            in.problem(where, name, fmt::format("must be in 1..{}, got {}", longest_edge, value));
        }
    }
    if (in.failed())
        return;
    const std::int64_t elements = header.rows * header.columns;
    if (header.entries < 0 || header.entries > elements) {
        in.problem(
            where,
            "entries",
            fmt::format("must be in 0..rows·columns = {}, got {}", elements, header.entries));
    }
    if (header.symmetric && header.rows != header.columns) {
        in.problem(
            where,
            "rows",
            fmt::format(
                "a symmetric matrix must be square, got {} × {}", header.rows, header.columns));
    }
    // "1 1" and a line end are 4 characters, with a value 6; the last line end may be missing.
    const std::int64_t shortest = header.field == Field::pattern ? 4 : 6;
    const auto room = static_cast<std::int64_t>(in.remaining()) / shortest;
    if (!in.failed() && header.entries > room) {
        in.problem(where,
                   "entries",
                   fmt::format("{} entries cannot be in the {} characters that follow",
                               header.entries,
                               in.remaining()));
    }
}

/// `rows columns entries`, after comments.
void read_sizes(TextScanner& in, Header& header) {
    in.next_line();
    in.skip_white();
    while (!in.at_end() && in.rest_of_line().starts_with('%')) {
        in.next_line();
        in.skip_white();
    }
    const core::SourceLocation where = in.here();
    const auto rows = in.integer("the number of rows");
    if (!rows)
        return;
    const auto columns = in.integer("the number of columns");
    if (!columns)
        return;
    const auto entries = in.integer("the number of entries");
    if (!entries)
        return;
    header.rows = *rows;
    header.columns = *columns;
    header.entries = *entries;
    expect_line_end(in, "rows, columns and entries");
    check_sizes(in, header, where);
}

/// A 1-based index; false if there is no number.
bool read_index(TextScanner& in, const char* name, std::int64_t size, std::int32_t& out) {
    const auto index = in.integer(name);
    if (!index)
        return false;
    if (*index < 1 || *index > size) {
        in.problem(in.last(), name, fmt::format("must be in 1..{}, got {}", size, *index));
        return true;
    }
    out = static_cast<std::int32_t>(*index - 1);
    return true;
}

/// The value of an entry; false if there is no number.
bool read_value(TextScanner& in, Field field, float& out) {
    double value = 1;
    if (field == Field::integer) {
        const auto integer = in.integer("an integer value");
        if (!integer)
            return false;
        value = static_cast<double>(*integer);
    } else {
        const auto number = in.number("a value");
        if (!number)
            return false;
        value = *number;
    }
    const double magnitude = std::fabs(value);
    if (magnitude > static_cast<double>(std::numeric_limits<float>::max()) ||
        (value != 0 && magnitude < static_cast<double>(std::numeric_limits<float>::denorm_min()))) {
        in.problem(in.last(), "value", "is beyond the range of a 32-bit floating-point number");
        return true;
    }
    out = static_cast<float>(value);
    return true;
}

std::vector<Entry> read_entries(TextScanner& in, const Header& header) {
    std::vector<Entry> entries;
    entries.reserve(static_cast<std::size_t>(header.entries) * (header.symmetric ? 2 : 1));
    for (std::int64_t i = 0; i < header.entries && !in.hopeless(); ++i) {
        in.next_line();
        in.skip_white();
        if (in.at_end()) {
            in.problem(
                in.here(),
                "entries",
                fmt::format("expected {} entries, but the file ends after {}", header.entries, i));
            break;
        }
        Entry entry;
        entry.line = in.here().line;
        if (!read_index(in, "row", header.rows, entry.row))
            break;
        if (!read_index(in, "column", header.columns, entry.column))
            break;
        if (header.symmetric && entry.column > entry.row) {
            in.problem(
                in.last(), "column", "must be ≤ the row: a symmetric file holds the lower half");
        }
        if (header.field != Field::pattern && !read_value(in, header.field, entry.value))
            break;
        expect_line_end(in, "an entry");
        entries.push_back(entry);
        if (header.symmetric && entry.row != entry.column) {
            entries.push_back({entry.column, entry.row, entry.value, entry.line});
        }
    }
    return entries;
}

/// Compressed rows of the entries, in any order; explicit zeros are left out, elements that are
/// given twice are problems.
SparseMatrix compress(TextScanner& in,
                      const Header& header,
                      std::vector<Entry> entries,
                      const std::string& name) {
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
        return std::tuple(a.row, a.column, a.line) < std::tuple(b.row, b.column, b.line);
    });
    SparseMatrix matrix;
    matrix.rows = header.rows;
    matrix.columns = header.columns;
    matrix.row_offsets.assign(static_cast<std::size_t>(header.rows) + 1, 0);
    matrix.column_indices.reserve(entries.size());
    if (header.field != Field::pattern)
        matrix.values.reserve(entries.size());
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const Entry& e = entries[i];
        if (i > 0 && entries[i - 1].row == e.row && entries[i - 1].column == e.column) {
            in.problem({name, e.line, 1},
                       "entries",
                       fmt::format("row {}, column {} is already given in line {}",
                                   e.row + 1,
                                   e.column + 1,
                                   entries[i - 1].line));
        }
        if (e.value == 0)
            continue;
        matrix.column_indices.push_back(e.column);
        if (header.field != Field::pattern)
            matrix.values.push_back(e.value);
        ++matrix.row_offsets[static_cast<std::size_t>(e.row) + 1];
    }
    for (std::size_t r = 1; r < matrix.row_offsets.size(); ++r) {
        matrix.row_offsets[r] += matrix.row_offsets[r - 1];
    }
    return matrix;
}

}  // namespace

SparseMatrix parse_matrix_market(std::string_view text, const std::string& name) {
    TextScanner in(text, name);
    Header header;
    read_banner(in, header);
    in.throw_if_any();
    read_sizes(in, header);
    in.throw_if_any();
    std::vector<Entry> entries = read_entries(in, header);
    in.throw_if_any();
    in.next_line();
    in.skip_white();
    if (!in.at_end()) {
        in.problem(in.here(),
                   "entries",
                   fmt::format("expected the end of the file after {} entries, got {}",
                               header.entries,
                               in_quotes(in.rest_of_line())));
    }
    SparseMatrix matrix = compress(in, header, std::move(entries), name);
    in.throw_if_any();
    return matrix;
}

}  // namespace plexus::workloads::detail
