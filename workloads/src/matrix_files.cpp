// SPDX-License-Identifier: Apache-2.0
#include "matrix_files.hpp"

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "plexus/workloads/safetensors.hpp"

#include "text_scanner.hpp"

namespace plexus::workloads {

namespace detail {

namespace {

/// What the first line of a `.smtx` file says.
struct SmtxHeader {
    std::int64_t rows = 0;
    std::int64_t columns = 0;
    std::int64_t nonzeros = 0;
};

void check_edge(TextScanner& in, const char* name, std::int64_t value) {
    if (value < 1 || value > longest_edge) {
        in.problem(in.last(), name, fmt::format("must be in 1..{}, got {}", longest_edge, value));
    }
}

void check_count(TextScanner& in, std::int64_t rows, std::int64_t columns, std::int64_t nonzeros) {
    if (in.failed())
        return;  // rows·columns may overflow
    if (nonzeros < 0 || nonzeros > rows * columns) {
        in.problem(
            in.last(),
            "nonzeros",
            fmt::format("must be in 0..rows·columns = {}, got {}", rows * columns, nonzeros));
    }
}

/// The `rows, columns, nonzeros` of the first line; nothing if a number is missing.
std::optional<SmtxHeader> read_smtx_header(TextScanner& in) {
    const auto rows = in.integer("the number of rows");
    if (!rows)
        return std::nullopt;
    check_edge(in, "rows", *rows);
    in.skip_blanks();
    in.accept(',');
    const auto columns = in.integer("the number of columns");
    if (!columns)
        return std::nullopt;
    check_edge(in, "columns", *columns);
    in.skip_blanks();
    in.accept(',');
    const auto nonzeros = in.integer("the number of non-zeros");
    if (!nonzeros)
        return std::nullopt;
    check_count(in, *rows, *columns, *nonzeros);
    in.skip_blanks();
    if (!in.at_line_end()) {
        in.problem(in.here(), "", "expected the end of the line \"rows, columns, nonzeros\"");
    }
    // Each number of the lines to come takes a digit and a separator; the last one only a digit.
    const auto room = static_cast<std::int64_t>(in.remaining() / 2);
    if (!in.failed() && *rows + 1 + *nonzeros > room + 1) {
        in.problem({in.last().file, 1, 1},
                   "",
                   fmt::format("{} rows and {} non-zeros need {} numbers, more than the {} "
                               "characters of the file can hold",
                               *rows,
                               *nonzeros,
                               *rows + 1 + *nonzeros,
                               in.remaining()));
    }
    return SmtxHeader{*rows, *columns, *nonzeros};
}

/// Refuses further numbers on a line that has all it should have.
void expect_line_end(TextScanner& in, const char* path, std::int64_t count) {
    in.skip_blanks();
    if (!in.at_line_end()) {
        in.problem(in.here(),
                   path,
                   fmt::format("expected the end of the line after {} numbers, got {}",
                               count,
                               in_quotes(in.rest_of_line())));
    }
}

/// Line 2: rows + 1 numbers from 0 to nonzeros that never fall. False if reading on is of no use.
bool read_row_offsets(TextScanner& in, const SmtxHeader& header, std::vector<std::int64_t>& out) {
    out.reserve(static_cast<std::size_t>(header.rows) + 1);
    std::int64_t previous = 0;
    for (std::int64_t i = 0; i <= header.rows && !in.hopeless(); ++i) {
        in.skip_blanks();
        if (in.at_line_end()) {
            in.problem(in.here(),
                       "row_offsets",
                       fmt::format("expected {} numbers (rows + 1), got {}", header.rows + 1, i));
            return false;
        }
        const auto offset = in.integer("a row offset");
        if (!offset)
            return false;
        const auto path = [&] { return fmt::format("row_offsets[{}]", i); };
        if (i == 0 && *offset != 0) {
            in.problem(in.last(), path(), fmt::format("must be 0, got {}", *offset));
        } else if (*offset < previous) {
            in.problem(in.last(), path(), fmt::format("must be ≥ {}, got {}", previous, *offset));
        } else if (i == header.rows && *offset != header.nonzeros) {
            in.problem(in.last(),
                       path(),
                       fmt::format(
                           "must be the number of non-zeros {}, got {}", header.nonzeros, *offset));
        } else if (*offset > header.nonzeros) {
            in.problem(
                in.last(),
                path(),
                fmt::format(
                    "must be ≤ the number of non-zeros {}, got {}", header.nonzeros, *offset));
            return false;
        }
        previous = *offset;
        out.push_back(*offset);
    }
    expect_line_end(in, "row_offsets", header.rows + 1);
    return !in.failed();
}

/// Sorts the columns of a row that are not ascending; a column that is there twice is a problem.
void sort_row(TextScanner& in,
              const core::SourceLocation& where,
              std::int64_t row,
              std::span<std::int32_t> columns) {
    std::sort(columns.begin(), columns.end());
    const auto twice = std::adjacent_find(columns.begin(), columns.end());
    if (twice != columns.end()) {
        in.problem(where, "column_indices", fmt::format("row {} has column {} twice", row, *twice));
    }
}

/// Line 3: the columns of each row.
void read_column_indices(TextScanner& in, const SmtxHeader& header, SparseMatrix& matrix) {
    std::vector<std::int32_t>& out = matrix.column_indices;
    out.reserve(static_cast<std::size_t>(header.nonzeros));
    for (std::int64_t r = 0; r < header.rows && !in.hopeless(); ++r) {
        const auto begin = matrix.row_offsets[static_cast<std::size_t>(r)];
        const auto end = matrix.row_offsets[static_cast<std::size_t>(r) + 1];
        bool ascending = true;
        const core::SourceLocation row_start = in.here();
        for (std::int64_t i = begin; i < end; ++i) {
            in.skip_blanks();
            if (in.at_line_end()) {
                in.problem(
                    in.here(),
                    "column_indices",
                    fmt::format(
                        "expected {} numbers (one per non-zero), got {}", header.nonzeros, i));
                return;
            }
            const auto column = in.integer("a column index");
            if (!column)
                return;
            if (*column < 0 || *column >= header.columns) {
                in.problem(in.last(),
                           fmt::format("column_indices[{}]", i),
                           fmt::format("must be in 0..{}, got {}", header.columns - 1, *column));
                if (in.hopeless())
                    return;
            }
            const auto index =
                static_cast<std::int32_t>(std::clamp<std::int64_t>(*column, 0, header.columns - 1));
            ascending = ascending && (i == begin || out.back() < index);
            out.push_back(index);
        }
        if (!ascending && !in.failed()) {
            sort_row(in, row_start, r, std::span(out).subspan(static_cast<std::size_t>(begin)));
        }
    }
}

}  // namespace

SparseMatrix parse_smtx(std::string_view text, const std::string& name) {
    TextScanner in(text, name);
    const auto header = read_smtx_header(in);
    in.throw_if_any();
    SparseMatrix matrix;
    matrix.rows = header->rows;
    matrix.columns = header->columns;
    in.next_line();
    const bool offsets = read_row_offsets(in, *header, matrix.row_offsets);
    in.throw_if_any();
    core::ensure(offsets, "row offsets are missing without a problem");
    in.next_line();
    read_column_indices(in, *header, matrix);
    in.throw_if_any();
    expect_line_end(in, "column_indices", header->nonzeros);
    in.skip_white();
    if (!in.at_end() && !in.failed()) {
        in.problem(
            in.here(), "", "expected the end of the file, got " + in_quotes(in.rest_of_line()));
    }
    in.throw_if_any();
    return matrix;
}

namespace {

/// \param line 1, or 0 if the problem is the file as a whole.
[[noreturn]] void refuse(const std::string& file, int line, std::string message) {
    throw core::ConfigErrors({core::Problem{{file, line, line}, "", std::move(message)}});
}

/// The bytes of a regular file.
std::string read_text(const std::filesystem::path& file) {
    const std::string name = file.string();
    std::error_code failed;
    const auto status = std::filesystem::status(file, failed);
    if (status.type() == std::filesystem::file_type::not_found)
        refuse(name, 0, "no such file");
    if (std::filesystem::is_directory(status))
        refuse(name, 0, "is a folder, not a matrix file");
    if (failed || !std::filesystem::is_regular_file(status)) {
        refuse(name, 0, "is not a regular file");
    }
    const auto size = std::filesystem::file_size(file, failed);
    if (failed)
        refuse(name, 0, "cannot be read: " + failed.message());
    if (size == 0)
        refuse(name, 1, "is empty");
    std::ifstream stream(file, std::ios::binary);
    std::string text(size, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(size));
    if (!stream || static_cast<std::uintmax_t>(stream.gcount()) != size) {
        refuse(name, 0, "cannot be read");
    }
    return text;
}

}  // namespace

}  // namespace detail

SparseMatrix read_matrix(const std::filesystem::path& file, const std::string& tensor, int jobs) {
    const std::string extension = file.extension().string();
    const bool smtx = extension == ".smtx";
    if (extension == ".safetensors") {
        const SafetensorsFile stored(file);
        SparseMatrix matrix = read_tensor(stored, stored.tensor(tensor), jobs);
        check_structure(matrix);
        return matrix;
    }
    if (!smtx && extension != ".mtx") {
        detail::refuse(
            file.string(),
            0,
            fmt::format("matrix files end in .smtx, .mtx or .safetensors, got \"{}\"", extension));
    }
    if (!tensor.empty())
        detail::refuse(file.string(), 0, "has one matrix, so no tensor can be chosen");
    const std::string text = detail::read_text(file);
    SparseMatrix matrix = smtx ? detail::parse_smtx(text, file.string())
                               : detail::parse_matrix_market(text, file.string());
    check_structure(matrix);
    return matrix;
}

}  // namespace plexus::workloads
