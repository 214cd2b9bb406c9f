// SPDX-License-Identifier: Apache-2.0
// From an ONNX graph to layers in the ZigZag dialect. Knows no ONNX types, so it is always built.
#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "onnx_operators.hpp"

namespace plexus::workloads {

namespace {

using Shape = std::vector<std::int64_t>;

/// Where an operand of a layer comes from, under every name that it has in the graph.
struct Origin {
    bool constant = false;
    std::optional<std::int64_t> layer;  ///< That makes it; none = from outside.
    std::string root;                   ///< Outside values: the name that all readers share.
    std::int64_t bits = 0;
};

class TreeBuilder {
  public:
    TreeBuilder(const OnnxGraph& graph, const std::string& file, core::Problems& problems)
        : graph_(graph), where_{file, 0, 0}, problems_(problems) {
        for (const std::string& input : graph.inputs) {
            origins_[input] = {false, {}, input, known_bits(input)};
        }
        for (const std::string& constant : graph.constants) {
            origins_[constant] = {true, {}, constant, known_bits(constant)};
        }
    }

    core::Node build() {
        for (const OnnxNode& node : graph_.nodes) {
            try {
                add(node);
            } catch (const NodeError& error) {
                problems_.add(where_, "graph." + label(node), error.message);
                pass_on(node);
            }
        }
        if (!skipped_.empty()) {
            problems_.warn(where_,
                           "",
                           fmt::format("operators that are no layers here: {}; the result of each "
                                       "is taken to be its first input that is not constant",
                                       fmt::join(skipped_, ", ")));
        }
        if (layers_.children.empty() && problems_.empty()) {
            problems_.add(where_, "", "has no operator that becomes a layer");
        }
        core::Node root = map();
        put(root, "version", number(1));
        put(root, "name", text(std::filesystem::path(where_.file).stem().string()));
        put(root, "description", text("ONNX graph " + graph_.name));
        put(root, "layers", std::move(layers_));
        if (!tensors_.children.empty()) {
            put(root, "tensors", std::move(tensors_));
        }
        return root;
    }

  private:
    // --- Trees -----------------------------------------------------------------------------------
    core::Node node_of(core::Node::Kind kind) const {
        core::Node node;
        node.kind = kind;
        node.where = where_;
        return node;
    }
    core::Node map() const { return node_of(core::Node::Kind::map); }
    core::Node number(std::int64_t value) const {
        return core::scalar(std::to_string(value), where_);
    }
    core::Node text(const std::string& value) const {
        core::Node node = core::scalar(value, where_);
        node.quoted = true;
        return node;
    }
    core::Node list(const Shape& values) const {
        core::Node node = node_of(core::Node::Kind::sequence);
        for (const std::int64_t value : values) {
            node.children.push_back(number(value));
        }
        return node;
    }
    core::Node list(const std::vector<std::string>& values) const {
        core::Node node = node_of(core::Node::Kind::sequence);
        for (const std::string& value : values) {
            node.children.push_back(text(value));
        }
        return node;
    }
    void put(core::Node& node, const std::string& key, core::Node value) const {
        node.keys.push_back(key);
        node.key_where.push_back(where_);
        node.children.push_back(std::move(value));
    }

    // --- Values ----------------------------------------------------------------------------------
    static std::string label(const OnnxNode& node) {
        if (!node.name.empty() || node.outputs.empty()) {
            return node.name.empty() ? node.type : node.name;
        }
        return node.type + "(" + node.outputs.front() + ")";
    }

    std::int64_t known_bits(const std::string& value) const {
        const auto it = graph_.values.find(value);
        return it == graph_.values.end() ? 0 : it->second.bits;
    }

    const Origin& origin(const std::string& value) const {
        const auto it = origins_.find(value);
        if (it == origins_.end()) {
            throw NodeError{"reads \"" + value + "\", which no node before it makes"};
        }
        return it->second;
    }

    // --- Nodes -----------------------------------------------------------------------------------
    void add(const OnnxNode& node) {
        const bool constant =
            node.type == "Shape" || node.type == "Size" ||
            std::all_of(node.inputs.begin(), node.inputs.end(), [this](const std::string& input) {
                return input.empty() || origin(input).constant;
            });
        if (constant || node.outputs.empty()) {
            pass_on(node);
        } else if (const auto layer = layer_of(graph_, node, [this](const std::string& value) {
                       return origin(value).constant;
                   })) {
            finish(node, *layer);
        } else {
            skipped_.insert(node.type);
            pass_on(node);
        }
    }

