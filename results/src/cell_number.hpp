// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "plexus/core/error.hpp"
#include "plexus/core/record.hpp"
#include "plexus/core/text.hpp"

namespace plexus::results {

/// The number that a cell holds. \throws std::logic_error if it holds none.
[[nodiscard]] inline double number_of(const core::Cell& cell) {
    if (const auto* integer = std::get_if<std::int64_t>(&cell))
        return static_cast<double>(*integer);
    const auto* number = std::get_if<double>(&cell);
    core::ensure(number != nullptr, "expected a cell with a number");
    return *number;
}

/// As people write it; "" if empty.
[[nodiscard]] inline std::string text_of(const core::Cell& cell) {
    if (const auto* text = std::get_if<std::string>(&cell))
        return *text;
    return std::holds_alternative<std::monostate>(cell) ? "" : core::to_text(number_of(cell));
}

}  // namespace plexus::results
