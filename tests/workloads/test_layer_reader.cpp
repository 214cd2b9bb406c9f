// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <rapidcheck/catch.h>

#include "plexus/core/node.hpp"
#include "plexus/workloads/load.hpp"
#include "plexus/workloads/sparse_matrix.hpp"

#include "../../workloads/src/equation.hpp"
#include "../../workloads/src/layer.hpp"
#include "../../workloads/src/sections.hpp"
#include "catch.hpp"

namespace test_layer_reader {

using namespace plexus;
using namespace plexus::workloads;

namespace {

struct Read {
    Workload workload;
    std::string errors;
    std::string warnings;
};

Read read(const std::string& yaml) {
    core::Problems problems;
    const core::Node root = core::parse_yaml(yaml, "w.yaml", problems);
    Read out;
    out.workload = read_workload(root, problems);
    for (const core::Problem& p : problems.errors()) {
        out.errors += core::to_string(p) + "\n";
    }
    for (const core::Problem& p : problems.warnings()) {
        out.warnings += core::to_string(p) + "\n";
    }
    return out;
}

const Operator& op(const Workload& w, const std::string& name) {
    const auto it = std::find_if(
        w.operators.begin(), w.operators.end(), [&](const Operator& o) { return o.name == name; });
    INFO(name);
    REQUIRE(it != w.operators.end());
    return *it;
}

const Tensor& tensor(const Workload& w, const std::string& name) {
    const auto it = std::find_if(
        w.tensors.begin(), w.tensors.end(), [&](const Tensor& t) { return t.name == name; });
    INFO(name);
    REQUIRE(it != w.tensors.end());
    return *it;
}

using Shape = std::vector<std::int64_t>;

// Like the start of a residual network, in the form users of ZigZag write.
const std::string network = R"(
- id: 0 # stride 2
  name: conv1
  operator_type: Conv
  equation: O[b][k][oy][ox]+=W[k][c][fy][fx]*I[b][c][iy][ix]
  dimension_relations: [ix=2*ox+1*fx, iy=2*oy+1*fy]
  loop_dims: [B, K, C, OY, OX, FY, FX]
  loop_sizes: [1, 64, 3, 112, 112, 7, 7]
  operand_precision: {W: 8, I: 8, O: 16, O_final: 8}
  operand_source: {I: 0, W: 0}
  pr_loop_dims: [IX, IY]
  pr_loop_sizes: [224, 224]
  padding:
    - [3, 2]
    - [3, 2]

- id: 3 # the sum stands before what it adds
  operator_type: Add
  equation: O[b][g][oy][ox]=W[b][g][oy][ox]+I[b][g][oy][ox]
  loop_dims: [B, G, OY, OX]
  loop_sizes: [1, 64, 56, 56]
  operand_precision: {W: 8, I: 8, O: 16, O_final: 8}
  operand_source: {W: 1, I: 2}

- id: 1
  operator_type: Pooling
  equation: O[b][g][oy][ox]+=W[fx][fy]*I[b][g][iy][ix]
  dimension_relations: [ix=2*ox+1*fx, iy=2*oy+1*fy]
  loop_dims: [B, G, OY, OX, FX, FY]
  loop_sizes: [1, 64, 56, 56, 3, 3]
  operand_precision: {I: 8, W: 0, O: 16, O_final: 8}
  operand_source: {I: 0, W: 1}

- id: 2
  operator_type: Conv
  equation: O[b][k][oy][ox]+=W[k][c][fy][fx]*I[b][c][iy][ix]
  dimension_relations: [ix=1*ox+1*fx, iy=1*oy+1*fy]
  loop_dims: [B, K, C, OY, OX, FY, FX]
  loop_sizes: [1, 64, 64, 56, 56, 3, 3]
  operand_precision: {W: 8, I: 8, O: 16, O_final: 8}
  operand_source: {I: 1, W: 2}
)";

}  // namespace

