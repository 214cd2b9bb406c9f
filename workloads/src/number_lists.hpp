// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "plexus/core/error.hpp"

namespace plexus::workloads::detail {

/// The lists of nothing but numbers in a YAML text (`[1, 2]`, `[[0,1], [0,2]]`), cut out so that
/// no tree of millions of nodes has to be built for them. The text must outlive this.
class NumberLists {
  public:
    explicit NumberLists(std::string_view text);

    /// The text with `~` for every list; what follows keeps its line.
    [[nodiscard]] const std::string& rest() const noexcept { return rest_; }
    /// The list that stood where `rest` has a value, with its brackets.
    [[nodiscard]] std::optional<std::string_view> at(const core::SourceLocation& where) const;

  private:
    std::size_t copy_quoted(std::size_t position);
    std::size_t copy_comment(std::size_t position);
    std::size_t cut_list(std::size_t position);
    void copy(std::size_t from, std::size_t to);

    std::string_view text_;
    std::string rest_;
    int line_ = 1;
    std::size_t line_start_ = 0;                             ///< In rest_.
    std::map<std::pair<int, int>, std::string_view> lists_;  ///< By line and column in rest_.
};

/// Walks over the numbers of a list; brackets, commas and blanks are passed over.
class NumberList {
  public:
    explicit NumberList(std::string_view text) : text_(text) {}

    /// The next number; nothing at the end.
    template <class Number>
    std::optional<Number> next();
    /// Whether everything was a number of the kinds asked for.
    [[nodiscard]] bool good() const noexcept { return good_; }
    /// Number of lists within the list.
    [[nodiscard]] std::size_t inner_lists() const;

  private:
    std::string_view text_;
    std::size_t position_ = 0;
    bool good_ = true;
};

}  // namespace plexus::workloads::detail
