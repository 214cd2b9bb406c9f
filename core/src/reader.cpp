// SPDX-License-Identifier: Apache-2.0
#include "plexus/core/reader.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>
#include <utility>

namespace plexus::core {
namespace {

constexpr std::size_t longest_shown = 60;  // of a value in a message

/// What stands at a node, for messages: `"abc"`, `nothing`, `a list`, `a map`.
std::string shown(const Node& node) {
    switch (node.kind) {
        case Node::Kind::null:
            return "nothing";
        case Node::Kind::sequence:
            return "a list";
        case Node::Kind::map:
            return "a map";
        case Node::Kind::scalar:
            break;
    }
    std::string text = node.text;
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c >= 0 && c < ' '; }, ' ');
    if (text.size() > longest_shown) {
        std::size_t cut = longest_shown;
        while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0U) == 0x80U) {
            --cut;  // not in the middle of a UTF-8 character
        }
        text = text.substr(0, cut) + "…";
    }
    return "\"" + text + "\"";
}

std::string bounds(const Range& range) {
    const std::string low = to_text(range.lower);
    const std::string high = to_text(range.upper);
    const bool has_low = !std::isinf(range.lower) || range.open_lower;
    const std::string lower = (range.open_lower ? "> " : ">= ") + low;
    if (!std::isinf(range.upper)) {
        return "must be " + (has_low ? lower + " and " : "") + "<= " + high;
    }
    return "must be " + lower;
}

bool inside(double value, const Range& range) {
    const bool low = range.open_lower ? value > range.lower : value >= range.lower;
    return low && value <= range.upper;
}

/// A value of the range to go on with after a problem: 0 if that is allowed.
double harmless(const Range& range) {
    if (inside(0, range)) {
        return 0;
    }
    if (std::isinf(range.lower)) {
        return range.upper;
    }
    if (!range.open_lower) {
        return range.lower;
    }
    const double one_more = range.lower + 1;
    return inside(one_more, range) ? one_more : range.lower + (range.upper - range.lower) / 2;
}

std::string_view without_sign(std::string_view text) {
    if (text.starts_with('-') || text.starts_with('+')) {
        text.remove_prefix(1);
    }
    return text;
}

bool all_digits(std::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// More than one digit before the point, and the first is 0.
bool has_leading_zero(std::string_view text) {
    text = without_sign(text);
    return text.size() > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9';
}

/// Whether `text` is a decimal number by the core schema of YAML 1.2 (section 10.3.2); this leaves
/// out inf, nan and hexadecimal, which std::from_chars would take.
bool is_decimal(std::string_view text) {
    text = without_sign(text);
    return !text.empty() && text.find_first_not_of("0123456789.eE+-") == std::string_view::npos &&
           (all_digits(text.substr(0, 1)) || text[0] == '.');
}

/// Whether a decimal number is too large, or too near to 0, for a double.
bool beyond_double(std::string_view text) {
    double value = 0;
    text.remove_prefix(text.starts_with('+') ? 1 : 0);
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc::result_out_of_range && stop == text.data() + text.size();
}

/// Why `text` is no number though people write numbers so, to append to a message.
std::string number_hint(const Node& node) {
    if (node.kind != Node::Kind::scalar) {
        return "";
    }
    double value = 0;
    const std::string_view text = node.text;
    if (node.quoted) {
        return parse_number(text, value) ? " in quotes (remove the quotes)" : "";
    }
    if (text.find_first_of("_,'") != std::string_view::npos) {
        std::string plain(text);
        std::erase_if(plain, [](char c) { return c == '_' || c == ',' || c == '\''; });
        if (is_decimal(plain) && parse_number(plain, value)) {
            return " (write the digits without separators: " + plain + ")";
        }
    }
    if (has_leading_zero(text) && all_digits(without_sign(text))) {
        return " (leading zeros could mean octal; leave them out)";
    }
    const std::string_view digits = without_sign(text);
    if (digits.starts_with("0x") || digits.starts_with("0X") || digits.starts_with("0o")) {
        return " (write it in decimal)";
    }
    return "";
}

/// number_hint() for what reads as a number but is not written as an integer.
std::string integer_hint(const Node& node) {
    double value = 0;
    const bool number = node.kind == Node::Kind::scalar && !node.quoted && is_decimal(node.text) &&
                        !has_leading_zero(node.text) && parse_number(node.text, value);
    constexpr double exact = 9007199254740992.0;  // 2^53: integers up to here have a double
    if (number && std::floor(value) == value && std::abs(value) <= exact) {
        return " (write it as " + std::to_string(static_cast<std::int64_t>(value)) + ")";
    }
    return number_hint(node);
}

std::vector<std::string> to_strings(std::initializer_list<const char*> names) {
    return {names.begin(), names.end()};
}

}  // namespace

