// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "bit_stream.hpp"
#include "fiber_tree.hpp"

namespace plexus::workloads {

namespace {

using namespace detail;

std::int64_t from_word(const RankLayout& rank, std::int64_t word) {
    std::int64_t coordinate = word;
    if (rank.axis == RankAxis::both) {
        const std::int64_t column = word & ((std::int64_t{1} << rank.low_bits) - 1);
        if (column >= rank.across)
            refuse_encoding("a coordinate lies outside of the matrix");
        coordinate = (word >> rank.low_bits) * rank.across + column;
    }
    if (coordinate >= rank.extent)
        refuse_encoding("a coordinate lies outside of its fiber");
    return coordinate;
}

/// A fiber of which the first place is known, and its number of entries if the rank above tells it.
struct OpenFiber {
    std::uint64_t first = 0;
    std::int64_t entries = -1;
};

/// Reads one rank: finds the fibers of the rank below.
class RankReader {
  public:
    RankReader(const RankLayout& rank, const EncodedMatrix::Stream& stream)
        : rank_(rank), in_(stream) {}

    void read(const OpenFiber& fiber, std::vector<OpenFiber>& below) {
        switch (rank_.format) {
            case RankFormat::uncompressed:
                for (std::int64_t c = 0; c < rank_.extent; ++c)
                    open(fiber, c, below);
                break;
            case RankFormat::bitmap:
                for (std::int64_t c = 0; c < rank_.extent; ++c) {
                    if (in_.read(1) != 0)
                        open(fiber, c, below);
                }
                break;
            case RankFormat::coordinate:
                read_coordinates(fiber,
                                 fiber.entries >= 0 ? fiber.entries : in_.number(rank_.count_bits),
                                 below);
                break;
            case RankFormat::run_length:
                read_run_lengths(fiber, below);
                break;
            case RankFormat::offsets:
                read_offsets(fiber, below);
                break;
            case RankFormat::slots:
                read_coordinates(fiber, rank_.slots, below);
                break;
        }
    }

    void finish() const {
        if (in_.left() != 0)
            refuse_encoding("a stream is longer than its rank");
    }

  private:
    void open(const OpenFiber& fiber,
              std::int64_t coordinate,
              std::vector<OpenFiber>& below,
              std::int64_t entries = -1) const {
        below.push_back(
            {fiber.first + static_cast<std::uint64_t>(coordinate) * rank_.below, entries});
    }

    void read_coordinates(const OpenFiber& fiber,
                          std::int64_t entries,
                          std::vector<OpenFiber>& below) {
        if (entries > rank_.extent)
            refuse_encoding("a fiber has more entries than coordinates");
        std::int64_t previous = -1;
        for (std::int64_t i = 0; i < entries; ++i) {
            const std::int64_t coordinate = from_word(rank_, in_.number(rank_.bits));
            if (coordinate <= previous)
                refuse_encoding("coordinates do not ascend");
            open(fiber, coordinate, below);
            previous = coordinate;
        }
    }

    void read_run_lengths(const OpenFiber& fiber, std::vector<OpenFiber>& below) {
        const std::int64_t all_ones = (std::int64_t{1} << rank_.bits) - 1;
        std::int64_t position = 0;
        while (position < rank_.extent) {
            const std::int64_t word = in_.number(rank_.bits);
            position += word;
            if (position > rank_.extent)
                refuse_encoding("a run is longer than its fiber");
            if (word == all_ones || position == rank_.extent)
                continue;
            open(fiber, position, below);
            ++position;
        }
    }

    void read_offsets(const OpenFiber& fiber, std::vector<OpenFiber>& below) {
        std::int64_t offset = in_.number(rank_.bits);
        if (offset != 0)
            refuse_encoding("the first offset is not 0");
        for (std::int64_t c = 0; c < rank_.extent; ++c) {
            const std::int64_t next = in_.number(rank_.bits);
            if (next < offset)
                refuse_encoding("offsets fall");
            open(fiber, c, below, next - offset);
            offset = next;
        }
    }

    RankLayout rank_;
    BitReader in_;
};

struct DecodedElement {
    Element at;
    float value = 1;
};

SparseMatrix compress(std::vector<DecodedElement> entries, const EncodedMatrix& encoded) {
    std::sort(entries.begin(), entries.end(), [](const DecodedElement& a, const DecodedElement& b) {
        return std::pair(a.at.row, a.at.column) < std::pair(b.at.row, b.at.column);
    });
    SparseMatrix matrix{.rows = encoded.rows, .columns = encoded.columns};
    matrix.row_offsets.assign(static_cast<std::size_t>(encoded.rows) + 1, 0);
    for (const DecodedElement& entry : entries) {
        ++matrix.row_offsets[static_cast<std::size_t>(entry.at.row) + 1];
        matrix.column_indices.push_back(static_cast<std::int32_t>(entry.at.column));
        if (encoded.has_values)
            matrix.values.push_back(entry.value);
    }
    for (std::size_t r = 1; r < matrix.row_offsets.size(); ++r)
        matrix.row_offsets[r] += matrix.row_offsets[r - 1];
    return matrix;
}

}  // namespace

SparseMatrix decode(const EncodedMatrix& encoded, const StorageFormat& format) {
    if (encoded.rows < 1 || encoded.columns < 1)
        refuse_encoding("a matrix must have rows and columns");
    const auto ranks = layout(format, {encoded.rows, encoded.columns});
    check_value_bits(format);
    if (encoded.metadata.size() != ranks.size())
        refuse_encoding("there must be one stream per rank");
    const bool told = ranks.front().format == RankFormat::coordinate;
    std::vector<OpenFiber> fibers{{0, told ? encoded.outermost_entries : -1}};
    for (std::size_t r = 0; r < ranks.size(); ++r) {
        RankReader reader(ranks[r], encoded.metadata[r]);
        std::vector<OpenFiber> below;
        for (const OpenFiber& fiber : fibers)
            reader.read(fiber, below);
        reader.finish();
        fibers = std::move(below);
    }
    constexpr std::int64_t all_bits = 32;
    BitReader values(encoded.values);
    std::vector<DecodedElement> entries;
    for (const OpenFiber& leaf : fibers) {
        const std::uint64_t word = values.read(format.value_bits);
        if (word == 0)
            continue;
        const Element at = element_of(leaf.first, ranks);
        if (at.row >= encoded.rows || at.column >= encoded.columns)
            refuse_encoding("a non-zero lies in the padding");
        const auto bits = static_cast<std::uint32_t>(word << (all_bits - format.value_bits));
        entries.push_back({at, std::bit_cast<float>(bits)});
    }
    if (values.left() != 0)
        refuse_encoding("there are more values than elements");
    return compress(std::move(entries), encoded);
}

}  // namespace plexus::workloads
