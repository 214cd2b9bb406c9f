// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "sparsity/timeloop_reader.hpp"

namespace plexus::cost_models::sparsity {

namespace {

using core::Range;
using core::Reader;

constexpr Range loop_sizes{.lower = 1, .upper = 1e9};

/// Values of the coefficients: their defaults, or what the instance says.
std::map<std::string, std::int64_t> coefficients(const Reader& shape, const Reader& instance) {
    std::map<std::string, std::int64_t> out;
    for (const Reader& item : shape.find("coefficients").items()) {
        const std::string name = item.at("name").text();
        out[name] = instance.find(name).integer_or(item.find("default").integer_or(1), loop_sizes);
    }
    return out;
}

/// `true` or `True`, as YAML 1.1 has it; false if it is missing.
bool read_flag(const Reader& reader) {
    if (!reader) {
        return false;
    }
    const std::string text = reader.text();
    if (text != "true" && text != "True" && text != "false" && text != "False") {
        reader.problem("expected true or false");
    }
    return text.front() == 't' || text.front() == 'T';
}

AxisTerm read_term(const Reader& item,
                   const Einsum& einsum,
                   const std::map<std::string, std::int64_t>& factors) {
    AxisTerm term;
    const std::vector<Reader> parts = item.items();
    if (parts.empty() || parts.size() > 2) {
        item.problem("expected [dimension] or [dimension, coefficient]");
        return term;
    }
    term.dimension = parts[0].choice(einsum.dimensions);
    if (parts.size() == 2) {
        const auto found = factors.find(parts[1].text());
        if (found == factors.end()) {
            parts[1].problem("expected a coefficient of the shape");
        } else {
            term.coefficient = found->second;
        }
    }
    return term;
}

TensorDensity read_density(const Reader& reader, std::int64_t elements) {
    if (!reader) {
        return {};
    }
    if (reader.is_scalar()) {
        return TensorDensity::structured(reader.number(Range::unit()));
    }
    const double density = reader.at("density").number(Range::unit());
    const std::string kind = either(reader, "distribution").text_or("fixed-structured");
    if (kind == "hypergeometric") {
        return TensorDensity::uniform(density, elements);
    }
    if (kind != "fixed-structured" && kind != "fixed_structured" && kind != "fixed") {
        reader.at("distribution").problem("expected fixed-structured or hypergeometric");
    }
    return TensorDensity::structured(density);
}

}  // namespace

SparseProblem read_problem(const Reader& problem) {
    SparseProblem out;
    Einsum& einsum = out.einsum;
    const Reader shape = problem.at("shape");
    const Reader instance = problem.at("instance");
    einsum.name = shape.find("name").text_or("problem");
    for (const Reader& name : shape.at("dimensions").items()) {
        einsum.dimensions.push_back(name.text());
        einsum.sizes.push_back(instance.at(einsum.dimensions.back()).integer(loop_sizes));
    }
    const auto factors = coefficients(shape, instance);
    const Reader spaces = either(shape, "data-spaces");
    if (!spaces) {
        shape.problem("expected data-spaces");
    }
    for (const Reader& item : spaces.items()) {
        Tensor& tensor = einsum.tensors.emplace_back();
        tensor.name = item.at("name").text();
        tensor.written = read_flag(either(item, "read-write"));
        for (const Reader& axis : item.at("projection").items()) {
            std::vector<AxisTerm>& terms = tensor.axes.emplace_back();
            for (const Reader& term : axis.items()) {
                terms.push_back(read_term(term, einsum, factors));
            }
        }
    }
    if (!problem.problems().empty()) {
        return out;
    }
    const Reader densities = instance.find("densities");
    if (densities) {
        for (const auto& [name, density] : densities.entries()) {
            if (einsum.tensor(name) == einsum.tensors.size()) {
                density.problem("expected the density of a tensor of the shape");
            }
        }
    }
    for (const Tensor& tensor : einsum.tensors) {
        const double elements = points(tensor, einsum.sizes);
        if (elements > 1e15) {
            instance.problem("expected tensors of at most 1e15 elements: " + tensor.name);
            return out;
        }
        out.densities.push_back(read_density(densities ? densities.find(tensor.name) : densities,
                                             static_cast<std::int64_t>(elements)));
    }
    return out;
}

}  // namespace plexus::cost_models::sparsity
