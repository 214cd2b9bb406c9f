// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plexus/core/error.hpp"
#include "plexus/workloads/density_model.hpp"
#include "plexus/workloads/sparse_matrix.hpp"

namespace plexus::workloads {

/// How one rank of a stored matrix says which coordinates of a fiber have something below them.
/// s = coordinates of a fiber, z = those with a non-zero below.
enum class RankFormat : std::uint8_t {
    uncompressed,  ///< Nothing: all s are stored.
    bitmap,        ///< s bits; z are stored.
    coordinate,    ///< z coordinates; z are stored. Their number comes from the offsets of the rank
                 ///< above; without such, from a word of ⌈log₂(s + 1)⌉ bits (outermost: from the
                 ///< description of the matrix, like its shape).
    run_length,  ///< Words of w bits: v < 2^w − 1 is v empty coordinates, then one that is
                 ///< stored (nothing at the end of the fiber); 2^w − 1 is as many empty ones.
    offsets,     ///< s + 1 offsets into the entries of the rank below; all s are stored.
    slots,       ///< Exactly `slots` coordinates, unused ones with zeros below.
};
[[nodiscard]] const char* to_string(RankFormat format);

enum class RankAxis : std::uint8_t { rows, columns, both };

/// One level of the tree of fibers. A coordinate stands for `step` rows or columns of the matrix,
/// the last ones padded with zeros; `both` numbers step × step tiles row by row.
struct Rank {
    RankAxis axis = RankAxis::rows;
    std::int64_t step = 1;
    RankFormat format = RankFormat::uncompressed;
    /// Width of a coordinate, offset or run-length word. Left out: the least that always suffices
    /// (run lengths: 5). Bitmaps and uncompressed ranks have none.
    std::optional<std::int64_t> bits{};
    std::int64_t slots = 0;  ///< Format `slots` only.
    auto operator<=>(const Rank&) const = default;
};

/// How a matrix is stored: ranks from the outermost to the innermost, which ends at single
/// elements, and the width of a value.
struct StorageFormat {
    std::string name{};
    std::vector<Rank> ranks{};
    std::int64_t value_bits = 8;
    auto operator<=>(const StorageFormat&) const = default;
};

/// The classic formats. \param value_bits ≥ 0.
[[nodiscard]] StorageFormat dense_storage(std::int64_t value_bits);
[[nodiscard]] StorageFormat bitmap_storage(std::int64_t value_bits);
[[nodiscard]] StorageFormat csr_storage(std::int64_t value_bits);
[[nodiscard]] StorageFormat csc_storage(std::int64_t value_bits);
[[nodiscard]] StorageFormat coo_storage(std::int64_t value_bits);
/// Coordinates of the rows that are not empty, and of what is in them (doubly compressed rows).
[[nodiscard]] StorageFormat csf_storage(std::int64_t value_bits);
/// Run lengths over the rows as one sequence.
/// \par Source 5-bit runs: Chen et al., "Eyeriss", IEEE JSSC 52(1), 2017.
[[nodiscard]] StorageFormat run_length_storage(std::int64_t value_bits, std::int64_t run_bits = 5);
/// n slots for each m elements of a row.
[[nodiscard]] StorageFormat n_m_storage(std::int64_t value_bits, std::int64_t n, std::int64_t m);
/// Compressed rows of dense edge × edge blocks (BSR).
[[nodiscard]] StorageFormat block_storage(std::int64_t value_bits, std::int64_t edge);

/// Bits that a matrix takes. Numbers of stored bits are whole, expected ones need not be.
struct StorageBits {
    std::vector<double> metadata{};  ///< One per rank.
    double values = 0;
    [[nodiscard]] double total() const;
    auto operator<=>(const StorageBits&) const = default;
};

/// \throws core::ConfigErrors if the ranks do not make a tree down to single elements: no rank for
/// an axis, steps that do not divide each other, offsets innermost, widths or slots out of range.
void check_format(const StorageFormat& format);

/// Expected bits of one tile of a matrix, mean over its grid; each tile is a tree of its own. Exact
/// for an actual_density() and tiles that whole ranks divide, but for run lengths: these take the
/// stored coordinates to lie independently of each other. \throws as check_format().
[[nodiscard]] StorageBits expected_storage(const DensityModel& model,
                                           const StorageFormat& format,
                                           TileShape tile);
/// Of the whole matrix.
[[nodiscard]] StorageBits expected_storage(const DensityModel& model, const StorageFormat& format);

/// Why this matrix cannot be stored so, if it cannot: more non-zeros than slots, or a width given
/// that is too small. \throws as check_format().
[[nodiscard]] std::optional<core::Violation> storage_violation(const SparseMatrix& matrix,
                                                               const StorageFormat& format);

/// Bits of this very matrix: what encode() writes, without writing it.
/// Precondition: no storage_violation(). \throws as check_format().
[[nodiscard]] StorageBits exact_storage(const SparseMatrix& matrix, const StorageFormat& format);

/// A matrix as bits: one stream per rank and one of values.
struct EncodedMatrix {
    struct Stream {
        std::vector<std::uint64_t> words{};  ///< Bit i is bit i mod 64 of word i / 64.
        std::int64_t bits = 0;
        bool operator==(const Stream&) const = default;
    };
    std::int64_t rows = 0;
    std::int64_t columns = 0;
    bool has_values = false;
    std::int64_t outermost_entries = 0;  ///< Length of the outermost fiber.
    std::vector<Stream> metadata{};
    Stream values{};
    bool operator==(const EncodedMatrix&) const = default;
};

/// Writes a matrix. A value is the leading value_bits (1 … 32) bits of its binary32 form, the last
/// bit set if all would be 0; a matrix without values has ones everywhere.
/// Precondition: no storage_violation(). \throws as check_format().
[[nodiscard]] EncodedMatrix encode(const SparseMatrix& matrix, const StorageFormat& format);

/// The matrix that encode() was given, with values as far as they were kept.
/// \throws core::ConfigErrors if the streams do not make a matrix.
[[nodiscard]] SparseMatrix decode(const EncodedMatrix& encoded, const StorageFormat& format);

}  // namespace plexus::workloads
