// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace plexus::hardware {

/// How one rank of a stored tile says which coordinates of a fiber have something below them.
enum class RankFormat : std::uint8_t {
    uncompressed,         ///< Nothing; all coordinates are stored.
    uncompressed_bitmap,  ///< A bit per coordinate; all are stored.
    offsets,              ///< Offsets into the rank below; all are stored.
    bitmap,               ///< A bit per coordinate; those with something below are stored.
    coordinate,           ///< A number per stored coordinate.
    run_length,           ///< Per stored coordinate the number of empty ones before it.
};

/// Names of the rank formats in YAML, in order of the enumerators.
inline constexpr std::array<const char*, 6> rank_format_names{
    "uncompressed", "uncompressed_bitmap", "offsets", "bitmap", "coordinate", "run_length"};

/// Is a rank of this format without its empty coordinates?
[[nodiscard]] constexpr bool leaves_out(RankFormat format) {
    return format >= RankFormat::bitmap;
}

struct StoredRank {
    RankFormat format = RankFormat::uncompressed;
    std::int64_t bits = 0;  ///< Of a metadata word; 0 = as many as the format needs.
    auto operator<=>(const StoredRank&) const = default;
};

/// What happens to accesses that meet zeros.
enum class ZeroSaving : std::uint8_t {
    gating,    ///< The port idles for its cycle: energy is saved.
    skipping,  ///< The next effectual access takes its place: time is saved too.
};

/// Accesses to `target` are saved where the tiles of `leaders` that go with it are empty. Memory
/// operands: I1, I2, O.
struct SavingRule {
    ZeroSaving saving = ZeroSaving::gating;
    std::string target;
    std::vector<std::string> leaders;
    auto operator<=>(const SavingRule&) const = default;
};

/// What one memory of a core makes of zeros.
struct MemorySparsity {
    std::string memory;
    /// By memory operand: ranks of a stored tile, outermost first; never empty.
    std::map<std::string, std::vector<StoredRank>> formats;
    std::vector<SavingRule> units;  ///< At most one per target.
    std::vector<std::string>
        converts;  ///< Operands held in another format than the memory outside.
    std::int64_t metadata_size_bits = 0;        ///< Of one instance; 0 = as large as is asked for.
    std::optional<double> metadata_pj_per_bit;  ///< Nothing: as a bit of data.
    auto operator<=>(const MemorySparsity&) const = default;
};

/// What a dataflow core saves where its operands are zero.
struct CoreSparsity {
    std::vector<MemorySparsity> memories;
    bool compute_gates = false;  ///< Units idle where an operand that is there is zero.
    bool compute_skips = false;  ///< Operands are aligned: one without a partner takes no time.
    double gated_share = 0;      ///< Energy of a gated access or MAC over that of a real one.
    auto operator<=>(const CoreSparsity&) const = default;

    /// What is said of a memory; nullptr: nothing.
    [[nodiscard]] const MemorySparsity* find(const std::string& memory) const;
};

}  // namespace plexus::hardware
