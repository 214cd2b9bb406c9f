// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "plexus/core/error.hpp"
#include "plexus/workloads/sparsity.hpp"

namespace plexus::workloads {

/// A sparse matrix in compressed rows. Rows are outputs and columns inputs of a linear layer.
struct SparseMatrix {
    std::int64_t rows = 0;
    std::int64_t columns = 0;
    std::vector<std::int64_t> row_offsets{};     ///< rows + 1 entries, row_offsets[0] = 0.
    std::vector<std::int32_t> column_indices{};  ///< Ascending within a row.
    std::vector<float> values{};                 ///< One per non-zero, or empty = all ones.

    [[nodiscard]] std::int64_t nonzeros() const {
        return static_cast<std::int64_t>(column_indices.size());
    }
    [[nodiscard]] double density() const;  ///< Share of non-zeros; 0 for a matrix without elements.
    [[nodiscard]] std::span<const std::int32_t> row(std::int64_t r) const;
    [[nodiscard]] std::span<const float> row_values(std::int64_t r) const;  ///< Empty if all ones.
    bool operator==(const SparseMatrix&) const = default;
};

/// Reads a DLMC `.smtx` (pattern only) or Matrix Market `.mtx` (coordinate; real, integer or
/// pattern; general or symmetric) file. Elements stored as 0 are left out.
/// \throws core::ConfigErrors with file, line and column for anything malformed: truncated, offsets
/// that fall, columns out of range or twice, counts that do not agree, sizes that overflow. At most
/// 20 problems are listed. Of a `.safetensors` file the matrix `tensor` is read.
/// \param tensor Name of a tensor of a `.safetensors` file; "" for other files.
/// \param jobs Threads for a `.safetensors` file; 0 = all processors.
[[nodiscard]] SparseMatrix read_matrix(const std::filesystem::path& file,
                                       const std::string& tensor = "",
                                       int jobs = 0);

/// The actual matrix of a sparsity description: generated from its seed, or read from its file.
/// The same arguments give the same matrix on every machine and for any number of threads.
/// \param jobs Threads; 0 = all processors.
/// \throws core::ConfigErrors if a parameter is out of range, the matrix would be too large (more
/// than 2³⁶ elements or 2³¹ − 1 non-zeros), or a file cannot be read or is not rows × columns.
[[nodiscard]] SparseMatrix make_matrix(const Sparsity& sparsity,
                                       std::int64_t rows,
                                       std::int64_t columns,
                                       int jobs = 0);

/// Checks the structure of a matrix: offsets, ascending columns within range, finite values.
/// \throws std::logic_error if it is broken, which only a bug can cause.
void check_structure(const SparseMatrix& matrix);

}  // namespace plexus::workloads
