// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "plexus/core/node.hpp"
#include "plexus/core/reader.hpp"
#include "plexus/workloads/language_model.hpp"
#include "plexus/workloads/load.hpp"

#include "catch.hpp"

namespace test_model_reader {

using namespace plexus;
using namespace plexus::workloads;

namespace {

const std::filesystem::path source_dir = PLEXUS_SOURCE_DIR;

Workload read(const std::string& yaml, core::Problems& problems) {
    const core::Node root = core::parse_yaml(yaml, "w.yaml", problems);
    return read_workload(root, problems);
}

/// The first line of a bad file says what is expected: `# expect: 7:13: path: part of the message`.
std::string expectation(const std::filesystem::path& file) {
    std::ifstream stream(file);
    std::string line;
    std::getline(stream, line);
    const std::string mark = "# expect: ";
    return line.starts_with(mark) ? line.substr(mark.size()) : "";
}

}  // namespace

TEST_CASE("every bad file is answered with place, path and what was expected", "[rejections]") {
    const auto folder = source_dir / "tests" / "workloads" / "bad";
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() != ".yaml") {
            continue;
        }
        ++files;
        INFO(entry.path().filename().string());
        const std::string expected = expectation(entry.path());
        REQUIRE_FALSE(expected.empty());
        try {
            (void)load_workload(entry.path());
            FAIL_CHECK("accepted");
        } catch (const core::ConfigErrors& errors) {
            // `line:column: path: ` must match as a whole, the message may say more.
            const std::string start = entry.path().string() + ":" + expected;
            bool found = false;
            std::string all;
            for (const core::Problem& problem : errors.problems()) {
                found = found || core::to_string(problem).starts_with(start);
                all += core::to_string(problem) + "\n";
            }
            INFO("expected " << start << "\ngot\n" << all);
            CHECK(found);
        }
    }
    CHECK(files >= 45);
}

TEST_CASE("model: the section gives the expansion with those settings", "[model_reader]") {
    core::Problems problems;
    const Workload w = read(R"(
name: mine
model:
  name: qwen2.5_0.5b
  phase: prefill
  batch: 2
  context: 16
  blocks: 3
  embedding_and_head: false
  weight_bits: 4
  activation_bits: 16
  cache_bits: 8
  partial_sum_bits: 32
  activation_density: {ffn_hidden: 0.5}
tensors:
  "*.q_proj.output": {density: 0.75, bits: 12}
)",
                            problems);
    REQUIRE(problems.empty());
    CHECK(problems.warnings().empty());
    InferenceSetting s;
    s.phase = Phase::prefill;
    s.batch = 2;
    s.context = 16;
    s.blocks = 3;
    s.embedding_and_head = false;
    s.weight_bits = 4;
    s.activation_bits = 16;
    s.cache_bits = 8;
    s.partial_sum_bits = 32;
    s.density.ffn_hidden = 0.5;
    Workload expected = expand(*find_model("qwen2.5_0.5b"), s);
    expected.name = "mine";
    for (Tensor& t : expected.tensors) {
        if (t.name.ends_with(".q_proj.output")) {
            t.density = 0.75;
            t.bits = 12;
        }
    }
    CHECK(w == expected);
}

TEST_CASE("model: what is left out is a default with a warning and a provenance row",
          "[model_reader]") {
    core::Problems problems;
    const Workload w = read("model: {name: gpt2, context: 100}", problems);
    CHECK(problems.empty());
    REQUIRE(problems.warnings().size() == 1);
    CHECK_THAT(problems.warnings()[0].message,
               Catch::Contains("phase decode") && Catch::Contains("batch 1"));
    CHECK(std::count_if(w.provenance.begin(), w.provenance.end(), [](const core::Provenance& p) {
              return p.evidence == "default";
          }) == 6);
    CHECK(w.name == "gpt2");
    CHECK(w.parameters() == find_model("gpt2")->parameters());
}

