// SPDX-License-Identifier: Apache-2.0
#include "operator_types.hpp"

#include <algorithm>
#include <array>

#include "plexus/core/error.hpp"

namespace plexus::workloads {

namespace {

constexpr std::array<OperatorType, 27> types{{
    {"Conv", OperatorKind::contraction, 1},
    {"Conv_downsample", OperatorKind::contraction, 1},
    {"Gemm", OperatorKind::contraction, 1},
    {"Pooling", OperatorKind::reduction, 1},
    {"Pool", OperatorKind::reduction, 1},
    {"MaxPool", OperatorKind::reduction, 1},
    {"AveragePool", OperatorKind::reduction, 1},
    {"GlobalAveragePool", OperatorKind::reduction, 1},
    {"Max", OperatorKind::reduction, 1},
    {"Add", OperatorKind::elementwise, 1},
    {"MatMul", OperatorKind::contraction, 1},
    {"Sum", OperatorKind::reduction, 1},
    {"Mul", OperatorKind::elementwise, 1},
    {"Copy", OperatorKind::elementwise, 1},
    {"CacheAppend", OperatorKind::elementwise, 1},
    {"Exp", OperatorKind::elementwise, 1},
    {"Softplus", OperatorKind::elementwise, 3},  // ln(1 + exp(x)): exp, add, ln
    {"ReLU", OperatorKind::elementwise, 1},      // max(x, 0)
    {"SiLU", OperatorKind::elementwise, 4},      // x/(1 + exp(−x)): negate, exp, add, divide
    {"GELU", OperatorKind::elementwise, 5},      // x/2·(1 + erf(x/√2)): scale, erf, +, ·, halve
    {"GELU_tanh", OperatorKind::elementwise, 9},  // x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³))):
                                                  // x², ·x, ·c, + x, ·c, tanh, + 1, ·x, halve
    {"RoPE", OperatorKind::elementwise, 3},       // x·cos, y·sin, add
    {"RMSNorm", OperatorKind::normalisation, 4},  // square, add; × 1/rms, × weight
    {"LayerNorm",
     OperatorKind::normalisation,
     7},                                    // add; − mean, square, add; × 1/σ, × weight, + b
    {"Softmax", OperatorKind::softmax, 6},  // × 1/√d, max; − max, exp, add; ÷ sum
    {"Embedding", OperatorKind::gather, 1},
    {"Gather", OperatorKind::gather, 1},
}};

}  // namespace

std::span<const OperatorType> operator_types() {
    return types;
}

const OperatorType* find_operator_type(std::string_view name) {
    const auto it = std::find_if(
        types.begin(), types.end(), [name](const OperatorType& t) { return t.name == name; });
    return it == types.end() ? nullptr : &*it;
}

std::string_view operator_type_name(std::string_view type) {
    const OperatorType* const known = find_operator_type(type);
    return known == nullptr ? std::string_view() : known->name;
}

const OperatorType& activation_type(std::string_view function) {
    constexpr std::array<std::array<std::string_view, 2>, 4> names{
        {{"relu", "ReLU"}, {"silu", "SiLU"}, {"gelu", "GELU"}, {"gelu_tanh", "GELU_tanh"}}};
    const auto it = std::find_if(
        names.begin(), names.end(), [function](const auto& pair) { return pair[0] == function; });
    core::ensure(it != names.end(), "no such activation function");
    return *find_operator_type((*it)[1]);
}

}  // namespace plexus::workloads
