// SPDX-License-Identifier: Apache-2.0
#include "block_builder.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "plexus/core/error.hpp"

#include "operator_types.hpp"

namespace plexus::workloads {

namespace {

/// The parts between separators, without blanks around them.
std::vector<std::string> parts_of(std::string_view text, char separator) {
    std::vector<std::string> parts;
    for (std::size_t from = 0; from <= text.size();) {
        const std::size_t to = std::min(text.find(separator, from), text.size());
        std::string_view part = text.substr(from, to - from);
        while (part.starts_with(' '))
            part.remove_prefix(1);
        while (part.ends_with(' '))
            part.remove_suffix(1);
        parts.emplace_back(part);
        from = to + 1;
    }
    return parts;
}

}  // namespace

BlockBuilder::BlockBuilder(std::string name, std::map<std::string, std::int64_t> sizes, Bits bits)
    : sizes_(std::move(sizes)), bits_(bits) {
    workload_.name = std::move(name);
}

std::size_t BlockBuilder::tensor(std::string_view name, const std::vector<std::int64_t>& shape) {
    const auto known = std::ranges::find(workload_.tensors, name, &Tensor::name);
    if (known != workload_.tensors.end()) {
        core::ensure(known->shape == shape, "a tensor of a block has two shapes");
        return static_cast<std::size_t>(known - workload_.tensors.begin());
    }
    const bool weight = name.starts_with("w_");
    workload_.tensors.push_back({.name = std::string(name),
                                 .role = weight ? TensorRole::weight : TensorRole::activation,
                                 .shape = shape,
                                 .bits = weight ? bits_.weight : bits_.other,
                                 .sparsity = {}});
    return workload_.tensors.size() - 1;
}

Access BlockBuilder::access(Operator& op, std::string_view text, const char* operand) {
    const std::size_t open = text.find('[');
    core::ensure(open != std::string_view::npos && text.ends_with(']'),
                 "expected a tensor like a[M,K] in an equation");
    Access out{.operand = operand, .tensor = 0, .indices = {}};
    std::vector<std::int64_t> shape;
    for (const std::string& index : parts_of(text.substr(open + 1, text.size() - open - 2), ',')) {
        const auto size = sizes_.find(index);
        core::ensure(size != sizes_.end(), "an equation has an index without a size");
        const auto dim = std::ranges::find(op.dims, index, &LoopDim::name);
        const auto at = static_cast<std::size_t>(dim - op.dims.begin());
        if (dim == op.dims.end())
            op.dims.push_back({index, size->second});
        out.indices.push_back({.name = "", .terms = {{.dim = at, .scale = 1}}});
        shape.push_back(size->second);
    }
    out.tensor = tensor(text.substr(0, open), shape);
    return out;
}

BlockBuilder& BlockBuilder::add(const std::string& name,
                                std::string_view type,
                                std::string_view equation,
                                double operations) {
    const std::vector<std::string> sides = parts_of(equation, '=');
    core::ensure(sides.size() == 2, "expected an equation like b[M] = a[M]");
    const OperatorType* known = find_operator_type(type);
    core::ensure(known != nullptr, "a block uses an unknown type of operator");
    Operator op;
    op.id = static_cast<std::int64_t>(workload_.operators.size());
    op.name = name;
    op.type = known->name;
    op.kind = known->kind;
    op.partial_sum_bits = bits_.other;
    op.operations_per_point = operations > 0 ? operations : known->operations;
    op.output = access(op, sides[0], "O");
    for (const std::string& input : parts_of(sides[1], '*'))
        op.inputs.push_back(access(op, input, op.inputs.empty() ? "I" : "W"));
    workload_.operators.push_back(std::move(op));
    return *this;
}

BlockBuilder& BlockBuilder::keep(std::string_view tensor) {
    const auto known = std::ranges::find(workload_.tensors, tensor, &Tensor::name);
    core::ensure(known != workload_.tensors.end(), "there is no such tensor to keep");
    known->role = TensorRole::cache;
    return *this;
}

Workload BlockBuilder::done() {
    workload_.edges = connect(workload_.operators);
    std::vector<bool> made(workload_.tensors.size());
    std::vector<bool> read(workload_.tensors.size());
    for (const Operator& op : workload_.operators) {
        made[op.output.tensor] = true;
        for (const Access& input : op.inputs)
            read[input.tensor] = true;
    }
    for (std::size_t t = 0; t < workload_.tensors.size(); ++t) {
        TensorRole& role = workload_.tensors[t].role;
        if (role == TensorRole::activation && !made[t])
            role = TensorRole::input;
        if (role == TensorRole::activation && !read[t])
            role = TensorRole::output;
    }
    return std::move(workload_);
}

}  // namespace plexus::workloads