TEST_CASE("read_workload: a network in the ZigZag dialect", "[layer_reader]") {
    const Read r = read(network);
    CHECK(r.errors.empty());
    CHECK(r.warnings.empty());
    const Workload& w = r.workload;
    CHECK(w.name == "w");
    std::vector<std::string> names;
    for (const Operator& o : w.operators) {
        names.push_back(o.name);
    }
    CHECK(names == std::vector<std::string>{"conv1", "Layer1", "Layer2", "Layer3"});
    CHECK(w.edges.size() == 4);  // conv1 → pool → conv → add, and pool → add
    CHECK(op(w, "conv1").points() == 118013952.0);
    CHECK(tensor(w, "conv1.I").role == TensorRole::input);
    CHECK(tensor(w, "conv1.I").shape == Shape{1, 3, 224, 224});
    CHECK(tensor(w, "conv1.W").role == TensorRole::weight);
    CHECK(tensor(w, "conv1.W").shape == Shape{64, 3, 7, 7});
    CHECK(tensor(w, "conv1.O").shape == Shape{1, 64, 112, 112});
    CHECK(tensor(w, "conv1.O").bits == 8);
    CHECK(op(w, "conv1").partial_sum_bits == 16);
    CHECK(tensor(w, "Layer3.O").role == TensorRole::output);
    CHECK(tensor(w, "Layer1.W").bits == 0);
    CHECK(w.parameters() == 64 * 3 * 49 + 64 * 64 * 9);
    CHECK(op(w, "conv1").kind == OperatorKind::contraction);
    CHECK(op(w, "Layer1").kind == OperatorKind::reduction);
    CHECK(op(w, "Layer3").kind == OperatorKind::elementwise);
}

TEST_CASE("read_workload: accesses, relations, padding and operand order of a layer",
          "[layer_reader]") {
    const Workload w = read(network).workload;
    const Operator& conv = op(w, "conv1");
    REQUIRE(conv.inputs.size() == 2);
    CHECK(conv.inputs[0].operand == "I");
    CHECK(conv.inputs[1].operand == "W");
    CHECK(conv.weight_first);
    // dims: B K C OY OX FY FX
    CHECK(conv.inputs[0].indices[3] == IndexExpr{"ix", {{4, 2}, {6, 1}}});
    CHECK(conv.inputs[1].indices[0] == IndexExpr{"", {{1, 1}}});
    CHECK(conv.padding == std::vector<Operator::Padding>{{"ix", 3, 2}, {"iy", 3, 2}});
    CHECK(conv.axis_sizes == std::vector<LoopDim>{{"ix", 224}, {"iy", 224}});
    CHECK(linear_shape(conv) == LinearShape{64, 3 * 49, 112 * 112, 1});
}

TEST_CASE("read_workload: names of dimensions and operands in any case, blanks anywhere",
          "[layer_reader]") {
    const Read r = read(R"(
- id: 7
  operator_type: Gemm
  equation: "o[B][k]  +=  i[b][C] * w[ K ][c]"
  loop_dims: [b, K, c]
  loop_sizes: [2, 3, 5]
  operand_precision: {I: 8, W: 4, O: 32, O_final: 32}
)");
    CHECK(r.errors.empty());
    const Operator& gemm = op(r.workload, "Layer7");
    CHECK(linear_shape(gemm) == LinearShape{3, 5, 2, 1});
    CHECK_FALSE(gemm.weight_first);
    CHECK(gemm.dims[0].name == "B");
    CHECK(tensor(r.workload, "Layer7.W").bits == 4);
}

TEST_CASE("distinct_values: how many values an index takes", "[layer_reader]") {
    const std::vector<LoopDim> dims{{"OX", 112}, {"FX", 7}, {"A", 4}};
    CHECK(distinct_values({"", {{0, 1}}}, dims) == 112);
    CHECK(distinct_values({"ix", {{0, 2}, {1, 1}}}, dims) == 229);
    CHECK(distinct_values({"ix", {{0, 8}, {1, 1}}}, dims) == 112 * 7);  // windows with gaps
    CHECK(distinct_values({"ix", {{0, 7}, {1, 1}, {2, 784}}}, dims) == 111 * 7 + 6 + 784 * 3 + 1);
}

