// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plexus/core/error.hpp"
#include "plexus/core/node.hpp"
#include "plexus/core/text.hpp"

namespace plexus::core {

/// Bounds of a number, inclusive unless `open_lower` (then `> lower`).
struct Range {
    double lower = -std::numeric_limits<double>::infinity();
    double upper = std::numeric_limits<double>::infinity();
    bool open_lower = false;

    [[nodiscard]] static constexpr Range at_least(double l) { return {.lower = l}; }
    [[nodiscard]] static constexpr Range positive() { return {.lower = 0, .open_lower = true}; }
    [[nodiscard]] static constexpr Range unit() { return {.lower = 0, .upper = 1}; }
};

/// Strict typed view of one Node. Whatever is wrong goes into `problems` with its place and dotted
/// path, reading goes on with a harmless default, and the caller throws once at the end. A reader
/// of a missing value is *invalid*: it answers with defaults and reports nothing more.
///
/// Strict means: quoted scalars are never numbers; integers have no leading zero, point or
/// exponent (`1_000` and `1e6` are refused with a hint; underscores are not YAML numbers);
/// NaN and infinities are refused; booleans are `true` and `false` only.
class Reader {
  public:
    Reader(const Node& node, std::string path, Problems& problems);

    [[nodiscard]] bool valid() const noexcept { return node_ != nullptr; }
    explicit operator bool() const noexcept { return valid(); }
    [[nodiscard]] const Node& node() const;  ///< Precondition: valid().
    [[nodiscard]] const SourceLocation& where() const noexcept { return where_; }
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] Problems& problems() const noexcept { return *problems_; }
    void problem(const std::string& message) const;
    void warning(const std::string& message) const;

    [[nodiscard]] bool is_map() const noexcept;
    [[nodiscard]] bool is_sequence() const noexcept;
    [[nodiscard]] bool is_scalar() const noexcept;
    [[nodiscard]] bool is_null() const noexcept;

    /// Declares which keys this map may hold; others are problems with a suggestion (keys that
    /// start with `x-` are the user's own). Not a map is a problem too.
    void allow(std::span<const std::string> keys) const;
    void allow(std::initializer_list<const char*> keys) const;

    [[nodiscard]] bool has(std::string_view key) const;
    /// Value of a key that must be there.
    [[nodiscard]] Reader at(std::string_view key) const;
    /// Value of a key that may be missing (then an invalid reader).
    [[nodiscard]] Reader find(std::string_view key) const;
    /// Items of a sequence; anything else is a problem. A missing value gives none.
    [[nodiscard]] std::vector<Reader> items() const;
    /// Keys and values of a map in file order; anything else is a problem.
    [[nodiscard]] std::vector<std::pair<std::string, Reader>> entries() const;

    [[nodiscard]] std::string text() const;
    [[nodiscard]] std::int64_t integer(Range range = {}) const;
    [[nodiscard]] double number(Range range = {}) const;
    [[nodiscard]] bool boolean() const;
    /// Index into `names` of this text; 0 and a problem with a suggestion if it is none of them.
    [[nodiscard]] std::size_t choice(std::span<const std::string> names) const;
    [[nodiscard]] std::size_t choice(std::initializer_list<const char*> names) const;
    /// A path: `${VARIABLE}` expanded, relative to the folder of the file this value stands in.
    [[nodiscard]] std::filesystem::path file() const;

    // The same with a default for a missing value.
    [[nodiscard]] std::string text_or(std::string fallback) const;
    [[nodiscard]] std::int64_t integer_or(std::int64_t fallback, Range range = {}) const;
    [[nodiscard]] double number_or(double fallback, Range range = {}) const;
    [[nodiscard]] bool boolean_or(bool fallback) const;

  private:
    Reader(SourceLocation where, std::string path, Problems& problems);
    [[nodiscard]] std::string path_of(std::string_view key) const;
    const Node* node_ = nullptr;
    SourceLocation where_;  ///< Of the value, or of the parent if the value is missing.
    std::string path_;
    Problems* problems_;
};

}  // namespace plexus::core
