// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plexus/core/reader.hpp"
#include "plexus/hardware/core.hpp"

#include "constants.hpp"

namespace plexus::hardware::detail {

/// Reads the `sparsity:` section of a core whose array and memories have been read into it.
void read_sparsity(const core::Reader& section, DataflowCore& core, Constants& constants);

}  // namespace plexus::hardware::detail
