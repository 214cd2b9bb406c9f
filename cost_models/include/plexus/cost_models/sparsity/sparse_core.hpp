// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "plexus/core/units.hpp"

namespace plexus::cost_models::sparsity {

inline constexpr double unlimited = std::numeric_limits<double>::infinity();

/// How one rank of a stored tile says which coordinates of a fiber have something below them.
enum class Format : std::uint8_t {
    uncompressed,         ///< Nothing; all coordinates are stored (U).
    uncompressed_bitmap,  ///< One word per coordinate; all are stored (UB).
    offsets,              ///< s + 1 offsets into the rank below; all are stored (UOP).
    bitmap,               ///< One word per coordinate; those with something below are stored (B).
    coordinate,           ///< A word per stored coordinate (CP).
    run_length,           ///< A word per stored coordinate: the empty ones before it (RLE).
};
[[nodiscard]] bool compresses(Format format);  ///< Leaves empty coordinates out.

struct RankFormat {
    Format format = Format::uncompressed;
    /// Bits of a word that describes a coordinate, and of one that points to what is below. Left
    /// out: what the level has for a metadata word; a bitmap has 1. Rounded up to a divisor of the
    /// width of the metadata storage.
    std::optional<double> metadata_bits{};
    std::optional<double> payload_bits{};
    /// Dimensions whose loops this rank takes together; empty: one loop.
    std::vector<std::size_t> flattened{};
    bool operator==(const RankFormat&) const = default;
};

/// How a storage level stores a tensor. No ranks: as it is.
struct TensorFormat {
    std::vector<RankFormat> ranks{};  ///< Outermost first.
    bool from_inside = false;         ///< Loops meet ranks from the innermost ones on.
    [[nodiscard]] bool has_metadata() const { return !ranks.empty(); }
    [[nodiscard]] bool compressed() const;
    bool operator==(const TensorFormat&) const = default;
};

/// What happens to accesses that meet zeros.
enum class Saving : std::uint8_t {
    gating,            ///< The unit idles for a cycle: energy is saved.
    skipping,          ///< The next effectual access takes its place: time is saved too.
    spatial_skipping,  ///< Units side by side get only what is effectual.
};

/// Accesses to `target` are saved where the tiles of `leaders` that go with it are empty.
struct Condition {
    std::size_t target = 0;
    std::vector<std::size_t> leaders{};
    bool operator==(const Condition&) const = default;
};

/// One unit that gates or skips. Of several conditions the one that saves most is used.
struct SavingUnit {
    Saving saving = Saving::gating;
    std::vector<Condition> conditions{};
    bool operator==(const SavingUnit&) const = default;
};

/// What a storage level is asked to do, and how it ends.
enum class Access : std::uint8_t { read, fill, update };
enum class Outcome : std::uint8_t { actual, gated, skipped };
inline constexpr std::size_t access_count = 3;
inline constexpr std::size_t outcome_count = 3;

/// One number per access and outcome.
struct Actions {
    std::array<std::array<double, outcome_count>, access_count> values{};
    [[nodiscard]] double& at(Access a, Outcome o) {
        return values[static_cast<std::size_t>(a)][static_cast<std::size_t>(o)];
    }
    [[nodiscard]] double at(Access a, Outcome o) const {
        return values[static_cast<std::size_t>(a)][static_cast<std::size_t>(o)];
    }
    bool operator==(const Actions&) const = default;
};

/// A storage level and what it saves.
struct SparseLevel {
    std::string name{};
    double words = unlimited;          ///< That hold data, of one instance.
    double block = 1;                  ///< Words that one access fetches.
    double word_bits = 8;              ///< Of data.
    double buffers = 1;                ///< Copies of a tile that are held (2: double buffering).
    double metadata_bits = unlimited;  ///< That hold metadata, of one instance.
    double metadata_width = 0;         ///< Bits that one access fetches; 0: as a data access.
    std::optional<double> metadata_word{};  ///< Bits of a metadata word that are not given.
    double read_words = unlimited;          ///< Per cycle.
    double write_words = unlimited;
    double shared_words = unlimited;  ///< Per cycle, reads and writes together.
    double fanout_x = unlimited;      ///< Children (levels or units) of one instance.
    double fanout_y = unlimited;
    Actions data_energy{};                ///< pJ per access of a block.
    Actions metadata_energy{};            ///< pJ per access of metadata_width bits.
    std::vector<TensorFormat> formats{};  ///< One per tensor.
    std::vector<SavingUnit> units{};
    bool decompresses = false;  ///< May hold dense what its parent holds compressed.
    bool compresses = false;    ///< May hand back compressed what it holds dense.
    bool operator==(const SparseLevel&) const = default;
};

/// A core as its storage levels and compute units.
struct SparseCore {
    std::string name{};
    std::vector<SparseLevel> levels{};  ///< Innermost first.
    bool compute_gates = false;         ///< Units idle when an operand that is there is zero.
    bool compute_skips = false;  ///< Operands are aligned: one without a partner takes no time.
    std::array<double, outcome_count> compute_energy{};  ///< pJ per compute, by Outcome.
    bool operator==(const SparseCore&) const = default;
};

}  // namespace plexus::cost_models::sparsity
