// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "plexus/workloads/workload.hpp"

namespace plexus::workloads {

/// What the name of an operator type stands for.
struct OperatorType {
    const char* name;
    OperatorKind kind;
    /// Scalar operations per point of the loop nest, counted from the definition of the operator; a
    /// multiply-accumulate, a comparison, an exp, erf or tanh is one.
    double operations;
};

/// ZigZag's operator types, then ours.
[[nodiscard]] std::span<const OperatorType> operator_types();

/// nullptr if there is none of that name.
[[nodiscard]] const OperatorType* find_operator_type(std::string_view name);

/// The operator type of an activation function (see activation_functions()).
[[nodiscard]] const OperatorType& activation_type(std::string_view function);

}  // namespace plexus::workloads
