// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace plexus::workloads {

/// Something wrong in an equation or relation: the number of characters before it, and what.
struct SyntaxError {
    std::size_t offset = 0;
    std::string message;
};

/// scale × name + …; names in lower case.
struct AffineText {
    std::string name;  ///< The text between the brackets if it is more than one plain name.
    std::vector<std::pair<std::string, std::int64_t>> terms;
    std::size_t offset = 0;
};

/// `W[k][c]`; operand in upper case.
struct AccessText {
    std::string operand;
    std::vector<AffineText> indices;
    std::size_t offset = 0;
};

/// `O[b][k] += W[k][c] * I[b][c]`.
struct EquationText {
    AccessText output;
    std::vector<AccessText> inputs;
    bool accumulates = false;  ///< Written with `+=`.
};

/// `ix = 2*ox + 1*fx`.
struct RelationText {
    std::string left;
    AffineText right;
};

/// Equation of a layer: one output, `=` or `+=`, one or more inputs joined by `*`, `+`, `-` or `/`.
/// An index is a name or a sum of terms `3*k`, `k*3`, `k`. \throws SyntaxError
[[nodiscard]] EquationText parse_equation(std::string_view text);

/// \throws SyntaxError
[[nodiscard]] RelationText parse_relation(std::string_view text);

/// ASCII letters in lower, upper case.
[[nodiscard]] std::string lower(std::string_view text);
[[nodiscard]] std::string upper(std::string_view text);

}  // namespace plexus::workloads
