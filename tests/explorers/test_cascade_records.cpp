// SPDX-License-Identifier: Apache-2.0
// Recorded runs of AccelForge's mapper against our search, and what whole blocks take.
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "plexus/core/error.hpp"
#include "plexus/cost_models/cascade/builder.hpp"
#include "plexus/cost_models/cascade/known.hpp"
#include "plexus/cost_models/cascade/records.hpp"
#include "plexus/cost_models/cascade/view.hpp"
#include "plexus/explorers/fusion/cascade_search.hpp"
#include "plexus/workloads/load.hpp"

#include "catch.hpp"

namespace test_cascade_records {

using namespace plexus;
using namespace plexus::cost_models::cascade;
using explorers::search_cascade;

namespace {

/// A layer of GPT-3 175B that reads 2048 tokens.
Cascade gpt3_prefill() {
    return transformer_layer({.hidden = 12288, .heads = 96, .ffn = 49152, .tokens = 2048});
}

/// The shipped block of Mamba-2.8B, with that many states per channel.
Cascade mamba_block(int d_state) {
    core::Problems problems;
    core::Node tree = workloads::load_workload_tree(
        PLEXUS_SOURCE_DIR "/workloads/presets/mamba_2.8b_block.yaml", problems);
    core::override_path(
        tree, "mamba.d_state", core::scalar(std::to_string(d_state)), false, {}, problems);
    const workloads::Workload workload = workloads::read_workload(tree, problems);
    REQUIRE(problems.errors().empty());
    std::vector<core::Violation> violations;
    Cascade block = view_cascade(workload, violations);
    REQUIRE(violations.empty());
    return block;
}

}  // namespace

TEST_CASE("recorded runs of an optimal mapper are met within 1 %", "[cascade][golden]") {
    const char* golden = std::getenv("PLEXUS_GOLDEN_DIR");
    if (golden == nullptr) {
        WARN("PLEXUS_GOLDEN_DIR is not set: recorded runs are not compared");
        return;
    }
    const auto records =
        read_records(std::filesystem::path(golden) / "fusion" / "accelforge" / "outputs");
    std::size_t compared = 0;
    for (const Record& record : records) {
        if (!record.problem.empty())
            continue;
        INFO(record.file.filename().string());
        const auto found = search_cascade(
            record.cascade,
            record.machine,
            {.objective = record.energy_only ? explorers::CascadeObjective::energy
                                             : explorers::CascadeObjective::energy_delay,
             .fuse = record.fused,
             .max_fused_loops = record.max_fused_loops});
        REQUIRE(found.feasible);
        CHECK(found.cost.violations.empty());
        CHECK(found.cost.energy.value / record.unit_pj == Approx(record.energy).epsilon(0.01));
        CHECK(found.cost.latency.value == Approx(record.latency).epsilon(0.01));
        ++compared;
    }
    CHECK(compared >= 10);
}

TEST_CASE("fusion saves a GPT-3 layer a sixth of energy × delay, its attention five sixths",
          "[cascade]") {
    const Machine machine = tpu_v4i_like();
    const Cascade layer = gpt3_prefill();
    const double fused = search_cascade(layer, machine, {}).objective;
    const double apart = search_cascade(layer, machine, {.fuse = false}).objective;
    CHECK(fused / apart == Approx(1 - 0.167).epsilon(0.002));
    const Cascade attention = part_of(layer, {"QK", "QK_softmax", "AV"});
    const double attention_fused = search_cascade(attention, machine, {}).objective;
    const double attention_apart = search_cascade(attention, machine, {.fuse = false}).objective;
    CHECK(attention_apart / attention_fused == Approx(6.2).epsilon(0.01));
}

TEST_CASE("blocks of LLaMA-2-7B and Mamba-2.8B are solved, and fusion helps them", "[cascade]") {
    // The ratios of docs/models/cascade_fusion.md.
    const std::vector<std::pair<Cascade, double>> blocks{
        {transformer_layer(
             {.hidden = 4096, .heads = 32, .ffn = 11008, .gated = true, .tokens = 1024}),
         1.115},
        {mamba_block(16), 2.525},
        {mamba_block(64), 2.754}};
    const Machine machine = tpu_v4i_like();
    for (const auto& [block, faster] : blocks) {
        REQUIRE(block.faults().empty());
        const auto fused = search_cascade(block, machine, {.jobs = 2});
        const auto apart = search_cascade(block, machine, {.fuse = false, .jobs = 2});
        REQUIRE(fused.feasible);
        REQUIRE(apart.feasible);
        CHECK(fused.proof.complete);
        CHECK(fused.cost.violations.empty());
        CHECK(energy_delay(fused.cost) == Approx(fused.objective).epsilon(1e-9));
        INFO("fused " << fused.cost.energy.value * 1e-12 << " J " << fused.cost.latency.value * 1e3
                      << " ms, apart " << apart.cost.energy.value * 1e-12 << " J "
                      << apart.cost.latency.value * 1e3 << " ms");
        CHECK(apart.cost.latency.value / fused.cost.latency.value == Approx(faster).epsilon(0.001));
    }
}

TEST_CASE("records that are none are refused", "[cascade]") {
    CHECK_THROWS_AS(read_records("no_such_folder"), core::ConfigErrors);
    CHECK_THROWS_AS(read_records(PLEXUS_SOURCE_DIR "/README.md"), core::ConfigErrors);
}

}  // namespace test_cascade_records
