// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "plexus/core/reader.hpp"
#include "plexus/hardware/core.hpp"

#include "constants.hpp"

namespace plexus::hardware::detail {

/// Bounds of energies and areas in the ZigZag dialect.
inline constexpr core::Range zigzag_cost_range{.lower = 0, .upper = 1e15};

/// ZigZag files are read by Python, so `True` and `False` are booleans there; false if missing.
[[nodiscard]] bool python_boolean(const core::Reader& reader);

/// The value of `key`; an invalid reader if it is missing or an explicit null.
[[nodiscard]] core::Reader find_value(const core::Reader& map, std::string_view key);

/// The MAC array of `operational_array:`, or of the older `multipliers:` with multiplier_energy and
/// multiplier_area. Precondition: valid.
[[nodiscard]] OperationalArray read_array(const core::Reader& reader, Constants& constants);

}  // namespace plexus::hardware::detail
