// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plexus::core {

/// The candidate nearest to `word` in edit distance, or "" if none is near enough (more than a
/// third of the letters differ). Ties go to the first candidate.
[[nodiscard]] std::string nearest(std::string_view word, std::span<const std::string> candidates);

/// ` (did you mean "x"?)` for the nearest candidate, else ` (one of: a, b, c)`.
[[nodiscard]] std::string suggestion(std::string_view word,
                                     std::span<const std::string> candidates);

/// `a, b, c`.
[[nodiscard]] std::string join(std::span<const std::string> words,
                               std::string_view separator = ", ");

/// The shortest decimal text that reads back as exactly `value`; `inf`, `-inf` and `nan` spelled
/// so.
[[nodiscard]] std::string to_text(double value);

/// `text` read as a whole as a finite or infinite number; false and `value` untouched otherwise.
[[nodiscard]] bool parse_number(std::string_view text, double& value);

/// A number with an SI-like suffix for people to read: 12345678 → `12.35 M`; 4 significant digits.
[[nodiscard]] std::string readable(double value);

}  // namespace plexus::core
