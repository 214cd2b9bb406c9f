// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <initializer_list>
#include <map>
#include <optional>

#include "plexus/core/error.hpp"
#include "plexus/workloads/language_model.hpp"

#include "operator_types.hpp"

namespace plexus::workloads {

namespace {

/// An index into one axis: sum of scale × dimension, by name.
using Index = std::vector<std::pair<std::string, std::int64_t>>;

/// An operand before its dimension names are resolved.
struct Operand {
    std::string operand;
    std::size_t tensor = 0;
    std::vector<Index> indices;
};

Index plain(const std::string& dim) {
    return {{dim, 1}};
}

/// Adds the operators of a model one after the other.
class Expansion {
  public:
    Expansion(const LanguageModel& model, const InferenceSetting& setting)
        : model_(model), setting_(setting) {
        const std::int64_t blocks = setting.blocks == 0 ? model.layers : setting.blocks;
        core::ensure(faults(model).empty(), "expand() of a model with faults");
        core::ensure(blocks > 0 && blocks <= model.layers, "expand(): blocks out of range");
        core::ensure(setting.batch > 0 && setting.context > 0, "expand(): empty batch or context");
        const bool decode = setting.phase == Phase::decode;
        tokens_ = decode ? 1 : setting.context;
        const std::int64_t seen = decode ? setting.context + 1 : setting.context;
        core::ensure(decode || model.window == 0 || seen <= model.window,
                     "expand(): prefill longer than the attention window");
        attended_ = model.window > 0 ? std::min(seen, model.window) : seen;
        sizes_ = {{"B", setting.batch},
                  {"T", tokens_},
                  {"S", attended_},
                  {"D", model.head_size},
                  {"G", model.kv_heads},
                  {"Q", model.heads / model.kv_heads}};
        workload_.name = model.name;
        workload_.provenance.push_back({"model.name", model.name, model.source, "published"});
        std::size_t state = setting.embedding_and_head ? embed() : input();
        for (std::int64_t b = 0; b < blocks; ++b) {
            prefix_ = "block" + std::to_string(b) + ".";
            state = feed_forward(attention(state));
        }
        if (setting.embedding_and_head) {
            state = head(state);
        }
        workload_.tensors[state].role = TensorRole::output;
        workload_.edges = connect(workload_.operators);
    }

    Workload take() { return std::move(workload_); }

  private:
    std::size_t tensor(std::string name,
                       TensorRole role,
                       std::vector<std::int64_t> shape,
                       std::int64_t bits,
                       const std::optional<PrecisionFormat>& format = {}) {
        const std::int64_t width = format ? format->operand_bits() : bits;
        workload_.tensors.push_back(
            {std::move(name), role, std::move(shape), width, 1, {}, format});
        return workload_.tensors.size() - 1;
    }

    std::size_t weight(const std::string& name, std::vector<std::int64_t> shape) {
        const bool matrix = shape.size() > 1;
        return tensor(name,
                      TensorRole::weight,
                      std::move(shape),
                      setting_.weight_bits,
                      matrix ? setting_.weight_format : std::nullopt);
    }

    /// Result of an operator: [batch, tokens, width].
    std::size_t activation(const std::string& op, std::int64_t width, double density = 1) {
        const std::size_t t = tensor(op + ".output",
                                     TensorRole::activation,
                                     {setting_.batch, tokens_, width},
                                     setting_.activation_bits,
                                     setting_.activation_format);
        workload_.tensors[t].density = density;
        return t;
    }

    Access access(const Operand& operand, const std::vector<LoopDim>& dims) const {
        Access out{operand.operand, operand.tensor, {}};
        for (const Index& index : operand.indices) {
            IndexExpr expr;
            for (const auto& [name, scale] : index) {
                const auto it = std::find_if(
                    dims.begin(), dims.end(), [&](const LoopDim& d) { return d.name == name; });
                core::ensure(it != dims.end(), "expansion uses a dimension it has not");
                expr.terms.push_back({static_cast<std::size_t>(it - dims.begin()), scale});
            }
            out.indices.push_back(std::move(expr));
        }
        return out;
    }

    struct Spec {
        std::string name;
        std::string type;
        std::vector<LoopDim> dims;
        Operand output;
        std::vector<Operand> inputs;
    };

    /// \return the tensor the operator writes.
    std::size_t add(const Spec& spec) {
        Operator op;
        op.id = static_cast<std::int64_t>(workload_.operators.size());
        op.name = spec.name;
        op.type = spec.type;
        const OperatorType* type = find_operator_type(spec.type);
        core::ensure(type != nullptr, "expansion uses an unknown operator type: " + spec.type);
        op.kind = type->kind;
        op.dims = spec.dims;
        op.output = access(spec.output, op.dims);
        for (const Operand& input : spec.inputs) {
            op.inputs.push_back(access(input, op.dims));
        }
        op.operations_per_point = type->operations;
        op.partial_sum_bits = setting_.partial_sum_bits;
        workload_.operators.push_back(std::move(op));
        return spec.output.tensor;
    }

