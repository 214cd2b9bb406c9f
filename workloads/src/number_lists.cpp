// SPDX-License-Identifier: Apache-2.0
#include "number_lists.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <system_error>

namespace plexus::workloads::detail {

namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/// Characters that numbers and what is between them consist of.
bool is_numeric(char c) {
    return (c >= '0' && c <= '9') || c == ',' || c == '.' || c == '-' || c == '+' || c == 'e' ||
           c == 'E' || is_blank(c);
}

/// End of the bracketed list at `open`, if it holds nothing but numbers and lists of them; npos
/// otherwise.
std::size_t list_end(std::string_view text, std::size_t open) {
    int depth = 0;
    for (std::size_t i = open; i < text.size(); ++i) {
        if (text[i] == '[') {
            ++depth;
        } else if (text[i] == ']') {
            if (--depth == 0) {
                return i + 1;
            }
        } else if (!is_numeric(text[i])) {
            break;
        }
    }
    return std::string_view::npos;
}

}  // namespace

NumberLists::NumberLists(std::string_view text) : text_(text) {
    char before = '\n';  // the last character that is not blank, or a line end
    for (std::size_t i = 0; i < text_.size();) {
        const char c = text_[i];
        const bool value_starts = before == '\n' || before == ':' || before == ',' ||
                                  before == '-' || before == '{' || before == '[';
        const bool apart = i == 0 || is_blank(text_[i - 1]) || text_[i - 1] == '[' ||
                           text_[i - 1] == ',' || text_[i - 1] == '{';
        if ((c == '"' || c == '\'') && value_starts) {
            i = copy_quoted(i);
            before = c;
        } else if (c == '#' && (i == 0 || is_blank(text_[i - 1]))) {
            i = copy_comment(i);
        } else if (c == '[' && value_starts && apart) {
            i = cut_list(i);
            before = text_[i - 1];
        } else {
            copy(i, i + 1);
            before = c == '\n' || !is_blank(c) ? c : before;
            ++i;
        }
    }
}

void NumberLists::copy(std::size_t from, std::size_t to) {
    rest_.append(text_.substr(from, to - from));
    for (std::size_t i = from; i < to; ++i) {
        if (text_[i] == '\n') {
            ++line_;
            line_start_ = rest_.size() - (to - i - 1);
        }
    }
}

std::size_t NumberLists::copy_quoted(std::size_t position) {
    const char quote = text_[position];
    std::size_t end = position + 1;
    while (end < text_.size() && text_[end] != quote) {
        end += quote == '"' && text_[end] == '\\' ? 2 : 1;
    }
    end = std::min(end + 1, text_.size());
    copy(position, end);
    return end;
}

std::size_t NumberLists::copy_comment(std::size_t position) {
    const std::size_t end = std::min(text_.find('\n', position), text_.size());
    copy(position, end);
    return end;
}

std::size_t NumberLists::cut_list(std::size_t position) {
    const std::size_t end = list_end(text_, position);
    if (end == std::string_view::npos) {
        copy(position, position + 1);
        return position + 1;
    }
    const std::string_view list = text_.substr(position, end - position);
    lists_[{line_, static_cast<int>(rest_.size() - line_start_) + 1}] = list;
    rest_ += '~';
    const auto lines = static_cast<std::size_t>(std::count(list.begin(), list.end(), '\n'));
    if (lines > 0) {
        rest_.append(lines, '\n');
        line_ += static_cast<int>(lines);
        line_start_ = rest_.size();
    }
    return end;
}

std::optional<std::string_view> NumberLists::at(const core::SourceLocation& where) const {
    const auto found = lists_.find({where.line, where.column});
    return found == lists_.end() ? std::nullopt : std::optional(found->second);
}

template <class Number>
std::optional<Number> NumberList::next() {
    while (position_ < text_.size() && (is_blank(text_[position_]) || text_[position_] == ',' ||
                                        text_[position_] == '[' || text_[position_] == ']')) {
        ++position_;
    }
    if (position_ == text_.size() || !good_) {
        return std::nullopt;
    }
    position_ += text_[position_] == '+' ? 1 : 0;
    const char* const begin = text_.data() + position_;
    const char* const end = text_.data() + text_.size();
    Number value = 0;
    const auto [stop, error] = std::from_chars(begin, end, value);
    // The list ends in a bracket, so there is a character behind every number.
    good_ = error == std::errc{} && (is_blank(*stop) || *stop == ',' || *stop == ']');
    position_ += static_cast<std::size_t>(stop - begin);
    return good_ ? std::optional(value) : std::nullopt;
}

template std::optional<std::int32_t> NumberList::next<std::int32_t>();
template std::optional<float> NumberList::next<float>();

std::size_t NumberList::inner_lists() const {
    const auto open = static_cast<std::size_t>(std::count(text_.begin(), text_.end(), '['));
    return open - 1;
}

}  // namespace plexus::workloads::detail
