// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "plexus/workloads/storage_format.hpp"

namespace plexus::workloads::detail {

/// A rank of a format for a matrix or tile of known size.
struct RankLayout {
    RankFormat format = RankFormat::uncompressed;
    RankAxis axis = RankAxis::rows;
    std::int64_t step = 1;
    std::int64_t extent = 1;    ///< Coordinates of a fiber.
    std::int64_t across = 1;    ///< Axis `both`: tiles side by side; else 1.
    TileShape cover{};          ///< What one coordinate stands for, of the matrix.
    std::uint64_t below = 1;    ///< Leaves under one coordinate.
    std::int64_t bits = 0;      ///< Of a coordinate, offset or run-length word.
    std::int64_t least = 0;     ///< The same, if no width were given.
    std::int64_t low_bits = 0;  ///< Coordinate on axis `both`: how many of its bits are the column.
    std::int64_t count_bits = 0;  ///< Of the number of coordinates that a fiber begins with.
    std::int64_t slots = 0;
};

/// \throws core::ConfigErrors, see check_format().
[[nodiscard]] std::vector<RankLayout> layout(const StorageFormat& format, TileShape size);

/// \throws core::ConfigErrors if values are not 1 … 32 bits wide, as encoding needs.
void check_value_bits(const StorageFormat& format);

/// Fibers of a rank that are stored, coordinates in them with something below, and run-length
/// words.
struct RankCounts {
    double fibers = 0;
    double nonempty = 0;
    double words = 0;
};
[[nodiscard]] double metadata_bits(const RankLayout& rank, const RankCounts& counts);
/// Coordinates that are stored, which are the fibers of the next rank.
[[nodiscard]] double stored(const RankLayout& rank, const RankCounts& counts);

/// The non-zeros of a matrix as places in the tree: a place numbers the leaves from left to right.
/// Ascending. \param source Filled with the number of each non-zero in the matrix.
[[nodiscard]] std::vector<std::uint64_t> places(const SparseMatrix& matrix,
                                                std::span<const RankLayout> ranks,
                                                std::vector<std::size_t>& source);

/// Row and column of a place.
struct Element {
    std::int64_t row = 0;
    std::int64_t column = 0;
};
[[nodiscard]] Element element_of(std::uint64_t place, std::span<const RankLayout> ranks);

/// A run of places under one coordinate of the rank above; may be empty.
struct Fiber {
    std::size_t begin = 0;
    std::size_t end = 0;
};

/// Calls visit(coordinate, part) for each coordinate of a fiber that has something below it.
template <class Visit>
void for_each_part(std::span<const std::uint64_t> all,
                   Fiber fiber,
                   const RankLayout& rank,
                   const Visit& visit) {
    const std::uint64_t leaves = rank.below * static_cast<std::uint64_t>(rank.extent);
    for (std::size_t i = fiber.begin; i < fiber.end;) {
        const std::uint64_t place = all[i];
        const std::uint64_t end = place - place % rank.below + rank.below;
        std::size_t next = i + 1;
        while (next < fiber.end && all[next] < end)
            ++next;
        visit(static_cast<std::int64_t>(place % leaves / rank.below), Fiber{i, next});
        i = next;
    }
}

/// The words that say where the coordinates of a fiber are, in order: visit(word).
class RunLengths {
  public:
    RunLengths(std::int64_t extent, std::int64_t bits)
        : extent_(extent), all_ones_((std::int64_t{1} << bits) - 1) {}
    /// \param coordinate Ascending from call to call.
    template <class Visit>
    void stored(std::int64_t coordinate, const Visit& visit) {
        skip_to(coordinate, visit);
        visit(coordinate - position_);
        position_ = coordinate + 1;
    }
    template <class Visit>
    void finish(const Visit& visit) {
        skip_to(extent_, visit);
        if (position_ < extent_)
            visit(extent_ - position_);
    }

  private:
    template <class Visit>
    void skip_to(std::int64_t coordinate, const Visit& visit) {
        for (; coordinate - position_ >= all_ones_; position_ += all_ones_)
            visit(all_ones_);
    }
    std::int64_t extent_;
    std::int64_t all_ones_;
    std::int64_t position_ = 0;
};

}  // namespace plexus::workloads::detail