    std::vector<LoopDim> dims(std::initializer_list<const char*> names) const {
        std::vector<LoopDim> out;
        for (const char* name : names) {
            out.push_back({name, sizes_.at(name)});
        }
        return out;
    }

    std::vector<LoopDim> rows_of(std::int64_t width) const {
        return {{"B", setting_.batch}, {"T", tokens_}, {"C", width}};
    }

    static std::vector<Index> btc() { return {plain("B"), plain("T"), plain("C")}; }

    /// Index of a query or output vector of all heads: head_size·(Q·g + q) + d.
    std::vector<Index> all_heads() const {
        const std::int64_t d = model_.head_size;
        return {plain("B"), plain("T"), {{"G", d * sizes_.at("Q")}, {"Q", d}, {"D", 1}}};
    }

    /// Index of a key or value vector: head_size·g + d.
    std::vector<Index> kv_heads() const {
        return {plain("B"), plain("T"), {{"G", model_.head_size}, {"D", 1}}};
    }

    static std::vector<Index> cached(const char* position) {
        return {plain("B"), plain(position), plain("G"), plain("D")};
    }

    static std::vector<Index> per_score() {
        return {plain("B"), plain("G"), plain("Q"), plain("T"), plain("S")};
    }

    std::size_t elementwise(const std::string& name,
                            const std::string& type,
                            std::vector<std::size_t> inputs,
                            std::int64_t width,
                            double density = 1) {
        Spec spec{name, type, rows_of(width), {}, {}};
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            spec.inputs.push_back({i == 0 ? "I" : "W", inputs[i], btc()});
        }
        spec.output = {"O", activation(name, width, density), btc()};
        return add(spec);
    }

    std::size_t norm(const std::string& name, std::size_t input, double density) {
        Spec spec{name, model_.rms_norm ? "RMSNorm" : "LayerNorm", rows_of(model_.hidden), {}, {}};
        spec.inputs.push_back({"I", input, btc()});
        spec.inputs.push_back({"W", weight(name + ".weight", {model_.hidden}), {plain("C")}});
        if (!model_.rms_norm) {
            spec.inputs.push_back({"B", weight(name + ".bias", {model_.hidden}), {plain("C")}});
        }
        spec.output = {"O", activation(name, model_.hidden, density), btc()};
        return add(spec);
    }

    std::size_t linear(const std::string& name,
                       std::size_t input,
                       std::int64_t columns,
                       std::int64_t rows,
                       bool bias,
                       std::optional<std::size_t> shared = {}) {
        Spec spec{name, "Gemm", rows_of(columns), {}, {}};
        spec.dims.insert(spec.dims.begin() + 2, {"K", rows});
        const std::size_t w = shared ? *shared : weight(name + ".weight", {rows, columns});
        spec.inputs = {{"I", input, btc()}, {"W", w, {plain("K"), plain("C")}}};
        if (bias) {
            const std::size_t b =
                tensor(name + ".bias", TensorRole::weight, {rows}, setting_.partial_sum_bits);
            spec.inputs.push_back({"B", b, {plain("K")}});
        }
        spec.output = {"O", activation(name, rows), {plain("B"), plain("T"), plain("K")}};
        return add(spec);
    }

    std::size_t rope(const std::string& name, std::size_t input, bool query) {
        const std::vector<Index> index = query ? all_heads() : kv_heads();
        const std::int64_t width = (query ? model_.heads : model_.kv_heads) * model_.head_size;
        return add({name,
                    "RoPE",
                    query ? dims({"B", "T", "G", "Q", "D"}) : dims({"B", "T", "G", "D"}),
                    {"O", activation(name, width), index},
                    {{"I", input, index}}});
    }

    /// Writes the new keys or values behind those in the cache.
    std::size_t append(const char* which, std::size_t input) {
        const std::size_t cache =
            tensor(prefix_ + which + "_cache",
                   TensorRole::cache,
                   {setting_.batch, attended_, model_.kv_heads, model_.head_size},
                   setting_.cache_bits,
                   setting_.cache_format);
        return add({prefix_ + which + "_append",
                    "CacheAppend",
                    dims({"B", "T", "G", "D"}),
                    {"O", cache, cached("T")},
                    {{"I", input, kv_heads()}}});
    }

    std::size_t scores(const char* name, double density) {
        const std::size_t t =
            tensor(prefix_ + name + ".output",
                   TensorRole::activation,
                   {setting_.batch, model_.kv_heads, sizes_.at("Q"), tokens_, attended_},
                   setting_.activation_bits,
                   setting_.activation_format);
        workload_.tensors[t].density = density;
        return t;
    }