TEST_CASE("distinct_values: against counting", "[layer_reader][property]") {
    rc::prop("equals the size of the set", [] {
        const auto a = *rc::gen::inRange<std::int64_t>(1, 12);
        const auto b = *rc::gen::inRange<std::int64_t>(1, 12);
        const auto sa = *rc::gen::inRange<std::int64_t>(1, 9);
        const auto sb = *rc::gen::inRange<std::int64_t>(1, 9);
        std::vector<bool> seen(200, false);
        std::int64_t count = 0;
        for (std::int64_t x = 0; x < a; ++x) {
            for (std::int64_t y = 0; y < b; ++y) {
                const auto v = static_cast<std::size_t>(sa * x + sb * y);
                count += seen[v] ? 0 : 1;
                seen[v] = true;
            }
        }
        RC_ASSERT(distinct_values({"i", {{0, sa}, {1, sb}}}, {{"X", a}, {"Y", b}}) == count);
    });
}

TEST_CASE("parse_equation: forms and places", "[layer_reader]") {
    const EquationText e = parse_equation("O[b][8*h+d] += I[b][h] * W[d] + B[d]");
    CHECK(e.accumulates);
    CHECK(e.output.indices[1].terms ==
          std::vector<std::pair<std::string, std::int64_t>>{{"h", 8}, {"d", 1}});
    CHECK(e.output.indices[1].name == "8*h+d");
    CHECK(e.inputs.size() == 3);
    CHECK(parse_relation("ix = ox*2 + fx").right.terms.front().second == 2);
    const auto offset = [](const char* text) {
        try {
            (void)parse_equation(text);
        } catch (const SyntaxError& error) {
            return static_cast<int>(error.offset);
        }
        return -1;
    };
    CHECK(offset("O[b][k]+=W[k]") == -1);
    CHECK(offset("") == 0);
    CHECK(offset("O[b") == 3);
    CHECK(offset("O[b]] = I[b]") == 4);
    CHECK(offset("O[b] + I[b]") == 7);
    CHECK(offset("O[] = I[b]") == 2);
    CHECK(offset("O[b] = I[b] I[c]") == 12);
    CHECK(offset("O[0*b] = I[b]") == 2);
    CHECK(offset("O[99999999999999999999*b] = I[b]") == 2);
    CHECK(offset("O[b+b] = I[b]") == 4);
}

TEST_CASE("parse_equation: garbage never gets past it unnoticed", "[layer_reader][property]") {
    rc::prop("either a syntax error inside the text or an equation", [] {
        const auto text = *rc::gen::container<std::string>(
            rc::gen::element('O', 'I', '[', ']', 'b', '+', '=', '*', '2', ' ', 'x'));
        try {
            const EquationText e = parse_equation(text);
            RC_ASSERT(!e.inputs.empty());
        } catch (const SyntaxError& error) {
            RC_ASSERT(error.offset <= text.size());
            RC_ASSERT(!error.message.empty());
        }
    });
}

TEST_CASE("matches: * and ?", "[layer_reader]") {
    CHECK(matches("*", ""));
    CHECK(matches("*.weight", "block0.q_proj.weight"));
    CHECK_FALSE(matches("*.weight", "block0.q_proj.bias"));
    CHECK(matches("block?.q*", "block3.q_proj.weight"));
    CHECK_FALSE(matches("block?.q*", "block12.q_proj.weight"));
    CHECK(matches("a*b*c", "a_b_b_c"));
    CHECK_FALSE(matches("a*b*c", "a_c_b"));
    CHECK_FALSE(matches("", "a"));
}

TEST_CASE("tensors: density, bits, roles and shapes", "[layer_reader]") {
    const std::string layers = R"(
layers:
  - {id: 0, name: append, operator_type: CacheAppend, equation: "O[t][d] = I[t][d]",
     loop_dims: [T, D], loop_sizes: [1, 4], operand_precision: {I: 8, O: 8}}
  - {id: 1, name: qk, operator_type: MatMul, equation: "O[t][s] += I[t][d] * W[s][d]",
     loop_dims: [T, S, D], loop_sizes: [1, 9, 4], operand_precision: {I: 8, W: 8, O: 24, O_final: 8},
     operand_source: {I: 0.I, W: 0}}
)";
    // Without its shape the cache looks too small for its reader.
    CHECK_THAT(read(layers).warnings, Catch::Contains("axis 0 of append.O has 1 elements, but 9"));
    const Read r = read(layers + R"(
tensors:
  append.O: {role: cache, shape: [9, 4], bits: 4}
  "*.I": {density: 0.25}
)");
    CHECK(r.errors.empty());
    CHECK(r.warnings.empty());
    CHECK(tensor(r.workload, "append.O").role == TensorRole::cache);
    CHECK(tensor(r.workload, "append.O").shape == Shape{9, 4});
    CHECK(tensor(r.workload, "append.O").bits == 4);
    CHECK(tensor(r.workload, "append.I").density == 0.25);
    // 0.I: both layers read the one input.
    CHECK(op(r.workload, "qk").inputs[0].tensor == op(r.workload, "append").inputs[0].tensor);
}

