// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "plexus/core/units.hpp"

namespace plexus::cost_models::cascade {

/// Einsums that run at the same time on the units of a machine, tile after tile: the option
/// "pipelined", beside the sum over einsums that evaluate() gives.
struct Pipeline {
    /// A unit that serves several einsums in turn.
    struct Unit {
        std::string name;
        double lanes = 1;
    };
    /// One einsum on a unit.
    struct Stage {
        std::string einsum;
        std::size_t unit = 0;
        double operations = 0;  ///< Lane-cycles.
    };
    std::vector<Unit> units;
    std::vector<Stage> stages;
    core::Frequency clock;
    double fill_cycles = 0;     ///< Until the pipeline is full, all times it is started.
    double off_chip_bytes = 0;  ///< 0 = not bound by it.
    double off_chip_bytes_per_s = 1;
};

/// The busiest unit with the fills, or off-chip memory if that takes longer.
[[nodiscard]] core::Seconds latency(const Pipeline& pipeline);

/// softmax(Q·Kᵀ)·V of `batch` × `heads` heads of `features` features, fp16, `tokens` queries and
/// keys.
struct AttentionShape {
    std::string model;
    std::int64_t batch = 1;
    std::int64_t heads = 1;
    std::int64_t features = 64;
    std::int64_t tokens = 1024;

    [[nodiscard]] double scores() const;
};

/// BERT, Transformer-XL, T5 and XLM with batch 64 and 1 Ki to 1 Mi tokens: 24 points.
[[nodiscard]] std::vector<AttentionShape> published_attention_shapes();

/// FuseMax: the one-pass cascade, all of it on the 256 × 256 array. Per score E for Q·Kᵀ, 1 for the
/// running maximum, 7 for the exponential, 1 for the running sum, E for the product with V, 1 to
/// correct what was summed before; each block of 256 queries fills the array in E cycles.
/// \par Source FuseMax, MICRO 2024, and its artifact (FPSG-UIUC/micro24-fusemax-artifact).
[[nodiscard]] Pipeline fusemax_attention(const AttentionShape& shape);

/// Off-chip traffic of FuseMax in bytes: queries and results once, keys and values once per 4 MiB
/// of queries.
[[nodiscard]] double fusemax_traffic_bytes(const AttentionShape& shape);

/// How FLAT executes attention on its array of 256 × 256 and a buffer: for some queries at a time,
/// all scores, their softmax, and the product with the values.
struct FlatMapping {
    std::int64_t rows = 256;  ///< Queries at a time, of one head.
    // What the buffer holds while it is used. The array fetches all else tile by tile from off
    // chip, as often as it needs it.
    bool holds_queries = false;
    bool holds_keys = false;
    bool holds_values = false;
    bool holds_scores = true;  ///< Else they go off chip between the three steps.
    bool holds_results = false;
    /// What stays in the array: tiles of keys and values, by which all queries pass, or sums.
    bool keys_stay = false;
    auto operator<=>(const FlatMapping&) const = default;
};

/// Bytes of FLAT's buffer.
inline constexpr double flat_buffer_bytes = 32 << 20;

/// Share of what the buffer holds that it has no room for: it holds scores once, operands, and
/// tiles of 256 × `features` of those that it does not hold, twice, so that the next ones come
/// while these are used.
[[nodiscard]] double flat_spilled_share(const AttentionShape& shape,
                                        const FlatMapping& mapping,
                                        double buffer_bytes = flat_buffer_bytes);

/// Off-chip traffic of FLAT in bytes. What is spilled moves every time it is used: of an operand
/// that is held, as often as if it were not; scores seven times (written, read for the maximum, the
/// exponential, which writes them, the division, which reads and writes them, and the product).
/// Scores that are not held move four times.
/// \pre 256 and rows divide tokens.
/// \par Source The way the artifact of FuseMax, MICRO 2024, counts it: loops of its mappings
/// (workspace/inputs/yamls/baselines) and spilling (src/accel) in
/// FPSG-UIUC/micro24-fusemax-artifact.
[[nodiscard]] double flat_traffic_bytes(const AttentionShape& shape,
                                        const FlatMapping& mapping,
                                        double buffer_bytes = flat_buffer_bytes);

/// FLAT: matrix products on the 256 × 256 array, the softmax with 4 operations per score on 256
/// lanes beside it.
/// \par Source As fusemax_attention().
[[nodiscard]] Pipeline flat_attention(const AttentionShape& shape, const FlatMapping& mapping);

/// The mapping that FLAT's own tool chose for one of published_attention_shapes().
/// \pre `tokens` are 1, 4, 16, 64, 256 or 1024 Ki, `features` 64 or 128.
/// \par Source data/pregenerated/flat_validation.csv of the artifact, platform cloud.
[[nodiscard]] FlatMapping published_flat_mapping(const AttentionShape& shape);

enum class AttentionQuantity : std::uint8_t { latency, off_chip_bytes };

/// A published figure of attention beside ours.
struct AttentionFigure {
    std::string design;  ///< FLAT or FuseMax.
    AttentionQuantity quantity = AttentionQuantity::latency;
    AttentionShape shape;
    double published = 0;  ///< s or byte.
    double ours = 0;
};
/// Latency and traffic of both designs at all published shapes.
[[nodiscard]] std::vector<AttentionFigure> check_attention_figures();

}  // namespace plexus::cost_models::cascade
