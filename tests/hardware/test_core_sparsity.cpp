// SPDX-License-Identifier: Apache-2.0
// The `sparsity:` section of a dataflow core.
#include "plexus/hardware/architecture.hpp"

#include "catch.hpp"
#include "machines.hpp"

namespace test_core_sparsity {

using namespace plexus::hardware;
using machines::read;

namespace {

const std::string core_text = R"(
name: tiny
operational_array: {unit_energy: 0.04, unit_area: 1, dimensions: [D1, D2], sizes: [4, 8]}
memories:
  rf:
    {size: 8, r_cost: 0.01, w_cost: 0.01, area: 0, latency: 1, operands: [I2], served_dimensions: [],
     ports: [{name: r, type: read, bandwidth_min: 8, bandwidth_max: 8, allocation: ["I2, tl"]},
             {name: w, type: write, bandwidth_min: 8, bandwidth_max: 8, allocation: ["I2, fh"]}]}
  sram:
    {size: 65536, r_cost: 10, w_cost: 12, area: 0, latency: 1, operands: [I1, I2, O],
     served_dimensions: [D1, D2],
     ports: [{name: r, type: read, bandwidth_min: 64, bandwidth_max: 256,
              allocation: ["I1, tl", "I2, tl", "O, tl", "O, th"]},
             {name: w, type: write, bandwidth_min: 64, bandwidth_max: 256,
              allocation: ["I1, fh", "I2, fh", "O, fh", "O, fl"]}]}
)";

const std::string section = R"(
sparsity:
  memories:
    rf: {converts: [W]}
    sram:
      formats: {W: [offsets, {format: coordinate, bits: 4}], I: [bitmap]}
      skipping: {W: [I]}
      gating: {O: [W, I]}
      metadata_size: 4096
      metadata_pj_per_bit: {value: 0.05, source: a guess, evidence: estimated}
  compute: [gating]
  gated_share: 0.1
)";

const DataflowCore& core_of(const machines::Result& result) {
    return std::get<DataflowCore>(result.machine.core_types[0].kind);
}

/// The one problem of a core with this section.
std::string problem_with(const std::string& text) {
    const auto result = read(core_text + "sparsity:\n" + text);
    REQUIRE(result.errors.size() == 1);
    return result.errors[0].path + ": " + result.errors[0].message;
}

bool tells(const std::string& text, const std::string& part) {
    INFO(text);
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a core says what it makes of zeros, memory by memory", "[sparsity]") {
    const auto result = read(core_text + section);
    REQUIRE(result.errors.empty());
    const DataflowCore& core = core_of(result);
    REQUIRE(core.sparsity);
    CHECK(core.sparsity->compute_gates);
    CHECK(!core.sparsity->compute_skips);
    CHECK(core.sparsity->gated_share == 0.1);
    const MemorySparsity* const sram = core.sparsity->find("sram");
    REQUIRE(sram != nullptr);
    CHECK(sram->formats.at("I2") ==
          std::vector<StoredRank>{{RankFormat::offsets}, {RankFormat::coordinate, 4}});
    CHECK(sram->formats.at("I1") == std::vector<StoredRank>{{RankFormat::bitmap}});
    REQUIRE(sram->units.size() == 2);
    CHECK(sram->units[0] == SavingRule{ZeroSaving::gating, "O", {"I2", "I1"}});
    CHECK(sram->units[1] == SavingRule{ZeroSaving::skipping, "I2", {"I1"}});
    CHECK(sram->metadata_size_bits == 4096);
    CHECK(sram->metadata_pj_per_bit == 0.05);
    CHECK(core.sparsity->find("rf")->converts == std::vector<std::string>{"I2"});
    CHECK(core.sparsity->find("dram") == nullptr);
    CHECK(result.row("sparsity.memories.sram.metadata_pj_per_bit").source == "a guess");
    CHECK(!core_of(read(core_text)).sparsity);
}

TEST_CASE("what is left out has a stated default", "[sparsity]") {
    const auto result =
        read(core_text + "sparsity: {memories: {sram: {formats: {I: [bitmap]}}}, compute: []}");
    REQUIRE(result.errors.empty());
    CHECK(core_of(result).sparsity->gated_share == 0);
    CHECK(tells(result.row("sparsity.gated_share").source, "Sparseloop"));
    CHECK(result.row("sparsity.memories.sram.metadata_pj_per_bit").value == "as a bit of data");
    CHECK(!core_of(result).sparsity->memories[0].metadata_pj_per_bit);
}

TEST_CASE("every part of the section counts in the content hash", "[sparsity]") {
    const auto hash = [](const std::string& text) {
        const auto result = read(text);
        REQUIRE(result.errors.empty());
        return content_hash(result.machine);
    };
    const std::string whole = core_text + section;
    const auto changed = [&](const std::string& from, const std::string& to) {
        std::string text = whole;
        text.replace(text.find(from), from.size(), to);
        return hash(text);
    };
    CHECK(hash(whole) == hash(whole));
    CHECK(hash(whole) != hash(core_text));
    for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
             {"bits: 4", "bits: 5"},
             {"I: [bitmap]", "I: [run_length]"},
             {"skipping: {W: [I]}", "skipping: {I: [W]}"},
             {"O: [W, I]", "O: [W]"},
             {"converts: [W]", "gating: {W: [I]}, converts: [W]"},
             {"metadata_size: 4096", "metadata_size: 8192"},
             {"value: 0.05", "value: 0.06"},
             {"compute: [gating]", "compute: [skipping]"},
             {"gated_share: 0.1", "gated_share: 0.2"}}) {
        INFO(from);
        CHECK(changed(from, to) != hash(whole));
    }
}

TEST_CASE("what does not fit a core is told with its place", "[sparsity]") {
    CHECK(tells(problem_with("  memories: {srm: {gating: {W: [I]}}}"), "did you mean \"sram\""));
    CHECK(tells(problem_with("  memories: {sram: {formats: {X: [bitmap]}}}"),
                "sparsity.memories.sram.formats.X: expected an operand W, I or O"));
    CHECK(tells(problem_with("  memories: {rf: {gating: {O: [I]}}}"), "does not hold operand O"));
    CHECK(tells(problem_with("  memories: {sram: {formats: {I: [bitmp]}}}"),
                "did you mean \"bitmap\""));
    CHECK(tells(problem_with("  memories: {sram: {formats: {I: []}}}"), "at least one rank"));
    CHECK(tells(problem_with("  memories: {sram: {gating: {W: [W]}}}"), "other operands"));
    CHECK(tells(problem_with("  memories: {sram: {gating: {W: []}}}"), "at least one operand"));
    CHECK(tells(problem_with("  memories: {sram: {gating: {W: [I]}, skipping: {W: [I]}}}"),
                "not both"));
    CHECK(tells(problem_with("  memories: {sram: {gatin: {W: [I]}}}"), "did you mean \"gating\""));
    CHECK(
        tells(problem_with("  memories: {sram: {formats: {I: [{format: uncompressed, bits: 3}]}}}"),
              "no metadata"));
    CHECK(tells(problem_with("  memories: {sram: {formats: {W: [bitmap]}}}"),
                "expected converts: [W] of rf"));
    CHECK(tells(problem_with("  gated_share: 1.5"), "sparsity.gated_share"));
    CHECK(tells(problem_with("  compute: [gatin]"), "did you mean \"gating\""));
}

}  // namespace test_core_sparsity
