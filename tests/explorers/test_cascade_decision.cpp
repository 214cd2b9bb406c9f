// SPDX-License-Identifier: Apache-2.0
// `fusion.stacks: optimal` in experiments.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include <fmt/format.h>
#include <unistd.h>

#include "plexus/core/error.hpp"
#include "plexus/explorers/evaluator.hpp"
#include "plexus/explorers/experiment.hpp"
#include "plexus/explorers/fusion/mapped_cascade.hpp"

#include "catch.hpp"

namespace test_cascade_decision {

using namespace plexus;
using namespace plexus::explorers;

namespace {

/// The two products of the worked example of docs/models/cascade_fusion.md on a multiplier that
/// takes 0.5 pJ and a cycle, below one memory of 1 and 2 pJ per bit and DRAM at 10 and 12.
const std::string example = R"(
version: 1
hardware:
  version: 1
  name: one_multiplier
  technology:
    node_nm: {value: 28, source: example, evidence: estimated}
    clock_mhz: {value: 0.000001, source: one cycle is a second, evidence: estimated}
    static_core_mw: {value: 0, source: example, evidence: estimated}
    static_chip_mw: {value: 0, source: example, evidence: estimated}
  operational_array: {dimensions: [D1], sizes: [1], unit_energy: 0.5, unit_area: 1}
  memories:
    sram: {size: 4096, r_cost: 64, w_cost: 64, area: 0, latency: 1, operands: [I1, I2, O],
           served_dimensions: [D1],
           ports: [{name: r, type: read, bandwidth_min: 8, bandwidth_max: 64,
                    allocation: ["I1, tl", "I2, tl", "O, tl", "O, th"]},
                   {name: w, type: write, bandwidth_min: 8, bandwidth_max: 32,
                    allocation: ["I1, fh", "I2, fh", "O, fh", "O, fl"]}]}
    dram: {size: 1000000, r_cost: 40, w_cost: 48, area: 0, latency: 1, mem_type: dram,
           operands: [I1, I2, O], served_dimensions: [D1],
           ports: [{name: rw, type: read_write, bandwidth_min: 4, bandwidth_max: 4,
                    allocation: ["I1, fh", "I1, tl", "I2, fh", "I2, tl",
                                 "O, fh", "O, tl", "O, fl", "O, th"]}]}
workload:
  layers:
    - {id: 0, name: first, operator_type: Gemm, equation: "O[m][n] += I[m][k] * W[k][n]",
       loop_dims: [M, K, N], loop_sizes: [4, 2, 2],
       operand_precision: {I: 8, W: 8, O: 8, O_final: 8}, operand_source: {I: 0, W: 0}}
    - {id: 1, name: second, operator_type: Gemm, equation: "O[m][p] += I[m][n] * W[n][p]",
       loop_dims: [M, N, P], loop_sizes: [4, 2, 2],
       operand_precision: {I: 8, W: 8, O: 8, O_final: 8}, operand_source: {I: 0, W: 1}}
objectives: [latency_cycles, energy_pj, peak_memory_bits]
decisions: {fusion: {stacks: optimal, optimal: {fuse: true, max_fused_loops: 1}}}
explorer: {name: exhaustive}
)";

Experiment load(const std::string& yaml, const std::vector<Override>& overrides = {}) {
    const std::filesystem::path file =
        std::filesystem::temp_directory_path() / fmt::format("plexus_cascade_{}.yaml", getpid());
    std::ofstream(file) << yaml;
    try {
        Experiment experiment = load_experiment(file, overrides);
        std::filesystem::remove(file);
        return experiment;
    } catch (...) {
        std::filesystem::remove(file);
        throw;
    }
}

Outcome only(const Experiment& experiment) {
    return Evaluator(experiment, 0, 1).evaluate(experiment.space.first());
}

double metric(const Outcome& outcome, const std::string& name) {
    const auto names = Evaluator::metric_names();
    const auto at = std::ranges::find(names, name) - names.begin();
    const core::Cell& cell = outcome.metrics.at(static_cast<std::size_t>(at));
    if (const auto* integer = std::get_if<std::int64_t>(&cell))
        return static_cast<double>(*integer);
    return std::get<double>(cell);
}

}  // namespace

TEST_CASE("the best mapping of a small cascade, as a design", "[cascade_decision]") {
    // Everything is fetched once and held: inputs 64 bits and weights 32, twice; results of the
    // first stay. 10 pJ per bit read: A 64, V 32, W 32; 12 per bit written: C 64. The least.
    const Outcome fused = only(load(example));
    REQUIRE(fused.feasible());
    CHECK(metric(fused, "off_chip_bits") == 64 + 32 + 32 + 64);
    CHECK(metric(fused, "fused_edges") == 1);
    // B is written and read as well.
    const Outcome apart = only(load(example, {{"decisions.fusion.optimal.fuse", "false"}}));
    CHECK(metric(apart, "off_chip_bits") == 192 + 2 * 64);
    CHECK(metric(apart, "fused_edges") == 0);
    CHECK(fused.objectives[1] < apart.objectives[1]);
    // The multiplier takes 16 cycles each; four bits per cycle off chip are slower: B stays.
    CHECK(apart.objectives[0] == Approx((64 + 32 + 64) / 4.0 + (64 + 32 + 64) / 4.0));
    CHECK(fused.objectives[0] == Approx((64 + 32) / 4.0 + (32 + 64) / 4.0));
}