TEST_CASE("read_workload: shapes that do not fit are warned of", "[layer_reader]") {
    const auto pair = [](const std::string& second, const std::string& sizes) {
        return R"(
- {id: 0, operator_type: Gemm, equation: "O[b][k] += I[b][c] * W[k][c]", loop_dims: [B, K, C],
   loop_sizes: [2, 12, 5], operand_precision: {I: 8, W: 8, O: 24, O_final: 8}}
- {id: 1, operator_type: ReLU, equation: ")" +
               second + R"(", loop_dims: [B, H, D], loop_sizes: )" + sizes +
               R"(, operand_precision: {I: 8, O: 8}, operand_source: {I: 0}}
)";
    };
    const std::string split = "O[b][h][d] = I[b][h][d]";
    CHECK(read(pair(split, "[2, 3, 4]")).warnings.empty());  // the same 24 elements
    CHECK_THAT(read(pair(split, "[2, 3, 5]")).warnings, Catch::Contains("elements are read of"));
    CHECK(read(pair(split, "[2, 3, 5]")).errors.empty());
}

TEST_CASE("sparsity: the first entry that matches wins, default takes the rest",
          "[sparsity_reader]") {
    const std::string model = R"(
model: {name: opt_125m, phase: decode, batch: 1, context: 8, blocks: 2, embedding_and_head: false,
        weight_bits: 8, activation_bits: 8, cache_bits: 8, partial_sum_bits: 24}
)";
    const Read r = read(model + R"(
sparsity:
  block0.q_proj.weight: {pattern: n_m, n: 2, m: 8}
  "block0.*": {density: 0.3, pattern: row_balanced, values: ones, seed: 5}
  block1.fc1.weight: {pattern: block, block: 16, sparsity: 0.75}
  block1.fc2.weight: {pattern: power_law, exponent: 0.5, density: 0.5}
  default: {pattern: banded, density: 0.125}
)");
    CHECK(r.errors.empty());
    const auto of = [&](const char* name) { return tensor(r.workload, name).sparsity; };
    CHECK(of("block0.q_proj.weight").pattern == Pattern::n_m);
    CHECK(of("block0.q_proj.weight").density == 0.25);
    CHECK(of("block0.fc1.weight").pattern == Pattern::row_balanced);
    CHECK(of("block0.fc1.weight").density == 0.3);
    CHECK(of("block0.fc1.weight").values == Values::ones);
    CHECK(of("block1.fc1.weight").pattern == Pattern::block);
    CHECK(of("block1.fc1.weight").block == 16);
    CHECK(of("block1.fc1.weight").density == 0.25);
    CHECK(of("block1.fc2.weight").exponent == 0.5);
    CHECK(of("block1.o_proj.weight").pattern == Pattern::banded);
    // Norms and biases match "block0.*" but are no matrices.
    CHECK(of("block0.input_norm.weight").pattern == Pattern::dense);
    CHECK(of("block0.fc1.bias").pattern == Pattern::dense);
    // Each tensor has its own seed, the same one every time.
    CHECK(of("block0.k_proj.weight").seed != of("block0.v_proj.weight").seed);
    const Read again = read(model + "sparsity: {\"block0.*\": {density: 0.7, seed: 5}}");
    CHECK(tensor(again.workload, "block0.fc1.weight").sparsity.seed ==
          of("block0.fc1.weight").seed);
    const Read other = read(model + "sparsity: {\"block0.*\": {density: 0.7, seed: 6}}");
    CHECK(tensor(other.workload, "block0.fc1.weight").sparsity.seed !=
          of("block0.fc1.weight").seed);
}

