// SPDX-License-Identifier: Apache-2.0
#include "plexus/core/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <system_error>

namespace plexus::core {
namespace {

char lower(char c) {
    return (c >= 'A' && c <= 'Z') ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Letters to insert, delete, replace or swap with their neighbour to turn `a` into `b`; upper and
/// lower case count as the same letter.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> two_back(b.size() + 1);
    std::vector<std::size_t> previous(b.size() + 1);
    std::vector<std::size_t> current(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) {
        current[j] = j;
    }
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::swap(two_back, previous);
        std::swap(previous, current);
        current[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replace = lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1;
            current[j] = std::min({previous[j] + 1, current[j - 1] + 1, previous[j - 1] + replace});
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                lower(a[i - 2]) == lower(b[j - 1])) {
                current[j] = std::min(current[j], two_back[j - 2] + 1);
            }
        }
    }
    return current[b.size()];
}

}  // namespace

std::string nearest(std::string_view word, std::span<const std::string> candidates) {
    constexpr std::size_t longest_word = 256;  // nobody misspells longer ones by a letter
    std::string best;
    std::size_t best_distance = longest_word;
    if (word.size() > longest_word) {
        return best;
    }
    for (const std::string& candidate : candidates) {
        const std::size_t letters = std::max(word.size(), candidate.size());
        if (letters > longest_word || letters == 0) {
            continue;
        }
        const std::size_t distance = edit_distance(word, candidate);
        if (3 * distance <= letters && distance < best_distance) {
            best = candidate;
            best_distance = distance;
        }
    }
    return best;
}

std::string suggestion(std::string_view word, std::span<const std::string> candidates) {
    const std::string near = nearest(word, candidates);
    if (!near.empty()) {
        return " (did you mean \"" + near + "\"?)";
    }
    return candidates.empty() ? std::string() : " (one of: " + join(candidates) + ")";
}

std::string join(std::span<const std::string> words, std::string_view separator) {
    std::string out;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) {
            out += separator;
        }
        out += words[i];
    }
    return out;
}

std::string to_text(double value) {
    if (std::isnan(value)) {
        return "nan";
    }
    std::array<char, 32> buffer{};  // the longest double, -2.2250738585072014e-308, has 24 letters
    const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
    return {buffer.data(), end};
}

bool parse_number(std::string_view text, double& value) {
    if (text.starts_with('+')) {
        text.remove_prefix(1);
        if (text.starts_with('-')) {
            return false;
        }
    }
    double read = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, read);
    if (error != std::errc() || stop != end || std::isnan(read)) {
        return false;
    }
    value = read;
    return true;
}

std::string readable(double value) {
    constexpr std::array<const char*, 13> suffixes = {
        " a", " f", " p", " n", " µ", " m", "", " k", " M", " G", " T", " P", " E"};
    constexpr int none = 6;  // index of the empty suffix
    if (!std::isfinite(value) || value == 0) {
        return to_text(value == 0 ? 0.0 : value);
    }
    // Round first: 999.96 has to become 1 k, not 1000.
    std::array<char, 32> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "%.3e", value);
    const double rounded = std::strtod(buffer.data(), nullptr);
    const std::string_view text(buffer.data());
    int exponent = 0;
    const std::size_t e = text.find('e');
    const std::size_t digits = e + (text[e + 1] == '+' ? 2 : 1);
    std::from_chars(text.data() + digits, text.data() + text.size(), exponent);
    const int group = static_cast<int>(std::floor(exponent / 3.0));
    const int index = group + none;
    if (index < 0 || index >= static_cast<int>(suffixes.size())) {
        return to_text(rounded);
    }
    std::snprintf(buffer.data(), buffer.size(), "%.4g", rounded / std::pow(10.0, 3 * group));
    return std::string(buffer.data()) + suffixes[static_cast<std::size_t>(index)];
}

}  // namespace plexus::core
