// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "plexus/workloads/pattern_analysis.hpp"

namespace plexus::workloads::detail {

/// Fills in what the bitmap of a block tells: everything but distance, magnitude and energy.
void read_bitmap(std::span<const std::uint64_t> bitmap,
                 std::int64_t block,
                 BlockFeatures& features);

/// Share of the groups of m elements of the rows of a block that have at most n non-zeros.
[[nodiscard]] float group_conformity(std::span<const std::uint64_t> bitmap,
                                     std::int64_t block,
                                     const GroupShape& group);

/// Moves the pattern of a block that is not empty to its first row and column.
void shift_to_corner(std::span<std::uint64_t> bitmap, std::int64_t block);

/// The classes of blocks that a family finds alike. Deterministic for any number of threads.
/// \param bitmaps [block · words + word]; \param features,keys [block], [band][block].
/// \return class of each block, numbered by first block; −1 for empty ones.
[[nodiscard]] std::vector<std::int32_t> classify(const LocalityHash& hash,
                                                 std::span<const std::uint64_t> bitmaps,
                                                 std::span<const BlockFeatures> features,
                                                 std::span<const std::vector<std::uint64_t>> keys,
                                                 int jobs);

}  // namespace plexus::workloads::detail