    std::size_t attention(std::size_t input) {
        const std::int64_t q_width = model_.heads * model_.head_size;
        const std::int64_t kv_width = model_.kv_heads * model_.head_size;
        const std::size_t x = norm(prefix_ + "input_norm", input, setting_.density.attention_input);
        std::size_t q = linear(prefix_ + "q_proj", x, model_.hidden, q_width, model_.qkv_bias);
        std::size_t k = linear(prefix_ + "k_proj", x, model_.hidden, kv_width, model_.qkv_bias);
        const std::size_t v =
            linear(prefix_ + "v_proj", x, model_.hidden, kv_width, model_.qkv_bias);
        if (model_.positions == 0) {
            q = rope(prefix_ + "q_rope", q, true);
            k = rope(prefix_ + "k_rope", k, false);
        }
        const std::size_t k_cache = append("k", k);
        const std::size_t v_cache = append("v", v);
        const std::vector<LoopDim> loops = dims({"B", "G", "Q", "T", "S", "D"});
        const std::size_t score = add({prefix_ + "qk",
                                       "MatMul",
                                       loops,
                                       {"O", scores("qk", 1), per_score()},
                                       {{"I", q, all_heads()}, {"W", k_cache, cached("S")}}});
        const std::size_t share =
            add({prefix_ + "softmax",
                 "Softmax",
                 dims({"B", "G", "Q", "T", "S"}),
                 {"O", scores("softmax", setting_.density.attention_weights), per_score()},
                 {{"I", score, per_score()}}});
        const std::size_t mixed =
            activation(prefix_ + "av", q_width, setting_.density.attention_output);
        add({prefix_ + "av",
             "MatMul",
             loops,
             {"O", mixed, all_heads()},
             {{"I", share, per_score()}, {"W", v_cache, cached("S")}}});
        const std::size_t out =
            linear(prefix_ + "o_proj", mixed, q_width, model_.hidden, model_.bias);
        return elementwise(prefix_ + "attention_add", "Add", {out, input}, model_.hidden);
    }

    std::size_t feed_forward(std::size_t input) {
        const std::size_t x = norm(prefix_ + "ffn_norm", input, setting_.density.ffn_input);
        const double density = setting_.density.ffn_hidden;
        const std::string function = prefix_ + model_.activation;
        const std::string type = activation_type(model_.activation).name;
        const auto project = [&](const char* name) {
            return linear(prefix_ + name, x, model_.hidden, model_.ffn, model_.bias);
        };
        std::size_t hidden = 0;
        if (model_.gated_ffn) {
            const std::size_t gate = project("gate_proj");
            const std::size_t up = project("up_proj");
            const std::size_t opened = elementwise(function, type, {gate}, model_.ffn, density);
            hidden =
                elementwise(prefix_ + "gate_multiply", "Mul", {opened, up}, model_.ffn, density);
        } else {
            hidden = elementwise(function, type, {project("fc1")}, model_.ffn, density);
        }
        const std::size_t out = linear(prefix_ + (model_.gated_ffn ? "down_proj" : "fc2"),
                                       hidden,
                                       model_.ffn,
                                       model_.hidden,
                                       model_.bias);
        return elementwise(prefix_ + "ffn_add", "Add", {out, input}, model_.hidden);
    }

    std::size_t input() {
        return tensor("hidden_states",
                      TensorRole::input,
                      {setting_.batch, tokens_, model_.hidden},
                      setting_.activation_bits,
                      setting_.activation_format);
    }

    std::size_t embed() {
        constexpr std::int64_t token_bits = 32;
        const std::size_t tokens =
            tensor("tokens", TensorRole::input, {setting_.batch, tokens_}, token_bits);
        embedding_ = weight("embedding.weight", {model_.vocabulary, model_.hidden});
        // The row is the token itself, so the first index depends on data and has no terms.
        std::size_t state =
            add({"embedding",
                 "Embedding",
                 rows_of(model_.hidden),
                 {"O", activation("embedding", model_.hidden), btc()},
                 {{"I", tokens, {plain("B"), plain("T")}}, {"W", embedding_, {{}, plain("C")}}}});
        if (model_.positions > 0) {
            const std::size_t table = weight(
                "position.weight", {model_.positions + model_.position_offset, model_.hidden});
            state = add({"position_add",
                         "Add",
                         rows_of(model_.hidden),
                         {"O", activation("position_add", model_.hidden), btc()},
                         {{"I", state, btc()}, {"W", table, {plain("T"), plain("C")}}}});
        }
        return state;
    }

    std::size_t head(std::size_t input) {
        prefix_.clear();
        const std::size_t x = norm("final_norm", input, setting_.density.head_input);
        return linear("lm_head",
                      x,
                      model_.hidden,
                      model_.vocabulary,
                      false,
                      model_.tied_embeddings ? std::optional(embedding_) : std::nullopt);
    }

    const LanguageModel& model_;
    const InferenceSetting& setting_;
    Workload workload_;
    std::string prefix_;
    std::map<std::string, std::int64_t> sizes_;  ///< Of the dimensions of attention.
    std::int64_t tokens_ = 1;                    ///< New tokens per sequence.
    std::int64_t attended_ = 1;                  ///< Positions each new token attends to.
    std::size_t embedding_ = 0;
};

}  // namespace

Workload expand(const LanguageModel& model, const InferenceSetting& setting) {
    return Expansion(model, setting).take();
}

}  // namespace plexus::workloads
