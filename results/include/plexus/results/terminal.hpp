// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "plexus/core/record.hpp"
#include "plexus/results/front.hpp"

namespace plexus::results {

/// Number of columns that `text` (UTF-8) takes on a terminal, one per code point.
[[nodiscard]] std::size_t display_width(std::string_view text);

/// Words of a text in lines of at most `width` columns; a longer word has a line of its own. One
/// empty line if there are none.
[[nodiscard]] std::vector<std::string> wrapped(std::string_view text, std::size_t width);

/// Texts in aligned columns under a header with a rule below; numbers to the right.
/// \param right One per column: align right. Lines end in LF and have no spaces at their end.
[[nodiscard]] std::string aligned(const std::vector<std::string>& header,
                                  const std::vector<std::vector<std::string>>& rows,
                                  const std::vector<bool>& right);

/// The fronts for people to read: per scenario at most `rows` points, the notable ones first of
/// all, with their objectives and the axes in which they differ, as far as `width` goes; below,
/// what all have in common and how many more there are.
[[nodiscard]] std::string front_text(const core::RunInfo& info,
                                     const std::vector<Front>& fronts,
                                     std::size_t rows,
                                     std::size_t width);

/// How many designs broke which rule, most first; "" if none did.
[[nodiscard]] std::string violations_summary(const std::vector<core::EvaluationRecord>& records);

/// For each path, the shortest end of it that no other path has: `weighting.alpha` → `alpha`.
[[nodiscard]] std::vector<std::string> short_names(const std::vector<std::string>& paths);

}  // namespace plexus::results
