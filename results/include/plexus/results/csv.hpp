// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "plexus/core/error.hpp"
#include "plexus/core/record.hpp"

namespace plexus::results {

/// `text` as one CSV field (RFC 4180): in quotes if it holds a comma, a quote or a line break, or
/// starts or ends with a space. An empty text is `""`, so that it differs from an empty cell.
[[nodiscard]] std::string csv_field(std::string_view text);

/// A cell as one CSV field: nothing for an empty cell, the shortest text that reads back as the
/// same number for a number, csv_field() for a text.
[[nodiscard]] std::string csv_field(const core::Cell& cell);

/// Fields joined by commas, without line break.
[[nodiscard]] std::string csv_line(std::span<const core::Cell> cells);
[[nodiscard]] std::string csv_line(std::span<const std::string> texts);

/// A table with its header, lines ended by LF.
[[nodiscard]] std::string to_csv(const core::Table& table);

/// One field as it was read.
struct CsvField {
    std::string text;
    bool quoted = false;
    int column = 0;  ///< 1-based place of its first character in its line.

    bool operator==(const CsvField&) const = default;
};

/// One record as it was read.
struct CsvRow {
    std::vector<CsvField> fields;
    int line = 0;           ///< 1-based number of its first line.
    std::size_t begin = 0;  ///< Offset of its first byte.
    std::size_t end = 0;    ///< Offset after its line break.
};

/// What an RFC 4180 text holds, header included.
struct CsvText {
    std::vector<CsvRow> rows;
    /// Offset after the last whole record. Less than the length of the text if its last line has no
    /// line break: then `tail_line` is the number of that line, else 0.
    std::size_t whole = 0;
    int tail_line = 0;
};

/// Strict reader: LF or CRLF; a quote inside an unquoted field, characters after a closing quote,
/// an unterminated quote over several lines, and a NUL are problems with line and column.
/// \param name File name for messages.
[[nodiscard]] CsvText parse_csv(std::string_view text,
                                const std::string& name,
                                core::Problems& problems);

/// The cell that csv_field() wrote: empty, integer, number or text.
[[nodiscard]] core::Cell cell_from(const CsvField& field);

}  // namespace plexus::results