TEST_CASE("sparsity: files, what to do without them, and variables", "[sparsity_reader]") {
    const auto folder = std::filesystem::temp_directory_path() / "plexus_test_sparsity";
    std::filesystem::create_directories(folder / "0.5");
    std::ofstream(folder / "0.5" / "w.smtx") << "2, 3, 3\n0 2 3\n0 2 1\n";
    ::setenv("PLEXUS_TEST_DIR", folder.c_str(), 1);
    const auto yaml = [](const std::string& level, const std::string& rows = "2") {
        return "variables: {level: " + level + "}\n" + R"(
layers:
  - {id: 0, name: fc, operator_type: Gemm, equation: "O[b][k] += I[b][c] * W[k][c]",
     loop_dims: [B, K, C], loop_sizes: [1, )" +
               rows + R"(, 3], operand_precision: {I: 8, W: 8, O: 24, O_final: 8}}
sparsity:
  fc.W:
    file: ${PLEXUS_TEST_DIR}/${level}/w.smtx
    otherwise:
      pattern: unstructured
      sparsity: ${level}
)";
    };
    const Read r = read(yaml("\"0.5\""));
    CHECK(r.errors.empty());
    CHECK(r.warnings.empty());
    const Sparsity& file = tensor(r.workload, "fc.W").sparsity;
    CHECK(file.pattern == Pattern::file);
    CHECK(file.density == 0.5);
    CHECK(make_matrix(file, 2, 3).nonzeros() == 3);

    const Read generated = read(yaml("\"0.75\""));
    CHECK(generated.errors.empty());
    CHECK_THAT(generated.warnings, Catch::Contains("no such file") && Catch::Contains("0.25"));
    CHECK(tensor(generated.workload, "fc.W").sparsity.pattern == Pattern::unstructured);
    CHECK(tensor(generated.workload, "fc.W").sparsity.density == 0.25);
    REQUIRE_FALSE(generated.workload.provenance.empty());
    CHECK(generated.workload.provenance[0].evidence == "estimated");
    CHECK(tensor(read(yaml("\"0.8\"")).workload, "fc.W").sparsity.density == 0.2);  // not 0.19999…

    CHECK_THAT(read(yaml("\"0.5\"", "4")).errors,
               Catch::Contains("w.smtx is 2 x 3, but fc.W is 4 x 3 (outputs x inputs)"));
    std::ofstream(folder / "0.5" / "w.smtx") << "2, 3, 3\n0 2           \n";
    CHECK_THAT(read(yaml("\"0.5\"")).errors, Catch::Contains("w.smtx:2:15: sparsity.fc.W.file: "));
    // What has no line of its own is told where the file is named.
    std::string other = yaml("\"0.5\"");
    other.replace(other.find("w.smtx"), 6, "w.text");
    std::ofstream(folder / "0.5" / "w.text") << "2";
    CHECK_THAT(read(other).errors,
               Catch::Contains("w.yaml:8:11: sparsity.fc.W.file: ") &&
                   Catch::Contains("w.text: matrix files end in .smtx, .mtx or"));
    ::unsetenv("PLEXUS_TEST_DIR");
    CHECK_THAT(read(yaml("\"0.5\"")).errors, Catch::Contains("PLEXUS_TEST_DIR"));
    std::filesystem::remove_all(folder);
}

TEST_CASE("variables: replaced everywhere in the file", "[load]") {
    const Read r = read(R"(
variables: {n: 12, who: fc}
name: test_${who}
layers:
  - id: 0
    name: ${who}
    operator_type: Gemm
    equation: O[b][k] += I[b][c] * W[k][c]
    loop_dims: [B, K, C]
    loop_sizes:
      - 1
      - ${n}
      - 3
    operand_precision: {I: 8, W: 8, O: 24, O_final: 8}
)");
    CHECK(r.errors.empty());
    CHECK(r.workload.name == "test_fc");
    CHECK(tensor(r.workload, "fc.W").shape == Shape{12, 3});
}

}  // namespace test_layer_reader