    /// The results are the first input that is not constant, or constants.
    void pass_on(const OnnxNode& node) {
        Origin from{true, {}, "", 0};
        if (node.type != "Shape" && node.type != "Size") {
            for (const std::string& input : node.inputs) {
                const auto it = origins_.find(input);
                if (it != origins_.end() && (from.root.empty() || from.constant) &&
                    (from.root.empty() || !it->second.constant)) {
                    from = it->second;
                    if (!from.constant) {
                        break;
                    }
                }
            }
        }
        for (const std::string& output : node.outputs) {
            origins_[output] = from;
            const std::int64_t bits = known_bits(output);
            if (from.root.empty()) {
                origins_[output].root = output;
            }
            if (bits > 0 && (node.type != "DequantizeLinear" || from.bits == 0)) {
                origins_[output].bits = bits;
            }
        }
    }

    // --- Layers ----------------------------------------------------------------------------------
    /// The layer that makes the value, or `3.I` for an outside value that operand I of layer 3
    /// stands for; the first reader of an outside value stands for it.
    core::Node source(const Operand& operand, std::int64_t id, const std::string& layer) {
        if (operand.value.empty()) {
            return number(id);
        }
        const Origin& from = origin(operand.value);
        if (from.layer) {
            return number(*from.layer);
        }
        const auto [it, first] = owners_.emplace(from.root, fmt::format("{}.{}", id, operand.name));
        if (!first) {
            return core::scalar(it->second, where_);
        }
        if (!from.constant && operand.name == "W") {  // by itself it would be taken for a weight
            if (tensors_.kind != core::Node::Kind::map) {
                tensors_ = map();
            }
            core::Node role = map();
            put(role, "role", text("input"));
            put(tensors_, layer + ".W", std::move(role));
        }
        return number(id);
    }

    std::int64_t bits(const Operand& operand) const {
        const std::int64_t known = operand.value.empty() ? 0 : origin(operand.value).bits;
        return known > 0 || operand.value.empty() ? known : 32;
    }

    std::string unique_name(const OnnxNode& node, std::int64_t id) {
        std::string name = node.name.empty() ? fmt::format("{}_{}", node.type, id) : node.name;
        while (!names_.insert(name).second) {
            name += fmt::format("_{}", id);
        }
        return name;
    }

    void finish(const OnnxNode& node, const LayerText& l) {
        const std::int64_t id = std::ssize(layers_.children);
        const std::string name = unique_name(node, id);
        core::Node precision = map();
        core::Node sources = map();
        std::vector<std::string> terms;
        std::int64_t data_bits = 0;
        for (const Operand& operand : l.operands) {
            put(precision, operand.name, number(bits(operand)));
            put(sources, operand.name, source(operand, id, name));
            terms.push_back(operand.name + operand.axes);
            data_bits = std::max(data_bits, bits(operand));
        }
        const std::string& result = node.outputs.front();
        const std::int64_t final_bits = known_bits(result) > 0 ? known_bits(result) : data_bits;
        put(precision, "O", number(std::max<std::int64_t>(32, final_bits)));
        put(precision, "O_final", number(final_bits));
        core::Node layer = map();
        put(layer, "id", number(id));
        put(layer, "name", text(name));
        put(layer, "operator_type", text(l.type));
        put(layer,
            "equation",
            text("O" + l.output + l.assign + fmt::format("{}", fmt::join(terms, l.combine))));
        put(layer, "dimension_relations", list(l.relations));
        put(layer, "loop_dims", list(l.dims));
        put(layer, "loop_sizes", list(l.sizes));
        put(layer, "operand_precision", std::move(precision));
        put(layer, "operand_source", std::move(sources));
        if (!l.axes.empty()) {
            put(layer, "pr_loop_dims", list(l.axes));
            put(layer, "pr_loop_sizes", list(l.axis_sizes));
            core::Node pads = node_of(core::Node::Kind::sequence);
            for (const Shape& pair : l.padding) {
                pads.children.push_back(list(pair));
            }
            put(layer, "padding", std::move(pads));
        }
        layers_.children.push_back(std::move(layer));
        for (const std::string& output : node.outputs) {
            origins_[output] = {false, id, output, final_bits};
        }
    }

    const OnnxGraph& graph_;
    core::SourceLocation where_;
    core::Problems& problems_;
    std::map<std::string, Origin> origins_;
    std::map<std::string, std::string> owners_;  ///< Outside value → `3.I`.
    std::set<std::string> names_;
    std::set<std::string> skipped_;
    core::Node layers_ = node_of(core::Node::Kind::sequence);
    core::Node tensors_;
};

}  // namespace

core::Node to_workload_tree(const OnnxGraph& graph,
                            const std::string& file,
                            core::Problems& problems) {
    return TreeBuilder(graph, file, problems).build();
}

}  // namespace plexus::workloads