Reader::Reader(const Node& node, std::string path, Problems& problems)
    : node_(&node), where_(node.where), path_(std::move(path)), problems_(&problems) {}

Reader::Reader(SourceLocation where, std::string path, Problems& problems)
    : where_(std::move(where)), path_(std::move(path)), problems_(&problems) {}

const Node& Reader::node() const {
    ensure(node_ != nullptr, "asked for the node of a missing value: " + path_);
    return *node_;
}

void Reader::problem(const std::string& message) const {
    problems_->add(where_, path_, message);
}

void Reader::warning(const std::string& message) const {
    problems_->warn(where_, path_, message);
}

bool Reader::is_map() const noexcept {
    return node_ != nullptr && node_->kind == Node::Kind::map;
}

bool Reader::is_sequence() const noexcept {
    return node_ != nullptr && node_->kind == Node::Kind::sequence;
}

bool Reader::is_scalar() const noexcept {
    return node_ != nullptr && node_->kind == Node::Kind::scalar;
}

bool Reader::is_null() const noexcept {
    return node_ != nullptr && node_->kind == Node::Kind::null;
}

std::string Reader::path_of(std::string_view key) const {
    return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
}

void Reader::allow(std::span<const std::string> keys) const {
    if (!valid()) {
        return;
    }
    if (!is_map()) {
        problem("expected a map, got " + shown(*node_));
        return;
    }
    for (std::size_t i = 0; i < node_->keys.size(); ++i) {
        const std::string& key = node_->keys[i];
        if (key.starts_with("x-") || std::find(keys.begin(), keys.end(), key) != keys.end()) {
            continue;
        }
        problems_->add(node_->key_where[i], path_of(key), "unknown key" + suggestion(key, keys));
    }
}

void Reader::allow(std::initializer_list<const char*> keys) const {
    allow(to_strings(keys));
}

bool Reader::has(std::string_view key) const {
    return node_ != nullptr && node_->find(key) != nullptr;
}

Reader Reader::at(std::string_view key) const {
    Reader value = find(key);
    if (valid() && !value.valid()) {
        if (is_map()) {
            value.problem("missing; expected a value for this key");
        } else {
            problem("expected a map, got " + shown(*node_));
        }
    }
    return value;
}

Reader Reader::find(std::string_view key) const {
    const Node* value = node_ == nullptr ? nullptr : node_->find(key);
    return value == nullptr ? Reader(where_, path_of(key), *problems_)
                            : Reader(*value, path_of(key), *problems_);
}

std::vector<Reader> Reader::items() const {
    std::vector<Reader> out;
    if (valid() && !is_sequence()) {
        problem("expected a list, got " + shown(*node_));
    } else if (valid()) {
        for (std::size_t i = 0; i < node_->children.size(); ++i) {
            out.emplace_back(node_->children[i], path_ + "[" + std::to_string(i) + "]", *problems_);
        }
    }
    return out;
}

