// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "plexus/core/reader.hpp"
#include "plexus/hardware/architecture.hpp"

#include "constants.hpp"

namespace plexus::hardware::detail {

/// Keys of Stream's multi-core form.
[[nodiscard]] std::span<const char* const> multi_core_keys();

/// Fills cores, interconnect and off-chip memory of `architecture` from Stream's multi-core form
/// with its core files spliced in. Our `interconnect:` and `off_chip:` sections may stand in for
/// `core_connectivity:` and `offchip_core:`.
void read_multi_core(const core::Reader& document,
                     Architecture& architecture,
                     Constants& constants);

}  // namespace plexus::hardware::detail
