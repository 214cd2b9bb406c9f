// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "sparsity/view.hpp"

namespace plexus::cost_models::sparsity {

/// A rank of a stored tile with the loops that it stands for.
struct StoredRank {
    RankFormat format{};
    double fiber = 1;  ///< Coordinates of a fiber.
    Extents tile{};    ///< Box of a fiber.
    Extents below{};   ///< Box of what a coordinate stands for.
};

/// Words of one rank of one tile.
struct RankUnits {
    double metadata = 0;
    double payload = 0;
};

/// Ranks of a tensor at each level, innermost rank first; none where it is stored as it is.
/// Loops that no rank takes become violations.
[[nodiscard]] std::vector<std::vector<StoredRank>> place_ranks(
    const View& view, std::size_t t, std::vector<core::Violation>& violations);

/// Expected words per rank of a tile of `level`, given that it is not empty if `nonempty`.
[[nodiscard]] std::vector<RankUnits> expected_units(const View& view,
                                                    std::size_t level,
                                                    std::size_t t,
                                                    const std::vector<StoredRank>& ranks,
                                                    bool nonempty);

/// Words per rank of the fullest tile, its non-zeros as far apart as they can be.
[[nodiscard]] std::vector<RankUnits> most_units(const View& view,
                                                std::size_t level,
                                                std::size_t t,
                                                const std::vector<StoredRank>& ranks);

/// Bits of a metadata and of a payload word of a rank at a level.
struct WordBits {
    double metadata = 0;
    double payload = 0;
};
[[nodiscard]] WordBits word_bits(const SparseLevel& level, const RankFormat& format);

}  // namespace plexus::cost_models::sparsity
