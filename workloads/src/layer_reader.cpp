// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include <fmt/format.h>

#include "plexus/core/text.hpp"

#include "equation.hpp"
#include "layer.hpp"
#include "operator_types.hpp"

namespace plexus::workloads {

namespace {

constexpr core::Range bits_range{.lower = 0, .upper = 128, .open_lower = true};

/// Reads one layer; every step reports what is wrong and leaves `ok_` false if there is no nest.
class LayerReader {
  public:
    explicit LayerReader(const core::Reader& item)
        : item_(item), layer_{{}, item, item.where(), 8, {}} {}

    std::optional<Layer> read() {
        item_.allow({"id",
                     "name",
                     "operator_type",
                     "equation",
                     "dimension_relations",
                     "loop_dims",
                     "loop_sizes",
                     "operand_precision",
                     "operand_source",
                     "pr_loop_dims",
                     "pr_loop_sizes",
                     "padding"});
        if (!item_.is_map()) {
            return {};
        }
        const core::Reader id = item_.at("id");
        op().id = id.integer(core::Range::at_least(0));
        layer_.id_where = id.where();
        op().name = item_.find("name").text_or("Layer" + std::to_string(op().id));
        read_type(item_.at("operator_type"));
        read_loops();
        read_relations();
        read_equation();
        read_axes();
        if (!ok_) {
            return {};
        }
        read_precision();
        read_sources();
        return std::move(layer_);
    }

  private:
    Operator& op() { return layer_.op; }

    void fail(const core::Reader& where, const std::string& message) {
        where.problem(message);
        ok_ = false;
    }

    /// A problem `offset` characters into the text at `where`.
    void fail(const core::Reader& where, const SyntaxError& error) {
        core::SourceLocation place = where.where();
        const core::Node& node = where.node();
        if (place.column > 0 && node.text.find('\n') == std::string::npos) {
            place.column += static_cast<int>(error.offset) + (node.quoted ? 1 : 0);
        }
        where.problems().add(place, where.path(), error.message);
        ok_ = false;
    }

    void read_type(const core::Reader& value) {
        op().type = value.text();
        if (const OperatorType* type = find_operator_type(op().type)) {
            op().kind = type->kind;
            op().operations_per_point = type->operations;
        } else if (value.is_scalar()) {
            std::vector<std::string> names;
            for (const OperatorType& known : operator_types()) {
                names.emplace_back(known.name);
            }
            value.problem("unknown operator type \"" + op().type + "\"" +
                          core::suggestion(op().type, names));
        }
    }

    void read_loops() {
        const core::Reader dims = item_.at("loop_dims");
        const core::Reader sizes = item_.at("loop_sizes");
        const auto names = dims.items();
        const auto numbers = sizes.items();
        if (!dims.is_sequence() || !sizes.is_sequence()) {
            ok_ = false;
            return;
        }
        if (names.size() != numbers.size()) {
            fail(sizes,
                 fmt::format("expected {} sizes, one for each of loop_dims, got {}",
                             names.size(),
                             numbers.size()));
            return;
        }
        if (names.empty()) {
            fail(dims, "expected at least one loop");
        }
        std::int64_t points = 1;
        for (std::size_t i = 0; i < names.size(); ++i) {
            const std::string name = upper(names[i].text());
            const std::int64_t size =
                std::max<std::int64_t>(1, numbers[i].integer(core::Range::at_least(1)));
            if (dim_of_.contains(name)) {
                fail(names[i], "loop dimension \"" + name + "\" twice");
            }
            if (__builtin_mul_overflow(points, size, &points)) {
                fail(numbers[i], "the product of the loop sizes exceeds 2^63 - 1");
                points = 1;
            }
            dim_of_[name] = i;
            dim_names_.push_back(name);
            op().dims.push_back({name, size});
        }
    }

