// SPDX-License-Identifier: Apache-2.0
#include "fusion/record_table.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <utility>

#include <fmt/format.h>

namespace plexus::explorers {

namespace {

/// Cells of a line; quotes may enclose commas, and a doubled quote is one.
std::vector<std::string> split_cells(const std::string& line) {
    std::vector<std::string> cells(1);
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (c == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') {
            cells.back() += c;
            ++i;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (c == ',' && !quoted) {
            cells.emplace_back();
        } else if (c != '\r') {
            cells.back() += c;
        }
    }
    return cells;
}

}  // namespace

RecordRow::RecordRow(const std::filesystem::path& file,
                     int line,
                     const std::vector<std::string>& columns,
                     std::vector<std::string> cells,
                     core::Problems& problems)
    : file_(file), line_(line), columns_(columns), cells_(std::move(cells)), problems_(problems) {
    if (cells_.size() != columns_.size()) {
        problem("", fmt::format("{} cells, expected {}", cells_.size(), columns_.size()));
        cells_.resize(columns_.size());
    }
}

std::string RecordRow::text(const std::string& column) const {
    const auto found = std::find(columns_.begin(), columns_.end(), column);
    if (found == columns_.end()) {
        problem(column, "no such column");
        return "";
    }
    return cells_[static_cast<std::size_t>(found - columns_.begin())];
}

double RecordRow::number(const std::string& column) const {
    return parse(column, text(column));
}

double RecordRow::number_or_none(const std::string& column) const {
    const std::string digits = text(column);
    return digits.empty() ? 0 : parse(column, digits);
}

std::int64_t RecordRow::positive(const std::string& column) const {
    const double value = number(column);
    if (!(value >= 1 && value <= 1e9 && value == std::floor(value))) {
        problem(column, fmt::format("expected a whole number of at least 1, got {}", value));
        return 1;
    }
    return static_cast<std::int64_t>(value);
}

double RecordRow::parse(const std::string& column, const std::string& digits) const {
    double value = 0;
    const char* end = digits.data() + digits.size();
    const auto [rest, error] = std::from_chars(digits.data(), end, value);
    if (error != std::errc{} || rest != end) {
        problem(column, "expected a number, got \"" + digits + "\"");
    }
    return value;
}

void RecordRow::problem(const std::string& column, const std::string& message) const {
    problems_.add({file_.string(), line_, 1}, column, message);
}

void read_records(const std::filesystem::path& file,
                  const std::function<void(const RecordRow&)>& read) {
    core::Problems problems;
    std::ifstream in(file);
    std::string line;
    if (!in || !std::getline(in, line)) {
        problems.add({file.string()}, "", "cannot read the file, or it is empty");
        problems.throw_if_any();
    }
    const std::vector<std::string> columns = split_cells(line);
    for (int number = 2; std::getline(in, line); ++number) {
        if (!line.empty()) {
            read({file, number, columns, split_cells(line), problems});
        }
    }
    problems.throw_if_any();
}

std::vector<std::string> pieces(const std::string& text, const std::string& separators) {
    std::vector<std::string> result;
    std::size_t begin = text.find_first_not_of(separators);
    while (begin != std::string::npos) {
        const std::size_t end = text.find_first_of(separators, begin);
        result.push_back(text.substr(begin, end - begin));
        begin = text.find_first_not_of(separators, end);
    }
    return result;
}

}  // namespace plexus::explorers
