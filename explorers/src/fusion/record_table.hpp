// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "plexus/core/error.hpp"

namespace plexus::explorers {

/// A line of a table of recorded runs, by the names of its columns.
class RecordRow {
  public:
    /// Keeps references. \param line From 1 on.
    RecordRow(const std::filesystem::path& file,
              int line,
              const std::vector<std::string>& columns,
              std::vector<std::string> cells,
              core::Problems& problems);

    [[nodiscard]] int line() const { return line_; }
    [[nodiscard]] const std::vector<std::string>& columns() const { return columns_; }
    /// "" with a problem if there is no such column.
    [[nodiscard]] std::string text(const std::string& column) const;
    /// 0 with a problem if it is none.
    [[nodiscard]] double number(const std::string& column) const;
    /// 0 if the cell is empty.
    [[nodiscard]] double number_or_none(const std::string& column) const;
    /// A whole number from 1 on; 1 with a problem if it is none.
    [[nodiscard]] std::int64_t positive(const std::string& column) const;
    /// A number that is a part of the cell.
    [[nodiscard]] double parse(const std::string& column, const std::string& digits) const;
    void problem(const std::string& column, const std::string& message) const;

  private:
    const std::filesystem::path& file_;
    int line_;
    const std::vector<std::string>& columns_;
    std::vector<std::string> cells_;
    core::Problems& problems_;
};

/// Calls `read` for every line of a CSV file behind its head.
/// \throws core::ConfigErrors listing all problems of all lines.
void read_records(const std::filesystem::path& file,
                  const std::function<void(const RecordRow&)>& read);

/// Splits at any of the separators; drops what is empty.
[[nodiscard]] std::vector<std::string> pieces(const std::string& text,
                                              const std::string& separators);

}  // namespace plexus::explorers