    /// Terms of an index over loop dimensions; a problem for a name that is none.
    std::vector<IndexTerm> resolve(const AffineText& text, const core::Reader& where) {
        std::vector<IndexTerm> terms;
        for (const auto& [name, scale] : text.terms) {
            const auto it = dim_of_.find(upper(name));
            if (it == dim_of_.end()) {
                std::vector<std::string> known = dim_names_;
                for (const auto& [axis, relation] : relations_) {
                    known.push_back(axis);
                }
                fail(where,
                     SyntaxError{text.offset,
                                 "\"" + name +
                                     "\" is neither in loop_dims nor the left "
                                     "side of a dimension relation" +
                                     core::suggestion(upper(name), known)});
            } else {
                terms.push_back({it->second, scale});
                used_.insert(it->second);
            }
        }
        return terms;
    }

    void read_relations() {
        for (const core::Reader& item : item_.find("dimension_relations").items()) {
            try {
                const RelationText relation = parse_relation(item.text());
                if (dim_of_.contains(upper(relation.left))) {
                    fail(item, "\"" + relation.left + "\" is a loop dimension already");
                }
                if (relations_.contains(relation.left)) {
                    fail(item, "second relation for \"" + relation.left + "\"");
                }
                relations_[relation.left] = {relation.left, resolve(relation.right, item)};
            } catch (const SyntaxError& error) {
                fail(item, error);
            }
        }
    }

    Access resolve(const AccessText& text, const core::Reader& where) {
        Access access{text.operand, 0, {}};
        for (const AffineText& index : text.indices) {
            const bool single = index.name.empty();
            const auto relation =
                single ? relations_.find(index.terms.front().first) : relations_.end();
            if (relation != relations_.end()) {
                access.indices.push_back(relation->second);
            } else {
                access.indices.push_back({index.name, resolve(index, where)});
            }
        }
        return access;
    }

    void read_equation() {
        const core::Reader value = item_.at("equation");
        if (!value.is_scalar()) {
            (void)value.text();
            ok_ = false;
            return;
        }
        try {
            const EquationText equation = parse_equation(value.text());
            if (equation.output.operand != "O") {
                fail(value,
                     SyntaxError{
                         0, "the output operand must be called O, got " + equation.output.operand});
            }
            op().output = resolve(equation.output, value);
            std::set<std::string> names{"O"};
            for (const AccessText& input : equation.inputs) {
                if (!names.insert(input.operand).second) {
                    fail(value, SyntaxError{input.offset, "operand " + input.operand + " twice"});
                }
                op().inputs.push_back(resolve(input, value));
            }
            finish_equation(value);
        } catch (const SyntaxError& error) {
            fail(value, error);
        }
    }

    /// What the equation says about the operator as a whole.
    void finish_equation(const core::Reader& value) {
        if (op().kind == OperatorKind::contraction && op().inputs.size() < 2) {
            fail(value, op().type + " needs two inputs, as in O[b][k] += W[k][c] * I[b][c]");
        }
        if (op().inputs.size() == 2 && op().inputs[0].operand == "W") {
            std::swap(op().inputs[0], op().inputs[1]);
            op().weight_first = true;
        }
        bool reduces = false;
        for (std::size_t d = 0; d < op().dims.size(); ++d) {
            if (!used_.contains(d)) {
                value.warning("loop dimension " + op().dims[d].name + " is in no operand");
            }
            const auto& axes = op().output.indices;
            reduces |= std::none_of(axes.begin(), axes.end(), [d](const IndexExpr& index) {
                return std::any_of(index.terms.begin(),
                                   index.terms.end(),
                                   [d](const IndexTerm& term) { return term.dim == d; });
            });
        }
        if (op().type == "Max" && !reduces) {
            op().kind = OperatorKind::elementwise;
        }
    }

    /// pr_loop_dims, pr_loop_sizes and padding: what is known of the axes of relations.
    void read_axes() {
        const core::Reader dims = item_.find("pr_loop_dims");
        const core::Reader sizes = item_.find("pr_loop_sizes");
        const core::Reader padding = item_.find("padding");
        if (!dims.valid() && (sizes.valid() || padding.valid())) {
            (sizes.valid() ? sizes : padding).problem("needs pr_loop_dims, which names the axes");
            return;
        }
        std::vector<std::string> axes;
        std::vector<std::string> known;
        for (const auto& [axis, relation] : relations_) {
            known.push_back(axis);
        }
        for (const core::Reader& item : dims.items()) {
            axes.push_back(lower(item.text()));
            if (!relations_.contains(axes.back())) {
                item.problem("\"" + axes.back() + "\" is not the left side of a relation" +
                             core::suggestion(axes.back(), known));
            }
        }
        const auto numbers = sizes.items();
        if (sizes.is_sequence() && numbers.size() != axes.size()) {
            sizes.problem(fmt::format("expected {} sizes, one for each of pr_loop_dims, got {}",
                                      axes.size(),
                                      numbers.size()));
            return;
        }
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            op().axis_sizes.push_back(
                {axes[i], std::max<std::int64_t>(1, numbers[i].integer(core::Range::at_least(1)))});
        }
        read_padding(padding, axes);
    }