TEST_CASE("every option of the search changes the design", "[cascade_decision]") {
    // 60 bits do not hold B (64): only with a fused loop that cuts it can it stay on chip.
    std::vector<Override> small{{"hardware.memories.sram.size", "60"}};
    const auto with = [&](const char* key, const char* value) {
        std::vector<Override> overrides = small;
        overrides.push_back({std::string("decisions.fusion.optimal.") + key, value});
        return only(load(example, overrides));
    };
    const Outcome loops = only(load(example, small));
    REQUIRE(loops.feasible());
    CHECK(metric(loops, "fused_edges") == 1);
    CHECK(metric(with("max_fused_loops", "0"), "fused_edges") == 0);
    // Where off-chip reads cost next to nothing, to read again saves energy and takes time.
    small = {{"hardware.memories.sram.size", "48"}, {"hardware.memories.dram.r_cost", "1"}};
    const Outcome energy = with("objective", "energy");
    const Outcome latency = with("objective", "latency");
    CHECK(energy.objectives[1] < latency.objectives[1]);
    CHECK(latency.objectives[0] < energy.objectives[0]);
}

TEST_CASE("the energies of an explanation add up to the objective", "[cascade_decision]") {
    const Experiment experiment = load(example);
    const Evaluator evaluator(experiment, 0, 1);
    const DesignPoint point = experiment.space.first();
    const Outcome outcome = evaluator.evaluate(point);
    const Evaluator::Explanation why = evaluator.explain(point);
    double energy = 0;
    double off_chip = 0;
    for (const core::CostItem& item : why.items) {
        energy += item.energy.value;
        off_chip += item.place == "dram" ? item.count : 0;
    }
    CHECK(energy == Approx(outcome.objectives[1]));
    CHECK(off_chip == metric(outcome, "off_chip_bits"));
    REQUIRE(why.plan.name == "cascade");
    REQUIRE(why.plan.rows.size() == 2);
    REQUIRE(why.cascade != nullptr);
    const std::vector<KeptOnChip> kept = kept_on_chip(*why.cascade);
    REQUIRE(kept.size() == 1);
    CHECK(why.cascade->cascade.tensors[kept[0].tensor].name == "first.O");
    CHECK(kept[0].producer == 0);
    CHECK(kept[0].last_reader == 1);
    CHECK(kept[0].tile_bits <= 64);
    CHECK(why.mappings.rows.size() > 4);
}

TEST_CASE("a machine or a workload that is no cascade is infeasible with its reason",
          "[cascade_decision]") {
    const Outcome sparse = only(
        load(example, {{"workload.sparsity", "{first.W: {pattern: unstructured, density: 0.5}}"}}));
    REQUIRE_FALSE(sparse.feasible());
    CHECK(sparse.violations[0].rule == "fusion.stacks: optimal");
    const Outcome none = only(load(example,
                                   {{"hardware.memories.sram.operands", "[I2]"},
                                    {"hardware.memories.sram.ports",
                                     "[{name: rw, type: read_write, bandwidth_min: 8, "
                                     "bandwidth_max: 8, allocation: ['I2, fh', 'I2, tl']}]"}}));
    REQUIRE_FALSE(none.feasible());
    CHECK(none.violations[0].needed == "an on-chip memory for inputs and results");
}

TEST_CASE("stacks that count a cycle per operation refuse machines that take more",
          "[cascade_decision][depth_first]") {
    const auto preset = [](const char* folder, const char* name) {
        return std::string(PLEXUS_SOURCE_DIR) + "/" + folder + "/presets/" + name + ".yaml\n";
    };
    const std::string exponential =
        "version: 1\nhardware: " + preset("hardware", "marca_core_like") +
        "workload: " + preset("workloads", "mamba_2.8b_state_update") +
        "objectives: [latency_cycles]\nexplorer: {name: exhaustive}\n";
    for (const char* stacks : {"optimal", "depth_first"}) {
        const Outcome slow = only(load(exponential, {{"decisions.fusion.stacks", stacks}}));
        REQUIRE_FALSE(slow.feasible());
        CHECK(slow.violations[0].rule == std::string("fusion.stacks: ") + stacks);
        CHECK(slow.violations[0].needed == "one cycle per operation");
        CHECK(slow.violations[0].available.find("exp_a") != std::string::npos);
    }
}

TEST_CASE("what is wrong with the options is said with its place", "[cascade_decision]") {
    try {
        static_cast<void>(load(example,
                               {{"decisions.fusion.optimal.max_fused_loops", "4"},
                                {"decisions.fusion.optimal.objective", "area"}}));
        FAIL("accepted");
    } catch (const core::ConfigErrors& errors) {
        const std::string what = errors.what();
        CHECK(what.find("decisions.fusion.optimal.max_fused_loops") != std::string::npos);
        CHECK(what.find("decisions.fusion.optimal.objective") != std::string::npos);
        CHECK(errors.problems().size() == 2);
    }
}

}  // namespace test_cascade_decision
