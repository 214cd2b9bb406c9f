// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "plexus/workloads/sparse_matrix.hpp"

namespace plexus::workloads::detail {

/// Longest edge of a matrix file, so that a header of three large numbers cannot claim memory that
/// the file does not justify (row offsets of 2²⁴ rows take 128 MiB). The longest edge of published
/// language models is their vocabulary, below 2¹⁹.
inline constexpr std::int64_t longest_edge = std::int64_t{1} << 24;

/// The matrix of a `.smtx` text.
/// \param name File name for messages.
/// \throws core::ConfigErrors, see read_matrix().
[[nodiscard]] SparseMatrix parse_smtx(std::string_view text, const std::string& name);

/// The matrix of a Matrix Market text.
[[nodiscard]] SparseMatrix parse_matrix_market(std::string_view text, const std::string& name);

}  // namespace plexus::workloads::detail
