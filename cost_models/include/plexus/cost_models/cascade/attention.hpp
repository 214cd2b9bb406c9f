// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
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

/// FLAT: matrix products on the 256 × 256 array, the softmax with 4 operations per score on 256
/// lanes beside it. Off chip go the scores that do not fit, see flat_spills().
/// \par Source As fusemax_attention().
[[nodiscard]] Pipeline flat_attention(const AttentionShape& shape);

/// Off-chip traffic of FuseMax in bytes: queries and results once, keys and values once per 4 MiB
/// of queries.
[[nodiscard]] double fusemax_traffic_bytes(const AttentionShape& shape);

/// Whether the scores of 256 queries, a row of FLAT's array, are more than its 32 MiB hold. Then
/// all scores go off chip between its three steps.
[[nodiscard]] bool flat_spills(const AttentionShape& shape);

/// Off-chip traffic of FLAT with spilled scores, at least: each score written and read twice, each
/// operand and result moved once.
[[nodiscard]] double flat_spilled_bytes(const AttentionShape& shape);

enum class AttentionQuantity : std::uint8_t { latency, off_chip_bytes };

/// A published figure of attention beside ours.
struct AttentionFigure {
    std::string design;  ///< FLAT or FuseMax.
    AttentionQuantity quantity = AttentionQuantity::latency;
    AttentionShape shape;
    double published = 0;        ///< s or byte.
    std::optional<double> ours;  ///< Nothing if it cannot be computed.
    bool bound = false;          ///< `ours` is a lower bound only.
    std::string remark;          ///< Why not, or why a bound.
};
/// Latency and traffic of both designs at all published shapes.
[[nodiscard]] std::vector<AttentionFigure> check_attention_figures();

}  // namespace plexus::cost_models::cascade
