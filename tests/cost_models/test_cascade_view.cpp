// SPDX-License-Identifier: Apache-2.0
// Workloads and architectures seen as cascades and machines.
#include <array>
#include <filesystem>
#include <string>

#include "plexus/core/reader.hpp"
#include "plexus/cost_models/cascade/cost.hpp"
#include "plexus/cost_models/cascade/mapping.hpp"
#include "plexus/cost_models/cascade/view.hpp"
#include "plexus/hardware/load.hpp"
#include "plexus/workloads/language_model.hpp"
#include "plexus/workloads/load.hpp"

#include "catch.hpp"

namespace test_cascade_view {

using namespace plexus;
using namespace plexus::cost_models::cascade;

namespace {

workloads::Workload workload(const std::string& yaml) {
    core::Problems problems;
    const core::Node root = core::parse_yaml(yaml, "test", problems);
    workloads::Workload read = workloads::read_workload(root, problems);
    problems.throw_if_any();
    return read;
}

Cascade view(const workloads::Workload& work) {
    std::vector<core::Violation> violations;
    Cascade cascade = view_cascade(work, violations);
    for (const core::Violation& violation : violations)
        UNSCOPED_INFO(core::to_string(violation));
    CHECK(violations.empty());
    return cascade;
}

/// "out[l,d] = a[l,m] b[m,d]", with sizes: easier to compare than indices.
std::string text(const Cascade& cascade, const std::string& name) {
    for (const Einsum& einsum : cascade.einsums) {
        if (einsum.name != name)
            continue;
        const auto access = [&](const Use& use) {
            std::string out = cascade.tensors[use.tensor].name + "[";
            for (const std::size_t rank : use.ranks)
                out += einsum.ranks[rank].name + std::to_string(einsum.ranks[rank].size) + " ";
            out.back() = ']';
            return out;
        };
        std::string out = access(einsum.uses.back()) + " =";
        for (std::size_t u = 0; u + 1 < einsum.uses.size(); ++u)
            out += " " + access(einsum.uses[u]);
        return out;
    }
    return "no " + name;
}

const Einsum& einsum(const Cascade& cascade, const std::string& name) {
    for (const Einsum& one : cascade.einsums)
        if (one.name == name)
            return one;
    FAIL("no einsum " + name);
    return cascade.einsums.front();
}

const Tensor& tensor(const Cascade& cascade, const std::string& name) {
    for (const Tensor& one : cascade.tensors)
        if (one.name == name)
            return one;
    FAIL("no tensor " + name);
    return cascade.tensors.front();
}

}  // namespace

TEST_CASE("layers of a file are einsums, their tensors those between them", "[cascade_view]") {
    const Cascade cascade = view(workload(R"(
layers:
  - {id: 0, name: up, operator_type: Gemm, equation: "O[b][k] += I[b][c] * W[k][c]",
     loop_dims: [B, K, C], loop_sizes: [4, 8, 2],
     operand_precision: {I: 8, W: 4, O: 32, O_final: 16}, operand_source: {I: 0, W: 0}}
  - {id: 1, name: down, operator_type: Gemm, equation: "O[b][k] += I[b][c] * W[k][c]",
     loop_dims: [B, K, C], loop_sizes: [4, 2, 8],
     operand_precision: {I: 16, W: 4, O: 32, O_final: 16}, operand_source: {I: 0, W: 1}}
)"));
    CHECK(text(cascade, "up") == "up.O[B4 K8] = up.I[B4 C2] up.W[K8 C2]");
    CHECK(text(cascade, "down") == "down.O[B4 K2] = up.O[B4 C8] down.W[K2 C8]");
    CHECK(tensor(cascade, "up.O").intermediate);
    CHECK(tensor(cascade, "up.O").bits == 16);
    CHECK(tensor(cascade, "up.W").bits == 4);
    CHECK_FALSE(tensor(cascade, "down.O").intermediate);
    CHECK(einsum(cascade, "up").uses[1].role == Role::weight);
    CHECK(einsum(cascade, "up").work == Work::multiply_accumulate);
}

TEST_CASE("heads that one operator tells apart are cut out of the axis in all others",
          "[cascade_view]") {
    // Two key-value heads of 4, three query heads to each: 24 wide queries, 8 wide keys.
    workloads::LanguageModel model = *workloads::find_model("llama2_7b");
    model.hidden = 24;
    model.heads = 6;
    model.kv_heads = 2;
    model.head_size = 4;
    model.ffn = 10;
    workloads::InferenceSetting setting;
    setting.phase = workloads::Phase::prefill;
    setting.context = 5;
    setting.blocks = 1;
    setting.embedding_and_head = false;
    const Cascade cascade = view(workloads::expand(model, setting));
    // Batch has size 1 and vanishes. The 24 outputs of the projection fall into 2 x 3 x 4.
    CHECK(text(cascade, "block0.q_proj") ==
          "block0.q_proj.output[T5 K02 K13 K24] = block0.input_norm.output[T5 C24] "
          "block0.q_proj.weight[K02 K13 K24 C24]");
    CHECK(text(cascade, "block0.qk") ==
          "block0.qk.output[G2 Q3 T5 S5] = block0.q_rope.output[T5 G2 Q3 D4] "
          "block0.k_cache[S5 G2 D4]");
    CHECK(text(cascade, "block0.o_proj") ==
          "block0.o_proj.output[T5 K24] = block0.av.output[T5 C02 C13 C24] "
          "block0.o_proj.weight[K24 C02 C13 C24]");
    // What is appended to a cache leaves the chip, and what is read from it comes from there.
    CHECK(text(cascade, "block0.k_append") ==
          "block0.k_cache (new)[T5 G2 D4] = block0.k_rope.output[T5 G2 D4]");
    CHECK(einsum(cascade, "block0.k_append").copy);
    CHECK_FALSE(tensor(cascade, "block0.k_cache").intermediate);
    // No row of scores counts as normalised before it was summed.
    CHECK(text(cascade, "block0.softmax.max") ==
          "block0.softmax.max[G2 Q3 T5] = block0.qk.output[G2 Q3 T5 S5]");
    CHECK(text(cascade, "block0.softmax") ==
          "block0.softmax.output[G2 Q3 T5 S5] = block0.softmax.exp[G2 Q3 T5 S5] "
          "block0.softmax.sum[G2 Q3 T5]");
    double operations = 0;
    for (const char* step : {".max", ".exp", ".sum", ""})
        operations += einsum(cascade, std::string("block0.softmax") + step).operations;
    CHECK(operations == 6);
    CHECK(text(cascade, "block0.ffn_norm.square") ==
          "block0.ffn_norm.square[T5] = block0.attention_add.output[T5 C24]");
    CHECK(einsum(cascade, "block0.ffn_norm").operations == 2);
    CHECK(einsum(cascade, "block0.silu").work == Work::vector);
    CHECK(einsum(cascade, "block0.silu").operations == 4);
}

TEST_CASE("what is no cascade is refused with its reason", "[cascade_view]") {
    std::vector<core::Violation> violations;
    static_cast<void>(view_cascade(workload(R"(
layers:
  - {id: 0, name: conv, operator_type: Conv, equation: "O[k][x] += W[k][f] * I[ix]",
     dimension_relations: ["ix = 1*x + 1*f"], loop_dims: [K, X, F], loop_sizes: [4, 8, 3],
     operand_precision: {I: 8, W: 8, O: 32, O_final: 8}, operand_source: {I: 0, W: 0}}
)"),
                                   violations));
    REQUIRE(violations.size() == 1);
    CHECK(core::to_string(violations[0]) ==
          "cascade: needed conv: plain indices of conv.I, available overlapping or strided ones");
    violations.clear();
    static_cast<void>(view_cascade(workload(R"(
model: {name: opt_125m, phase: prefill, context: 8, blocks: 1, batch: 1, weight_bits: 8,
        activation_bits: 8, cache_bits: 8, partial_sum_bits: 24}
sparsity: {"*.fc1.weight": {pattern: unstructured, density: 0.5}}
)"),
                                   violations));
    REQUIRE(violations.size() >= 2);
    CHECK(core::to_string(violations[0]).find("sparse weight") != std::string::npos);
    CHECK(core::to_string(violations[1]).find("rows picked by data") != std::string::npos);
}

namespace {

Machine machine(const std::string& name) {
    core::Problems problems;
    const hardware::Architecture read = hardware::load_architecture(
        std::filesystem::path(PLEXUS_SOURCE_DIR) / "hardware" / "presets" / (name + ".yaml"));
    std::vector<core::Violation> violations;
    Machine seen = view_machine(read, violations);
    for (const core::Violation& violation : violations)
        UNSCOPED_INFO(core::to_string(violation));
    REQUIRE(violations.empty());
    return seen;
}

std::vector<std::string> refusals(const std::string& name) {
    const hardware::Architecture read = hardware::load_architecture(
        std::filesystem::path(PLEXUS_SOURCE_DIR) / "hardware" / "presets" / (name + ".yaml"));
    std::vector<core::Violation> violations;
    static_cast<void>(view_machine(read, violations));
    std::vector<std::string> texts;
    for (const core::Violation& violation : violations)
        texts.push_back(core::to_string(violation));
    return texts;
}

}  // namespace

TEST_CASE("a core for all work is a machine of three levels", "[cascade_view]") {
    const Machine marca = machine("marca_like");
    REQUIRE(marca.levels.size() == 3);
    const Level& dram = marca.levels[0];
    CHECK(dram.read_energy_pj == Approx(7));
    CHECK(dram.read_bandwidth == Approx(256e9 * 8));
    const Level& sram = marca.levels[1];
    CHECK(sram.size_bits == 24 * 1024 * 1024 * 8.0);
    CHECK(sram.read_energy_pj == Approx(26.01 / 128));
    CHECK(sram.write_energy_pj == Approx(23.65 / 128));
    CHECK(sram.write_bandwidth == Approx(786432e9));
    CHECK(sram.separate_ports);
    CHECK(sram.keep == std::array{Keep::may, Keep::may, Keep::may});
    CHECK(sram.fanouts.empty());
    const Level& registers = marca.levels[2];
    CHECK(registers.keep == std::array{Keep::must, Keep::must, Keep::must});
    REQUIRE(registers.fanouts.size() == 1);
    CHECK(registers.fanouts[0].size == 8192);
    CHECK(registers.fanouts[0].shares == std::array{true, true, true});
    // Four ports of 32 bits each way.
    CHECK(registers.read_bandwidth == Approx(128e9));
    CHECK(registers.read_energy_pj == Approx(0.05));
    REQUIRE(marca.units.size() == 2);
    for (const Compute& unit : marca.units) {
        CHECK(unit.levels == 3);
        CHECK(unit.energy_pj == 15);
        CHECK(unit.rate == 1e9);
        CHECK(unit.fanouts.empty());
    }
}

TEST_CASE("an array and vector lanes on one memory are a machine with two units",
          "[cascade_view]") {
    const Machine tpu = machine("tpu_v4i_like");
    REQUIRE(tpu.levels.size() == 4);
    CHECK(tpu.levels[0].read_bandwidth == Approx(614e9 * 8).epsilon(1e-3));
    CHECK(tpu.levels[1].name == "shared");
    CHECK(tpu.levels[2].keep == std::array{Keep::must, Keep::never, Keep::must});
    CHECK(tpu.levels[2].fanouts.at(0).size == 4);
    CHECK(tpu.levels[3].keep == std::array{Keep::never, Keep::must, Keep::never});
    CHECK(tpu.levels[3].fanouts.at(0).size == 128 * 128);
    const Compute* array = tpu.unit(Work::multiply_accumulate);
    const Compute* lanes = tpu.unit(Work::vector);
    REQUIRE(array != nullptr);
    REQUIRE(lanes != nullptr);
    CHECK(array->levels == 4);
    CHECK(lanes->levels == 2);
    CHECK(lanes->fanouts.at(0).size == 128);
    CHECK(lanes->name == "vector");
}

TEST_CASE("machines that no cascade can run on are refused", "[cascade_view]") {
    CHECK(refusals("seneca").at(0).find("event-driven") != std::string::npos);
    CHECK(refusals("tpu_quad_like").at(0).find("6 cores") != std::string::npos);
    // Weights have a memory of their own: it is a level that holds only them.
    const Machine tpu = machine("tpu_like");
    REQUIRE(tpu.levels.size() == 5);
    CHECK(tpu.levels[1].name == "global_buffer");
    CHECK(tpu.levels[1].keep == std::array{Keep::may, Keep::never, Keep::may});
    CHECK(tpu.levels[2].name == "weight_buffer");
    CHECK(tpu.levels[2].keep == std::array{Keep::never, Keep::must, Keep::never});
    CHECK(tpu.levels[3].fanouts.at(0).size == 32);  // accumulators along D2
    CHECK(tpu.levels[4].fanouts.at(0).size == 32);
}

TEST_CASE("a link slower than the pins is what off-chip memory is reached through",
          "[cascade_view]") {
    hardware::Architecture tpu = hardware::load_architecture(
        std::filesystem::path(PLEXUS_SOURCE_DIR) / "hardware/presets/tpu_v4i_like.yaml");
    std::size_t slowed = 0;
    for (hardware::Link& link : tpu.interconnect.links)
        if (link.from == hardware::Interconnect::off_chip && link.to == 0) {
            link.bandwidth = core::Bandwidth(100);
            link.energy_pj_per_bit = 0.5;
            ++slowed;
        }
    REQUIRE(slowed == 1);
    std::vector<core::Violation> violations;
    const Machine seen = view_machine(tpu, violations);
    REQUIRE(violations.empty());
    CHECK(seen.levels[0].read_bandwidth == Approx(100 * 1.05e9));
    CHECK(seen.levels[0].read_energy_pj == Approx(7.03 + 0.5));
    CHECK(seen.levels[0].write_bandwidth == Approx(4678 * 1.05e9));
}

TEST_CASE("registers that do not hold a word of each operand are too small", "[cascade_view]") {
    const Cascade cascade = view(workload(R"(
layers:
  - {id: 0, name: up, operator_type: Gemm, equation: "O[b][k] += I[b][c] * W[k][c]",
     loop_dims: [B, K, C], loop_sizes: [4, 8, 2],
     operand_precision: {I: 8, W: 4, O: 32, O_final: 16}, operand_source: {I: 0, W: 0}}
)"));
    EinsumMapping mapping;
    for (std::size_t u = 0; u < 3; ++u)
        mapping.nodes.push_back({.kind = Node::Kind::storage, .use = u, .level = 0});
    const Einsum& up = cascade.einsums[0];
    for (std::size_t r = 0; r < up.ranks.size(); ++r)
        mapping.nodes.push_back(
            {.kind = Node::Kind::temporal, .rank = r, .factor = up.ranks[r].size});
    for (std::size_t u = 0; u < 3; ++u)
        mapping.nodes.push_back({.kind = Node::Kind::storage, .use = u, .level = 2});
    Machine marca = machine("marca_like");
    marca.levels[2].size_bits = 8 + 4 + 16;
    CHECK(evaluate(cascade, 0, marca, mapping).violations.empty());
    marca.levels[2].size_bits -= 1;
    REQUIRE(evaluate(cascade, 0, marca, mapping).violations.size() == 1);
    CHECK(evaluate(cascade, 0, marca, mapping).violations[0].rule.find("registers bits") !=
          std::string::npos);
}

}  // namespace test_cascade_view
