// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "fiber_tree.hpp"

namespace plexus::workloads {

namespace {

using namespace detail;

/// Expected words of a run-length fiber whose `extent` coordinates are stored with probability p
/// each, independently; m = 2^bits − 1, q = 1 − p. A word of all ones ends at j where a run of
/// exactly a·m empty coordinates does, a = 1, 2, …; what is left of the last run takes one more.
double expected_words(std::int64_t extent, double p, std::int64_t bits) {
    const auto s = static_cast<double>(extent);
    const double m = std::ldexp(1.0, static_cast<int>(bits)) - 1;
    const double q = 1 - p;
    double words = s * p + q;  // stored coordinates; the last run, if there is one
    for (double run = m; run <= s; run += m) {
        const double chance = std::pow(q, run);
        words += chance * ((s - run) * p + 1);   // ends of runs of this length
        words -= run < s ? chance * p : chance;  // the last run leaves nothing
        if (chance * s < 1e-18)
            break;
    }
    return words;
}

/// Expected sub-tiles with a non-zero, over all `tiles` tiles of which each holds `each` of them.
double nonempty_parts(const DensityModel& model, TileShape tile, TileShape part, double each) {
    const auto tiles = static_cast<double>(model.tiles(tile));
    const bool aligned = tile.rows % part.rows == 0 && tile.columns % part.columns == 0;
    if (aligned || tiles == 1)
        return model.nonempty_tiles(part);
    return tiles * each * (1 - model.empty_probability(part));
}

/// Counts of all ranks of a matrix; \return the fullest fiber of each rank as well.
struct MatrixCounts {
    std::vector<RankCounts> ranks;
    std::vector<std::int64_t> fullest;
};

MatrixCounts count(const SparseMatrix& matrix, std::span<const RankLayout> ranks) {
    std::vector<std::size_t> source;
    const std::vector<std::uint64_t> all = places(matrix, ranks, source);
    MatrixCounts counts;
    std::vector<Fiber> fibers{{0, all.size()}};  // those that are not empty
    double fibers_stored = 1;
    for (const RankLayout& rank : ranks) {
        RankCounts of_rank{.fibers = fibers_stored};
        std::int64_t fullest = 0;
        std::vector<Fiber> next;
        double words = 0;
        for (const Fiber& fiber : fibers) {
            RunLengths runs(rank.extent, std::max<std::int64_t>(rank.bits, 1));
            const auto add_word = [&](std::int64_t) { ++words; };
            std::int64_t filled = 0;
            for_each_part(all, fiber, rank, [&](std::int64_t coordinate, Fiber part) {
                next.push_back(part);
                ++filled;
                if (rank.format == RankFormat::run_length)
                    runs.stored(coordinate, add_word);
            });
            if (rank.format == RankFormat::run_length)
                runs.finish(add_word);
            fullest = std::max(fullest, filled);
        }
        if (rank.format == RankFormat::run_length) {  // empty fibers are one run
            RunLengths runs(rank.extent, rank.bits);
            double words_of_empty = 0;
            runs.finish([&](std::int64_t) { ++words_of_empty; });
            const double empty = fibers_stored - static_cast<double>(fibers.size());
            words += empty * words_of_empty;
        }
        of_rank.words = words;
        of_rank.nonempty = static_cast<double>(next.size());
        counts.ranks.push_back(of_rank);
        counts.fullest.push_back(fullest);
        fibers_stored = stored(rank, of_rank);
        fibers = std::move(next);
    }
    return counts;
}

StorageBits bits_of(std::span<const RankLayout> ranks,
                    std::span<const RankCounts> counts,
                    std::int64_t value_bits) {
    StorageBits bits;
    for (std::size_t r = 0; r < ranks.size(); ++r)
        bits.metadata.push_back(metadata_bits(ranks[r], counts[r]));
    bits.values = stored(ranks.back(), counts.back()) * static_cast<double>(value_bits);
    return bits;
}

}  // namespace

StorageBits expected_storage(const DensityModel& model,
                             const StorageFormat& format,
                             TileShape tile) {
    const TileShape within = model.clipped(tile);
    const auto ranks = layout(format, within);
    const auto tiles = static_cast<double>(model.tiles(within));
    std::vector<RankCounts> counts;
    double fibers = 1;
    double parts = 1;  // of one tile, at this rank
    for (const RankLayout& rank : ranks) {
        parts *= static_cast<double>(rank.extent);
        RankCounts of_rank{.fibers = fibers};
        of_rank.nonempty = nonempty_parts(model, within, rank.cover, parts) / tiles;
        if (rank.format == RankFormat::run_length && fibers > 0) {
            const double share =
                std::min(1.0, of_rank.nonempty / (fibers * static_cast<double>(rank.extent)));
            of_rank.words = fibers * expected_words(rank.extent, share, rank.bits);
        }
        counts.push_back(of_rank);
        fibers = stored(rank, of_rank);
    }
    return bits_of(ranks, counts, format.value_bits);
}

StorageBits expected_storage(const DensityModel& model, const StorageFormat& format) {
    return expected_storage(model, format, {model.rows(), model.columns()});
}

std::optional<core::Violation> storage_violation(const SparseMatrix& matrix,
                                                 const StorageFormat& format) {
    const auto ranks = layout(format, {matrix.rows, matrix.columns});
    const MatrixCounts counts = count(matrix, ranks);
    for (std::size_t r = 0; r < ranks.size(); ++r) {
        const RankLayout& rank = ranks[r];
        const std::string name = fmt::format("{}, rank {}", format.name, r);
        if (rank.format == RankFormat::slots && counts.fullest[r] > rank.slots) {
            return core::Violation{name + ": slots",
                                   fmt::format("{}", counts.fullest[r]),
                                   fmt::format("{}", rank.slots)};
        }
        const bool has_width = rank.format == RankFormat::coordinate ||
                               rank.format == RankFormat::offsets ||
                               rank.format == RankFormat::slots;
        if (has_width && rank.bits < rank.least) {
            return core::Violation{
                name + ": bits", fmt::format("{}", rank.least), fmt::format("{}", rank.bits)};
        }
    }
    return std::nullopt;
}

StorageBits exact_storage(const SparseMatrix& matrix, const StorageFormat& format) {
    const auto ranks = layout(format, {matrix.rows, matrix.columns});
    return bits_of(ranks, count(matrix, ranks).ranks, format.value_bits);
}

}  // namespace plexus::workloads