std::vector<std::pair<std::string, Reader>> Reader::entries() const {
    std::vector<std::pair<std::string, Reader>> out;
    if (valid() && !is_map()) {
        problem("expected a map, got " + shown(*node_));
    } else if (valid()) {
        for (std::size_t i = 0; i < node_->children.size(); ++i) {
            const std::string& key = node_->keys[i];
            out.emplace_back(key, Reader(node_->children[i], path_of(key), *problems_));
        }
    }
    return out;
}

std::string Reader::text() const {
    if (!valid()) {
        return "";
    }
    if (!is_scalar()) {
        problem("expected a text, got " + shown(*node_));
        return "";
    }
    return node_->text;
}

std::int64_t Reader::integer(Range range) const {
    const auto fallback = static_cast<std::int64_t>(std::ceil(harmless(range)));
    if (!valid()) {
        return fallback;
    }
    const std::string& text = node_->text;
    const std::string_view digits = without_sign(text);
    if (!is_scalar() || node_->quoted || !all_digits(digits) || has_leading_zero(text)) {
        problem("expected an integer, got " + shown(*node_) + integer_hint(*node_));
        return fallback;
    }
    std::int64_t value = 0;
    const char* const start = text.data() + (text.front() == '+' ? 1 : 0);
    const auto [stop, error] = std::from_chars(start, text.data() + text.size(), value);
    if (error != std::errc()) {
        problem("expected an integer of at most 64 bits (±9223372036854775807), got " +
                shown(*node_));
        return fallback;
    }
    if (!inside(static_cast<double>(value), range)) {
        problem(bounds(range) + ", got " + text);
        return fallback;
    }
    return value;
}

double Reader::number(Range range) const {
    if (!valid()) {
        return harmless(range);
    }
    double value = 0;
    const std::string& text = node_->text;
    const bool shaped =
        is_scalar() && !node_->quoted && is_decimal(text) && !has_leading_zero(text);
    if (!shaped || !parse_number(text, value)) {
        const bool too_far = shaped && beyond_double(text);
        problem("expected a finite number, got " + shown(*node_) +
                (too_far ? " (beyond what a double can hold)" : number_hint(*node_)));
        return harmless(range);
    }
    if (!inside(value, range)) {
        problem(bounds(range) + ", got " + text);
        return harmless(range);
    }
    return value;
}

bool Reader::boolean() const {
    if (!valid()) {
        return false;
    }
    if (!is_scalar() || node_->quoted || (node_->text != "true" && node_->text != "false")) {
        problem("expected true or false, got " + shown(*node_) +
                (is_scalar() && node_->quoted ? " in quotes" : ""));
        return false;
    }
    return node_->text == "true";
}

std::size_t Reader::choice(std::span<const std::string> names) const {
    if (!valid()) {
        return 0;
    }
    if (!is_scalar()) {
        problem("expected one of " + join(names) + ", got " + shown(*node_));
        return 0;
    }
    const auto it = std::find(names.begin(), names.end(), node_->text);
    if (it == names.end()) {
        problem("unknown value " + shown(*node_) + suggestion(node_->text, names));
        return 0;
    }
    return static_cast<std::size_t>(it - names.begin());
}

std::size_t Reader::choice(std::initializer_list<const char*> names) const {
    return choice(to_strings(names));
}

std::filesystem::path Reader::file() const {
    if (!valid()) {
        return {};
    }
    if (!is_scalar() || node_->text.empty()) {
        problem("expected a file name, got " + shown(*node_));
        return {};
    }
    const std::filesystem::path named = expand_environment(node_->text, where_, path_, *problems_);
    return std::filesystem::path(where_.file).parent_path() / named;
}

std::string Reader::text_or(std::string fallback) const {
    return valid() ? text() : std::move(fallback);
}

std::int64_t Reader::integer_or(std::int64_t fallback, Range range) const {
    return valid() ? integer(range) : fallback;
}

double Reader::number_or(double fallback, Range range) const {
    return valid() ? number(range) : fallback;
}

bool Reader::boolean_or(bool fallback) const {
    return valid() ? boolean() : fallback;
}

}  // namespace plexus::core
