// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "plexus/workloads/workload.hpp"

namespace plexus::workloads {

/// Dimensions of a decoder-only Transformer, as a Hugging Face `config.json` gives them.
struct LanguageModel {
    std::string name;
    std::string family;  ///< llama, mistral, qwen2, opt or gpt2.
    std::int64_t layers = 0;
    std::int64_t hidden = 0;
    std::int64_t heads = 0;
    std::int64_t kv_heads = 0;
    std::int64_t head_size = 0;
    std::int64_t ffn = 0;
    std::int64_t vocabulary = 0;
    std::int64_t positions = 0;       ///< Learned position embeddings; 0 = rotary.
    std::int64_t position_offset = 0; ///< Extra rows of the position table (OPT: 2).
    bool gated_ffn = true;
    bool rms_norm = true;       ///< Else LayerNorm with bias.
    bool qkv_bias = false;
    bool bias = false;          ///< All other linear layers.
    bool tied_embeddings = false;
    std::string activation = "silu";
    std::string source;         ///< Where the dimensions come from.

    /// Number of parameters, from the dimensions.
    [[nodiscard]] std::int64_t parameters() const;
    auto operator<=>(const LanguageModel&) const = default;
};

/// Models known by name (`llama2_7b`, `opt_125m`, `gpt2_xl`, `qwen2.5_0.5b`, …), sorted by name.
[[nodiscard]] std::span<const LanguageModel> known_models();

/// nullptr if there is none of that name.
[[nodiscard]] const LanguageModel* find_model(std::string_view name);

/// Which part of inference is looked at.
enum class Phase : std::uint8_t {
    prefill,  ///< All `context` tokens at once.
    decode,   ///< One token per sequence, attending to `context` cached tokens and itself.
};

/// How a model is run.
struct InferenceSetting {
    Phase phase = Phase::decode;
    std::int64_t batch = 1;
    std::int64_t context = 1024;      ///< Tokens in the sequence (prefill) or cached (decode).
    std::int64_t blocks = 0;          ///< Decoder blocks to expand; 0 = all of the model.
    bool embedding_and_head = true;   ///< With token embedding, final norm and LM head.
    std::int64_t weight_bits = 8;
    std::int64_t activation_bits = 8;
    std::int64_t cache_bits = 8;
    std::int64_t partial_sum_bits = 24;
    auto operator<=>(const InferenceSetting&) const = default;
};

/// All operators of the model in that setting, in execution order: norms, Q/K/V projections, RoPE,
/// QKᵀ, softmax, AV over the KV cache with grouped heads, output projection, residual additions,
/// gated or plain FFN, and with `embedding_and_head` the embedding, final norm and LM head.
/// Names: `block0.q_proj`, `block0.qk`, …; weights `block0.q_proj.weight` [outputs, inputs].
[[nodiscard]] Workload expand(const LanguageModel& model, const InferenceSetting& setting);

}  // namespace plexus::workloads
