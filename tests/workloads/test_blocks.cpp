// SPDX-License-Identifier: Apache-2.0
// Mamba blocks and attention by their dimensions.
#include <algorithm>
#include <string>

#include "plexus/core/reader.hpp"
#include "plexus/workloads/blocks.hpp"
#include "plexus/workloads/load.hpp"

#include "catch.hpp"

namespace test_blocks {

using namespace plexus;
using namespace plexus::workloads;

namespace {

Workload read(const std::string& yaml) {
    core::Problems problems;
    const core::Node root = core::parse_yaml(yaml, "test", problems);
    Workload workload = read_workload(root, problems);
    problems.throw_if_any();
    return workload;
}

std::string problems_of(const std::string& yaml) {
    try {
        static_cast<void>(read(yaml));
    } catch (const core::ConfigErrors& errors) {
        return errors.what();
    }
    return "";
}

const Operator& find(const Workload& workload, const std::string& name) {
    const auto found = std::ranges::find(workload.operators, name, &Operator::name);
    REQUIRE(found != workload.operators.end());
    return *found;
}

const Tensor& tensor(const Workload& workload, const std::string& name) {
    const auto found = std::ranges::find(workload.tensors, name, &Tensor::name);
    REQUIRE(found != workload.tensors.end());
    return *found;
}

double operations(const Operator& op) {
    return op.points() * op.operations_per_point;
}

}  // namespace

TEST_CASE("a Mamba block has the parameters and operations of its dimensions", "[blocks]") {
    const Workload w = read("mamba: {d_model: 20, d_state: 3, tokens: 7}");
    // d_inner = 40, dt_rank = 2, d_conv = 4 by default. Projections in and gate 2·20·40, out 40·20,
    // x 40·(2 + 2·3), dt 2·40; convolution 40·4, A 40·3, D 40.
    CHECK(w.parameters() == 1600 + 800 + 320 + 80 + 160 + 120 + 40);
    CHECK(find(w, "in_proj").points() == 7 * 20 * 40);
    CHECK(find(w, "dt_up").points() == 7 * 2 * 40);
    CHECK(find(w, "conv").points() == 7 * 40 * 4);
    CHECK(operations(find(w, "conv_silu")) == 7 * 40 * 4);
    CHECK(operations(find(w, "dt_softplus")) == 7 * 40 * 3);
    for (const char* name : {"delta_a", "exp_a", "delta_b", "delta_b_x", "scan_decay", "scan_add"})
        CHECK(operations(find(w, name)) == 7 * 40 * 3);
    CHECK(tensor(w, "state").role == TensorRole::cache);
    CHECK(tensor(w, "state").shape == std::vector<std::int64_t>{40, 3});
    CHECK(tensor(w, "in").role == TensorRole::input);
    CHECK(tensor(w, "out").role == TensorRole::output);
    CHECK(tensor(w, "h").role == TensorRole::activation);
    CHECK(tensor(w, "w_a").bits == 32);
    const auto defaulted = [&](const char* path) {
        return std::ranges::any_of(w.provenance, [&](const core::Provenance& row) {
            return row.path == path && row.evidence == "default";
        });
    };
    CHECK(defaulted("mamba.d_inner"));
    CHECK_FALSE(defaulted("mamba.d_state"));
}

TEST_CASE("every key of a block changes the workload", "[blocks]") {
    const std::string mamba = "mamba: {d_model: 32, tokens: 8";
    const Workload base = read(mamba + "}");
    for (const char* key : {"d_inner", "d_state", "d_conv", "dt_rank"})
        CHECK_FALSE(read(mamba + ", " + key + ": 3}") == base);
    CHECK(tensor(read(mamba + ", weight_bits: 9}"), "w_out").bits == 9);
    CHECK(tensor(read(mamba + ", activation_bits: 9}"), "state").bits == 9);
    const std::string attention = "attention: {heads: 2, features: 4, tokens: 6";
    const Workload steps = read(attention + "}");
    CHECK(tensor(read(attention + ", bits: 9}"), "q").bits == 9);
    CHECK(tensor(read(attention + ", batch: 5}"), "q").shape[0] == 10);
    CHECK(tensor(read(attention + ", context: 12}"), "k").shape[1] == 12);
    CHECK(operations(find(read(attention + ", exponential_operations: 1}"), "exp")) == 2 * 36);
    CHECK(operations(find(steps, "exp")) == 7 * 2 * 36);
    const Workload one_pass = read(attention + ", softmax: one_pass, chunk: 2}");
    CHECK(one_pass.operators.size() == 10);
    CHECK(find(one_pass, "exp").dims.size() == 4);
}

TEST_CASE("attention in one pass has the operations per score that FuseMax counts", "[blocks]") {
    // E = 64, chunks of 256: E + 1 + 7 + 1 + E per score, and per chunk and query 1 for the running
    // maximum, 7 for the correction, 2 for the sum and 2·64 for the numerator; per query a
    // division.
    AttentionCore core{.heads = 3, .features = 64, .tokens = 512, .context = 1024};
    core.softmax = SoftmaxForm::one_pass;
    double total = 0;
    for (const Operator& op : expand(core).operators)
        total += operations(op);
    const double scores = 3.0 * 512 * 1024;
    CHECK(total == scores * (2 * 64 + 9) + scores / 256 * (1 + 7 + 2 + 2 * 64) + 3 * 512 * 64);
}

TEST_CASE("what is wrong with a block is said with its place", "[blocks]") {
    CHECK(problems_of("mamba: {d_model: 8, d_stat: 3}") ==
          "test:1:8: mamba.tokens: missing; expected a value for this key\n"
          "test:1:21: mamba.d_stat: unknown key (did you mean \"d_state\"?)");
    CHECK(problems_of("attention: {heads: 2, features: 4, tokens: 6, chunk: 3}").find("chunk") !=
          std::string::npos);
    CHECK(problems_of("attention: {heads: 2, features: 4, tokens: 6, softmax: one_pass, chunk: 4}")
              .find("expected chunks that divide the 6 keys, got 4") != std::string::npos);
    CHECK(problems_of("mamba: {d_model: 8, tokens: 0}").find("1:29: mamba.tokens") !=
          std::string::npos);
    CHECK(problems_of("mamba: {d_model: 8, tokens: 1}\nattention: {heads: 1}")
              .find("has both mamba and attention; give one of them") != std::string::npos);
}

}  // namespace test_blocks
