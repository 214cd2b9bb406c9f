// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plexus/core/error.hpp"

namespace plexus::workloads::detail {

/// Walks over a text of blanks, numbers and lines, and keeps what is wrong with it, with its place.
/// The text must outlive the scanner.
class TextScanner {
  public:
    TextScanner(std::string_view text, std::string file);

    /// Blanks, tabs and carriage returns are passed over; does not leave the line.
    void skip_blanks();
    /// Also passes over line ends.
    void skip_white();
    [[nodiscard]] bool at_end() const noexcept { return position_ == text_.size(); }
    [[nodiscard]] bool at_line_end() const noexcept { return at_end() || text_[position_] == '\n'; }
    /// Goes to the start of the next line; false at the end of the text.
    bool next_line();
    /// Rest of this line, without its end.
    [[nodiscard]] std::string_view rest_of_line() const;
    /// Passes over `c` if it stands here.
    bool accept(char c);

    /// The number that stands here, after blanks. Nothing there, or something else, is a problem
    /// that says `what` was expected, and gives nothing.
    std::optional<std::int64_t> integer(const char* what);
    std::optional<double> number(const char* what);

    /// Where the next character (after blanks) stands, or the last number read began.
    [[nodiscard]] core::SourceLocation here() const;
    [[nodiscard]] core::SourceLocation last() const;
    /// Characters from here to the end of the text.
    [[nodiscard]] std::size_t remaining() const noexcept { return text_.size() - position_; }

    void problem(core::SourceLocation where, std::string path, std::string message);
    [[nodiscard]] bool failed() const noexcept { return !problems_.empty(); }
    /// Whether so much is wrong that reading on is of no use.
    [[nodiscard]] bool hopeless() const noexcept { return problems_.size() >= most_problems; }
    /// \throws core::ConfigErrors if there is any problem.
    void throw_if_any() const;

  private:
    static constexpr std::size_t most_problems = 20;
    [[nodiscard]] core::SourceLocation place(std::size_t position) const;
    [[nodiscard]] std::string_view token();
    void expected(const char* what, std::string_view found);

    std::string_view text_;
    std::string file_;
    std::size_t position_ = 0;
    std::size_t line_start_ = 0;
    int line_ = 1;
    std::size_t last_ = 0;  ///< Start of the last number read; always on this line.
    std::vector<core::Problem> problems_;
};

/// `text` in quotes for a message: at most 24 characters, unprintable ones as `?`.
[[nodiscard]] std::string in_quotes(std::string_view text);

}  // namespace plexus::workloads::detail
