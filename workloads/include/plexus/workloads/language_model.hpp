// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "plexus/core/error.hpp"
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
    std::int64_t positions = 0;        ///< Learned position embeddings; 0 = rotary.
    std::int64_t position_offset = 0;  ///< Extra rows of the position table (OPT: 2).
    bool gated_ffn = true;
    bool rms_norm = true;  ///< Else LayerNorm with bias.
    bool qkv_bias = false;
    bool bias = false;  ///< All other linear layers.
    bool tied_embeddings = false;
    std::string activation = "silu";  ///< One of activation_functions().
    std::int64_t window = 0;          ///< A token attends to at most that many; 0 = to all.
    std::string source;               ///< Where the dimensions come from.

    /// Number of parameters, from the dimensions.
    [[nodiscard]] std::int64_t parameters() const;
    /// Those in matrices: embeddings, positions and linear weights, without norms and biases.
    [[nodiscard]] std::int64_t matrix_parameters() const;
    auto operator<=>(const LanguageModel&) const = default;
};

/// Models known by name (`llama2_7b`, `opt_125m`, `gpt2_xl`, `qwen2.5_0.5b`, …), sorted by name.
[[nodiscard]] std::span<const LanguageModel> known_models();

/// nullptr if there is none of that name.
[[nodiscard]] const LanguageModel* find_model(std::string_view name);

/// What is wrong with the dimensions, one sentence each: nothing <= 0, heads that do not divide, an
/// unknown activation function. Empty if a model of these dimensions can be expanded.
[[nodiscard]] std::vector<std::string> faults(const LanguageModel& model);

/// relu, gelu, gelu_tanh, silu.
[[nodiscard]] std::span<const std::string> activation_functions();

/// A model from the text of a Hugging Face `config.json` (model_type llama, mistral, qwen2, opt or
/// gpt2). What is missing, of the wrong type or not supported goes into `problems` with the line of
/// its key. \param file For messages and as the source of the dimensions.
[[nodiscard]] LanguageModel read_model_config(std::string_view text,
                                              const std::string& file,
                                              core::Problems& problems);

/// Which part of inference is looked at.
enum class Phase : std::uint8_t {
    prefill,  ///< All `context` tokens at once.
    decode,   ///< One token per sequence, attending to `context` cached tokens and itself.
};

/// Expected share of non-zero elements of the activations, by where they stand; each in [0, 1].
struct ActivationDensity {
    double attention_input = 1;    ///< Normalised input of the Q, K and V projections.
    double attention_weights = 1;  ///< Result of the softmax.
    double attention_output = 1;   ///< Input of the output projection.
    double ffn_input = 1;          ///< Normalised input of the FFN.
    double ffn_hidden = 1;         ///< After the activation function (and the gate's product).
    double head_input = 1;         ///< Normalised input of the LM head.
    auto operator<=>(const ActivationDensity&) const = default;
};

/// How a model is run.
struct InferenceSetting {
    Phase phase = Phase::decode;
    std::int64_t batch = 1;
    std::int64_t context = 1024;     ///< Tokens in the sequence (prefill) or cached (decode).
    std::int64_t blocks = 0;         ///< Decoder blocks to expand; 0 = all of the model.
    bool embedding_and_head = true;  ///< With token embedding, final norm and LM head.
    std::int64_t weight_bits = 8;
    std::int64_t activation_bits = 8;
    std::int64_t cache_bits = 8;
    std::int64_t partial_sum_bits = 24;  ///< Also of the biases of linear layers.
    /// Formats in place of the bits above.
    std::optional<PrecisionFormat> weight_format{};  ///< Matrices only; vectors keep weight_bits.
    std::optional<PrecisionFormat> activation_format{};
    std::optional<PrecisionFormat> cache_format{};
    ActivationDensity density;
    auto operator<=>(const InferenceSetting&) const = default;
};

/// All operators of the model in that setting, in execution order: norms, Q/K/V projections, RoPE,
/// QKᵀ, softmax, AV over the KV cache with grouped heads, output projection, residual additions,
/// gated or plain FFN, and with `embedding_and_head` the embedding, final norm and LM head.
/// Names: `block0.q_proj`, `block0.qk`, …; weights `block0.q_proj.weight` [outputs, inputs], biases
/// `block0.q_proj.bias` as third input of the projection, results `block0.q_proj.output`, caches
/// `block0.k_cache` and `block0.v_cache` [batch, positions, kv_heads, head_size].
/// Preconditions: faults(model) is empty; 0 <= setting.blocks <= model.layers; batch, context and
/// bits > 0; a prefill is no longer than the attention window.
[[nodiscard]] Workload expand(const LanguageModel& model, const InferenceSetting& setting);

}  // namespace plexus::workloads
