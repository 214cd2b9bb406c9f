// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <source_location>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace plexus::core {

/// Where a value came from. `line` and `column` are 1-based; 0 means unknown.
struct SourceLocation {
    std::string file;
    int line = 0;
    int column = 0;

    auto operator<=>(const SourceLocation&) const = default;
};

/// One thing wrong with an input: where it stands, the dotted path of the value, and what was
/// found and expected.
struct Problem {
    SourceLocation where;
    std::string path;
    std::string message;

    auto operator<=>(const Problem&) const = default;
};

/// `file:line:column: path: message`; parts that are unknown are left out.
[[nodiscard]] std::string to_string(const Problem& problem);

/// All problems of an input, thrown once after everything was read. what() is one line per problem.
class ConfigErrors : public std::runtime_error {
  public:
    explicit ConfigErrors(std::vector<Problem> problems);
    [[nodiscard]] const std::vector<Problem>& problems() const noexcept { return problems_; }

  private:
    std::vector<Problem> problems_;
};

/// Collects what is wrong, and what deserves a warning, while an input is read.
class Problems {
  public:
    void add(SourceLocation where, std::string path, std::string message);
    void warn(SourceLocation where, std::string path, std::string message);
    [[nodiscard]] bool empty() const noexcept { return errors_.empty(); }
    [[nodiscard]] const std::vector<Problem>& errors() const noexcept { return errors_; }
    [[nodiscard]] const std::vector<Problem>& warnings() const noexcept { return warnings_; }
    /// \throws ConfigErrors with every problem, in order of file, line and column, if there is any.
    void throw_if_any() const;

  private:
    std::vector<Problem> errors_;
    std::vector<Problem> warnings_;
};

/// A rule that a design breaks: which rule, what it needed, what was there. An infeasible design is
/// a result, so this is a value and not an exception.
struct Violation {
    std::string rule;
    std::string needed;
    std::string available;

    auto operator<=>(const Violation&) const = default;
};

/// `rule: needed X, available Y`.
[[nodiscard]] std::string to_string(const Violation& violation);

/// Checks something that only a bug in this program can make false.
/// \throws std::logic_error with `message` and the place of the call if `condition` is false.
void ensure(bool condition,
            std::string_view message,
            std::source_location where = std::source_location::current());

}  // namespace plexus::core