TEST_CASE("model: from a config.json, with another activation function", "[model_reader]") {
    const auto file = std::filesystem::temp_directory_path() / "plexus_test_config.json";
    std::ofstream(file) << R"({"model_type": "llama", "hidden_size": 64, "num_hidden_layers": 2,
        "num_attention_heads": 4, "num_key_value_heads": 2, "intermediate_size": 96,
        "vocab_size": 100, "_name_or_path": "tiny"})";
    core::Problems problems;
    const Workload w = read("model: {config: " + file.string() +
                                ", activation: relu, context: 10, phase: decode, batch: 1}",
                            problems);
    std::filesystem::remove(file);
    REQUIRE(problems.empty());
    CHECK(w.name == "tiny");
    const std::int64_t block = 2 * 64 * 64 + 2 * 64 * 32 + 3 * 64 * 96 + 2 * 64;
    CHECK(w.parameters() == 2 * 100 * 64 + 2 * block + 64);
    CHECK(std::any_of(w.operators.begin(), w.operators.end(), [](const Operator& o) {
        return o.name == "block1.relu";
    }));
}

TEST_CASE("presets: all load and say what they are", "[load]") {
    const auto presets = list_presets(source_dir / "workloads" / "presets");
    REQUIRE(presets.size() >= 5);
    ::setenv("PLEXUS_DATA_DIR", "/nonexistent", 0);  // an existing value is kept
    for (const Preset& preset : presets) {
        INFO(preset.name);
        const Workload w = load_workload(preset.file);
        CHECK_FALSE(w.operators.empty());
        CHECK(w.name == preset.name);
        CHECK_FALSE(preset.summary.empty());
    }
    CHECK(list_presets(source_dir / "no_such_folder").empty());
}

TEST_CASE("presets: one decoder block of LLaMA-2-7B in decode at 90 % sparsity", "[load]") {
    const Workload w =
        load_workload(source_dir / "workloads/presets/llama2_7b_decoder_block_decode.yaml");
    CHECK(w.parameters() == 4 * 4096 * 4096 + 3 * 4096 * 11008 + 2 * 4096);
    double nonzeros = 0;
    int sparse = 0;
    for (const Tensor& t : w.tensors) {
        if (t.sparsity.pattern != Pattern::dense) {
            ++sparse;
            nonzeros += t.sparsity.density * static_cast<double>(t.elements());
        }
    }
    CHECK(sparse == 7);
    CHECK(nonzeros == Approx(0.1 * (4.0 * 4096 * 4096 + 3.0 * 4096 * 11008)));
}

TEST_CASE("presets: the DLMC decoder reads its matrices at every level", "[load]") {
    const char* data = std::getenv("PLEXUS_DATA_DIR");
    if (data == nullptr || !std::filesystem::exists(std::filesystem::path(data) / "dlmc")) {
        WARN("PLEXUS_DATA_DIR has no dlmc folder: not tested");
        return;
    }
    const auto file = source_dir / "workloads/presets/dlmc_transformer_decoder.yaml";
    for (const char* level : {"0.5", "0.6", "0.7", "0.8", "0.9", "0.95", "0.98"}) {
        INFO(level);
        core::Problems problems;
        core::Node root = core::load_yaml(file, problems);
        core::override_path(root, "variables.level", core::scalar(level), false, {}, problems);
        const Workload w = read_workload(root, problems);
        REQUIRE(problems.empty());
        double share = 0;
        std::size_t files = 0;
        for (const Tensor& t : w.tensors) {
            if (t.sparsity.pattern != Pattern::dense) {
                CHECK(t.sparsity.density == Approx(1 - std::stod(level)).margin(2e-5));
                share += 0.1;
                files += t.sparsity.pattern == Pattern::file ? 1 : 0;
            }
        }
        CHECK(share == Approx(1));  // ten matrices
        const bool complete = std::string(level) == "0.5" || std::string(level) == "0.7" ||
                              std::string(level) == "0.9" || std::string(level) == "0.95";
        CHECK(files == (complete ? 10 : 3));
        CHECK(problems.warnings().size() == 10 - files);
    }
}

}  // namespace test_model_reader
