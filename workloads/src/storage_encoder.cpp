// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <utility>

#include <fmt/format.h>

#include "bit_stream.hpp"
#include "fiber_tree.hpp"

namespace plexus::workloads {

namespace {

using namespace detail;

/// On axis `both` a coordinate is written as its row and its column.
std::uint64_t to_word(const RankLayout& rank, std::int64_t coordinate) {
    if (rank.axis == RankAxis::both)
        coordinate = ((coordinate / rank.across) << rank.low_bits) + coordinate % rank.across;
    return static_cast<std::uint64_t>(coordinate);
}

/// Writes one rank: its metadata, and the fibers of the rank below.
class RankWriter {
  public:
    RankWriter(std::span<const std::uint64_t> all, std::span<const RankLayout> ranks)
        : all_(all), rank_(ranks.front()), next_(ranks.size() > 1 ? &ranks[1] : nullptr) {}

    void write(Fiber fiber, EncodedMatrix::Stream& out, std::vector<Fiber>& below) {
        parts_.clear();
        for_each_part(all_, fiber, rank_, [&](std::int64_t coordinate, Fiber part) {
            parts_.emplace_back(coordinate, part);
        });
        switch (rank_.format) {
            case RankFormat::uncompressed:
                fill_gaps(rank_.extent);
                break;
            case RankFormat::bitmap:
                write_bitmap(out);
                break;
            case RankFormat::coordinate:
                append(out, parts_.size(), rank_.count_bits);
                write_coordinates(out);
                break;
            case RankFormat::run_length:
                write_run_lengths(out);
                break;
            case RankFormat::offsets:
                fill_gaps(rank_.extent);
                write_offsets(out);
                break;
            case RankFormat::slots:
                fill_gaps(rank_.slots);
                write_coordinates(out);
                break;
        }
        for (const auto& [coordinate, part] : parts_)
            below.push_back(part);
    }

  private:
    /// Adds empty parts at the lowest free coordinates until there are `wanted`.
    void fill_gaps(std::int64_t wanted) {
        const auto target = static_cast<std::size_t>(wanted);
        std::vector<std::pair<std::int64_t, Fiber>> filled;
        std::size_t at = 0;
        std::size_t spare = target - parts_.size();
        for (std::int64_t c = 0; filled.size() < target; ++c) {
            if (at < parts_.size() && parts_[at].first == c) {
                filled.push_back(parts_[at++]);
            } else if (spare > 0) {
                filled.emplace_back(c, Fiber{});
                --spare;
            }
        }
        parts_ = std::move(filled);
    }

    void write_bitmap(EncodedMatrix::Stream& out) const {
        std::size_t at = 0;
        for (std::int64_t c = 0; c < rank_.extent; ++c) {
            const bool here = at < parts_.size() && parts_[at].first == c;
            append(out, here ? 1U : 0U, 1);
            at += here ? 1 : 0;
        }
    }

    void write_coordinates(EncodedMatrix::Stream& out) const {
        for (const auto& [coordinate, part] : parts_)
            append(out, to_word(rank_, coordinate), rank_.bits);
    }

    void write_run_lengths(EncodedMatrix::Stream& out) const {
        RunLengths runs(rank_.extent, rank_.bits);
        const auto word = [&](std::int64_t value) {
            append(out, static_cast<std::uint64_t>(value), rank_.bits);
        };
        for (const auto& [coordinate, part] : parts_)
            runs.stored(coordinate, word);
        runs.finish(word);
    }

    void write_offsets(EncodedMatrix::Stream& out) {
        append(out, static_cast<std::uint64_t>(offset_), rank_.bits);
        for (const auto& [coordinate, part] : parts_) {
            offset_ += entries_below(part);
            append(out, static_cast<std::uint64_t>(offset_), rank_.bits);
        }
        offset_ = 0;
    }

    /// Entries of a fiber of the rank below.
    [[nodiscard]] std::int64_t entries_below(Fiber fiber) const {
        if (next_->format == RankFormat::uncompressed || next_->format == RankFormat::offsets)
            return next_->extent;
        if (next_->format == RankFormat::slots)
            return next_->slots;
        std::int64_t parts = 0;
        std::int64_t words = 0;
        RunLengths runs(next_->extent, std::max<std::int64_t>(next_->bits, 1));
        const auto add_word = [&](std::int64_t) { ++words; };
        for_each_part(all_, fiber, *next_, [&](std::int64_t coordinate, Fiber) {
            ++parts;
            if (next_->format == RankFormat::run_length)
                runs.stored(coordinate, add_word);
        });
        if (next_->format != RankFormat::run_length)
            return parts;
        runs.finish(add_word);
        return words;
    }

    std::span<const std::uint64_t> all_;
    RankLayout rank_;
    const RankLayout* next_;
    std::int64_t offset_ = 0;
    std::vector<std::pair<std::int64_t, Fiber>> parts_;
};

/// The leading bits of a value in binary32; never 0, so that it stays a non-zero.
std::uint64_t value_word(float value, std::int64_t bits) {
    constexpr std::int64_t all = 32;
    const std::uint32_t word = std::bit_cast<std::uint32_t>(value) >> (all - bits);
    return std::max<std::uint32_t>(word, 1);
}

}  // namespace

EncodedMatrix encode(const SparseMatrix& matrix, const StorageFormat& format) {
    const auto ranks = layout(format, {matrix.rows, matrix.columns});
    check_value_bits(format);
    const auto violation = storage_violation(matrix, format);
    core::ensure(!violation, violation ? to_string(*violation) : "");
    std::vector<std::size_t> source;
    const auto all = places(matrix, ranks, source);
    EncodedMatrix out{
        .rows = matrix.rows, .columns = matrix.columns, .has_values = !matrix.values.empty()};
    std::vector<Fiber> fibers{{0, all.size()}};
    for (std::size_t r = 0; r < ranks.size(); ++r) {
        RankWriter writer(all, std::span(ranks).subspan(r));
        EncodedMatrix::Stream& stream = out.metadata.emplace_back();
        std::vector<Fiber> below;
        for (const Fiber& fiber : fibers)
            writer.write(fiber, stream, below);
        if (r == 0)
            out.outermost_entries = static_cast<std::int64_t>(below.size());
        fibers = std::move(below);
    }
    for (const Fiber& leaf : fibers) {
        std::uint64_t word = 0;
        if (leaf.begin < leaf.end) {
            const float value = out.has_values ? matrix.values[source[leaf.begin]] : 1.0F;
            word = value_word(value, format.value_bits);
        }
        append(out.values, word, format.value_bits);
    }
    return out;
}

}  // namespace plexus::workloads
