// SPDX-License-Identifier: Apache-2.0
#include "plexus/workloads/language_model.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "plexus/core/text.hpp"

namespace plexus::workloads {

namespace {

/// The part of a model that its name stands for; the rest follows from the family.
struct Size {
    const char* name = "";
    std::int64_t layers = 0;
    std::int64_t hidden = 0;
    std::int64_t heads = 0;
    std::int64_t kv_heads = 0;
    std::int64_t ffn = 0;
    std::int64_t vocabulary = 0;
    bool tied = false;
};

LanguageModel base(const Size& size, const char* family, const char* source) {
    LanguageModel m;
    m.name = size.name;
    m.family = family;
    m.layers = size.layers;
    m.hidden = size.hidden;
    m.heads = size.heads;
    m.kv_heads = size.kv_heads;
    m.head_size = size.hidden / size.heads;
    m.ffn = size.ffn;
    m.vocabulary = size.vocabulary;
    m.tied_embeddings = size.tied;
    m.source = source;
    return m;
}

/// LayerNorm, biases everywhere, learned positions, plain FFN and tied embeddings.
LanguageModel first_generation(LanguageModel m, std::int64_t positions, std::int64_t offset) {
    m.positions = positions;
    m.position_offset = offset;
    m.gated_ffn = false;
    m.rms_norm = false;
    m.qkv_bias = true;
    m.bias = true;
    m.tied_embeddings = true;
    return m;
}

std::vector<LanguageModel> opt_models() {
    static constexpr const char* source =
        "OPT, arXiv 2205.01068; FlexGen opt_config.py; HF facebook/opt-* config.json";
    static constexpr std::array<Size, 7> sizes{{
        {"opt_125m", 12, 768, 12, 12, 3072, 50272},
        {"opt_1.3b", 24, 2048, 32, 32, 8192, 50272},
        {"opt_2.7b", 32, 2560, 32, 32, 10240, 50272},
        {"opt_6.7b", 32, 4096, 32, 32, 16384, 50272},
        {"opt_13b", 40, 5120, 40, 40, 20480, 50272},
        {"opt_30b", 48, 7168, 56, 56, 28672, 50272},
        {"opt_66b", 64, 9216, 72, 72, 36864, 50272},
    }};
    std::vector<LanguageModel> models;
    for (const Size& size : sizes) {
        LanguageModel m = first_generation(base(size, "opt", source), 2048, 2);
        m.activation = "relu";
        models.push_back(m);
    }
    return models;
}

std::vector<LanguageModel> gpt2_models() {
    static constexpr const char* source = "GPT-2 (Radford et al. 2019); nanoGPT model.py";
    static constexpr std::array<Size, 4> sizes{{
        {"gpt2", 12, 768, 12, 12, 3072, 50257},
        {"gpt2_medium", 24, 1024, 16, 16, 4096, 50257},
        {"gpt2_large", 36, 1280, 20, 20, 5120, 50257},
        {"gpt2_xl", 48, 1600, 25, 25, 6400, 50257},
    }};
    std::vector<LanguageModel> models;
    for (const Size& size : sizes) {
        LanguageModel m = first_generation(base(size, "gpt2", source), 1024, 0);
        m.activation = "gelu_tanh";
        models.push_back(m);
    }
    return models;
}

std::vector<LanguageModel> llama_models() {
    static constexpr const char* source =
        "LLaMA, arXiv 2302.13971; LLaMA-2, arXiv 2307.09288; LLaMA-3, arXiv 2407.21783; Mistral, "
        "arXiv 2310.06825; dimensions as in litgpt config.py";
    static constexpr std::array<Size, 11> sizes{{
        {"llama_7b", 32, 4096, 32, 32, 11008, 32000},
        {"llama_13b", 40, 5120, 40, 40, 13824, 32000},
        {"llama_30b", 60, 6656, 52, 52, 17920, 32000},
        {"llama_65b", 80, 8192, 64, 64, 22016, 32000},
        {"llama2_7b", 32, 4096, 32, 32, 11008, 32000},
        {"llama2_13b", 40, 5120, 40, 40, 13824, 32000},
        {"llama2_70b", 80, 8192, 64, 8, 28672, 32000},
        {"llama3_8b", 32, 4096, 32, 8, 14336, 128256},
        {"llama3_70b", 80, 8192, 64, 8, 28672, 128256},
        {"llama3.2_1b", 16, 2048, 32, 8, 8192, 128256, true},
        {"mistral_7b", 32, 4096, 32, 8, 14336, 32000},
    }};
    std::vector<LanguageModel> models;
    for (const Size& size : sizes) {
        const bool mistral = std::string_view(size.name) == "mistral_7b";
        LanguageModel m = base(size, mistral ? "mistral" : "llama", source);
        m.window = mistral ? 4096 : 0;
        models.push_back(m);
    }
    return models;
}

std::vector<LanguageModel> qwen_models() {
    static constexpr const char* source =
        "Qwen2.5, arXiv 2412.15115; dimensions as in litgpt config.py";
    static constexpr std::array<Size, 7> sizes{{
        {"qwen2.5_0.5b", 24, 896, 14, 2, 4864, 151936, true},
        {"qwen2.5_1.5b", 28, 1536, 12, 2, 8960, 151936, true},
        {"qwen2.5_3b", 36, 2048, 16, 2, 11008, 151936, true},
        {"qwen2.5_7b", 28, 3584, 28, 4, 18944, 152064},
        {"qwen2.5_14b", 48, 5120, 40, 8, 13824, 152064},
        {"qwen2.5_32b", 64, 5120, 40, 8, 27648, 152064},
        {"qwen2.5_72b", 80, 8192, 64, 8, 29568, 152064},
    }};
    std::vector<LanguageModel> models;
    for (const Size& size : sizes) {
        LanguageModel m = base(size, "qwen2", source);
        m.qkv_bias = true;
        models.push_back(m);
    }
    return models;
}

std::vector<LanguageModel> all_models() {
    std::vector<LanguageModel> models;
    for (const auto& family : {opt_models(), gpt2_models(), llama_models(), qwen_models()}) {
        models.insert(models.end(), family.begin(), family.end());
    }
    std::sort(models.begin(), models.end(), [](const LanguageModel& a, const LanguageModel& b) {
        return a.name < b.name;
    });
    return models;
}

}  // namespace

std::int64_t LanguageModel::matrix_parameters() const {
    const std::int64_t q = heads * head_size;
    const std::int64_t kv = kv_heads * head_size;
    const std::int64_t attention = hidden * (q + 2 * kv) + q * hidden;
    const std::int64_t feed_forward = (gated_ffn ? 3 : 2) * hidden * ffn;
    const std::int64_t table = positions > 0 ? (positions + position_offset) * hidden : 0;
    const std::int64_t embeddings = (tied_embeddings ? 1 : 2) * vocabulary * hidden;
    return embeddings + table + layers * (attention + feed_forward);
}

std::int64_t LanguageModel::parameters() const {
    const std::int64_t norm = (rms_norm ? 1 : 2) * hidden;
    const std::int64_t qkv = qkv_bias ? (heads + 2 * kv_heads) * head_size : 0;
    const std::int64_t others = bias ? hidden + (gated_ffn ? 2 : 1) * ffn + hidden : 0;
    return matrix_parameters() + layers * (2 * norm + qkv + others) + norm;
}

std::span<const LanguageModel> known_models() {
    static const std::vector<LanguageModel> models = all_models();
    return models;
}

const LanguageModel* find_model(std::string_view name) {
    for (const LanguageModel& model : known_models()) {
        if (model.name == name) {
            return &model;
        }
    }
    return nullptr;
}

std::span<const std::string> activation_functions() {
    static const std::array<std::string, 4> names{"relu", "gelu", "gelu_tanh", "silu"};
    return names;
}

std::vector<std::string> faults(const LanguageModel& model) {
    std::vector<std::string> found;
    struct Bound {
        const char* name;
        std::int64_t value;
        std::int64_t limit;
    };
    constexpr std::int64_t most_layers = 10'000;  // each becomes some twenty operators
    constexpr std::int64_t limit = 10'000'000;    // keeps every product of three well inside int64
    const std::array<Bound, 7> bounds{{
        {"layers", model.layers, most_layers},
        {"hidden size", model.hidden, limit},
        {"attention heads", model.heads, limit},
        {"key-value heads", model.kv_heads, limit},
        {"head size", model.head_size, limit},
        {"FFN size", model.ffn, limit},
        {"vocabulary", model.vocabulary, limit},
    }};
    for (const Bound& bound : bounds) {
        if (bound.value <= 0 || bound.value > bound.limit) {
            found.push_back(
                fmt::format("{} must be in [1, {}], got {}", bound.name, bound.limit, bound.value));
        }
    }
    if (model.heads > 0 && model.kv_heads > 0 && model.heads % model.kv_heads != 0) {
        found.push_back(fmt::format(
            "{} key-value heads do not divide {} attention heads", model.kv_heads, model.heads));
    }
    if (model.positions < 0 || model.positions > limit || model.position_offset < 0 ||
        model.position_offset > limit) {
        found.push_back(fmt::format("positions must be in [0, {}]", limit));
    }
    if (model.window < 0) {
        found.push_back(fmt::format("attention window must be >= 0, got {}", model.window));
    }
    const auto names = activation_functions();
    if (std::find(names.begin(), names.end(), model.activation) == names.end()) {
        found.push_back(fmt::format("unknown activation function \"{}\"{}",
                                    model.activation,
                                    core::suggestion(model.activation, names)));
    }
    return found;
}

}  // namespace plexus::workloads
