// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "plexus/workloads/language_model.hpp"

#include "catch.hpp"

namespace test_language_model {

using namespace plexus;
using namespace plexus::workloads;

namespace {

std::string problems_of(const std::string& json) {
    core::Problems problems;
    (void)read_model_config(json, "config.json", problems);
    std::string all;
    for (const core::Problem& p : problems.errors()) {
        all += core::to_string(p) + "\n";
    }
    return all;
}

const std::string llama = R"({
  "model_type": "llama",
  "hidden_size": 4096,
  "num_hidden_layers": 32,
  "num_attention_heads": 32,
  "intermediate_size": 11008,
  "vocab_size": 32000,
  "tie_word_embeddings": false,
  "hidden_act": "silu",
  "torch_dtype": "float16"
})";

std::string with(std::string text, const std::string& from, const std::string& to) {
    return text.replace(text.find(from), from.size(), to);
}

}  // namespace

TEST_CASE("known_models: sorted, sound, found by name", "[language_model]") {
    const auto models = known_models();
    CHECK(models.size() == 29);
    for (std::size_t i = 0; i < models.size(); ++i) {
        INFO(models[i].name);
        CHECK(faults(models[i]).empty());
        CHECK(find_model(models[i].name) == &models[i]);
        CHECK(models[i].head_size * models[i].heads == models[i].hidden);
        CHECK_FALSE(models[i].source.empty());
        CHECK((i == 0 || models[i - 1].name < models[i].name));
    }
    CHECK(find_model("gpt5") == nullptr);
}

TEST_CASE("parameters: equal to the counts of the published checkpoints", "[language_model]") {
    // Number of elements of the released weights, shared tensors once.
    const std::map<std::string, std::int64_t> counts{
        {"llama2_7b", 6'738'415'616},    {"llama2_13b", 13'015'864'320},
        {"llama2_70b", 68'976'648'192},  {"llama3_8b", 8'030'261'248},
        {"llama3_70b", 70'553'706'496},  {"llama3.2_1b", 1'235'814'400},
        {"mistral_7b", 7'241'732'096},   {"opt_125m", 125'239'296},
        {"opt_1.3b", 1'315'758'080},     {"opt_2.7b", 2'651'596'800},
        {"opt_6.7b", 6'658'473'984},     {"gpt2", 124'439'808},
        {"gpt2_medium", 354'823'168},    {"gpt2_large", 774'030'080},
        {"gpt2_xl", 1'557'611'200},      {"qwen2.5_0.5b", 494'032'768},
        {"qwen2.5_1.5b", 1'543'714'304}, {"qwen2.5_3b", 3'085'938'688},
        {"qwen2.5_7b", 7'615'616'512},   {"qwen2.5_72b", 72'706'203'648},
    };
    for (const auto& [name, count] : counts) {
        INFO(name);
        REQUIRE(find_model(name) != nullptr);
        CHECK(find_model(name)->parameters() == count);
    }
}

TEST_CASE("matrix_parameters: round to the published table, which leaves out norms and biases",
          "[language_model]") {
    // Thousand millions, as printed: the table counts matrices only.
    const std::map<std::string, std::string> printed{
        {"opt_125m", "0.125"},    {"opt_1.3b", "1.315"},     {"opt_2.7b", "2.651"},
        {"opt_6.7b", "6.657"},    {"opt_13b", "12.85"},      {"opt_30b", "29.97"},
        {"opt_66b", "65.71"},     {"llama_7b", "6.738"},     {"llama_13b", "13.02"},
        {"llama2_7b", "6.738"},   {"llama2_13b", "13.02"},   {"llama_30b", "32.53"},
        {"llama_65b", "65.28"},   {"llama2_70b", "68.98"},   {"llama3_8b", "8.030"},
        {"llama3_70b", "70.55"},  {"llama3.2_1b", "1.236"},  {"mistral_7b", "7.241"},
        {"gpt2", "0.124"},        {"gpt2_medium", "0.355"},  {"gpt2_large", "0.773"},
        {"gpt2_xl", "1.557"},     {"qwen2.5_0.5b", "0.494"}, {"qwen2.5_1.5b", "1.544"},
        {"qwen2.5_3b", "3.086"},  {"qwen2.5_7b", "7.615"},   {"qwen2.5_14b", "14.77"},
        {"qwen2.5_32b", "32.76"}, {"qwen2.5_72b", "72.70"},
    };
    CHECK(printed.size() == known_models().size());
    for (const auto& [name, text] : printed) {
        INFO(name);
        const std::size_t digits = text.size() - text.find('.') - 1;
        const LanguageModel& model = *find_model(name);
        CHECK(fmt::format(
                  "{:.{}f}", static_cast<double>(model.matrix_parameters()) / 1e9, digits) == text);
        // Norms and biases are less than 0.1 % (0.11 % of the smallest model).
        const auto rest = static_cast<double>(model.parameters() - model.matrix_parameters());
        CHECK(rest > 0);
        CHECK(rest < 0.0012 * static_cast<double>(model.parameters()));
    }
}

TEST_CASE("faults: says what cannot be expanded", "[language_model]") {
    LanguageModel m = *find_model("llama3_8b");
    CHECK(faults(m).empty());
    m.kv_heads = 5;
    CHECK(faults(m) ==
          std::vector<std::string>{"5 key-value heads do not divide 32 attention heads"});
    m = *find_model("llama3_8b");
    m.layers = 0;
    m.ffn = -1;
    m.activation = "selu";
    CHECK(faults(m).size() == 3);
}

TEST_CASE("read_model_config: a LLaMA configuration gives the known model", "[language_model]") {
    core::Problems problems;
    LanguageModel m = read_model_config(llama, "config.json", problems);
    REQUIRE(problems.empty());
    const LanguageModel& known = *find_model("llama2_7b");
    m.name = known.name;
    m.source = known.source;
    CHECK(m == known);
}

TEST_CASE("read_model_config: OPT, GPT-2, Qwen2 and Mistral give the known models",
          "[language_model]") {
    const std::map<std::string, std::string> configs{
        {"opt_125m", R"({"model_type": "opt", "hidden_size": 768, "num_hidden_layers": 12,
            "num_attention_heads": 12, "ffn_dim": 3072, "vocab_size": 50272,
            "max_position_embeddings": 2048, "do_layer_norm_before": true,
            "word_embed_proj_dim": 768, "activation_function": "relu"})"},
        {"gpt2_xl", R"({"model_type": "gpt2", "n_embd": 1600, "n_layer": 48, "n_head": 25,
            "n_inner": null, "n_positions": 1024, "vocab_size": 50257,
            "activation_function": "gelu_new"})"},
        {"qwen2.5_0.5b", R"({"model_type": "qwen2", "hidden_size": 896, "num_hidden_layers": 24,
            "num_attention_heads": 14, "num_key_value_heads": 2, "intermediate_size": 4864,
            "vocab_size": 151936, "tie_word_embeddings": true, "use_sliding_window": false,
            "sliding_window": 32768, "hidden_act": "silu"})"},
        {"mistral_7b", R"({"model_type": "mistral", "hidden_size": 4096, "num_hidden_layers": 32,
            "num_attention_heads": 32, "num_key_value_heads": 8, "intermediate_size": 14336,
            "vocab_size": 32000, "sliding_window": 4096, "head_dim": 128})"},
    };
    for (const auto& [name, json] : configs) {
        INFO(name);
        core::Problems problems;
        LanguageModel m = read_model_config(json, "config.json", problems);
        CHECK(problems.empty());
        const LanguageModel& known = *find_model(name);
        m.name = known.name;
        m.source = known.source;
        CHECK(m == known);
    }
}

