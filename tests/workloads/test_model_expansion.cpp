// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <set>

#include <rapidcheck/catch.h>

#include "plexus/workloads/language_model.hpp"

#include "catch.hpp"

namespace test_model_expansion {

using namespace plexus;
using namespace plexus::workloads;

namespace {

const Operator* find(const Workload& w, const std::string& name) {
    const auto it = std::find_if(w.operators.begin(), w.operators.end(), [&](const Operator& op) {
        return op.name == name;
    });
    return it == w.operators.end() ? nullptr : &*it;
}

const Operator& op(const Workload& w, const std::string& name) {
    const Operator* found = find(w, name);
    INFO(name);
    REQUIRE(found != nullptr);
    return *found;
}

const Tensor& tensor(const Workload& w, const std::string& name) {
    const auto it = std::find_if(
        w.tensors.begin(), w.tensors.end(), [&](const Tensor& t) { return t.name == name; });
    INFO(name);
    REQUIRE(it != w.tensors.end());
    return *it;
}

/// MACs of the contractions with (true) or without (false) a weight matrix.
double macs(const Workload& w, bool linear) {
    double sum = 0;
    for (const Operator& o : w.operators) {
        if (o.kind == OperatorKind::contraction &&
            (w.tensors[o.inputs[1].tensor].role == TensorRole::weight) == linear) {
            sum += o.points();
        }
    }
    return sum;
}

/// Largest index + 1 of each axis of an access.
std::vector<std::int64_t> reach(const Operator& o, const Access& access) {
    std::vector<std::int64_t> out;
    for (const IndexExpr& index : access.indices) {
        std::int64_t last = 0;
        for (const IndexTerm& term : index.terms) {
            last += term.scale * (o.dims[term.dim].size - 1);
        }
        out.push_back(last + 1);
    }
    return out;
}

/// Every access stays inside its tensor, and reads or writes all of it except where said.
void check_accesses(const Workload& w) {
    for (const Operator& o : w.operators) {
        std::vector<Access> all = o.inputs;
        all.push_back(o.output);
        for (const Access& access : all) {
            const Tensor& t = w.tensors[access.tensor];
            INFO(o.name << " " << access.operand << " " << t.name);
            REQUIRE(access.indices.size() == t.shape.size());
            const auto reached = reach(o, access);
            const bool part = o.type == "CacheAppend" || o.kind == OperatorKind::gather ||
                              o.name == "position_add";
            for (std::size_t axis = 0; axis < reached.size(); ++axis) {
                CHECK(reached[axis] <= t.shape[axis]);
                if (!part) {
                    CHECK(reached[axis] == t.shape[axis]);
                }
            }
        }
    }
}

}  // namespace

TEST_CASE("expand: parameters equal those of the dimensions, for every known model",
          "[model_expansion]") {
    for (const LanguageModel& model : known_models()) {
        INFO(model.name);
        const Workload w = expand(model, {});
        CHECK(w.parameters() == model.parameters());
        InferenceSetting prefill;
        prefill.phase = Phase::prefill;
        prefill.context = 16;
        CHECK(expand(model, prefill).parameters() == model.parameters());
    }
}

TEST_CASE("expand: LLaMA-2-7B generating one token", "[model_expansion]") {
    const LanguageModel& model = *find_model("llama2_7b");
    InferenceSetting setting;
    setting.context = 1000;
    const Workload w = expand(model, setting);
    // One MAC per weight of the linear layers; the input embedding only looks a row up.
    const double linear = 32.0 * (4 * 4096.0 * 4096 + 3 * 4096.0 * 11008) + 32000.0 * 4096;
    CHECK(macs(w, true) == linear);
    CHECK(linear == 6'738'415'616.0 - 65 * 4096 - 32000.0 * 4096);
    // Two products, heads × head size × (cached + new) positions each, in 32 blocks.
    CHECK(macs(w, false) == 32.0 * 2 * 32 * 128 * 1001);
    CHECK(w.operators.size() == 1 + 32 * 20 + 2);
}

TEST_CASE("expand: prefill attends over the whole rectangle", "[model_expansion]") {
    InferenceSetting setting;
    setting.phase = Phase::prefill;
    setting.batch = 3;
    setting.context = 100;
    setting.blocks = 2;
    setting.embedding_and_head = false;
    const Workload w = expand(*find_model("opt_1.3b"), setting);
    CHECK(macs(w, true) == 3.0 * 100 * 2 * (4 * 2048.0 * 2048 + 2 * 2048.0 * 8192));
    CHECK(macs(w, false) == 3.0 * 2 * 2 * 2048 * 100 * 100);
    CHECK(tensor(w, "block0.k_cache").shape == std::vector<std::int64_t>{3, 100, 32, 64});
}

TEST_CASE("expand: grouped heads share the cache", "[model_expansion]") {
    InferenceSetting setting;
    setting.context = 63;
    setting.blocks = 1;
    setting.embedding_and_head = false;
    setting.cache_bits = 4;
    const Workload w = expand(*find_model("llama3_8b"), setting);
    const Tensor& cache = tensor(w, "block0.k_cache");
    CHECK(cache.role == TensorRole::cache);
    CHECK(cache.shape == std::vector<std::int64_t>{1, 64, 8, 128});
    CHECK(cache.bits == 4);
    const Operator& qk = op(w, "block0.qk");
    CHECK(linear_shape(qk) == LinearShape{64, 128, 4, 8});  // 4 queries per key-value head
    CHECK(linear_shape(op(w, "block0.av")) == LinearShape{128, 64, 4, 8});
    // One token is written, all are read.
    CHECK(op(w, "block0.k_append").points() == 8 * 128);
    CHECK(linear_shape(op(w, "block0.k_proj")) == LinearShape{1024, 4096, 1, 1});
    // Query head 4·g + q of group g starts at 128·(4·g + q).
    const IndexExpr& query = qk.inputs[0].indices[2];
    std::map<std::string, std::int64_t> scale;
    for (const IndexTerm& term : query.terms) {
        scale[qk.dims[term.dim].name] = term.scale;
    }
    CHECK(scale == std::map<std::string, std::int64_t>{{"G", 512}, {"Q", 128}, {"D", 1}});
}

TEST_CASE("expand: the operators of a gated block, in order", "[model_expansion]") {
    InferenceSetting setting;
    setting.blocks = 1;
    const Workload w = expand(*find_model("llama2_7b"), setting);
    std::vector<std::string> names;
    for (const Operator& o : w.operators) {
        names.push_back(o.name);
    }
    const std::string b = "block0.";
    CHECK(
        names ==
        std::vector<std::string>{
            "embedding",     b + "input_norm", b + "q_proj",   b + "k_proj",        b + "v_proj",
            b + "q_rope",    b + "k_rope",     b + "k_append", b + "v_append",      b + "qk",
            b + "softmax",   b + "av",         b + "o_proj",   b + "attention_add", b + "ffn_norm",
            b + "gate_proj", b + "up_proj",    b + "silu",     b + "gate_multiply", b + "down_proj",
            b + "ffn_add",   "final_norm",     "lm_head"});
    CHECK(tensor(w, "tokens").role == TensorRole::input);
    CHECK(tensor(w, "lm_head.output").role == TensorRole::output);
    CHECK(tensor(w, "block0.q_proj.weight").shape == std::vector<std::int64_t>{4096, 4096});
    CHECK(op(w, "block0.input_norm").kind == OperatorKind::normalisation);
    CHECK(op(w, "block0.softmax").kind == OperatorKind::softmax);
    CHECK(op(w, "embedding").kind == OperatorKind::gather);
}

TEST_CASE("expand: OPT has biases, positions and no rotation", "[model_expansion]") {
    InferenceSetting setting;
    setting.blocks = 1;
    const Workload w = expand(*find_model("opt_125m"), setting);
    CHECK(find(w, "block0.q_rope") == nullptr);
    CHECK(find(w, "position_add") != nullptr);
    CHECK(tensor(w, "position.weight").shape == std::vector<std::int64_t>{2050, 768});
    CHECK(tensor(w, "block0.fc1.bias").shape == std::vector<std::int64_t>{3072});
    CHECK(tensor(w, "block0.fc1.bias").bits == setting.partial_sum_bits);
    const Operator& fc1 = op(w, "block0.fc1");
    REQUIRE(fc1.inputs.size() == 3);
    CHECK(linear_shape(fc1) == LinearShape{3072, 768, 1, 1});
    CHECK(op(w, "block0.relu").type == "ReLU");
    // Tied: the head reads the embedding table.
    CHECK(w.tensors[op(w, "lm_head").inputs[1].tensor].name == "embedding.weight");
}

TEST_CASE("expand: activation densities stand where they are said to", "[model_expansion]") {
    InferenceSetting setting;
    setting.blocks = 1;
    setting.density = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6};
    const Workload w = expand(*find_model("llama2_7b"), setting);
    const std::map<std::string, double> expected{{"block0.input_norm.output", 0.1},
                                                 {"block0.softmax.output", 0.2},
                                                 {"block0.av.output", 0.3},
                                                 {"block0.ffn_norm.output", 0.4},
                                                 {"block0.silu.output", 0.5},
                                                 {"block0.gate_multiply.output", 0.5},
                                                 {"final_norm.output", 0.6}};
    for (const Tensor& t : w.tensors) {
        INFO(t.name);
        const auto it = expected.find(t.name);
        CHECK(t.density == (it == expected.end() ? 1 : it->second));
    }
}

TEST_CASE("expand: a sliding window bounds what a token attends to", "[model_expansion]") {
    InferenceSetting setting;
    setting.blocks = 1;
    setting.context = 10000;
    const Workload w = expand(*find_model("mistral_7b"), setting);
    CHECK(tensor(w, "block0.k_cache").shape[1] == 4096);
    CHECK(macs(w, false) == 2.0 * 32 * 128 * 4096);
    setting.phase = Phase::prefill;
    CHECK_THROWS_AS(expand(*find_model("mistral_7b"), setting), std::logic_error);
}

TEST_CASE("expand: refuses what its callers must have checked", "[model_expansion]") {
    LanguageModel broken = *find_model("llama2_7b");
    broken.kv_heads = 3;
    CHECK_THROWS_AS(expand(broken, {}), std::logic_error);
    InferenceSetting setting;
    setting.blocks = 33;
    CHECK_THROWS_AS(expand(*find_model("llama2_7b"), setting), std::logic_error);
    setting.blocks = 1;
    setting.context = 0;
    CHECK_THROWS_AS(expand(*find_model("llama2_7b"), setting), std::logic_error);
}

TEST_CASE("expand: accesses fit their tensors and every activation is made and used",
          "[model_expansion]") {
    for (const char* name : {"llama2_7b", "llama3.2_1b", "opt_125m", "gpt2", "qwen2.5_0.5b"}) {
        for (const Phase phase : {Phase::prefill, Phase::decode}) {
            InferenceSetting setting;
            setting.phase = phase;
            setting.batch = 2;
            setting.context = 33;
            setting.blocks = 2;
            const Workload w = expand(*find_model(name), setting);
            INFO(name);
            check_accesses(w);
            CHECK(w.edges == connect(w.operators));
            std::set<std::size_t> made;
            std::set<std::size_t> used;
            for (const Operator& o : w.operators) {
                for (const Access& input : o.inputs) {
                    const TensorRole role = w.tensors[input.tensor].role;
                    const bool inside = role == TensorRole::activation || role == TensorRole::cache;
                    CHECK((!inside || made.contains(input.tensor)));  // producers come first
                    used.insert(input.tensor);
                }
                CHECK(made.insert(o.output.tensor).second);
            }
            for (std::size_t t = 0; t < w.tensors.size(); ++t) {
                INFO(w.tensors[t].name);
                CHECK((used.contains(t) || w.tensors[t].role == TensorRole::output));
            }
        }
    }
}

TEST_CASE("expand: work is additive over blocks and proportional to the batch",
          "[model_expansion][property]") {
    rc::prop("MACs of n blocks and batch b are n·b times those of one", [] {
        const auto models = known_models();
        const LanguageModel& model = models[*rc::gen::inRange<std::size_t>(0, models.size())];
        InferenceSetting one;
        one.blocks = 1;
        one.embedding_and_head = false;
        one.context = *rc::gen::inRange<std::int64_t>(1, 1000);
        InferenceSetting many = one;
        many.blocks = *rc::gen::inRange<std::int64_t>(1, 5);
        many.batch = *rc::gen::inRange<std::int64_t>(1, 9);
        const auto factor = static_cast<double>(many.blocks * many.batch);
        const Workload a = expand(model, one);
        const Workload b = expand(model, many);
        RC_ASSERT(macs(b, true) == factor * macs(a, true));
        RC_ASSERT(macs(b, false) == factor * macs(a, false));
        RC_ASSERT(b.parameters() == many.blocks * a.parameters());
    });
}

}  // namespace test_model_expansion
