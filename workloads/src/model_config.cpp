// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "plexus/core/text.hpp"
#include "plexus/workloads/language_model.hpp"

namespace plexus::workloads {

namespace {

using nlohmann::json;

core::SourceLocation place(std::string_view text, const std::string& file, std::size_t offset) {
    const std::string_view before = text.substr(0, std::min(offset, text.size()));
    const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 = 0
    return {file,
            static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1,
            static_cast<int>(before.size() - line_start) + 1};
}

/// Typed access to the keys of a configuration, with the place of a key in messages.
class Config {
  public:
    Config(std::string_view text, const std::string& file, core::Problems& problems)
        : text_(text), file_(file), problems_(problems) {}

    /// false if the text is no JSON object.
    bool parse() {
        try {
            json_ = json::parse(text_);
        } catch (const json::parse_error& error) {
            std::string message = error.what();
            const std::size_t colon = message.find("syntax error");
            message = colon == std::string::npos ? message : message.substr(colon);
            problems_.add(place(text_, file_, error.byte == 0 ? 0 : error.byte - 1),
                          "",
                          "not JSON: " + message);
            return false;
        }
        if (!json_.is_object()) {
            problems_.add({file_, 1, 1}, "", "expected a JSON object, as in config.json");
            return false;
        }
        return true;
    }

    [[nodiscard]] bool has(const char* key) const {
        return json_.contains(key) && !json_[key].is_null();
    }

    void problem(const char* key, const std::string& message) {
        const std::size_t at = text_.find(fmt::format("\"{}\"", key));
        problems_.add(at == std::string_view::npos ? core::SourceLocation{file_, 1, 1}
                                                   : place(text_, file_, at),
                      key,
                      message);
    }

    std::int64_t size(const char* key, std::optional<std::int64_t> fallback = {}) {
        if (!has(key)) {
            if (!fallback) {
                problem(key, "missing; expected a whole number > 0");
            }
            return fallback.value_or(1);
        }
        const json& value = json_[key];
        constexpr std::int64_t largest = 10'000'000;
        const bool fits = value.is_number_integer() &&
                          (value.is_number_unsigned() ? value.get<std::uint64_t>() <= largest
                                                      : value.get<std::int64_t>() <= largest);
        if (!fits || value.get<std::int64_t>() <= 0) {
            problem(
                key,
                fmt::format("expected a whole number in [1, {}], got {}", largest, value.dump()));
            return 1;
        }
        return value.get<std::int64_t>();
    }

    bool flag(const char* key, bool fallback) {
        if (!has(key)) {
            return fallback;
        }
        if (!json_[key].is_boolean()) {
            problem(key, "expected true or false, got " + json_[key].dump());
            return fallback;
        }
        return json_[key].get<bool>();
    }

    std::string text(const char* key, const std::optional<std::string>& fallback = {}) {
        if (!has(key)) {
            if (!fallback) {
                problem(key, "missing; expected a text");
            }
            return fallback.value_or("");
        }
        if (!json_[key].is_string()) {
            problem(key, "expected a text, got " + json_[key].dump());
            return fallback.value_or("");
        }
        return json_[key].get<std::string>();
    }

    std::string activation(const char* key, const char* fallback) {
        static const std::map<std::string, std::string> names{
            {"relu", "relu"},
            {"silu", "silu"},
            {"swish", "silu"},
            {"gelu", "gelu"},
            {"gelu_new", "gelu_tanh"},
            {"gelu_fast", "gelu_tanh"},
            {"gelu_pytorch_tanh", "gelu_tanh"},
        };
        const std::string name = text(key, fallback);
        const auto it = names.find(name);
        if (it != names.end()) {
            return it->second;
        }
        std::vector<std::string> known;
        for (const auto& [theirs, ours] : names) {
            known.push_back(theirs);
        }
        problem(key,
                "unknown activation function \"" + name + "\"" + core::suggestion(name, known));
        return "relu";
    }

