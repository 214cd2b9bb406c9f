// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "plexus/results/evaluations.hpp"

namespace plexus::results {

namespace {

constexpr std::string_view needed_mark = ": needed ";
constexpr std::string_view available_mark = ", available ";
constexpr std::string_view next_mark = "; ";

/// `text` with a backslash before itself and before whatever could be taken for a separator.
std::string escape(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\\' || c == ';')
            out += '\\';
        out += c;
    }
    // A mark holds its first character only once, so text before a mark cannot blur into it.
    for (const std::string_view mark : {needed_mark, available_mark})
        for (std::size_t at = out.find(mark); at != std::string::npos; at = out.find(mark, at + 2))
            out.insert(at, 1, '\\');
    return out;
}

/// Position of the first `mark` at or after `from` that no backslash stands before.
std::size_t find_mark(std::string_view text, std::string_view mark, std::size_t from) {
    for (std::size_t i = from; i < text.size(); ++i) {
        if (text[i] == '\\')
            ++i;
        else if (text.substr(i).starts_with(mark))
            return i;
    }
    return std::string_view::npos;
}

std::string unescape(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 1 < text.size())
            ++i;
        out += text[i];
    }
    return out;
}

}  // namespace

std::string violations_text(const std::vector<core::Violation>& violations) {
    std::string out;
    for (const core::Violation& v : violations) {
        if (!out.empty())
            out += next_mark;
        out += escape(v.rule);
        out += needed_mark;
        out += escape(v.needed);
        out += available_mark;
        out += escape(v.available);
    }
    return out;
}

bool parse_violations(std::string_view text, std::vector<core::Violation>& violations) {
    std::vector<core::Violation> out;
    std::size_t from = 0;
    while (from < text.size()) {
        const std::size_t needed = find_mark(text, needed_mark, from);
        if (needed == std::string_view::npos)
            return false;
        const std::size_t after_needed = needed + needed_mark.size();
        const std::size_t available = find_mark(text, available_mark, after_needed);
        if (available == std::string_view::npos)
            return false;
        const std::size_t after_available = available + available_mark.size();
        const std::size_t next = find_mark(text, next_mark, after_available);
        const std::size_t end = next == std::string_view::npos ? text.size() : next;
        out.push_back({.rule = unescape(text.substr(from, needed - from)),
                       .needed = unescape(text.substr(after_needed, available - after_needed)),
                       .available = unescape(text.substr(after_available, end - after_available))});
        from = next == std::string_view::npos ? text.size() : next + next_mark.size();
        if (next != std::string_view::npos && from >= text.size())
            return false;
    }
    violations = std::move(out);
    return true;
}

}  // namespace plexus::results
