// SPDX-License-Identifier: Apache-2.0
#include "text_scanner.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace plexus::workloads::detail {

namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

}  // namespace

std::string in_quotes(std::string_view text) {
    constexpr std::size_t most = 24;
    std::string shown(text.substr(0, most));
    for (char& c : shown) {
        if (c < ' ' || c > '~')
            c = '?';
    }
    return fmt::format("\"{}{}\"", shown, text.size() > most ? "…" : "");
}

TextScanner::TextScanner(std::string_view text, std::string file)
    : text_(text), file_(std::move(file)) {}

void TextScanner::skip_blanks() {
    while (position_ < text_.size() && is_blank(text_[position_]))
        ++position_;
}

void TextScanner::skip_white() {
    skip_blanks();
    while (!at_end() && at_line_end()) {
        next_line();
        skip_blanks();
    }
}

bool TextScanner::next_line() {
    const std::size_t end = text_.find('\n', position_);
    if (end == std::string_view::npos) {
        position_ = text_.size();
        return false;
    }
    position_ = end + 1;
    line_start_ = position_;
    last_ = position_;
    ++line_;
    return true;
}

std::string_view TextScanner::rest_of_line() const {
    std::string_view line = text_.substr(position_, text_.find('\n', position_) - position_);
    if (!line.empty() && line.back() == '\r')
        line.remove_suffix(1);
    return line;
}

bool TextScanner::accept(char c) {
    if (at_end() || text_[position_] != c)
        return false;
    ++position_;
    return true;
}

std::string_view TextScanner::token() {
    std::size_t end = position_;
    while (end < text_.size() && !is_blank(text_[end]) && text_[end] != '\n')
        ++end;
    return text_.substr(position_, end - position_);
}

void TextScanner::expected(const char* what, std::string_view found) {
    if (at_end()) {
        problem(here(), "", fmt::format("expected {}, but the file ends here", what));
    } else if (at_line_end()) {
        problem(here(), "", fmt::format("expected {}, but the line ends here", what));
    } else {
        problem(here(), "", fmt::format("expected {}, got {}", what, in_quotes(found)));
    }
}

std::optional<std::int64_t> TextScanner::integer(const char* what) {
    skip_blanks();
    last_ = position_;
    const char* const begin = text_.data() + position_;
    const char* const end = text_.data() + text_.size();
    std::int64_t value = 0;
    const auto [stop, error] = std::from_chars(begin, end, value);
    const bool whole =
        stop == end || is_blank(*stop) || *stop == '\n' || *stop == ',';  // "1, 2" in a header
    if (error == std::errc::result_out_of_range && whole) {
        problem(here(), "", fmt::format("{} {} does not fit in 64 bits", what, in_quotes(token())));
        return std::nullopt;
    }
    if (error != std::errc{} || !whole) {
        expected(what, token());
        return std::nullopt;
    }
    position_ += static_cast<std::size_t>(stop - begin);
    return value;
}

std::optional<double> TextScanner::number(const char* what) {
    skip_blanks();
    last_ = position_;
    const std::string_view word = token();
    const char* begin = word.data();
    const char* const end = begin + word.size();
    if (word.size() > 1 && word[0] == '+' && (is_digit(word[1]) || word[1] == '.'))
        ++begin;
    double value = 0;
    const auto [stop, error] = std::from_chars(begin, end, value);
    if (error == std::errc::result_out_of_range && stop == end) {
        problem(here(), "", fmt::format("{} {} does not fit in a number", what, in_quotes(word)));
        return std::nullopt;
    }
    if (error != std::errc{} || stop != end || !std::isfinite(value)) {
        expected(fmt::format("{} (a finite number)", what).c_str(), word);
        return std::nullopt;
    }
    position_ += word.size();
    return value;
}

core::SourceLocation TextScanner::place(std::size_t position) const {
    constexpr std::size_t most = std::numeric_limits<int>::max();
    return {file_, line_, static_cast<int>(std::min(position - line_start_ + 1, most))};
}

core::SourceLocation TextScanner::here() const {
    std::size_t position = position_;
    while (position < text_.size() && is_blank(text_[position]))
        ++position;
    return place(position);
}

core::SourceLocation TextScanner::last() const {
    return place(last_);
}

void TextScanner::problem(core::SourceLocation where, std::string path, std::string message) {
    if (hopeless())
        return;
    if (problems_.size() + 1 == most_problems)
        message += " (there may be more: reading ended here)";
    problems_.push_back({std::move(where), std::move(path), std::move(message)});
}

void TextScanner::throw_if_any() const {
    if (failed())
        throw core::ConfigErrors(problems_);
}

}  // namespace plexus::workloads::detail