  private:
    std::string_view text_;
    const std::string& file_;
    core::Problems& problems_;
    json json_;
};

void read_gpt2(Config& config, LanguageModel& m) {
    m.hidden = config.size("n_embd");
    m.layers = config.size("n_layer");
    m.heads = config.size("n_head");
    m.kv_heads = m.heads;
    m.ffn = config.size("n_inner", 4 * m.hidden);
    m.positions = config.size(config.has("n_positions") ? "n_positions" : "n_ctx");
    m.gated_ffn = false;
    m.rms_norm = false;
    m.qkv_bias = true;
    m.bias = true;
    m.tied_embeddings = config.flag("tie_word_embeddings", true);
    m.activation = config.activation("activation_function", "gelu_new");
}

void read_opt(Config& config, LanguageModel& m) {
    m.hidden = config.size("hidden_size");
    m.layers = config.size("num_hidden_layers");
    m.heads = config.size("num_attention_heads");
    m.kv_heads = m.heads;
    m.ffn = config.size("ffn_dim");
    m.positions = config.size("max_position_embeddings");
    m.position_offset = 2;  // OPTLearnedPositionalEmbedding of transformers
    m.gated_ffn = false;
    m.rms_norm = false;
    m.qkv_bias = config.flag("enable_bias", true);
    m.bias = m.qkv_bias;
    m.tied_embeddings = config.flag("tie_word_embeddings", true);
    m.activation = config.activation("activation_function", "relu");
    if (!config.flag("do_layer_norm_before", true)) {
        config.problem("do_layer_norm_before", "only models that normalise before are supported");
    }
    if (config.size("word_embed_proj_dim", m.hidden) != m.hidden) {
        config.problem("word_embed_proj_dim",
                       "projected embeddings are not supported; expected hidden_size");
    }
}

void read_llama_like(Config& config, LanguageModel& m) {
    m.hidden = config.size("hidden_size");
    m.layers = config.size("num_hidden_layers");
    m.heads = config.size("num_attention_heads");
    m.kv_heads = config.size("num_key_value_heads", m.heads);
    m.ffn = config.size("intermediate_size");
    m.tied_embeddings = config.flag("tie_word_embeddings", false);
    m.activation = config.activation("hidden_act", "silu");
    if (m.family == "llama") {
        m.qkv_bias = config.flag("attention_bias", false);
        m.bias = config.flag("mlp_bias", false);
        if (m.qkv_bias != m.bias) {
            config.problem(m.qkv_bias ? "attention_bias" : "mlp_bias",
                           "attention_bias and mlp_bias must be the same");
        }
    } else if (m.family == "qwen2") {
        m.qkv_bias = true;
        if (config.flag("use_sliding_window", false)) {
            config.problem("use_sliding_window", "is supported for mistral only");
        }
    } else if (config.has("sliding_window")) {
        m.window = config.size("sliding_window");
    }
}

}  // namespace

LanguageModel read_model_config(std::string_view text,
                                const std::string& file,
                                core::Problems& problems) {
    LanguageModel m;
    m.source = file;
    Config config(text, file, problems);
    if (!config.parse()) {
        return m;
    }
    const std::size_t before = problems.errors().size();
    const std::vector<std::string> families{"llama", "mistral", "qwen2", "opt", "gpt2"};
    m.family = config.text("model_type");
    if (problems.errors().size() != before) {
        return m;
    }
    if (std::find(families.begin(), families.end(), m.family) == families.end()) {
        config.problem(
            "model_type",
            "unknown model type \"" + m.family + "\"" + core::suggestion(m.family, families));
        return m;
    }
    const std::string path = config.text("_name_or_path", "");
    m.name = path.empty() ? std::filesystem::path(file).stem().string() : path;
    m.vocabulary = config.size("vocab_size");
    if (m.family == "gpt2") {
        read_gpt2(config, m);
    } else if (m.family == "opt") {
        read_opt(config, m);
    } else {
        read_llama_like(config, m);
    }
    if (problems.errors().size() != before) {
        return m;
    }
    const char* heads = m.family == "gpt2" ? "n_head" : "num_attention_heads";
    if (!config.has("head_dim") && m.hidden % m.heads != 0) {
        config.problem(heads,
                       fmt::format("{} heads do not divide the hidden size {}", m.heads, m.hidden));
    }
    m.head_size = config.size("head_dim", std::max<std::int64_t>(1, m.hidden / m.heads));
    for (const std::string& fault : faults(m)) {
        config.problem(heads, fault);
    }
    return m;
}

}  // namespace plexus::workloads
