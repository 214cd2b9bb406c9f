// SPDX-License-Identifier: Apache-2.0
#include "plexus/workloads/storage_format.hpp"

#include <bit>
#include <numeric>

#include <fmt/format.h>

#include "fiber_tree.hpp"
#include "patterns.hpp"

namespace plexus::workloads {

namespace {

constexpr std::int64_t widest = 62;  // bits of a word

/// ⌈log₂ n⌉, n ≥ 1.
std::int64_t bits_for(std::int64_t n) {
    return static_cast<std::int64_t>(std::bit_width(static_cast<std::uint64_t>(n - 1)));
}

void check_rank(const Rank& rank, const std::string& path, bool innermost, core::Problems& bad) {
    if (rank.bits && (*rank.bits < 0 || *rank.bits > widest)) {
        bad.add({}, path + ".bits", fmt::format("must be in 0..{}, got {}", widest, *rank.bits));
    }
    if (rank.format == RankFormat::run_length && rank.bits == 0)
        bad.add({}, path + ".bits", "a run-length word must have at least 1 bit");
    if (rank.format == RankFormat::offsets && innermost)
        bad.add({}, path + ".format", "offsets need a rank below, to point into");
    if ((rank.format == RankFormat::slots) != (rank.slots > 0)) {
        bad.add({},
                path + ".slots",
                fmt::format("must be ≥ 1 with format slots and 0 without, got {}", rank.slots));
    }
}

}  // namespace

const char* to_string(RankFormat format) {
    switch (format) {
        case RankFormat::uncompressed:
            return "uncompressed";
        case RankFormat::bitmap:
            return "bitmap";
        case RankFormat::coordinate:
            return "coordinate";
        case RankFormat::run_length:
            return "run_length";
        case RankFormat::offsets:
            return "offsets";
        case RankFormat::slots:
            return "slots";
    }
    core::ensure(false, "no such rank format");
    return "";
}

double StorageBits::total() const {
    return std::accumulate(metadata.begin(), metadata.end(), values);
}

void check_format(const StorageFormat& format) {
    core::Problems bad;
    if (format.value_bits < 0 || format.value_bits > 64) {
        bad.add({}, "value_bits", fmt::format("must be in 0..64, got {}", format.value_bits));
    }
    std::int64_t row_step = 0;  // 0 = not cut yet
    std::int64_t column_step = 0;
    for (std::size_t r = 0; r < format.ranks.size(); ++r) {
        const Rank& rank = format.ranks[r];
        const std::string path = fmt::format("ranks[{}]", r);
        check_rank(rank, path, r + 1 == format.ranks.size(), bad);
        if (rank.step < 1) {
            bad.add({}, path + ".step", fmt::format("must be ≥ 1, got {}", rank.step));
            continue;
        }
        for (auto [step, axis] :
             {std::pair{&row_step, RankAxis::rows}, std::pair{&column_step, RankAxis::columns}}) {
            if (rank.axis != axis && rank.axis != RankAxis::both)
                continue;
            if (*step % rank.step != 0) {
                bad.add({},
                        path + ".step",
                        fmt::format(
                            "must divide the step {} of a rank above, got {}", *step, rank.step));
            }
            *step = rank.step;
        }
    }
    if (row_step != 1 || column_step != 1) {
        bad.add({}, "ranks", "the last rank of rows and that of columns must have a step of 1");
    }
    bad.throw_if_any();
}

namespace detail {

namespace {

/// Extent of a rank and what is left of the matrix under one of its coordinates.
void place_rank(const Rank& rank, TileShape& left, RankLayout& out) {
    const std::int64_t down = parts(left.rows, rank.step);
    const std::int64_t across = parts(left.columns, rank.step);
    switch (rank.axis) {
        case RankAxis::rows:
            out.extent = down;
            left.rows = rank.step;
            break;
        case RankAxis::columns:
            out.extent = across;
            left.columns = rank.step;
            break;
        case RankAxis::both:
            out.extent = down * across;
            out.across = across;
            left = {rank.step, rank.step};
            break;
    }
    out.cover = left;
    out.low_bits = rank.axis == RankAxis::both ? bits_for(across) : 0;
    out.least = rank.axis == RankAxis::both ? bits_for(down) + out.low_bits : bits_for(out.extent);
}

}  // namespace

std::vector<RankLayout> layout(const StorageFormat& format, TileShape size) {
    check_format(format);
    constexpr std::int64_t default_run_bits = 5;
    core::Problems bad;
    std::vector<RankLayout> ranks;
    TileShape left = size;
    for (const Rank& rank : format.ranks) {
        RankLayout out{.format = rank.format, .axis = rank.axis, .step = rank.step};
        place_rank(rank, left, out);
        out.slots = rank.slots;
        if (out.slots > out.extent) {
            bad.add({},
                    fmt::format("ranks[{}].slots", ranks.size()),
                    fmt::format(
                        "must be ≤ the {} coordinates of the rank, got {}", out.extent, out.slots));
        }
        if (rank.format == RankFormat::run_length)
            out.least = default_run_bits;
        const bool outermost = ranks.empty();
        if (rank.format == RankFormat::coordinate && !outermost &&
            ranks.back().format != RankFormat::offsets)
            out.count_bits = bits_for(out.extent + 1);
        ranks.push_back(out);
    }
    bad.throw_if_any();
    for (std::size_t r = ranks.size(); r-- > 0;) {
        if (r + 1 < ranks.size()) {
            const RankLayout& next = ranks[r + 1];
            ranks[r].below = next.below * static_cast<std::uint64_t>(next.extent);
            if (ranks[r].format == RankFormat::offsets)
                ranks[r].least = bits_for(ranks[r].extent * next.extent + 1);
        }
        ranks[r].bits = format.ranks[r].bits.value_or(ranks[r].least);
    }
    return ranks;
}

void check_value_bits(const StorageFormat& format) {
    core::Problems bad;
    if (format.value_bits < 1 || format.value_bits > 32) {
        bad.add({}, "value_bits", fmt::format("must be in 1..32, got {}", format.value_bits));
    }
    bad.throw_if_any();
}

double metadata_bits(const RankLayout& rank, const RankCounts& counts) {
    const auto extent = static_cast<double>(rank.extent);
    const auto bits = static_cast<double>(rank.bits);
    switch (rank.format) {
        case RankFormat::uncompressed:
            return 0;
        case RankFormat::bitmap:
            return counts.fibers * extent;
        case RankFormat::coordinate:
            return counts.nonempty * bits + counts.fibers * static_cast<double>(rank.count_bits);
        case RankFormat::run_length:
            return counts.words * bits;
        case RankFormat::offsets:
            return counts.fibers * (extent + 1) * bits;
        case RankFormat::slots:
            return counts.fibers * static_cast<double>(rank.slots) * bits;
    }
    core::ensure(false, "no such rank format");
    return 0;
}

double stored(const RankLayout& rank, const RankCounts& counts) {
    switch (rank.format) {
        case RankFormat::uncompressed:
        case RankFormat::offsets:
            return counts.fibers * static_cast<double>(rank.extent);
        case RankFormat::slots:
            return counts.fibers * static_cast<double>(rank.slots);
        case RankFormat::bitmap:
        case RankFormat::coordinate:
        case RankFormat::run_length:
            break;
    }
    return counts.nonempty;
}

}  // namespace detail

}  // namespace plexus::workloads