TEST_CASE("read_model_config: whatever is wrong has its line", "[language_model]") {
    using Catch::Contains;
    CHECK_THAT(problems_of("{\n  \"model_type\": \"llama\",\n  oops\n}"),
               Contains("config.json:3:") && Contains("not JSON"));
    CHECK_THAT(problems_of("[1]"), Contains("expected a JSON object"));
    CHECK_THAT(problems_of("{}"), Contains("model_type: missing"));
    CHECK_THAT(problems_of(with(llama, "\"llama\"", "\"llamo\"")),
               Contains("config.json:2:3: model_type: unknown model type") &&
                   Contains("did you mean \"llama\"?"));
    CHECK_THAT(problems_of(with(llama, "4096", "\"4096\"")),
               Contains("config.json:3:3: hidden_size: expected a whole number"));
    CHECK_THAT(problems_of(with(llama, "4096", "-4096")), Contains("got -4096"));
    CHECK_THAT(problems_of(with(llama, "4096", "4096.5")), Contains("got 4096.5"));
    CHECK_THAT(problems_of(with(llama, "4096", "18446744073709551615")),
               Contains("hidden_size: expected a whole number in [1, 10000000]"));
    CHECK_THAT(problems_of(with(llama, "4096", "4097")),
               Contains("32 heads do not divide the hidden size 4097"));
    CHECK_THAT(problems_of(with(llama, "false", "1")),
               Contains("tie_word_embeddings: expected true or false, got 1"));
    CHECK_THAT(problems_of(with(llama, "\"silu\"", "\"selu\"")),
               Contains("config.json:9:3: hidden_act: unknown activation function"));
    CHECK_THAT(problems_of(with(llama, "\"vocab_size\": 32000,", "")),
               Contains("vocab_size: missing"));
    CHECK_THAT(
        problems_of(with(llama, "\"torch_dtype\": \"float16\"", "\"num_key_value_heads\": 5")),
        Contains("5 key-value heads do not divide 32"));
    CHECK_THAT(problems_of(with(llama, "\"torch_dtype\": \"float16\"", "\"attention_bias\": true")),
               Contains("attention_bias and mlp_bias must be the same"));
    CHECK_THAT(problems_of(R"({"model_type": "opt", "hidden_size": 1024, "num_hidden_layers": 24,
            "num_attention_heads": 16, "ffn_dim": 4096, "vocab_size": 50272,
            "max_position_embeddings": 2048, "do_layer_norm_before": false,
            "word_embed_proj_dim": 512})"),
               Contains("do_layer_norm_before") && Contains("word_embed_proj_dim"));
}

}  // namespace test_language_model