    void read_padding(const core::Reader& padding, const std::vector<std::string>& axes) {
        const auto pairs = padding.items();
        if (padding.is_sequence() && pairs.size() != axes.size()) {
            padding.problem(fmt::format("expected {} pairs, one for each of pr_loop_dims, got {}",
                                        axes.size(),
                                        pairs.size()));
            return;
        }
        for (std::size_t i = 0; i < pairs.size(); ++i) {
            const auto sides = pairs[i].items();
            if (sides.size() != 2) {
                pairs[i].problem("expected [before, after]");
                continue;
            }
            op().padding.push_back({axes[i],
                                    sides[0].integer({.lower = 0, .upper = 1e9}),
                                    sides[1].integer({.lower = 0, .upper = 1e9})});
        }
    }

    void read_precision() {
        const core::Reader map = item_.at("operand_precision");
        std::vector<std::string> allowed{"O", "O_final"};
        for (const Access& input : op().inputs) {
            allowed.push_back(input.operand);
        }
        map.allow(allowed);
        if (!map.is_map()) {
            return;
        }
        op().partial_sum_bits = map.at("O").integer(bits_range);
        layer_.output_bits = map.find("O_final").integer_or(op().partial_sum_bits, bits_range);
        for (const Access& input : op().inputs) {
            // The window of a pooling layer holds no data, so ZigZag gives it 0 bits.
            const bool none = op().kind == OperatorKind::reduction && input.operand != "I";
            const core::Range range = none ? core::Range{.lower = 0, .upper = 128} : bits_range;
            layer_.sources.push_back({map.at(input.operand).integer(range), {}, "", map.where()});
        }
    }

    void read_sources() {
        layer_.sources.resize(op().inputs.size());
        const core::Reader map = item_.find("operand_source");
        std::vector<std::string> allowed;
        for (const Access& input : op().inputs) {
            allowed.push_back(input.operand);
        }
        if (!map.valid()) {
            return;
        }
        map.allow(allowed);
        for (std::size_t i = 0; i < op().inputs.size(); ++i) {
            read_source(map.find(op().inputs[i].operand), layer_.sources[i]);
        }
    }

    /// The id of a layer, or (ours) `3.I`: the constant operand I of layer 3.
    static void read_source(const core::Reader& value, Layer::Source& source) {
        if (!value.valid()) {
            return;
        }
        source.where = value.where();
        const std::size_t dot = value.is_scalar() ? value.node().text.find('.') : 0;
        if (!value.is_scalar() || dot == std::string::npos) {
            source.id = value.integer(core::Range::at_least(0));
            return;
        }
        const std::string& text = value.node().text;
        std::int64_t id = 0;
        const auto [stop, error] = std::from_chars(text.data(), text.data() + dot, id);
        source.operand = upper(text.substr(dot + 1));
        if (error != std::errc() || stop != text.data() + dot || id < 0 || dot == 0 ||
            source.operand.empty()) {
            value.problem("expected the id of a layer, or 3.I for operand I of layer 3, got \"" +
                          text + "\"");
        } else {
            source.id = id;
        }
    }

    const core::Reader& item_;
    Layer layer_;
    bool ok_ = true;
    std::map<std::string, std::size_t> dim_of_;
    std::vector<std::string> dim_names_;
    std::map<std::string, IndexExpr> relations_;
    std::set<std::size_t> used_;  ///< Dimensions that index an operand.
};

}  // namespace

std::optional<Layer> read_layer(const core::Reader& item) {
    return LayerReader(item).read();
}

}  // namespace plexus::workloads
