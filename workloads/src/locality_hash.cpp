// SPDX-License-Identifier: Apache-2.0
#include "plexus/workloads/locality_hash.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "plexus/core/error.hpp"
#include "plexus/core/random.hpp"

#include "bits.hpp"
#include "patterns.hpp"

namespace plexus::workloads {

namespace {

using namespace detail;

constexpr std::uint16_t empty_bin = std::numeric_limits<std::uint16_t>::max();
/// Bins that an empty one asks in turn for a value; all empty happens only with next to no
/// non-zeros, and then the lowest filled bin lends.
constexpr std::size_t attempts = 16;
constexpr std::int64_t most_functions = 1024;

void check_options(const LocalityHashOptions& options, std::int64_t block) {
    core::Problems bad;
    const auto that = [&](bool good, const char* path, std::string message) {
        if (!good)
            bad.add({}, path, std::move(message));
    };
    that(block >= 1 && block <= most_pattern_block,
         "block",
         fmt::format("must be in 1..{}, got {}", most_pattern_block, block));
    that(options.rows >= 1 && options.rows <= 64,
         "hash.rows",
         fmt::format("must be in 1..64, got {}", options.rows));
    that(options.bands >= 1 && options.bands <= 256,
         "hash.bands",
         fmt::format("must be in 1..256, got {}", options.bands));
    that(options.rows * options.bands <= most_functions,
         "hash.bands",
         fmt::format("rows · bands must be at most {}, got {}",
                     most_functions,
                     options.rows * options.bands));
    that(options.similarity > 0 && options.similarity <= 1,
         "hash.similarity",
         fmt::format("must be in (0, 1], got {}", options.similarity));
    that(options.kind != LocalityHashKind::bit_sampling || block <= 32,
         "hash.kind",
         fmt::format("bit_sampling is for blocks of at most 32, got {}", block));
    bad.throw_if_any();
}

/// 0 … size − 1 in random order.
std::vector<std::uint32_t> permutation(std::size_t size, core::Rng random) {
    std::vector<std::uint32_t> order(size);
    std::iota(order.begin(), order.end(), 0U);
    for (std::size_t i = size; i > 1; --i)
        std::swap(order[i - 1], order[random.below(i)]);
    return order;
}

double cosine(const BlockFeatures& a, const BlockFeatures& b, std::int64_t block) {
    const auto x = feature_vector(a, block);
    const auto y = feature_vector(b, block);
    const auto dot = [](const auto& p, const auto& q) {
        return std::inner_product(p.begin(), p.end(), q.begin(), 0.0);
    };
    return std::min(1.0, dot(x, y) / std::sqrt(dot(x, x) * dot(y, y)));
}

}  // namespace

const char* to_string(LocalityHashKind kind) {
    switch (kind) {
        case LocalityHashKind::minhash:
            return "minhash";
        case LocalityHashKind::simhash:
            return "simhash";
        case LocalityHashKind::bit_sampling:
            return "bit_sampling";
    }
    core::ensure(false, "no such hash family");
    return "";
}

std::array<float, feature_count> feature_vector(const BlockFeatures& features, std::int64_t block) {
    const auto edge = static_cast<float>(block);
    const auto share = [](auto part, float whole) {
        return whole > 0 ? static_cast<float>(part) / whole : 0.0F;
    };
    const auto nonzeros = static_cast<float>(features.nonzeros);
    return {share(features.nonzeros, edge * edge),
            share(features.rows_used, edge),
            share(features.columns_used, edge),
            share(features.diagonals_used, 2 * edge - 1),
            share(features.fullest_row, edge),
            share(features.fullest_column, edge),
            share(features.bandwidth, edge - 1),
            share(features.distance, nonzeros * (edge - 1)),
            share(features.runs, nonzeros),
            share(features.longest_run, edge)};
}

LocalityHash::LocalityHash(const LocalityHashOptions& options, std::int64_t block)
    : options_(options), block_(block) {
    check_options(options, block);
    const core::Rng random =
        core::Rng(options.seed).split("locality hash").split(to_string(options.kind));
    const auto elements = static_cast<std::size_t>(block * block);
    const auto count = static_cast<std::size_t>(functions());
    switch (options.kind) {
        case LocalityHashKind::minhash: {
            const auto order = permutation(elements, random.split("order"));
            slots_.resize(elements);
            for (std::size_t e = 0; e < elements; ++e) {
                slots_[e] = {.bin = static_cast<std::uint16_t>(order[e] * count / elements),
                             .rank = static_cast<std::uint16_t>(order[e])};
            }
            core::Rng lenders = random.split("lenders");
            lenders_.resize(count * attempts);
            for (std::uint16_t& lender : lenders_)
                lender = static_cast<std::uint16_t>(lenders.below(count));
            break;
        }
        case LocalityHashKind::simhash: {
            core::Rng normals = random.split("planes");
            planes_.resize(count * feature_count);
            for (float& coordinate : planes_)
                coordinate = static_cast<float>(normals.normal());
            break;
        }
        case LocalityHashKind::bit_sampling: {
            core::Rng sample = random.split("elements");
            elements_.resize(count);
            for (std::uint32_t& element : elements_)
                element = static_cast<std::uint32_t>(sample.below(elements));
            break;
        }
    }
}

/// The filled bin that an empty one takes its value from.
template <class IsFilled>
std::size_t LocalityHash::lender_of(std::size_t bin, const IsFilled& is_filled) const {
    for (std::size_t attempt = 0; attempt < attempts; ++attempt) {
        const std::size_t lender = lenders_[bin * attempts + attempt];
        if (is_filled(lender))
            return lender;
    }
    std::size_t lender = 0;
    while (!is_filled(lender))
        ++lender;
    return lender;
}

void LocalityHash::min_values(std::span<const std::uint64_t> bitmap,
                              std::span<std::uint16_t> out) const {
    std::fill(out.begin(), out.end(), empty_bin);
    for_each_bit(bitmap, [&](std::uint32_t element) {
        const Slot slot = slots_[element];
        out[slot.bin] = std::min(out[slot.bin], slot.rank);
    });
    std::array<std::uint64_t, most_functions / 64> filled{};  // bins lend what is their own
    for (std::size_t bin = 0; bin < out.size(); ++bin)
        filled[bin / 64] |= std::uint64_t{out[bin] != empty_bin} << (bin % 64);
    const auto is_filled = [&](std::size_t bin) {
        return (filled[bin / 64] >> (bin % 64) & 1) != 0;
    };
    for (std::size_t first = 0; first < out.size(); first += 64) {
        std::uint64_t empty = ~filled[first / 64];
        empty &= low_bits(static_cast<std::int64_t>(out.size() - first));
        for (; empty != 0; empty &= empty - 1) {
            const std::size_t bin = first + static_cast<std::size_t>(std::countr_zero(empty));
            out[bin] = out[lender_of(bin, is_filled)];
        }
    }
}

void LocalityHash::values(const BlockView& block, std::span<std::uint16_t> out) const {
    switch (options_.kind) {
        case LocalityHashKind::minhash:
            min_values(block.bitmap, out);
            return;
        case LocalityHashKind::simhash: {
            const auto features = feature_vector(*block.features, block_);
            for (std::size_t f = 0; f < out.size(); ++f) {
                float dot = 0;
                for (std::size_t i = 0; i < feature_count; ++i)
                    dot += planes_[f * feature_count + i] * features[i];
                out[f] = dot >= 0 ? 1 : 0;
            }
            return;
        }
        case LocalityHashKind::bit_sampling:
            for (std::size_t f = 0; f < out.size(); ++f)
                out[f] = static_cast<std::uint16_t>(bits_at(block.bitmap, elements_[f], 1));
            return;
    }
}

void LocalityHash::keys(const BlockView& block,
                        std::span<std::uint64_t> out,
                        std::span<std::uint16_t> scratch) const {
    values(block, scratch);
    const auto rows = static_cast<std::size_t>(options_.rows);
    for (std::size_t band = 0; band < out.size(); ++band) {
        std::uint64_t key = 0;
        for (std::size_t r = 0; r < rows; r += 4) {  // four values fill a word
            std::uint64_t word = 0;
            for (std::size_t i = r; i < std::min(rows, r + 4); ++i)
                word = word << 16U | scratch[band * rows + i];
            key = Priorities::mix(key * 0x9e3779b97f4a7c15U + word + 1);
        }
        out[band] = key;
    }
}

double LocalityHash::similarity(const BlockView& a, const BlockView& b) const {
    if (options_.kind == LocalityHashKind::simhash)
        return 1 - std::acos(cosine(*a.features, *b.features, block_)) / std::numbers::pi;
    const std::int32_t both = ones_of_both(a.bitmap, b.bitmap);
    const std::int32_t either = a.features->nonzeros + b.features->nonzeros - both;
    if (options_.kind == LocalityHashKind::minhash)
        return static_cast<double>(both) / either;
    return 1 - static_cast<double>(either - both) / static_cast<double>(block_ * block_);
}

bool LocalityHash::alike(const BlockView& a, const BlockView& b) const {
    if (options_.kind == LocalityHashKind::minhash) {  // J ≤ the smaller set / the larger
        const auto [least, most] = std::minmax(a.features->nonzeros, b.features->nonzeros);
        if (least < options_.similarity * most)
            return false;
    }
    return similarity(a, b) >= options_.similarity;
}

}  // namespace plexus::workloads
